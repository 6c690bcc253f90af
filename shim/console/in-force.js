// in-force.js -- the configuration that is in force: where it comes from, and its problems.
import { Refusal, askConfig } from './api.js';
import { byId, make, put } from './dom.js';
import { editText, isExample } from './editor.js';
import { problemItem } from './problems.js';
import { say } from './words.js';

let config = null;

const sourceOf = ({ source, text }) => (
  source === 'bundle' && isExample(text) ? 'example' : source);

// A variable set in the dashboard overrides the deployed routes, which is easily forgotten.
const hides = ({ source, text, bundled }) => source === 'variable' && Boolean(bundled)
  && bundled !== text && !isExample(bundled);

// Open it in the editor, at |problem|.
export const editInForce = (problem) => editText(config.text, problem);

function lined({ text, problems }) {
  const marks = new Map(problems.toReversed().map(({ line, level }) => [line, level]));
  return text.split('\n').map((line, i) => make('span', { class: marks.get(i + 1) ?? '' },
    `${line}\n`));
}

export function showInForce() {
  byId('in-force').hidden = !config;
  if (!config) return;
  byId('in-force-source').textContent = say(`source_${sourceOf(config)}`);
  byId('in-force-hidden').hidden = !hides(config);
  put(byId('in-force-problems'), config.problems.map((one) => problemItem(one,
    one.line > 0 ? () => editInForce(one) : undefined)));
  put(byId('in-force-text'), lined(config));
}

export async function lookAtConfig() {
  try {
    config = await askConfig();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  showInForce();
}

export function openInForce() {
  byId('in-force-edit').addEventListener('click', () => editInForce());
}
