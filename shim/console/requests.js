// requests.js -- list the recent requests, with filters and details, but without their content.
import { Refusal, askRequests } from './api.js';
import { pathOf } from './attempts.js';
import { byId, make, put, show } from './dom.js';
import { brief, bytes, clock, count, duration, moment, money } from './format.js';
import { quote, say } from './words.js';

const PAGE = 50;
const OUTCOMES = ['answered', 'failed', 'broken', 'left'];
const STATES = { answered: 'healthy', failed: 'disabled', broken: 'disabled', left: 'cooling' };

let shown = []; // newest first
let next = null; // the cursor for older ones
let opened = null; // the id of the one that is open

// ---- one request ----

export const costOf = ({ cost, currency }) => (cost === undefined ? '–'
  : money(cost, (currency ?? '').toUpperCase()));

const tokensOf = ({ usage }) => (usage ? `${brief(usage.input)} / ${brief(usage.output)}` : '–');

function facts(one) {
  const { usage } = one;
  const list = [
    ['requestId', one.id],
    ['time', `${moment(one.time)} (${one.time})`],
    ['path', `${one.method} ${one.path}`],
    ['client', one.client],
    ['route', one.route],
    ['askedModel', one.model],
    ['status', one.status],
    ['cause', one.code],
    ['duration', duration(one.ms)],
    ['sizes', one.bytes && `${bytes(one.bytes.in)} / ${one.bytes.out === undefined ? '–'
      : bytes(one.bytes.out)}`],
    ['tokensIn', usage && (usage.cached ? say('withCached', {
      n: count(usage.input), cached: count(usage.cached) }) : count(usage.input))],
    ['tokensOut', usage && (usage.reasoning ? say('withReasoning', {
      n: count(usage.output), reasoning: count(usage.reasoning) }) : count(usage.output))],
    ['cost', one.cost === undefined ? null : costOf(one)],
    ['lossy', one.lossy],
  ];
  return make('dl', { class: 'facts' }, list.filter(([, value]) => value).map(([name, value]) => (
    make('div', {}, make('dt', {}, say(name)), make('dd', {}, value)))));
}

const details = (one) => make('div', { class: 'opened' },
  one.advice ? make('p', { class: 'note bad' }, quote(one.advice)) : null,
  pathOf(one), facts(one));

function summary(one) {
  const { attempts = [], not_asked: skipped = [] } = one;
  const winner = attempts.find(({ outcome }) => outcome === 'answered');
  // Without a winner, the last failure is the request's own.
  const failed = attempts.filter(({ outcome }) => outcome === 'failed').length - !winner;
  const toggle = () => { opened = opened === one.id ? null : one.id; draw(); };
  return make('button', {
    class: 'request', type: 'button', onclick: toggle, 'aria-expanded': String(opened === one.id),
  },
  make('span', { class: 'when' }, clock(one.time, true)),
  make('span', { class: `state ${STATES[one.outcome]}` },
    `${one.status} ${say(one.outcome)}`),
  make('span', { class: 'what' }, make('strong', {}, one.route ?? one.model ?? one.path), ' ',
    make('span', { class: 'soft small' }, [
      winner && `${winner.model} · ${winner.provider}`, one.code, one.client,
      failed > 0 ? say('failedBefore', { n: failed }) : null,
      skipped.length ? say('skipped', { n: skipped.length }) : null,
    ].filter(Boolean).join(' · '))),
  make('span', { class: 'number wide-only' }, tokensOf(one)),
  make('span', { class: 'number wide-only' }, costOf(one)),
  make('span', { class: 'number' }, duration(one.ms)));
}

// ---- the list ----

function draw() {
  const items = shown.map((one) => make('li', {}, summary(one),
    opened === one.id ? details(one) : null));
  put(byId('request-list'), items.length ? items
    : make('li', { class: 'soft empty' }, say('noRequests')));
  byId('request-more').hidden = next === null;
}

const wanted = () => ({
  limit: PAGE, route: byId('request-route').value, outcome: byId('request-outcome').value,
});

async function load(before) {
  try {
    const { requests, next: older, left_out: out } = await askRequests({ ...wanted(), before });
    shown = before ? [...shown, ...requests] : requests;
    next = older ?? null;
    show(byId('request-error'), '');
    show(byId('request-note'), out ? say('leftOut', { n: count(out) }) : '');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    show(byId('request-error'), error.message);
  }
  draw();
}

const option = ([value, text]) => make('option', { value }, text);

function offerChoices(routes) {
  for (const [id, list] of [
    ['request-route', [['', say('everyRoute')], ...routes.map((name) => [name, name])]],
    ['request-outcome', [['', say('everyOutcome')], ...OUTCOMES.map((one) => [one, say(one)])]],
  ]) {
    const { value } = byId(id);
    put(byId(id), list.map(option));
    byId(id).value = list.some(([one]) => one === value) ? value : '';
  }
}

export const lookAtRequests = () => load();

export function showRequests(routes, store) {
  offerChoices(routes);
  byId('request-none').hidden = store;
  draw();
}

export function openRequests() {
  byId('request-refresh').addEventListener('click', () => load());
  byId('request-more').addEventListener('click', () => load(next));
  for (const id of ['request-route', 'request-outcome']) {
    byId(id).addEventListener('change', () => load());
  }
}
