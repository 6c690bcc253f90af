/* synthetic.js -- the answer to a prompt, made up but always the same.
 *
 * `compose` says what an upstream would: `{reasoning, text, calls, truncated, tokens}`; the
 * dialects only write it down. The text quotes the request, so that a test sees that its words
 * arrived, and holds what breaks careless readers: three scripts, an emoji, quotes, a backslash.
 */
import { valueFor } from './schema.js';

const QUOTED = 400; /* as much as an answer quotes of a request */

const TAIL = 'This answer is made up: café, 你好，世界, 🎉 and a "quoted" back\\slash.\n' +
  'It ends here.';

/** |text| in pieces of about a token each; joined they are |text| again. */
export function piecesOf(text) {
  return text.match(/\s*[A-Za-z]{1,6}|\s*\p{Script=Han}{1,2}|\s*\p{N}{1,3}|\s*\S|\s+/gu) ?? [];
}

/** About how many tokens |text| is. */
export const countTokens = (text) => Math.ceil(Buffer.byteLength(text) / 4);

const quote = (text) => (text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text);

/* A place named in the prompt makes arguments that a person recognises. */
function hintOf(user) {
  return user.match(/\b(?:in|for|at|of) (\p{Lu}[\p{L}-]+)/u)?.[1] ?? 'Paris';
}

const PATCH = '*** Begin Patch\n*** Add File: hello.txt\n+Hello, "世界" 🎉\n*** End Patch\n';

function callOf(tool, user) {
  const base = { kind: tool.kind, name: tool.name, namespace: tool.namespace };
  if (tool.kind === 'custom') {
    return { ...base, input: /patch/.test(tool.name) ? PATCH : `print("${hintOf(user)} 🎉")\n` };
  }
  const value = valueFor(tool.parameters ?? {}, { hint: hintOf(user) });
  return { ...base, input: JSON.stringify(typeof value === 'object' ? value : {}) };
}

function namedTools({ tools, choice, user }) {
  const chosen = tools.filter((tool) => tool.name === choice);
  if (chosen.length) return chosen;
  const words = new Set(user.split(/[^\w-]+/));
  return tools.filter((tool) => words.has(tool.name));
}

function wantsTool({ tools, choice, user, results }) {
  if (!tools.length || results.length || choice === 'none') return false;
  return choice !== 'auto' || /tool|weather/i.test(user);
}

function toolsToCall(prompt) {
  if (!wantsTool(prompt)) return [];
  const named = namedTools(prompt);
  if (prompt.choice !== 'auto' && prompt.choice !== 'required') return named;
  if (/\b(both|all)\b/i.test(prompt.user) && prompt.parallel) return prompt.tools;
  return named.length ? named.slice(0, 1) : prompt.tools.slice(0, 1);
}

/* What a script says, for the tool that it names: a text is a custom tool's input, and where that
 * had to become a function, the one argument of it. */
function scriptedCall({ name, input }, { tools }) {
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new Error(`fake upstream: the script calls ${name}, which is no tool`);
  const base = { kind: tool.kind, name, namespace: tool.namespace };
  if (tool.kind === 'custom') return { ...base, input };
  const [argument] = Object.keys(tool.parameters?.properties ?? {});
  const value = typeof input === 'string' ? { [argument]: input } : input;
  return { ...base, input: JSON.stringify(value) };
}

function callsOf(prompt, script) {
  const scripted = script?.(prompt);
  if (scripted) return scripted.map((call) => scriptedCall(call, prompt));
  return toolsToCall(prompt).map((tool) => callOf(tool, prompt.user));
}

function jsonText({ schema, user }) {
  const hint = quote(user) || 'Paris';
  return JSON.stringify(schema ? valueFor(schema, { hint, all: true }) : { answer: hint });
}

function proseOf({ user, results }) {
  if (results.length) return `The tool answered: ${results.map(quote).join(' and ')}. ${TAIL}`;
  return `You said: ${quote(user)}. ${TAIL}`;
}

/* Reasoning is paid from the same purse as the text, and first. */
function cutTo(limit, reasoning, text) {
  const thought = piecesOf(reasoning).slice(0, limit);
  const said = piecesOf(text);
  const kept = said.slice(0, limit - thought.length);
  return {
    reasoning: thought.join(''),
    text: kept.join(''),
    truncated: thought.length + said.length > limit,
  };
}

function tokensOf(prompt, { reasoning, text, calls }) {
  const input = 8 + countTokens(prompt.all) + 40 * prompt.tools.length;
  const thought = piecesOf(reasoning).length;
  const said = piecesOf(text + calls.map((call) => call.name + call.input).join('')).length;
  return { input, cached: input >> 1, reasoning: thought, output: thought + said };
}

/** The finish_reason of a chat answer; a fault may name another. */
export function finishOf({ calls, truncated }, faults) {
  if (faults.finish) return faults.finish.value;
  if (truncated) return 'length';
  return calls.length ? 'tool_calls' : 'stop';
}

/**
 * Make up the answer to |prompt|.
 * @param {object} prompt see prompt.js
 * @param {object} [how] thinks: reason first; fence: JSON in a code fence; preface: text before
 *   tool calls; decorate: a function over the text, applied last; script: see startFakeUpstreams()
 * @returns {{reasoning, text, calls: {kind, name, namespace, input}[], truncated, tokens}}
 */
export function compose(prompt, {
  thinks, fence, preface = '', decorate = (text) => text, script,
} = {}) {
  const calls = callsOf(prompt, script);
  const thought = thinks ? 'The user wants an answer. 让我想想… I will keep it short.' : '';
  const json = prompt.json && !calls.length;
  const full = calls.length ? preface : json ? jsonText(prompt) : proseOf(prompt);
  const plain = full.startsWith(prompt.said) ? full.slice(prompt.said.length) : full;
  const fenced = json && fence && prompt.schema ? `\`\`\`json\n${plain}\n\`\`\`` : plain;
  const cut = cutTo(prompt.limit, thought, fenced);
  const answer = { ...cut, text: decorate(cut.text), calls };
  return { ...answer, tokens: tokensOf(prompt, answer) };
}
