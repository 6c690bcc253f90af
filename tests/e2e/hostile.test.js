// hostile.test.js -- upstreams that lie, flood and never end, on bare sockets: the client gets one
// clear error, the upstream is hung up on, and nothing of it stays.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { Readable, pipeline } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkError, until } from './client.js';
import { TOKEN, startGateway } from './harness.js';

const KEY = 'sk-hostile-1234567890abcdef';
const MIB = 1024 * 1024;
const FIRST = 300; // ms for the first token
const FLOOD = 10_000; // ... of an upstream that sends until it has sent too much
const JSON_TYPE = 'content-type: application/json';
const EVENTS = 'content-type: text/event-stream';

const headOf = (status, lines) => [`HTTP/1.1 ${status} Any`, ...lines, 'connection: close', '', '']
  .join('\r\n');
const say = (status, lines, body = '') => (socket) => {
  socket.end(Buffer.concat([Buffer.from(headOf(status, lines)), Buffer.from(body)]));
};

function* forever(start, piece) {
  yield start;
  for (;;) yield piece;
}
// |start|, then |piece| again and again, for as long as anybody reads.
const flood = (start, piece) => (socket) => {
  pipeline(Readable.from(forever(start, piece)), socket, () => {});
};

const frame = (data) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (content) => frame({ id: '1', choices: [{ index: 0, delta: { content } }] });
const said = JSON.stringify({
  id: '1',
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Fine.' } }],
});
const progress = frame({
  type: 'response.in_progress', sequence_number: 1, response: { instructions: 'y'.repeat(60_000) },
});
const filler = Buffer.alloc(65536, 'x');
const bomb = gzipSync(Buffer.alloc(200 * MIB, ' '));
const bombed = (status, type) => say(status, [type, 'content-encoding: gzip'], bomb);
const echo = JSON.stringify({
  error: { message: `Authorization: Bearer ${KEY}`, code: KEY, type: KEY, param: KEY },
});

const LARGE = [502, 'answer_too_large'];
const ODD = [502, 'upstream_error'];
const MOVED = [502, 'upstream_not_found'];

// name: [what the upstream does, what is answered to a JSON and to a streaming client]; where that
// differs by the upstream's API, { api: answer }, an API that is not there being answered well
const ATTACKS = {
  'headers without end': [flood('HTTP/1.1 200 OK\r\n', `x-a: ${'y'.repeat(1000)}\r\n`), ODD, ODD],
  'headers of 100 kB': [say(200, [JSON_TYPE, ...Array(100).fill(`x-a: ${'y'.repeat(1000)}`)], said),
    LARGE, LARGE],
  'a line without end': [flood(headOf(200, [EVENTS]), filler), LARGE, LARGE],
  'a JSON answer without end': [flood(`${headOf(200, [JSON_TYPE])}{"a":"`, filler), LARGE, LARGE],
  'an error without end': [flood(`${headOf(400, [JSON_TYPE])}{"error":"`, filler),
    [400, 'invalid_request'], [400, 'invalid_request']],
  'comments without end': [flood(headOf(200, [EVENTS]), ': ping\n\n'.repeat(8192)), LARGE, LARGE],
  'a preamble without end': [flood(headOf(200, [EVENTS]), progress), LARGE, LARGE],
  'a bomb of JSON': [bombed(200, JSON_TYPE), LARGE, LARGE],
  'a bomb of events': [bombed(200, EVENTS), LARGE, LARGE],
  'a bomb of an error': [bombed(500, JSON_TYPE), [500, 'upstream_error'], [500, 'upstream_error']],
  'gzip that is none': [say(200, [JSON_TYPE, 'content-encoding: gzip'], said), ODD, ODD],
  'a switch of protocols': [say(101, ['upgrade: websocket']), ODD, ODD],
  '204 with a body': [say(204, ['content-length: 4'], 'body'), ODD, ODD],
  'status 600': [say(600, [JSON_TYPE], '{}'), ODD, ODD],
  'status 0': [say(0, [JSON_TYPE], '{}'), ODD, ODD],
  'no HTTP': [(socket) => socket.end('\0\0\r\n\r\n'), ODD, ODD],
  'a length too long': [say(200, [JSON_TYPE, 'content-length: 99999'], said), ODD, ODD],
  'a length below zero': [say(200, [JSON_TYPE, 'content-length: -1'], said), ODD, ODD],
  'events as JSON': [
    say(200, [JSON_TYPE], `${delta('Hi')}data: [DONE]\n\n`),
    { responses: ODD }, { responses: ODD }],
  'JSON as events': [say(200, [EVENTS], said), { responses: ODD }, { responses: ODD }],
  'its key, everywhere': [
    say(400, [JSON_TYPE, `x-request-id: ${KEY}`, `set-cookie: a=${KEY}`], echo),
    [400, '***'], [400, '***']],
};
for (const status of [301, 302, 303, 304, 307, 308]) {
  ATTACKS[`a redirect, ${status}`] = [
    say(status, ['location: /elsewhere/chat/completions', 'set-cookie: a=b']), MOVED, MOVED];
}
const PATHS = Object.keys(ATTACKS);

// The upstream at /N/... does the Nth attack when it has the request's head.
const calls = [];
async function startUpstream() {
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {}).on('data', (data) => {
      if (text.includes('\r\n\r\n')) return;
      text += data.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      const path = text.split(' ')[1];
      calls.push({ path, socket });
      ATTACKS[PATHS[path.split('/')[1]]]?.[0](socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

let server;
let gateway;
before(async () => {
  server = await startUpstream();
  const { port } = server.address();
  const routeOf = (api, i) => ({
    maxAttempts: 1,
    retryBudgetMs: 0,
    providers: [{
      provider: api === 'chat' ? 'zhipu' : 'openai',
      api,
      model: 'm',
      apiKeys: ['KEY'],
      endpoint: `http://127.0.0.1:${port}/${i}`,
      timeouts: {
        connectMs: 5000, firstTokenMs: PATHS[i].includes('without end') ? FLOOD : FIRST,
      },
    }],
  });
  const routes = PATHS.flatMap((_, i) => ['chat', 'responses'].map((api) => (
    [`${api}-${i}`, routeOf(api, i)])));
  gateway = await startGateway({ routes: Object.fromEntries(routes), env: { KEY }, store: false });
});
after(async () => {
  await gateway?.stop();
  for (const { socket } of calls) socket.destroy();
  server?.close();
});

const post = (model, stream) => fetch(`${gateway.url}/v1/responses`, {
  method: 'POST',
  headers: { authorization: `Bearer ${TOKEN}` },
  body: JSON.stringify({ model, stream, input: 'Hi' }),
});

// The log's lines of requests; any other is the configuration's.
const logged = () => gateway.logs.join('').split('\n').filter(Boolean)
  .filter((line) => JSON.parse(line).event !== 'configuration');

async function suffer(i, api, stream, want) {
  const from = calls.length;
  const right = want === null || Array.isArray(want) ? want : want[api] ?? null;
  const response = await post(`${api}-${i}`, stream);
  const text = await response.text();
  const all = text + JSON.stringify([...response.headers]);
  assert.ok(!all.includes(KEY.slice(0, 12)), 'no key');
  assert.doesNotMatch(all, /elsewhere|set-cookie/);
  if (right === null) {
    assert.equal(response.status, 200);
  } else {
    assert.deepEqual([response.status, JSON.parse(text).error.code], right);
    checkError(JSON.parse(text), {});
  }
  const mine = calls.slice(from);
  assert.equal(mine.length, 1, 'called once: no redirect is followed');
  await until(() => mine[0].socket.destroyed, 'hanging up on the upstream');
}

describe('an upstream that sends', () => {
  for (const [i, name] of PATHS.entries()) {
    const [, whole, streamed] = ATTACKS[name];
    for (const api of ['chat', 'responses']) {
      test(`${name}: ${api}`, async () => {
        await suffer(i, api, false, whole);
        await suffer(i, api, true, streamed);
      });
    }
  }

  test('and the log has neither the key nor a line that is no JSON', async () => {
    await until(() => logged().length === 4 * PATHS.length, 'a line for each request');
    for (const line of logged()) assert.ok(!line.includes(KEY.slice(0, 12)), line);
  });
});

// ---- clients on bare sockets ----

async function tell(text) {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(port, hostname).on('error', () => {});
  socket.write(text, 'latin1');
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return answer.toString('latin1');
}
const ask = (...lines) => (
  tell(['GET /v1/models HTTP/1.1', 'Host: x', ...lines, '', ''].join('\r\n'))
);
const right = `Authorization: Bearer ${TOKEN}`;

test('two Authorization headers are no token', async () => {
  assert.match(await ask(right), / 200 /);
  assert.match(await ask(right, 'Authorization: Bearer other'), / 401 /);
  assert.match(await ask('Authorization: Bearer other', right), / 401 /);
  assert.match(await ask('Authorization: Bearer other', `x-api-key: ${TOKEN}`), / 200 /);
});

test('a header with control characters comes back in none', async () => {
  const answer = await ask(right, 'Origin: https://a\x01b');
  assert.match(answer, / 200 /);
  assert.doesNotMatch(answer, /allow-origin/i);
});

test('headers of 64 KiB are too large', async () => {
  const lines = Array.from({ length: 70 }, (_, i) => `x-${i}: ${'y'.repeat(1000)}`);
  assert.match(await ask(right, ...lines), / 431 [^]*headers_too_large/);
});

// The most memory that a process has had, MiB.
const peakOf = ({ pid }) => Number(
  readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]) / 1024;

test('uploads without a token hold little memory', async (t) => {
  const fresh = await startGateway({ store: false });
  t.after(() => fresh.stop());
  const { hostname, port } = new URL(fresh.url);
  const body = Buffer.alloc(1_400_000, 'x');
  const upload = async () => {
    const socket = connect(port, hostname).on('error', () => {});
    const head = ['POST /v1/responses HTTP/1.1', 'host: x', `content-length: ${body.length}`];
    socket.write([...head, '', ''].join('\r\n'));
    socket.write(body);
    const [answer] = await once(socket, 'data');
    socket.destroy();
    return answer.toString('latin1').slice(9, 12);
  };
  await upload();
  const before = peakOf(fresh);
  const statuses = await Promise.all(Array.from({ length: 100 }, upload));
  assert.deepEqual(new Set(statuses), new Set(['401']));
  const grown = peakOf(fresh) - before;
  assert.ok(grown < 80, `${grown} MiB more`);
});

test('no client writes a line of its own into the log, nor a long one', async () => {
  const path = `/v1/models/${'a'.repeat(1000)}%0A%7B%22event%22%3A%22forged%22%7D`;
  await fetch(gateway.url + path, { headers: { authorization: `Bearer ${TOKEN}` } });
  await until(() => logged().some((line) => line.includes('/aaaa')), 'a line for it');
  for (const line of logged()) {
    assert.equal(JSON.parse(line).event, 'request');
    assert.ok(line.length < 1000, line);
  }
});
