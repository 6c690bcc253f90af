// cases.test.js -- faults that users reported, from ../shared/cases, and what is right for each.
//
// A row of EXPECTED is what has to come of a case's request, as far as it says; an array where the
// case has several. A case without a row is skipped, and shows. See read() for the members.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { TOKEN, startGateway } from './harness.js';
import { checkResponse, checkStream } from './schema.js';
import { startScripted } from './scripted.js';

const folder = new URL('../../../shared/cases/', import.meta.url);

const READ = { ended: 'completed', calls: [['read_file', '{"path":"a.txt"}']], asked: ['compat'] };
const HELLO = { ended: 'completed', text: 'Hello', asked: ['compat'] };
const BROKEN = { ended: 'failed', text: 'Half an ans', code: 'upstream_error' };
const FROM_GLM = { ended: 'completed', text: 'from glm' };
const cached = (n) => ({
  ended: 'completed', usage: ({ input_tokens_details: details }) => details.cached_tokens === n,
});

const EXPECTED = {
  '03-name-later': { ...READ, calls: [['read_file', '{"path": "a.txt"}']], callIds: ['call_9'] },
  '03-name-later/name-empty-first': { ...READ, callIds: ['call_x'] },
  '03-name-later/name-later-after-text': { ...READ, text: 'Let me look.', callIds: ['call_9'] },
  '04-trailing-empty-call': { ...READ, callIds: ['call_x'] },
  '05-truncated-as-completed': BROKEN,
  '05-truncated-as-completed/choice-error': { ...FROM_GLM, asked: (tags) => tags.at(-1) === 'glm' },
  '05-truncated-as-completed/finish-error': BROKEN,
  '05-truncated-as-completed/finish-insufficient_system_resource': BROKEN,
  '12-no-final-blank': { ...HELLO, asked: ['glm'] },
  '12-no-final-blank/no-final-blank-chatclient': { ended: 'stop', text: 'Hi', asked: ['oai'] },
  '13-single-newline': { ...HELLO, asked: ['glm'], usage: ({ total_tokens: n }) => n === 5 },
  '14-sse-when-json': { ...HELLO, sent: ([body]) => body.stream === false },
  '14-sse-when-json/json-labelled-sse': [
    { ended: 'completed', text: 'ok', asked: ['compat'] },
    { ended: 'completed', text: 'ok', asked: ['compat'] },
    { ended: 'stop', text: 'ok', asked: ['compat'] },
  ],
  '14-sse-when-json/sse-json-type-chat': { ...HELLO, ended: 'stop' },
  '14-sse-when-json/sse-no-type': HELLO,
  '14-sse-when-json/sse-text-plain': HELLO,
  '14-sse-when-json/sse-upper-type': HELLO,
  '14-sse-when-json/sse-when-json-glm': { ...HELLO, asked: ['glm'] },
  '15-json-when-stream-chat': [
    { ended: 'completed', text: 'ok', calls: [['f', '{}']] },
    { ended: 'tool_calls', text: 'ok', calls: [['f', '{}']] },
  ],
  '16-done-without-finish': {
    ended: 'completed', text: 'A whole answer.', asked: ['compat'],
    usage: ({ total_tokens: n }) => n === 7,
  },
  '16-done-without-finish/done-without-finish-whole': {
    ended: 'completed', text: 'A whole answer.', asked: ['compat'],
  },
  // The stream stays open: the gateway waits for less than idleMs, which is 4 s there.
  '16-done-without-finish/finish-then-hang': {
    ended: 'completed', text: 'Done.', ms: (ms) => ms < 3500,
  },
  '20-usage': cached(80),
  '20-usage/usage-kimi-cached': cached(64),
  '22-empty-answer': { ...FROM_GLM, asked: (tags) => tags.at(-1) === 'glm' },
  '22-empty-answer/calls-finish-none': { ...FROM_GLM, asked: (tags) => tags.at(-1) === 'glm' },
  '23-low/args-cumulative': { ended: 'completed', calls: [['f', '{"a":1}']] },
  '23-low/finish-before-args': { ended: 'completed', calls: [['f', '{"a":1}']] },
  '23-low/legacy-function-call': { ended: 'completed', calls: [['f', '{"a":1}']] },
  '23-low/par-same-name-no-id': {
    ended: 'completed', calls: [['f', '{"a":1}'], ['f', '{"a":2}']],
  },
  '23-low/r-missing-usage-details-watch': {
    ended: 'completed', text: 'Hi', usage: (usage) => usage.input_tokens_details.cached_tokens === 0
      && usage.output_tokens_details.reasoning_tokens === 0,
  },
};

// ---- cases ----

function namesOf() {
  if (!existsSync(folder)) return [];
  const all = readdirSync(folder, { recursive: true });
  return all.filter((path) => path.endsWith('/request.json')).sort()
    .map((path) => path.replace(/\/request\.json$/, '').replace('/siblings/', '/'));
}

function readCase(name, i) {
  const at = new URL(`${name.replace('/', '/siblings/')}/`, folder);
  const { requests, routes, ...one } = JSON.parse(readFileSync(new URL('request.json', at)));
  const script = readFileSync(new URL('upstream.txt', at), 'utf8');
  return { name, id: `c${i}`, requests: requests ?? [one], routes, script };
}

const names = namesOf();
const cases = names.map(readCase).filter(({ name }) => EXPECTED[name]);

// ---- routes ----

const PLACES = {
  compat: { provider: 'openai', api: 'chat', model: 'some-model', endpoint: 'UP/compat/v1' },
  glm: { provider: 'zhipu', model: 'glm-4.7', endpoint: 'UP/glm/api/paas/v4' },
  glmr: { provider: 'zhipu', api: 'responses', model: 'glm-5.3', endpoint: 'UP/glmr/api/v1' },
  glm46: { provider: 'zhipu', model: 'glm-4.6', endpoint: 'UP/glm/api/paas/v4' },
  glmv: { provider: 'zhipu', model: 'glm-4.6v', endpoint: 'UP/glm/api/paas/v4' },
  oai: { provider: 'openai', model: 'gpt-4.1', endpoint: 'UP/oai/v1' },
};
const LISTS = { two: ['compat', 'glm'], glmtwo: ['glm', 'compat'], oaiglm: ['oai', 'glm'] };

function routeOf(model) {
  const places = LISTS[model] ?? [model.replace('watch', '')];
  const providers = places.map((place) => ({ ...PLACES[place], apiKeys: ['K1', 'K2'] }));
  return { providers, ...model.endsWith('watch') && { watch: true } };
}

// The configuration of all cases: each has routes and keys of its own, so that no failure of one
// is felt by another.
function configOf(url) {
  const routes = {};
  const env = {};
  for (const { id, requests, routes: own } of cases) {
    const models = new Set(requests.map(({ body }) => body.model));
    for (const model of models) {
      const route = structuredClone(own?.[model] ?? routeOf(model));
      for (const provider of route.providers) {
        provider.endpoint = provider.endpoint.replace('UP', `${url}/${id}`);
        provider.apiKeys = provider.apiKeys.map((key) => `${id}_${key}`.toUpperCase());
        for (const key of provider.apiKeys) env[key] = `sk-${key}-of-a-case`;
      }
      routes[`${id}-${model}`] = route;
    }
  }
  return { routes, env };
}

// ---- replies ----

const eventsOf = (text) => text.split('\n').filter((line) => line.startsWith('data: {'))
  .map((line) => JSON.parse(line.slice(6)));

const textOf = (output) => output.filter(({ type }) => type === 'message')
  .flatMap(({ content }) => content).map(({ text, refusal }) => text ?? refusal).join('');

function readResponse({ status, output, usage, error, incomplete_details: why }) {
  const calls = output.filter(({ type }) => /_call$/.test(type));
  return {
    ended: status,
    why: why?.reason,
    code: error?.code,
    text: textOf(output),
    calls: calls.map(({ name, arguments: args, input }) => [name, args ?? input]),
    callIds: calls.map(({ call_id: id }) => id),
    annotations: output.flatMap(({ content }) => content ?? [])
      .flatMap(({ annotations }) => annotations ?? []),
    usage,
  };
}

// Deltas are joined as the clients do it, by index.
function readChat(text, whole) {
  const chunks = whole ? [JSON.parse(text)] : eventsOf(text);
  const choices = chunks.flatMap((chunk) => chunk.choices ?? []);
  const calls = [];
  for (const { delta, message } of choices) {
    for (const [i, call] of ((delta ?? message).tool_calls ?? []).entries()) {
      const one = calls[call.index ?? i] ??= { name: '', args: '', id: '' };
      one.name += call.function?.name ?? '';
      one.args += call.function?.arguments ?? '';
      one.id += call.id ?? '';
    }
  }
  const failure = chunks.find(({ error }) => error)?.error;
  return {
    ended: failure ? 'failed' : choices.map(({ finish_reason: reason }) => reason).find(Boolean),
    code: failure?.code,
    text: choices.map(({ delta, message }) => (delta ?? message).content ?? '').join(''),
    calls: calls.map(({ name, args }) => [name, args]),
    callIds: calls.map(({ id }) => id),
    usage: chunks.map(({ usage }) => usage).findLast(Boolean),
    usageAlone: chunks.filter(({ usage }) => usage).every((chunk) => !chunk.choices.length),
  };
}

// What a reply says: status, ended (completed, incomplete, failed; a chat client's finish_reason),
// why (of incomplete), code and message (of a failure), text, calls [[name, arguments]], callIds,
// annotations, usage; sent (the requests that the upstreams got: their bodies), asked (which, in
// order), lossy (the header), ms.
function read(response, text, chat) {
  const streamed = /event-stream/.test(response.headers.get('content-type'));
  const lossy = response.headers.get('x-gateway-lossy') ?? '';
  const base = { status: response.status, lossy, retryAfter: response.headers.get('retry-after') };
  if (response.status !== 200) return { ...base, ...JSON.parse(text).error, ended: 'failed' };
  if (chat) return { ...base, ...readChat(text, !streamed) };
  if (streamed && /^data: \[DONE\]$/m.test(text) && /"resp_[0-9a-f]{32}"/.test(text)) {
    return { ...base, ...readResponse(checkStream(text).response) };
  }
  if (streamed) return { ...base, ...readResponse(eventsOf(text).at(-1).response) };
  const body = JSON.parse(text);
  checkResponse(body);
  return { ...base, ...readResponse(body) };
}

// The members of |got| that |expected| has; a pattern in |expected| stands for what it fits.
function compare(got, expected) {
  for (const [member, value] of Object.entries(expected)) {
    if (value instanceof RegExp) assert.match(String(got[member]), value, member);
    else if (typeof value === 'function') assert.ok(value(got[member]), member);
    else assert.deepEqual(got[member], value, member);
  }
}

let gateway;
let upstreams;

async function run({ id }, { path = '/v1/responses', body }) {
  const before = upstreams.requests.length;
  const began = Date.now();
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, model: `${id}-${body.model}` }),
  });
  const text = await response.text();
  const sent = upstreams.requests.slice(before).filter(({ name }) => name === id);
  const got = read(response, text, path.endsWith('/chat/completions'));
  return {
    ...got, ms: Date.now() - began, sent: sent.map((r) => r.body), asked: sent.map((r) => r.tag),
  };
}

before(async () => {
  if (!cases.length) return;
  upstreams = await startScripted(Object.fromEntries(cases.map((c) => [c.id, c.script])));
  const { routes, env } = configOf(upstreams.url);
  gateway = await startGateway({ routes: JSON.stringify(routes), env });
});
after(async () => {
  await gateway?.stop();
  await upstreams?.close();
});

describe('faults that users reported', { skip: names.length === 0 && 'no ../shared/cases' }, () => {
  for (const name of names.filter((n) => !EXPECTED[n])) test(name, { skip: 'no row' }, () => {});
  for (const one of cases) {
    test(one.name, async () => {
      const rows = [EXPECTED[one.name]].flat();
      for (const [i, request] of one.requests.entries()) {
        if (rows[i]) compare(await run(one, request), rows[i]);
      }
    });
  }
});
