// attempts.js -- the attempts of a request as a list; and the keys that were passed over, and why.
import { make } from './dom.js';
import { duration, moment } from './format.js';
import { quote, say } from './words.js';

const STATES = { answered: 'healthy', failed: 'disabled' };

const who = ({ provider, model, key }) => [
  make('strong', {}, model), ' ', make('span', { class: 'tag' }, provider), ' ',
  make('code', {}, key)];

// The bar of an attempt on the time line of its request, in percent: until its first output, and
// after.
function barOf({ at = 0, ms, first_ms: first, outcome }, whole) {
  const percent = (value) => `${Math.min(100, Math.max(0, (value / whole) * 100))}%`;
  const wait = Math.min(first ?? ms, ms);
  const part = (kind, left, width) => make('span', {
    class: `span ${kind}`, style: null, 'data-left': percent(left), 'data-width': percent(width),
  });
  return make('div', { class: `track ${outcome}`, 'aria-hidden': 'true' },
    part('wait', at, wait), ms > wait ? part('flow', at + wait, ms - wait) : null);
}

// The page's policy forbids style attributes, but allows a script to set the same properties.
function placed(element) {
  for (const span of element.querySelectorAll('.span')) {
    span.style.left = span.dataset.left;
    span.style.width = span.dataset.width;
  }
  return element;
}

const times = ({ ms, first_ms: first, status, answer_id: id }) => [
  duration(ms),
  first > 0 ? `${say('firstTokenAt')}: ${duration(first)}` : null,
  status ? `HTTP ${status}` : null,
  id ? `${say('answerId')}: ${id}` : null,
].filter(Boolean).join(' · ');

const LOOKS = { answered: 'good', failed: 'bad' };

const attemptStep = (attempt, whole) => make('li', {
  class: `step ${LOOKS[attempt.outcome] ?? 'none'}`,
},
make('div', { class: 'line' }, who(attempt),
  make('span', { class: `state ${STATES[attempt.outcome] ?? ''}` },
    say(attempt.outcome), attempt.code ? `: ${attempt.code}` : '')),
barOf(attempt, whole),
make('p', { class: 'soft small' }, times(attempt)),
attempt.why ? make('p', { class: 'small' }, attempt.why) : null,
attempt.advice ? make('p', { class: 'small' }, quote(attempt.advice)) : null);

function reason({ why, until, code }) {
  const text = say(`not_${why}`, { until: until ? moment(until) : '' });
  return code ? `${text}: ${code}` : text;
}

const skippedStep = (one) => make('li', { class: 'step none' },
  make('div', { class: 'line' }, who(one), make('span', { class: 'state' }, reason(one))),
  one.advice ? make('p', { class: 'small' }, quote(one.advice)) : null);

// The list, or null if there was no attempt and no key was passed over.
export function pathOf({ attempts = [], not_asked: skipped = [], ms }) {
  if (attempts.length + skipped.length === 0) return null;
  const whole = Math.max(ms, 1, ...attempts.map(({ at = 0, ms: one }) => at + one));
  const steps = attempts.map((attempt) => attemptStep(attempt, whole));
  return placed(make('div', {},
    make('ol', { class: 'path' }, steps),
    skipped.length ? make('h4', {}, say('notAsked')) : null,
    skipped.length ? make('ol', { class: 'path' }, skipped.map(skippedStep)) : null));
}
