// client.js -- routes to the fake upstreams, and the ways in which the tests ask the gateway.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { TOKEN, startGateway } from './harness.js';
import { checkResponse, checkStream } from './schema.js';

const PATHS = { openai: '/v1', zhipu: '/api/paas/v4/' };
const MODELS = { openai: 'gpt-4.1', zhipu: 'glm-4.7' };

// Timeouts for upstreams that are silent from the start: short, so that no test waits long.
export const QUICK = { connectMs: 1000, firstTokenMs: 300 };
// For upstreams that fall silent later. Until then they need time, on a machine under load.
export const IMPATIENT = { idleMs: 500 };
// For routes whose streams break: bytes that the runtime still buffers would be lost.
export const EXACT = { coalesceMs: 0 };

// A provider of a route: |keys| are faults (see faults.js), a key for each. To the entries of the
// contract comes |path|, where it is at the fakes' address.
const provider = (name) => (keys = '', more = {}) => (
  { provider: name, model: MODELS[name], keys: [keys].flat(), ...more }
);
export const openai = provider('openai');
export const glm = provider('zhipu');

// Each route has its own keys, so that the failures of one test cool down no key of another, and
// the fakes' log can be read by route.
const keyOf = (route, n, fault) => `sk-${route}-${n}${fault ? `.fault:${fault}` : ''}`;
const routeOf = (key) => key?.match(/^sk-(.*?)-\d+(\.fault:|$)/)?.[1];

// Start the gateway with |routes|: { name: [provider, ...] }; |route| is what else each of them
// has, or a function of its name. To what startGateway() returns come client (the openai
// package's), keep() (its fetch, for other packages), post(), requests(route) and the rest of this
// file's helpers.
export async function startRoutes(routes, { env = {}, route: about = {}, ...options } = {}) {
  const secrets = {};
  const config = Object.fromEntries(Object.entries(routes).map(([route, providers]) => {
    let n = 0;
    const entries = providers.map(({ keys, ...rest }) => ({
      ...rest,
      apiKeys: keys.map((fault) => {
        const name = `KEY_${Object.keys(secrets).length}`;
        secrets[name] = keyOf(route, n += 1, fault);
        return name;
      }),
    }));
    const more = typeof about === 'function' ? about(route) : about;
    return [route, { ...more, providers: entries }];
  }));
  const located = (url) => JSON.stringify(config, (key, value) => {
    if (!value?.provider) return value;
    const { path = PATHS[value.provider], ...rest } = value;
    return { endpoint: url + path, ...rest };
  });
  const gateway = await startGateway({ ...options, routes: located, env: { ...secrets, ...env } });
  return { ...gateway, ...askers(gateway) };
}

const textIf = (response) => (response.status === 200 ? '' : response.text());

// Responses that the gateway wrote are known by their ids: OpenAI's own are longer.
const OURS = /"id":"resp_([0-9a-f]{32}|gw[0-9a-f]{56})"/;

// Judge an answer of the Responses API, unless it is OpenAI's own, relayed.
export function judge(text) {
  if (!OURS.test(text)) return null;
  if (!text.startsWith('{')) return checkStream(text).response;
  const response = JSON.parse(text);
  checkResponse(response);
  return response;
}

const dataOf = (stream) => stream.split('\n').filter((line) => line.startsWith('data: {'))
  .map((line) => JSON.parse(line.slice(6)));

// The text of an answer of either API, streamed or not.
export function saidIn(answer) {
  const pieces = answer.startsWith('{') ? [JSON.parse(answer)] : dataOf(answer);
  const textOf = (parts) => parts.map(({ text }) => text).join('');
  return pieces.map(({ type, delta, output, choices }) => {
    if (output) return textOf(output.flatMap(({ content }) => content ?? []));
    if (choices) return (choices[0]?.delta ?? choices[0]?.message)?.content ?? '';
    return type === 'response.output_text.delta' ? delta : '';
  }).join('');
}

const textOf = (content) => (typeof content === 'string' ? content
  : (content ?? []).map(({ text }) => text ?? '').join(''));

// What the model read of a conversation in |request|, one of the upstreams' log: the texts of the
// user and of the assistant, what was called, [{ id, name }], and the results, [{ id, text }].
export function conversationIn({ body, context }) {
  const items = context ?? body.messages;
  const said = (role) => items.filter((item) => item.role === role)
    .map(({ content }) => textOf(content)).filter(Boolean);
  const speech = { users: said('user'), assistants: said('assistant') };
  if (!context) {
    return {
      ...speech,
      calls: items.flatMap(({ tool_calls: calls }) => calls ?? [])
        .map(({ id, function: { name } }) => ({ id, name })),
      results: items.filter(({ role }) => role === 'tool')
        .map(({ tool_call_id: id, content }) => ({ id, text: textOf(content) })),
    };
  }
  return {
    ...speech,
    calls: items.filter(({ type }) => type === 'function_call')
      .map(({ call_id: id, name }) => ({ id, name })),
    results: items.filter(({ type }) => type === 'function_call_output')
      .map(({ call_id: id, output }) => ({ id, text: textOf(output) })),
  };
}

function askers({ url, upstreams }) {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const send = (path, init = {}) => (
    fetch(url + path, { ...init, headers: { ...headers, ...init.headers } })
  );
  const isText = (body) => typeof body === 'string' || body instanceof Uint8Array;
  const post = (path, body, init) => (
    send(path, { method: 'POST', body: isText(body) ? body : JSON.stringify(body), ...init })
  );
  const of = (route) => upstreams.requests.filter(({ key }) => routeOf(key) === route);
  // What the package is given is kept, to be judged after the test.
  const kept = [];
  const keep = async (...args) => {
    const response = await fetch(...args);
    const isResponses = new URL(args[0]).pathname.endsWith('/responses') && response.status === 200;
    // The package aborts a stream that tells of an error; what is cut off cannot be judged.
    if (isResponses) kept.push(response.clone().text().catch(() => ''));
    return response;
  };
  return {
    client: new OpenAI({ apiKey: TOKEN, baseURL: `${url}/v1`, fetch: keep }),
    keep,
    send,
    post,
    ask: asker(url),
    // What a route's keys brought to the upstreams, in order: what was asked of models, and the
    // looks at responses that are stored there.
    requests: (route) => of(route).filter(({ method }) => method === 'POST'),
    looks: (route) => of(route).filter(({ method }) => method === 'GET'),
    // The text of a streamed answer.
    stream: async (body, path = '/v1/responses') => {
      const response = await post(path, { ...body, stream: true });
      assert.equal(response.status, 200, `${response.status}: ${await textIf(response)}`);
      assert.match(response.headers.get('content-type'), /^text\/event-stream/);
      return response.text();
    },
    // Judge whatever the client was given since the last time; how many were the gateway's own.
    judgeKept: async () => (await Promise.all(kept.splice(0))).map(judge).filter(Boolean).length,
  };
}

// POST on a socket of its own, for who wants to leave it: { socket, text }, the latter growing
// with what comes, head and all.
function asker(url) {
  const { hostname, port } = new URL(url);
  return (path, body) => {
    const socket = connect(port, hostname).setEncoding('utf8');
    const one = { socket, text: '' };
    socket.on('data', (text) => { one.text += text; }).on('error', () => {});
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const length = Buffer.byteLength(text);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\n` +
      `Authorization: Bearer ${TOKEN}\r\nContent-Length: ${length}\r\n\r\n${text}`);
    return one;
  };
}

// Every error reply has exactly these members.
export function checkError(body, { code, type, param }) {
  assert.deepEqual(Object.keys(body), ['error']);
  assert.deepEqual(Object.keys(body.error).sort(), ['code', 'message', 'param', 'type']);
  for (const [key, value] of Object.entries(body.error)) {
    assert.equal(typeof value, 'string', `error.${key} is a string, since one client needs it`);
  }
  assert.notEqual(body.error.message, '');
  if (code !== undefined) assert.equal(body.error.code, code);
  if (type !== undefined) assert.equal(body.error.type, type);
  if (param !== undefined) assert.equal(body.error.param, param);
}

// The promise's rejection, for a look at it.
export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('should have been rejected');
}

// Wait until |ready| is true, for example because the upstream notices something a moment later.
export async function until(ready, what, ms = 5000) {
  const end = Date.now() + ms;
  while (!ready()) {
    if (Date.now() > end) assert.fail(`${what} did not happen in ${ms} ms`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}
