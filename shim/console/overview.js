// overview.js -- show the status: problems, the routes with their keys, and the doctor.
import { Refusal, askUsage, callDoctor } from './api.js';
import { byId, make, put } from './dom.js';
import { away, clock, count, duration, moment } from './format.js';
import { problemItem } from './problems.js';
import { table } from './tables.js';
import { lookAtUsage, percentiles, showUsage } from './usage.js';
import { quote, say } from './words.js';

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

const latency = (target) => make('span', { class: 'soft small' }, target.p50_ms
  ? `${say('firstTokenAt')}: ${percentiles(target)}` : say('notMeasured'));

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

// ---- problems ----

export function problemsOf({ problems, store }, go) {
  const errors = problems.filter(({ level }) => level === 'error').length;
  const notes = store ? [] : [make('p', { class: 'note' }, say('noStore'))];
  if (problems.length === 0) return notes;
  const title = say(errors ? 'problems' : 'warnings', {
    errors, warnings: problems.length - errors,
  });
  return [...notes, make('details', { class: `note ${errors ? 'bad' : ''}`, open: errors > 0 },
    make('summary', {}, title),
    make('ol', { class: 'problems' }, problems.map((one) => problemItem(one,
      one.line > 0 && go ? () => go(one) : undefined))))];
}

// ---- the doctor ----

// The doctor tells whether a key works now; what clients got recently may differ, so add that.
const recently = ({ requests, errors }) => (errors > 0
  ? make('p', { class: 'small soft' }, say('recentErrors', {
    errors: count(errors), requests: count(requests) })) : null);

const probeRow = ({
  route, model, key, ok, ms, code, advice, message = '', recent, elsewhere,
}) => [
  route, model, make('code', {}, key),
  make('div', {},
    make('span', { class: `state ${ok ? 'healthy' : 'disabled'}` },
      ok ? say('answersNow') : code ?? say('failed')),
    ok && recent ? recently(recent) : null,
    ok ? null : make('p', { class: 'small' }, quote(advice ?? message)),
    elsewhere ? make('p', { class: 'small' }, say(ok ? 'nativeToo' : 'atHome'),
      make('code', { class: 'url' }, elsewhere)) : null),
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
    const [probes, { by }] = await Promise.all([
      callDoctor(byId('doctor-elsewhere').checked), askUsage('hours=24&rows=0'),
    ]);
    const met = new Map(by.route.map((one) => [one.name, one]));
    put(place, report(probes.map((one) => ({ ...one, recent: met.get(one.route) }))));
    await look();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    put(place, make('p', { class: 'note bad' }, error.message));
  }
  button.disabled = false;
}

export function openOverview(look) {
  byId('refresh').addEventListener('click', () => { look(); lookAtUsage(); });
  byId('doctor').addEventListener('click', ({ target }) => examine(target, look));
}

export function showStatus(status, go) {
  byId('as-of').textContent = say('asOf', { time: clock(status.now, true) });
  put(byId('problems'), problemsOf(status, go));
  put(byId('route-list'), status.routes.length ? status.routes.map(routeCard)
    : make('p', { class: 'note bad' }, say('noRoutes')));
  showUsage();
}
