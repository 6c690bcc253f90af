// cases.test.js -- faults that users reported, from ../shared/cases, and what is right for each.
//
// A row of EXPECTED is what has to come of a case's request, as far as it says; an array where the
// case has several. Every case has one. See read() for the members.
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
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

const OK = { status: 200, text: 'ok' };
const toolsOf = ({ tools }) => tools.map(({ function: f }) => f.name);
const rolesOf = ({ messages }) => messages.map(({ role, content }) => [role, content]);
const secondPartOf = ({ messages }) => messages[0].content[1];
const assistantOf = ({ messages }) => messages.find(({ role }) => role === 'assistant');
const argumentsOf = (body) => assistantOf(body).tool_calls[0].function.arguments;
const NO_OUTPUT = 'No output was recorded: the call was interrupted.';
// The first provider's window is too small for the prompt, the second's is not.
const TOO_LONG = { ...FROM_GLM, asked: ['compat', 'glm'] };
const ACCOUNT_EMPTY = {
  ...FROM_GLM, asked: ['compat', 'compat', 'glm'], advice: /^No balance/,
};

const EXPECTED = {
  '01-additional-tools': {
    ...OK,
    sent: ([body]) => toolsOf(body).join() === 'lookup,functions__exec,functions__wait',
    lossy: (names) => !/additional_tools|custom/.test(names),
  },
  '01-additional-tools/custom-in-namespace': {
    ...OK,
    sent: ([body]) => toolsOf(body).join() === 'functions__exec,functions__wait',
    lossy: (names) => !/custom/.test(names),
  },
  '02-silent-thinking': { ended: 'completed', text: '42', asked: ['oai'] },
  '03-name-later': { ...READ, calls: [['read_file', '{"path": "a.txt"}']], callIds: ['call_9'] },
  '03-name-later/name-empty-first': { ...READ, callIds: ['call_x'] },
  '03-name-later/name-later-after-text': { ...READ, text: 'Let me look.', callIds: ['call_9'] },
  '04-trailing-empty-call': { ...READ, callIds: ['call_x'] },
  '05-truncated-as-completed': BROKEN,
  '05-truncated-as-completed/choice-error': { ...FROM_GLM, asked: (tags) => tags.at(-1) === 'glm' },
  '05-truncated-as-completed/finish-error': BROKEN,
  '05-truncated-as-completed/finish-insufficient_system_resource': BROKEN,
  '06-context-length': TOO_LONG,
  '06-context-length/ctx-anthropic': TOO_LONG,
  '06-context-length/ctx-gemini': TOO_LONG,
  '06-context-length/ctx-kimi': TOO_LONG,
  '06-context-length/ctx-openrouter-raw': [
    { ...TOO_LONG, text: 'ok' }, { ...TOO_LONG, text: 'ok' },
  ],
  '06-context-length/ctx-siliconflow': TOO_LONG,
  '07-dangling-call': {
    ...OK,
    lossy: /function_call_output/,
    sent: ([body]) => isDeepStrictEqual(rolesOf(body), [
      ['user', 'ls'], ['assistant', ''], ['tool', NO_OUTPUT], ['user', 'stop, do something else'],
    ]),
  },
  '07-dangling-call/dangling-call-glm': {
    ...OK,
    lossy: /function_call_output/,
    sent: ([body]) => isDeepStrictEqual(rolesOf(body), [
      ['user', 'ls'], ['assistant', ''], ['tool', NO_OUTPUT], ['user', 'stop, do something else'],
    ]),
  },
  '07-dangling-call/result-after-text': {
    ...OK,
    sent: ([body]) => isDeepStrictEqual(rolesOf(body), [
      ['user', 'ls'], ['assistant', ''], ['tool', 'a'], ['tool', 'b'],
      ['assistant', 'first is done'], ['user', 'next'],
    ]),
  },
  '08-reasoning-compat': {
    ...OK, sent: ([body]) => assistantOf(body).reasoning_content === 'I should list.',
  },
  '08-reasoning-compat/cc-reasoning-details': {
    ...OK,
    sent: ([body]) => assistantOf(body).reasoning === 'I list'
      && assistantOf(body).reasoning_details[0].data === 'xyz',
  },
  '08-reasoning-compat/reasoning-glm-chat-openrouter': {
    ...OK, sent: ([body]) => assistantOf(body).reasoning_content === 'I should list.',
  },
  '09-input-text-in-chat': {
    ...OK, sent: ([body]) => isDeepStrictEqual(rolesOf(body), [['user', 'the question']]),
  },
  '10-image-url-string': {
    ...OK,
    sent: ([body]) => secondPartOf(body).image_url.url === 'https://example.com/a.png',
  },
  '10-image-url-string/cc-unknown-part': {
    ...OK,
    sent: ([body]) => secondPartOf(body).document_url === 'https://example.com/a.pdf',
  },
  '11-chat-members-lost': {
    ...OK,
    sent: ([body]) => assistantOf(body).tool_calls[0].extra_content.google.thought_signature
      === 'AY89a18I',
  },
  '11-chat-members-lost/cc-cache-control': {
    ...OK,
    sent: ([{ messages, tools }]) => [...messages.map(({ content }) => content[0]), ...tools]
      .every(({ cache_control: cache }) => cache.type === 'ephemeral'),
  },
  // What comes back with the call is the signature: requests/signature-sent-back.
  '11-chat-members-lost/resp-thought-signature': {
    ended: 'completed',
    calls: [['f', '{}']],
    callIds: ([id]) => Buffer.from(id.split('_gwx_')[1], 'base64url').includes('AY89a18I'),
  },
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
  // Comments are no output; and no life for ever.
  '17-keepalive-endless': { ...FROM_GLM, asked: ['compat', 'glm'], ms: (ms) => ms < 4000 },
  '17-keepalive-endless/keepalive-after-text': {
    ended: 'failed', code: 'upstream_timeout', text: 'Half', ms: (ms) => ms < 10_000,
  },
  '18-bad-history-args': {
    ...OK,
    lossy: /function_call\.arguments/,
    sent: ([body]) => JSON.parse(argumentsOf(body)).arguments === '{"cmd": "cat ',
  },
  '19-openrouter-raw': [
    { status: 400, message: /^Xiaomi: .*Param Incorrect/, param: /must contain at least one part/ },
    { status: 400, message: /^Xiaomi: .*Param Incorrect/, param: /must contain at least one part/ },
  ],
  '19-openrouter-raw/openrouter-429-raw': {
    status: 429, code: 'rate_limit_exceeded', message: /^BaseTen: .*temporarily rate-limited/,
  },
  '20-usage': cached(80),
  '20-usage/usage-kimi-cached': cached(64),
  '21-errors-misjudged': {
    ...FROM_GLM, asked: ['compat', 'glm'], advice: /^The upstream does not know this model/,
  },
  '21-errors-misjudged/bal-401': ACCOUNT_EMPTY,
  '21-errors-misjudged/key-400-gemini': {
    ...FROM_GLM, asked: ['compat', 'compat', 'glm'],
    advice: /^The upstream refuses this key/,
  },
  '21-errors-misjudged/quota-429-kimi': ACCOUNT_EMPTY,
  '21-errors-misjudged/usage-limit-kimi': ACCOUNT_EMPTY,
  // Both keys' limits pass in 8.25 s, which is waited for once.
  '21-errors-misjudged/xratelimit-reset': {
    status: 429, code: 'rate_limit_exceeded', asked: ['oai', 'oai', 'oai'],
    message: /in organization org-\*\*\* .*Please try again in 8\.25s\.$/,
    ms: (ms) => ms >= 8250,
  },
  '22-empty-answer': { ...FROM_GLM, asked: (tags) => tags.at(-1) === 'glm' },
  '22-empty-answer/calls-finish-none': { ...FROM_GLM, asked: (tags) => tags.at(-1) === 'glm' },
  '23-low': {
    ...OK,
    sent: ([body]) => argumentsOf(body) === '{"type":"exec","command":["ls"]}'
      && body.messages.at(-1).content === 'a.txt',
  },
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
  // A minute of silence is a second here.
  const script = readFileSync(new URL('upstream.txt', at), 'utf8')
    .replace(/^%delay (\d\d)000$/mg, '%delay 2000');
  return { name, id: `c${i}`, requests: requests ?? [one], routes, script };
}

const names = namesOf();
const cases = names.map(readCase);
const HURRIED = { '02-silent-thinking': { firstTokenMs: 1000 } };

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
  for (const { name, id, requests, routes: own } of cases) {
    const models = new Set(requests.map(({ body }) => body.model));
    for (const model of models) {
      const route = structuredClone(own?.[model] ?? routeOf(model));
      for (const provider of route.providers) {
        if (HURRIED[name]) provider.timeouts = HURRIED[name];
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
// order), advice (in the log, on the first attempt), lossy (the header), ms.
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

// The log comes a moment after the reply.
async function adviceOf(requestId) {
  for (let i = 0; i < 40; i += 1) {
    const lines = gateway.logs.join('').split('\n');
    const line = lines.find((one) => one.includes(requestId) && one.endsWith('}'));
    if (line) return JSON.parse(line).attempts[0].advice;
    await sleep(50);
  }
  return assert.fail('no line in the log');
}

let gateway;
let upstreams;

async function run({ id }, { path = '/v1/responses', body }, wantsAdvice) {
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
  const ms = Date.now() - began;
  const advice = wantsAdvice && await adviceOf(response.headers.get('x-request-id'));
  return {
    ...got, ms, advice, sent: sent.map((r) => r.body), asked: sent.map((r) => r.tag),
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

const missing = names.length === 0 && 'no ../shared/cases';
describe('faults that users reported', { skip: missing, concurrency: 8 }, () => {
  for (const one of cases) {
    test(one.name, async () => {
      const rows = [EXPECTED[one.name]].flat();
      for (const [i, request] of one.requests.entries()) {
        assert.ok(rows[i], 'a row says what is right');
        compare(await run(one, request, 'advice' in rows[i]), rows[i]);
      }
    });
  }
});
