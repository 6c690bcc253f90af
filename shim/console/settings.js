// settings.js -- show the base URL, and the settings for SDKs and programs.
import { currentToken } from './api.js';
import { byId, make, offer, put } from './dom.js';
import { say } from './words.js';

const host = location.origin;
const base = `${host}/v1`;

// ---- texts to copy ----

const curl = ({ route, token }) => `curl -N ${base}/responses \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify({ model: route, input: 'Hello!', stream: true }).replaceAll("'", "'\\''")}'`;

const python = ({ route, token }) => `from openai import OpenAI

client = OpenAI(base_url="${base}", api_key="${token}")

response = client.responses.create(model=${JSON.stringify(route)}, input="Hello!")
print(response.output_text)`;

const javascript = ({ route, token }) => `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: '${base}',
  apiKey: '${token}',
});

const response = await client.responses.create({
  model: ${JSON.stringify(route)},
  input: 'Hello!',
});
console.log(response.output_text);`;

const codex = ({ route }) => `model = ${JSON.stringify(route)}
model_provider = "gateway"

[model_providers.gateway]
name = "AI Worker Proxy"
base_url = "${base}"
env_key = "GATEWAY_TOKEN"
wire_api = "responses"
model_catalog_url = "${base}/models"`;

const shell = ({ token }) => `export GATEWAY_TOKEN='${token}'`;

// ---- programs ----

const texts = (...list) => (values) => list.map(([write, note]) => (
  snippet(write(values), say(note))));
const fields = (list) => (values) => [fieldList(list(values))];

const PROGRAMS = [
  ['curl', texts([curl, 'terminal'])],
  ['Python', texts([python, 'pythonFirst'])],
  ['JavaScript', texts([javascript, 'javascriptFirst'])],
  ['Codex CLI', texts([codex, 'codexFile'], [shell, 'codexBefore'])],
  ['Chatbox', fields(({ route, token }) => [
    ['where', say('chatboxWhere'), false], ['apiType', say('compatible'), false],
    ['apiHost', host], ['apiPath', '/v1/chat/completions'], ['apiKey', token], ['model', route],
  ])],
  ['NextChat', fields(({ route, token }) => [
    ['where', say('nextchatWhere'), false], ['endpoint', host], ['apiKey', token],
    ['customModels', `-all,+${route}`],
  ])],
  ['TypingMind', fields(({ route, token }) => [
    ['where', say('typingmindWhere'), false], ['apiType', 'OpenAI compatible', false],
    ['endpoint', `${base}/chat/completions`], ['modelId', route],
    ['header', `Authorization: Bearer ${token}`],
  ])],
];

// ---- display ----

export function copyButton(textOf, what) {
  const copy = async ({ target }) => {
    await navigator.clipboard.writeText(textOf());
    target.textContent = say('copied');
    setTimeout(() => { target.textContent = say('copy'); }, 1500);
  };
  const label = what && say('copyOf', { what });
  return make('button', { class: 'copy', type: 'button', onclick: copy, 'aria-label': label },
    say('copy'));
}

const snippet = (text, note) => make('div', { class: 'snippet' },
  make('div', { class: 'line' }, make('span', { class: 'soft small' }, note),
    copyButton(() => text, note)),
  make('pre', { tabindex: 0 }, make('code', {}, text)));

const fieldList = (list) => make('dl', { class: 'fields' },
  list.map(([name, value, copied = true]) => make('div', {},
    make('dt', {}, say(name)),
    make('dd', {}, copied ? make('code', {}, value) : value,
      copied ? copyButton(() => value, say(name)) : null))));

function draw() {
  const token = byId('connect-token').checked ? currentToken() : say('yourToken');
  const values = { token, route: byId('connect-route').value || 'super-brain' };
  const open = new Set([...document.querySelectorAll('#programs details[open]')]
    .map(({ dataset }) => dataset.name));
  if (byId('programs').childElementCount === 0) open.add(PROGRAMS[0][0]);
  put(byId('base'), ...fieldList([['baseUrl', base], ['apiKey', token]]).childNodes);
  put(byId('programs'), PROGRAMS.map(([name, contents]) => make('details', {
    class: 'card program', 'data-name': name, open: open.has(name),
  }, make('summary', {}, name), contents(values))));
}

export function openSettings() {
  byId('connect-route').addEventListener('change', draw);
  byId('connect-token').addEventListener('change', draw);
}

export function showSettings(names) {
  offer(byId('connect-route'), names);
  draw();
}
