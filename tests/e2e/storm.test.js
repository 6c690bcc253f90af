// storm.test.js -- thousands of requests while a third of what the upstreams do fails: no answer
// that a healthy key could give is lost, nothing is held afterwards, and what was learned of the
// keys outlives the process.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { glm, judge, openai, saidIn, startRoutes, until } from './client.js';
import { TOKEN } from './harness.js';
import { openHeaps } from './heaps.js';

const REQUESTS = 2000;
const AT_ONCE = 50;
const FLAKY = 0.5; // of the answers of a key that is not the last: a third of all attempts
const ROUTES_OF_A_KIND = 6; // a key that has failed rests, so that one route would see few failures
const MIB = 1024 * 1024;
const ISOLATE_MAX = 110 * MIB; // the platform ends an isolate at 128
const GROWTH_MAX = MIB / 2; // of an isolate over REQUESTS / 2: 1 KiB for each request of its own
const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';
// The healthy ones are to keep within them, on a machine that has much to do.
const TIMEOUTS = { connectMs: 3000, firstTokenMs: 3000, idleMs: 3000, wholeMs: 3000 };

// Failures that another key can make good; in the middle of a text only where nobody has seen it.
const FAILURES = {
  glm: [
    'glm=1302', 'glm=1305', 'glm=1234', 'glm=500', 'status=502,body=html', 'refuse', 'cut=0',
    'error-in-200=1302', 'end-after=preamble', 'cut-after=reasoning', 'stall-head',
    'garbage-after=preamble',
  ],
  openai: [
    'openai=rate_limit_exceeded', 'openai=server_error', 'status=503,body=empty', 'refuse',
    'cut=0', 'end-after=preamble', 'error-after=preamble', 'cut-after=preamble', 'stall-head',
  ],
};

const flaky = (failure, seed) => `p=${FLAKY},seed=${seed};${failure}`;

// Two flaky keys and a healthy one; or the healthy one at another provider.
function routesOf() {
  const routes = {};
  const add = (kind, entries) => {
    for (let i = 0; i < ROUTES_OF_A_KIND; i += 1) routes[`${kind}${i}`] = entries(i);
  };
  const pick = (of, i) => flaky(FAILURES[of][i % FAILURES[of].length], i);
  const more = { timeouts: TIMEOUTS };
  add('glm', (i) => [glm([pick('glm', i), pick('glm', i + 6), ''], more)]);
  add('openai', (i) => [openai([pick('openai', i), pick('openai', i + 4), ''], more)]);
  add('over', (i) => [openai(pick('openai', i + 2), more), glm([pick('glm', i + 3), ''], more)]);
  add('back', (i) => [glm([pick('glm', i + 1), pick('glm', i + 5)], more), openai('', more)]);
  return routes;
}

// The gateway, and a path that collects all garbage.
const ENTRY = `
import worker from './worker.js';
export { Conversation, Store } from './worker.js';
export default {
  async fetch(request, ...more) {
    if (!request.url.endsWith('/collect')) return worker.fetch(request, ...more);
    gc();
    return new Response();
  },
};`;

let disk;
let gateway;
let heaps;
before(async () => {
  disk = await mkdtemp(join(tmpdir(), 'gateway-storm-'));
  const options = { store: disk, isolates: 2, inspect: true, entry: ENTRY };
  gateway = await startRoutes(routesOf(), options);
  heaps = await openHeaps(gateway.inspector);
});
after(async () => {
  heaps?.close();
  await gateway?.stop();
  await rm(disk, { recursive: true, force: true });
});

function requestOf(i) {
  const models = Object.keys(routesOf());
  const text = `Request ${i}: ${'风暴 storm 🌩 '.repeat(i % 9)}end.`;
  const messages = [{ role: 'user', content: text }];
  const path = i % 4 === 3 ? CHAT : RESPONSES;
  const body = { model: models[i % models.length], stream: i % 3 > 0 };
  return { path, text, body: { ...body, [path === CHAT ? 'messages' : 'input']: messages } };
}

async function run(i) {
  const { path, text, body } = requestOf(i);
  const response = await fetch(gateway.urls[i % 2] + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const answer = await response.text();
  assert.equal(response.status, 200, `${body.model}: ${answer}`);
  if (path === RESPONSES) judge(answer);
  return { text, model: body.model, said: saidIn(answer) };
}

// |n| requests, AT_ONCE at a time, and what each was answered.
async function runMany(n) {
  const answers = [];
  let next = 0;
  const worker = async () => {
    while (next < n) {
      const i = next;
      next += 1;
      answers[i] = await run(i).catch((error) => ({ error: `${i}: ${error.message}` }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}

// Bytes in use by the larger isolate. The first collection lets go of what wraps the runtime's own
// objects, a later one of what these held; V8 releases array buffers some time after that.
async function inUse() {
  let least = Infinity;
  for (let i = 0; i < 5; i += 1) {
    await Promise.all(gateway.urls.map((url) => fetch(`${url}/collect`)));
    await sleep(200);
    least = Math.min(least, Math.max(...await heaps.inUse()));
  }
  return least;
}

const lines = () => gateway.logs.join('').split('\n').filter((line) => line.includes('"request"'))
  .map((line) => JSON.parse(line.slice(line.indexOf('{'))));

test(`${REQUESTS} requests, ${AT_ONCE} at once`, async (t) => {
  const { said } = await run(0);
  const tail = said.slice(`You said: ${requestOf(0).text}`.length);
  const logged = lines().length;

  const storm = runMany(REQUESTS);
  const peak = await heaps.peak(storm);
  const answers = await storm;
  assert.deepEqual(answers.filter(({ error }) => error).map(({ error }) => error), []);
  for (const { text, model, said } of answers) {
    assert.equal(said, `You said: ${text}${tail}`, model);
  }

  await until(() => gateway.upstreams.openConnections() === 0, 'the end of all attempts');
  await until(() => lines().length - logged >= REQUESTS, 'a line of the log for each request');
  const requests = lines().slice(logged);
  assert.equal(requests.length, REQUESTS);
  const attempts = requests.flatMap((line) => line.attempts);
  const failed = attempts.filter(({ outcome }) => outcome === 'failed').length / attempts.length;
  t.diagnostic(`${attempts.length} attempts, ${Math.round(failed * 100)} % of them failed`);
  assert.ok(failed > 0.25, `${failed} of the attempts failed`);

  t.diagnostic(`an isolate had at most ${(peak / MIB).toFixed(1)} MiB`);
  assert.ok(peak < ISOLATE_MAX, `${peak} bytes in one isolate`);

  // By now all code is compiled and the module has its memory: more of the same takes no more.
  // Not the process's size, most of which is the runtime's: it keeps the database of each
  // conversation open for ten seconds, so that what it has depends on how fast this machine is.
  const before = await inUse();
  await runMany(REQUESTS / 2);
  await until(() => gateway.upstreams.openConnections() === 0, 'the end of all attempts');
  const grown = await inUse() - before;
  t.diagnostic(`${before} bytes in use, and ${grown} more after half as many requests again`);
  assert.ok(grown < GROWTH_MAX, `an isolate grew by ${grown} bytes`);
});

test('a killed gateway comes back and knows which keys to leave alone', async () => {
  const store = await mkdtemp(join(tmpdir(), 'gateway-killed-'));
  const routes = { spent: [openai('openai=insufficient_quota'), glm()] };
  const attempts = async (one) => {
    const response = await one.post(RESPONSES, { model: 'spent', input: 'Hi' });
    assert.equal(response.status, 200, await response.text());
    return response.headers.get('x-gateway-attempts');
  };
  const first = await startRoutes(routes, { store });
  assert.equal(await attempts(first), '2');
  await sleep(500); // nobody waits for what the store is told
  await first.stop(); // SIGKILL
  // At the same address: the health of a key is that at one endpoint.
  const port = Number(new URL(first.upstreams.url).port);
  const second = await startRoutes(routes, { store, upstreams: { port } });
  assert.equal(await attempts(second), '1');
  assert.equal(second.requests('spent').length, 1);
  await second.stop();
  await rm(store, { recursive: true, force: true });
});
