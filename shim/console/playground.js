// playground.js -- ask a route and watch the answer come.
import { Refusal, askModels, askStatus, streamResponse } from './api.js';
import { byId, make, offer, put, show } from './dom.js';
import { count, duration, money } from './format.js';
import { quote, say } from './words.js';

let under = null; // an AbortController while an answer is under way
let last = null; // what is known of the answer that is shown

// ---- what is asked ----

function question() {
  const effort = byId('ask-effort').value;
  const most = Number(byId('ask-max').value);
  const instructions = byId('ask-instructions').value.trim();
  return {
    model: byId('ask-route').value,
    input: byId('ask-text').value,
    ...(instructions && { instructions }),
    ...(effort && { reasoning: { effort, summary: 'auto' } }),
    ...(most && { max_output_tokens: most }),
  };
}

// ---- what is shown ----

function setState(name, values) {
  last.state = [name, values];
  byId('answer-state').textContent = say(name, values);
  const going = name === 'waiting' || name === 'streaming';
  byId('answer-state').className = `state ${{ complete: 'healthy', failed: 'disabled' }[name]
    ?? (going ? 'going' : 'cooling')}`;
}

function fail(message) {
  setState('failed');
  show(byId('answer-error'), message);
}

// Cost by the prices of /v1/models; an upstream's own may differ, so it is "about".
function costOf({ usage, prices }) {
  if (!usage || !prices?.currency) return null;
  const cached = usage.input_tokens_details?.cached_tokens ?? 0;
  const { input_per_1m: input = 0, input_cache_per_1m: cache = input, output_per_1m: output = 0 }
    = prices;
  const amount = (usage.input_tokens - cached) * input + cached * cache
    + usage.output_tokens * output;
  return say('about', { amount: money(amount / 1e6, prices.currency.toUpperCase()) });
}

function tokens(n, detail, name, key) {
  if (n === undefined) return null;
  return detail > 0 ? say(name, { n: count(n), [key]: count(detail) }) : count(n);
}

function facts() {
  const { head, model, usage, began, first, ended } = last;
  const of = (name) => head?.get(`x-gateway-${name}`);
  return [
    ['provider', of('provider')],
    ['model', model],
    ['attempts', of('attempts')],
    ['firstTokenAt', first && duration(first - began)],
    ['duration', ended && duration(ended - began)],
    ['tokensIn', tokens(usage?.input_tokens, usage?.input_tokens_details?.cached_tokens,
      'withCached', 'cached')],
    ['tokensOut', tokens(usage?.output_tokens, usage?.output_tokens_details?.reasoning_tokens,
      'withReasoning', 'reasoning')],
    ['cost', of('cost') ?? costOf(last)],
    ['lossy', of('lossy')],
    ['requestId', head?.get('x-request-id')],
  ].filter(([, value]) => value);
}

const showFacts = () => put(byId('answer-facts'), facts().map(([name, value]) => make('div', {},
  make('dt', {}, say(name)), make('dd', {}, value))));

// ---- what was tried: the route's keys that are in trouble, and who answered ----

const step = (kind, ...children) => make('li', { class: `step ${kind}` }, ...children);

function troubleStep({ model, key: { name, trouble, advice } }) {
  return step('bad', make('strong', {}, model), ' ', make('code', {}, name), ' ',
    make('span', { class: 'state disabled' }, trouble),
    advice ? make('p', { class: 'soft small' }, quote(advice)) : null);
}

function showPath() {
  const { head, trouble = [], over, won } = last;
  const provider = head?.get('x-gateway-provider');
  const failed = Number(head?.get('x-gateway-attempts') ?? 0) - (won ? 1 : 0);
  if (!over || (failed < 1 && won)) {
    put(byId('answer-path'));
    return;
  }
  const steps = trouble.map(troubleStep);
  if (steps.length === 0 && failed > 0) steps.push(step('bad', say('earlier', { n: failed })));
  put(byId('answer-path'), steps, won && provider
    ? step('good', make('strong', {}, last.model ?? provider), ' ',
      make('span', { class: 'state healthy' }, say('answered')))
    : step('bad', say('nobody')));
}

async function learn(answer) {
  const [status, models] = await Promise.all([askStatus(), askModels()]);
  const name = answer.head?.get('x-gateway-route') ?? answer.route;
  const route = status.routes.find((one) => one.name === name);
  answer.prices = models.find(({ id }) => id === name)?.pricing;
  answer.trouble = (route?.providers ?? []).flatMap(({ model, keys }) => (
    keys.filter(({ trouble }) => trouble).map((key) => ({ model, key }))));
}

// ---- the events of an answer ----

function grow(id, text) {
  last.first ??= performance.now();
  byId(id).append(text);
  setState('streaming');
}

function finish({ status, model, usage, error, incomplete_details: details }) {
  Object.assign(last, { model: model ?? last.model, usage, over: true, won: status !== 'failed' });
  if (status === 'failed') fail(error?.message ?? say('failed'));
  else if (status === 'incomplete') setState('incomplete', { reason: details?.reason ?? '?' });
  else setState('complete');
}

const ON = {
  'response.created': ({ response }) => { last.model = response.model; },
  'response.output_text.delta': ({ delta }) => grow('answer-text', delta),
  'response.refusal.delta': ({ delta }) => grow('answer-text', delta),
  'response.reasoning_text.delta': think,
  'response.reasoning_summary_text.delta': think,
  'response.completed': ({ response }) => finish(response),
  'response.incomplete': ({ response }) => finish(response),
  'response.failed': ({ response }) => finish(response),
  error: ({ message }) => finish({ status: 'failed', error: { message } }),
};

function think({ delta }) {
  byId('answer-thoughts').hidden = false;
  grow('answer-reasoning', delta);
}

function clear(route) {
  last = { route, began: performance.now() };
  for (const id of ['answer-text', 'answer-reasoning', 'answer-path', 'answer-facts']) {
    put(byId(id));
  }
  byId('answer-thoughts').hidden = true;
  show(byId('answer-error'), '');
  setState('waiting');
}

async function read(body, signal) {
  const { head, events } = await streamResponse(body, signal);
  last.head = head;
  showFacts();
  for await (const event of events) ON[event.type]?.(event);
  if (!last.over) fail(say('brokenOff'));
}

function excuse(error) {
  if (error.name === 'AbortError') {
    setState('stopped');
    return;
  }
  last.over = true;
  if (error instanceof Refusal) last.head = error.head;
  fail(error.status ? `${error.status} ${error.code}: ${error.message}`
    : say('noAnswer', { message: error.message }));
}

async function ask(look) {
  const body = question();
  under = new AbortController();
  byId('ask-send').disabled = true;
  byId('ask-stop').disabled = false;
  clear(body.model);
  await read(body, under.signal).catch(excuse);
  last.ended = performance.now();
  under = null;
  byId('ask-send').disabled = false;
  byId('ask-stop').disabled = true;
  showFacts();
  const answer = last;
  await learn(answer).catch(() => {});
  if (answer === last) again();
  look();
}

function again() {
  showFacts();
  showPath();
}

export function openPlayground(look) {
  const form = byId('ask');
  const text = byId('ask-text');
  text.value = say('messageExample');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!under) ask(look);
  });
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  byId('ask-stop').addEventListener('click', () => under?.abort());
  document.addEventListener('language', () => {
    if (!last) return;
    setState(...last.state);
    again();
  });
}

export const offerRoutes = (names) => offer(byId('ask-route'), names);
