// editor.js -- an editor for ROUTES_CONFIG that checks while one types and marks faulty lines.
import example from '../../scripts/routes.example.json';
import { check } from './checker.js';
import { byId, make, put } from './dom.js';
import { problemItem } from './problems.js';
import { say } from './words.js';

const KEPT = 'gateway-routes';
const PAUSE = 150; // ms after the last key

let timer;
let problems = []; // of the last check

const area = () => byId('edit-text');
const lineCount = (text) => text.split('\n').length;

// ---- marks ----

// For each line the worst level of its problems.
function marksOf(list) {
  const marks = new Map();
  for (const { line, level } of list) {
    const at = Math.max(line, 1);
    if (level === 'error' || !marks.has(at)) marks.set(at, level);
  }
  return marks;
}

function showMarks() {
  const marks = marksOf(problems ?? []);
  const lines = Array.from({ length: lineCount(area().value) }, (_, i) => i + 1);
  put(byId('edit-gutter'), lines.map((line) => make('div', { class: marks.get(line) }, line)));
  put(byId('edit-marks'), lines.map((line) => make('div', { class: marks.get(line) })));
  follow();
}

function follow() {
  const { scrollTop } = area();
  byId('edit-gutter').scrollTop = scrollTop;
  byId('edit-marks').scrollTop = scrollTop;
}

function goTo({ line, column }) {
  const lines = area().value.split('\n');
  const before = lines.slice(0, line - 1).reduce((n, one) => n + one.length + 1, 0);
  const height = area().scrollHeight / lines.length;
  area().focus();
  const end = before + (lines[line - 1]?.length ?? 0);
  area().setSelectionRange(Math.min(before + Math.max(column - 1, 0), end), end);
  area().scrollTop = Math.max(0, (line - 5) * height);
}

// ---- the check ----

function summary() {
  if (!problems) return ['disabled', say('editorLarge')];
  if (problems.length === 0) return ['healthy', say('editorGood')];
  const errors = problems.filter(({ level }) => level === 'error').length;
  return [errors ? 'disabled' : 'cooling',
    say('editorBad', { errors, warnings: problems.length - errors })];
}

function showProblems() {
  const [kind, text] = summary();
  byId('edit-summary').className = `state ${kind}`;
  byId('edit-summary').textContent = text;
  put(byId('edit-problems'), (problems ?? []).map((one) => problemItem(one, () => goTo(one))));
  showMarks();
}

async function examine() {
  const text = area().value;
  const found = await check(text);
  if (text !== area().value) return; // it has been changed meanwhile
  problems = found;
  showProblems();
}

function changed() {
  sessionStorage.setItem(KEPT, area().value);
  if (lineCount(area().value) !== byId('edit-gutter').childElementCount) showMarks();
  clearTimeout(timer);
  timer = setTimeout(examine, PAUSE);
}

function write(text) {
  area().value = text;
  changed();
}

function tidy() {
  try {
    write(`${JSON.stringify(JSON.parse(area().value), null, 2)}\n`);
  } catch {
    // the check reports what is wrong
  }
}

// Show |text|, and where |problem| is.
export function editText(text, problem) {
  write(text);
  if (problem) goTo(problem);
  else area().focus();
}

export const isExample = (text) => text === example;

export function openEditor() {
  area().value = sessionStorage.getItem(KEPT) ?? example;
  area().addEventListener('input', changed);
  area().addEventListener('scroll', follow);
  byId('edit-example').addEventListener('click', () => write(example));
  byId('edit-format').addEventListener('click', tidy);
  byId('edit-copy').addEventListener('click', async ({ target }) => {
    await navigator.clipboard.writeText(area().value);
    target.textContent = say('copied');
    setTimeout(() => { target.textContent = say('copy'); }, 1500);
  });
  document.addEventListener('language', showProblems);
  examine();
}
