// log.test.js -- the line that each request leaves in the log: all that an operator needs, and
// neither a secret nor a word of what was said.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TOKEN } from './harness.js';
import { EXACT, glm, IMPATIENT, openai, startRoutes, until } from './client.js';

const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';
const SAID = 'Marzipan';
const SECRET = /sk-|Bearer|test-token|Authorization/i;
const CONTENT = /Marzipan|You said|made up|你好/;
const IDS = { openai: /^req_/, zhipu: /./ };

const ROUTES = {
  plain: [openai()],
  translated: [glm()],
  over: [openai('openai=insufficient_quota'), glm()],
  connect: [openai('refuse'), glm()],
  refused: [glm('glm=1214')],
  nobody: [openai('openai=rate_limit_exceeded,retry-after=120')],
  told: [openai('openai=server_error,message=Marzipan sk-secret is wrong')],
  cut: [glm('cut-after=text:3')],
  silent: [glm('stall-head', { timeouts: { connectMs: 300 } }), openai()],
  stalled: [glm('stall-after=text:3', { timeouts: IMPATIENT })],
  waiting: [glm('stall-head')],
  saying: [glm('stall-after=text:3')],
  piped: [openai('stall-after=text:3')],
  hedged: [glm('stall-head'), openai()],
};

let gateway;
before(async () => {
  gateway = await startRoutes(ROUTES, {
    route: (name) => ({ ...EXACT, ...(name === 'hedged' && { hedgeMs: 100 }) }),
  });
});
after(() => gateway?.stop());

const lines = () => (gateway.logs.join('').match(/^\{"event":"request".*\}$/gm) ?? [])
  .map((line) => JSON.parse(line));

async function lineWhere(fits) {
  await until(() => lines().some(fits), 'a line of the log');
  const found = lines().filter(fits);
  assert.equal(found.length, 1, 'one line for a request');
  return found[0];
}

const bodyOf = (path, model, stream) => JSON.stringify({ model, stream,
  [path === CHAT ? 'messages' : 'input']: [{ role: 'user', content: SAID }] });

// What holds of every line about a route.
function checkLine(line, { path, model, stream, sent }) {
  const { event, id, method, ms, bytes, route, attempts } = line;
  assert.deepEqual([event, method, line.path, route, line.model, line.stream],
    ['request', 'POST', path, model, model, stream]);
  assert.match(id, /^req_[0-9a-f]{32}$/);
  assert.ok(ms >= 0 && ms < 15_000);
  assert.equal(bytes.in, sent);
  for (const attempt of attempts) {
    assert.match(attempt.provider, /^(openai|zhipu)$/);
    assert.equal(attempt.model, { openai: 'gpt-4.1', zhipu: 'glm-4.7' }[attempt.provider]);
    assert.match(attempt.key, /^KEY_\d+$/, 'the name of the secret');
    assert.ok(attempt.ms >= 0 && attempt.ms <= ms);
    assert.match(attempt.outcome, /^(answered|failed|overtaken)$/);
    if (attempt.outcome === 'failed') assert.match(attempt.code, /./);
    assert.match(attempt.why ?? '', /^[\w .:;,()=-]*$/);
  }
}

// [route, path, stream, the request's outcome and status, the attempts']
const TABLE = [
  ['plain', RESPONSES, false, 'answered', 200, [['openai', 'answered', 200]]],
  ['plain', RESPONSES, true, 'answered', 200, [['openai', 'answered', 200]]],
  ['plain', CHAT, true, 'answered', 200, [['openai', 'answered', 200]]],
  ['translated', RESPONSES, false, 'answered', 200, [['zhipu', 'answered', 200]]],
  ['translated', RESPONSES, true, 'answered', 200, [['zhipu', 'answered', 200]]],
  ['translated', CHAT, true, 'answered', 200, [['zhipu', 'answered', 200]]],
  ['over', RESPONSES, true, 'answered', 200,
    [['openai', 'failed', 429, 'insufficient_quota'], ['zhipu', 'answered', 200]]],
  ['connect', RESPONSES, false, 'answered', 200,
    [['openai', 'failed', undefined, 'upstream_error'],
      ['openai', 'failed', undefined, 'upstream_error'], ['zhipu', 'answered', 200]]],
  ['refused', RESPONSES, false, 'failed', 400, [['zhipu', 'failed', 400, '1214']]],
  ['nobody', RESPONSES, true, 'failed', 429, [['openai', 'failed', 429, 'rate_limit_exceeded']]],
  ['told', RESPONSES, false, 'failed', 500,
    [['openai', 'failed', 500, 'server_error'], ['openai', 'failed', 500, 'server_error']]],
  ['cut', RESPONSES, true, 'broken', 200, [['zhipu', 'failed', 200, 'upstream_error']]],
  ['silent', RESPONSES, true, 'answered', 200,
    [['zhipu', 'failed', undefined, 'upstream_timeout'], ['openai', 'answered', 200]]],
  ['stalled', RESPONSES, true, 'broken', 200, [['zhipu', 'failed', 200, 'upstream_timeout']]],
  ['hedged', RESPONSES, true, 'answered', 200,
    [['zhipu', 'overtaken', undefined], ['openai', 'answered', 200]]],
];

// A chat stream that is piped tells its tokens only where the client asked for them.
const isPipedChat = (winner, path, stream) => stream && path === CHAT
  && winner.provider === 'zhipu';

for (const [model, path, stream, outcome, status, attempts] of TABLE) {
  test(`${model} ${path} ${stream ? 'SSE' : 'JSON'}: ${outcome}`, async () => {
    const body = bodyOf(path, model, stream);
    const response = await gateway.post(path, body);
    const answer = Buffer.from(await response.arrayBuffer());
    const id = response.headers.get('x-request-id');
    const line = await lineWhere((one) => one.id === id);
    checkLine(line, { path, model, stream, sent: body.length });
    assert.deepEqual([line.outcome, line.status, response.status], [outcome, status, status]);
    assert.deepEqual(line.attempts.map((one) => (
      [one.provider, one.outcome, one.status, one.code].slice(0, one.code ? 4 : 3)
    )), attempts);
    const winner = line.attempts.find((one) => one.outcome === 'answered');
    if (winner) {
      assert.match(winner.answer_id, IDS[winner.provider]);
      assert.ok(winner.first_ms >= 0 && winner.first_ms <= winner.ms);
    }
    assert.equal(line.bytes.out, answer.length);
    if (winner && !isPipedChat(winner, path, stream)) {
      assert.ok(line.usage.input > 0 && line.usage.output > 0);
    }
  });
}

// [route, stream, what the client has seen when it leaves, status]
const LEAVING = [
  ['waiting', true, '', 499],
  ['waiting', false, '', 499],
  ['saying', true, 'output_text.delta', 200],
  ['piped', true, 'output_text.delta', 200],
];

for (const [model, stream, seen, status] of LEAVING) {
  test(`${model} ${stream ? 'SSE' : 'JSON'}: the client leaves`, async () => {
    const asked = gateway.requests(model).length;
    const before = lines().length;
    const body = bodyOf(RESPONSES, model, stream);
    const one = gateway.ask(RESPONSES, body);
    await until(() => gateway.requests(model).length > asked, 'the upstream request');
    await until(() => one.text.includes(seen), 'output');
    one.socket.resetAndDestroy();
    await until(() => lines().length > before, 'a line of the log', 1000);
    const line = lines().at(-1);
    checkLine(line, { path: RESPONSES, model, stream, sent: body.length });
    assert.deepEqual([line.outcome, line.status], ['left', status]);
    assert.equal(line.attempts.length, 1, 'the one that was under way');
  });
}

test('who is refused leaves a line too', async () => {
  const refused = async (path, init) => (
    (await fetch(gateway.url + path, init)).headers.get('x-request-id')
  );
  const authorization = 'Bearer sk-wrong-Marzipan';
  const headers = { authorization };
  const token = await refused(RESPONSES, { method: 'POST', headers, body: '{}' });
  const path = await refused('/v1/nowhere?key=sk-in-query');
  for (const [id, status] of [[token, 401], [path, 404]]) {
    const line = await lineWhere((one) => one.id === id);
    assert.deepEqual([line.status, line.outcome], [status, 'failed']);
  }
});

test('no line holds a secret, or a word of a request or an answer', async () => {
  const all = gateway.logs.join('');
  assert.ok(lines().length > TABLE.length + LEAVING.length);
  assert.doesNotMatch(all, SECRET);
  assert.ok(!all.includes(TOKEN));
  assert.doesNotMatch(all, CONTENT);
  for (const line of all.split('\n').filter(Boolean)) JSON.parse(line);
});
