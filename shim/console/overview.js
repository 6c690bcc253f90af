// overview.js -- the status, drawn: what is wrong, the last day, routes with their keys, today.
import { Refusal, callDoctor } from './api.js';
import { chart } from './charts.js';
import { byId, make, put } from './dom.js';
import { away, brief, clock, count, duration, moment, money } from './format.js';
import { problemItem } from './problems.js';
import { quote, say } from './words.js';

const HOUR = 3600e3;
const MILLION = 1e6;

const sum = (list, name) => list.reduce((n, one) => n + one[name], 0);
const group = (list, nameOf) => {
  const groups = new Map();
  for (const one of list) {
    const name = nameOf(one);
    groups.set(name, [...groups.get(name) ?? [], one]);
  }
  return groups;
};
const spend = (micros, currency) => money(micros / MILLION, currency.toUpperCase());

// ---- the last 24 hours ----

function hourly(status, rows, { label, kind, valueOf, show }) {
  const last = Math.floor(new Date(status.now) / HOUR);
  const bars = Array.from({ length: 24 }, (_, i) => {
    const hour = last - 23 + i;
    const value = valueOf(rows.filter((row) => Number(row.hour) === hour));
    const [from, to] = [clock(hour * HOUR), clock((hour + 1) * HOUR)];
    return { value, title: say('hourTitle', { from, to, value: show(value) }) };
  });
  const total = show(bars.reduce((n, { value }) => n + value, 0));
  const most = show(Math.max(...bars.map(({ value }) => value)));
  const summary = say('chartSummary', { label, total, most });
  return chart({ label, total, bars, kind, summary, from: say('hoursAgo'), to: say('now') });
}

const counted = (status, name) => hourly(status, status.hours, {
  label: say(name), kind: name, valueOf: (rows) => sum(rows, name), show: brief,
});

function costs(status) {
  const priced = group(status.hours.filter(({ currency }) => currency !== '-'),
    ({ currency }) => currency);
  if (priced.size === 0) {
    return [make('figure', { class: 'card chart' },
      make('figcaption', {}, make('span', { class: 'soft' }, say('cost')),
        make('strong', {}, '–')),
      make('p', { class: 'soft small' }, say('noPrices')))];
  }
  return Array.from(priced, ([currency, rows]) => hourly(status, rows, {
    label: say('cost'),
    kind: 'cost',
    valueOf: (some) => sum(some, 'cost_micros'),
    show: (micros) => spend(micros, currency),
  }));
}

// ---- routes and keys ----

function keyItem({ name, state, until, trouble, advice }) {
  const when = until && say('until', { time: moment(until), away: away(until) });
  return make('li', { class: 'key' },
    make('span', { class: `dot ${state}`, 'aria-hidden': 'true' }),
    make('code', {}, name),
    make('span', { class: `state ${state}` }, say(state)),
    when ? make('span', { class: 'soft small' }, when) : null,
    trouble ? make('p', { class: 'trouble small' },
      make('span', {}, say('lastTrouble', { trouble }), advice ? '. ' : ''),
      advice ? make('span', { class: 'soft' }, quote(advice)) : null) : null);
}

const latency = ({ p50_ms: p50, p95_ms: p95 }) => (p50 > 0
  ? make('span', { class: 'soft small' },
    `${say('firstTokenAt')}: p50 ${duration(p50)} · p95 ${duration(p95)}`)
  : make('span', { class: 'soft small' }, say('notMeasured')));

const targetItem = (target) => make('li', { class: 'target' },
  make('div', { class: 'line' },
    make('strong', {}, target.model),
    make('span', { class: 'tag' }, target.provider),
    latency(target)),
  make('div', { class: 'soft small url' }, target.endpoint),
  make('ul', { class: 'keys' }, target.keys.map(keyItem)));

const routeCard = ({ name, providers }) => make('article', { class: 'card route' },
  make('h3', {}, name),
  make('ol', { class: 'targets' }, providers.map(targetItem)));

// ---- tables ----

// |rows| of cells; the first column names the row, |numbers| tells the columns of numbers.
function table(heads, rows, numbers = []) {
  const kind = (i) => ({ class: numbers.includes(i) && 'number' });
  return make('div', { class: 'card table', tabindex: 0, role: 'region' }, make('table', {},
    make('thead', {}, make('tr', {},
      heads.map((head, i) => make('th', { scope: 'col', ...kind(i) }, head)))),
    make('tbody', {}, rows.map((cells) => make('tr', {}, cells.map((cell, i) => (i === 0
      ? make('th', { scope: 'row' }, cell)
      : make('td', { 'data-head': heads[i], ...kind(i) }, cell))))))));
}

function todayRow(name, rows) {
  const priced = group(rows.filter(({ currency }) => currency !== '-'),
    ({ currency }) => currency);
  const costsOf = Array.from(priced, ([currency, some]) => (
    spend(sum(some, 'cost_micros'), currency)));
  const cached = sum(rows, 'cached');
  const input = count(sum(rows, 'input'));
  return [
    name, count(sum(rows, 'requests')), count(sum(rows, 'errors')), count(sum(rows, 'failovers')),
    cached > 0 ? say('withCached', { n: input, cached: count(cached) }) : input,
    count(sum(rows, 'output')), costsOf.join(' + ') || '–',
  ];
}

function today({ today: rows }) {
  if (rows.length === 0) return [make('p', { class: 'soft' }, say('nothingToday'))];
  const routes = Array.from(group(rows, ({ route }) => route), ([name, some]) => (
    todayRow(name, some)));
  const heads = ['route', 'requests', 'errors', 'failovers', 'input', 'output', 'cost'].map(
    (name) => say(name));
  const unknown = sum(rows, 'unknown');
  return [
    table(heads, routes.length > 1 ? [...routes, todayRow(say('total'), rows)] : routes,
      [1, 2, 3, 4, 5, 6]),
    unknown ? make('p', { class: 'soft small' }, say('unknownUsage', { n: unknown })) : '',
  ];
}

// ---- problems ----

function problemsOf({ problems, store }) {
  const errors = problems.filter(({ level }) => level === 'error').length;
  const notes = store ? [] : [make('p', { class: 'note' }, say('noStore'))];
  if (problems.length === 0) return notes;
  const title = say(errors ? 'problems' : 'warnings', {
    errors, warnings: problems.length - errors,
  });
  return [...notes, make('details', { class: `note ${errors ? 'bad' : ''}`, open: errors > 0 },
    make('summary', {}, title),
    make('ol', { class: 'problems' }, problems.map((one) => problemItem(one))))];
}

// ---- the doctor ----

const probeRow = ({ route, model, key, ok, ms, code, advice, message }) => [
  route, model, make('code', {}, key),
  ok ? make('span', { class: 'state healthy' }, say('answered'))
    : make('div', {}, make('span', { class: 'state disabled' }, code ?? say('failed')),
      make('p', { class: 'small' }, quote(advice ?? message ?? ''))),
  duration(ms),
];

function report(probes) {
  const good = probes.filter(({ ok }) => ok).length;
  return [
    make('p', {}, say('doctorGood', { good, all: probes.length })),
    table([say('route'), say('model'), say('key'), say('result'), ''], probes.map(probeRow), [4]),
  ];
}

async function examine(button, look) {
  const place = byId('doctor-report');
  button.disabled = true;
  put(place, make('p', { class: 'soft' }, say('doctorAsks')));
  try {
    put(place, report(await callDoctor()));
    await look();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    put(place, make('p', { class: 'note bad' }, error.message));
  }
  button.disabled = false;
}

export function openOverview(look) {
  byId('refresh').addEventListener('click', look);
  byId('doctor').addEventListener('click', ({ target }) => examine(target, look));
}

export function showStatus(status) {
  byId('as-of').textContent = say('asOf', { time: clock(status.now, true) });
  put(byId('problems'), problemsOf(status));
  put(byId('charts'), ['requests', 'errors', 'failovers'].map((name) => counted(status, name)),
    costs(status));
  put(byId('route-list'), status.routes.length ? status.routes.map(routeCard)
    : make('p', { class: 'note bad' }, say('noRoutes')));
  put(byId('today'), today(status));
}
