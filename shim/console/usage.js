// usage.js -- requests, tokens and cost over a period: charts, and tables by route, provider, key
// and client.
import { Refusal, askUsage } from './api.js';
import { chart } from './charts.js';
import { byId, make, put } from './dom.js';
import { brief, clock, count, day, duration, money } from './format.js';
import { table } from './tables.js';
import { say } from './words.js';

const MILLION = 1e6;
const PERIODS = ['hours=24', 'days=7', 'days=30', 'days=90'];
const BY = ['route', 'provider', 'key', 'client'];
const MARKS = 5;

let report = null;
let by = BY[0];

const spend = ({ micros, currency }) => money(micros / MILLION, currency.toUpperCase());
const costOf = ({ cost }) => cost.map(spend).join(' + ') || '–';

// ---- charts ----

const timeOf = (at) => (report.step === 'hour' ? clock(at) : day(at));

function marks() {
  const { series } = report;
  const last = series.length - 1;
  return Array.from({ length: MARKS }, (_, i) => (
    timeOf(series[Math.round((last * i) / (MARKS - 1))].at)));
}

function over({ label, kind, valueOf, show, total, least }) {
  const bars = report.series.map((one) => ({
    value: valueOf(one), title: `${timeOf(one.at)}: ${show(valueOf(one))}`,
  }));
  const most = show(Math.max(...bars.map(({ value }) => value)));
  const summary = say('chartSummary', { label, total, most });
  return chart({ label, total, bars, kind, summary, marks: marks(), show, least });
}

const counted = (name) => over({
  label: say(name), kind: name, valueOf: (one) => one[name], show: brief, least: 2,
  total: brief(report.total[name]),
});

const tokens = () => over({
  label: say('tokens'), kind: 'tokens', valueOf: ({ input, output }) => input + output,
  show: brief, total: say('inAndOut', {
    input: brief(report.total.input), output: brief(report.total.output) }),
});

const unknown = (label, why) => make('figure', { class: 'card chart' },
  make('figcaption', {}, make('span', { class: 'soft' }, label), make('strong', {}, '–')),
  make('p', { class: 'soft small' }, why));

function latency() {
  const label = say('firstTokenMedian');
  if (!report.series.some((one) => one.p50_ms)) return unknown(label, say('notMeasured'));
  return over({
    label, kind: 'latency', valueOf: ({ p50_ms: ms }) => ms ?? 0,
    show: (ms) => (ms > 0 ? duration(ms) : '–'), total: percentiles(report.total) });
}

function costs() {
  if (report.total.cost.length === 0) return [unknown(say('cost'), say('noPrices'))];
  return report.total.cost.map(({ currency, micros }) => over({
    label: say('cost'), kind: 'cost', total: spend({ currency, micros }),
    valueOf: ({ cost }) => cost.find((one) => one.currency === currency)?.micros ?? 0,
    show: (value) => spend({ currency, micros: value }),
  }));
}

// ---- the table ----

// Percentiles are missing if there were too few answers.
export function percentiles({ p50_ms: half, p95_ms: most }) {
  if (!half) return '–';
  return most ? `p50 ${duration(half)} · p95 ${duration(most)}` : `p50 ${duration(half)}`;
}

const share = (part, all) => (all > 0 ? ` (${Math.round((part / all) * 100)} %)` : '');

function row(name, one) {
  const input = count(one.input);
  return [
    name, count(one.requests),
    one.errors ? count(one.errors) + share(one.errors, one.requests) : '0',
    count(one.failovers),
    one.cached > 0 ? say('withCached', { n: input, cached: count(one.cached) }) : input,
    count(one.output), costOf(one), percentiles(one),
  ];
}

const nameOf = (name) => (name === '-' ? say(`no_${by}`) : name);

function rows() {
  const list = report.by[by] ?? [];
  if (list.length === 0) return [make('p', { class: 'soft' }, say('nothingYet'))];
  const heads = [by, 'requests', 'errors', 'failovers', 'input', 'output', 'cost', 'firstTokenAt']
    .map((name) => say(name));
  const lines = list.map(({ name, ...one }) => row(nameOf(name), one));
  // Requests whose token was refused belong to a client alone, but are part of the total.
  const refused = by !== 'client' && report.by.client.find(({ name }) => name === '-');
  if (refused) lines.push(row(say('no_client'), refused));
  const unknown = report.total.unknown;
  return [
    table(heads, lines.length > 1 ? [...lines, row(say('total'), report.total)] : lines,
      [1, 2, 3, 4, 5, 6, 7], 'stacked'),
    unknown ? make('p', { class: 'soft small' }, say('unknownUsage', { n: unknown })) : '',
  ];
}

// ---- the section ----

const choices = (id, list, current, text, choose) => put(byId(id), list.map((one) => (
  make('button', {
    type: 'button', 'aria-pressed': String(one === current), onclick: () => choose(one),
  }, text(one)))));

let period = PERIODS[0];

function draw() {
  choices('period', PERIODS, period, (one) => say(one), (one) => { period = one; lookAtUsage(); });
  choices('usage-by', BY, by, (one) => say(one), (one) => { by = one; draw(); });
  if (!report) return;
  put(byId('charts'), ['requests', 'errors', 'failovers'].map(counted), tokens(), latency(),
    costs());
  put(byId('today'), rows());
}

export async function lookAtUsage() {
  draw();
  try {
    const wanted = period;
    const fresh = await askUsage(`${period}&rows=0`);
    if (wanted !== period) return;
    report = fresh;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  draw();
}

export const showUsage = draw;
