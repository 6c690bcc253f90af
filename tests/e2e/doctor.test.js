// doctor.test.js -- what the operator asks: is each key good, how fast is each upstream.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { glm, openai, startRoutes } from './client.js';

const MANY = 33; // more keys than one request of the doctor's asks
const SLOW = 400; // ms

let gateway;
before(async () => {
  gateway = await startRoutes({
    good: [openai(), glm()],
    bad: [openai('openai=invalid_api_key'), glm('glm=1113')],
    many: [glm(Array(MANY).fill(''))],
    slow: [glm(`delay=${SLOW}`)],
  });
});
after(() => gateway?.stop());

const examine = async (query = '') => (
  (await gateway.send(`/v1/gateway/doctor${query}`, { method: 'POST' })).json()
);

test('the doctor asks each key of each route, and goes on where it stopped', async () => {
  const one = await examine();
  assert.equal(one.next, 30);
  const two = await examine(`?from=${one.next}`);
  assert.equal(two.next, undefined);
  assert.deepEqual([one.probes.length, two.probes.length], [30, 2 + 2 + MANY + 1 - 30]);
  const probes = [...one.probes, ...two.probes];
  assert.equal(new Set(probes.map(({ key }) => key)).size, probes.length, 'none is asked twice');
  const failed = probes.filter(({ ok }) => !ok);
  assert.deepEqual(failed.map(({ route, provider, code }) => [route, provider, code]), [
    ['bad', 'openai', 'upstream_auth_failed'], ['bad', 'zhipu', 'insufficient_quota'],
  ]);
  assert.match(failed[1].advice, /api\/coding\/paas\/v4/);
  assert.equal(gateway.requests('many').length, MANY);
});

test('the status tells of each key, and how long first output took', async () => {
  const times = 20; // below which no 95th percentile is told
  for (let i = 0; i < times; i += 1) {
    await Promise.all(['good', 'slow'].map(async (model) => (
      (await gateway.post('/v1/responses', { model, input: 'Hi' })).text())));
  }
  const { routes } = await (await gateway.send('/v1/gateway/status')).json();
  const providerOf = (name, n = 0) => routes.find((route) => route.name === name).providers[n];
  assert.equal(providerOf('good').keys[0].state, 'healthy');
  const [refused] = providerOf('bad').keys;
  assert.equal(refused.state, 'disabled');
  assert.equal(refused.trouble, 'upstream_auth_failed');
  assert.match(refused.advice, /put a valid one into the secret/);
  assert.ok(Date.parse(refused.until) > Date.now());
  const [poor] = providerOf('bad', 1).keys;
  assert.notEqual(poor.state, 'healthy');
  assert.equal(poor.trouble, 'insufficient_quota');
  const { p50_ms: fast, timed } = providerOf('good');
  const { p50_ms: half, p95_ms: nearly } = providerOf('slow');
  assert.equal(timed, times);
  assert.equal(providerOf('many').p50_ms, undefined, 'what was not measured is not told');
  assert.ok(fast > 0 && fast < SLOW, `${fast} ms`);
  assert.ok(half >= SLOW * 0.85 && nearly >= half && nearly < 4 * SLOW, `${half} and ${nearly} ms`);
});
