// requests.test.js -- what an operator sees of the last requests: who was asked, who was not, why.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EXACT, glm, openai, startRoutes } from './client.js';
import { storedRows } from './sqlite.js';

const SAID = 'Marzipan';
const RESPONSES = '/v1/responses';
const folder = mkdtempSync(join(tmpdir(), 'gateway-requests-'));

let gateway;
before(async () => {
  gateway = await startRoutes({
    plain: [openai()],
    over: [openai('openai=insufficient_quota'), glm()],
    cut: [glm('cut-after=text:3')],
    wrong: [glm('glm=1214'), openai()],
  }, {
    store: folder,
    route: EXACT,
    env: { PROXY_AUTH_TOKEN_ALICE: 'alice-token' },
  });
});
after(async () => {
  await gateway?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async (model, { stream = false, token } = {}) => {
  const response = await gateway.send(RESPONSES, {
    method: 'POST',
    body: JSON.stringify({ model, stream, input: SAID }),
    ...(token && { headers: { authorization: `Bearer ${token}` } }),
  });
  await response.text().catch(() => {});
  return response.headers.get('x-request-id');
};

const report = async (query = '') => (await gateway.send(`/v1/gateway/requests?${query}`)).json();

async function find(id) {
  for (let i = 0; i < 50; i += 1) {
    const { requests: [one] } = await report(`id=${id}`);
    if (one) return one;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return assert.fail('there is no record of it');
}

test('an answer: when, who, how long, what it used', async () => {
  const began = Date.now();
  const one = await find(await ask('plain'));
  assert.ok(Date.parse(one.time) >= began - 1000 && Date.parse(one.time) <= Date.now());
  assert.deepEqual([one.route, one.model, one.client, one.status, one.outcome],
    ['plain', 'plain', 'default', 200, 'answered']);
  assert.equal(one.attempts.length, 1);
  const { at, ms, first_ms: first } = one.attempts[0];
  assert.ok(at >= 0 && first <= ms && at + ms <= one.ms);
  assert.ok(one.usage.input > 0);
  assert.equal(one.not_asked, undefined);
});

test('a failover: cause and advice; then who rests is not asked, until when and why', async () => {
  const first = await find(await ask('over'));
  assert.deepEqual(first.attempts.map(({ provider, outcome, code }) => [provider, outcome, code]),
    [['openai', 'failed', 'insufficient_quota'], ['zhipu', 'answered', undefined]]);
  assert.match(first.attempts[0].advice, /balance|billing/);
  assert.ok(first.attempts[1].at >= first.attempts[0].ms);
  const second = await find(await ask('over'));
  assert.deepEqual(second.attempts.map(({ provider }) => provider), ['zhipu']);
  const [{ until, ...skipped }] = second.not_asked;
  assert.deepEqual(skipped, { provider: 'openai', model: 'gpt-4.1', key: 'KEY_1', why: 'resting',
    code: 'insufficient_quota' });
  assert.ok(Date.parse(until) > Date.now());
});

test('a stream that broke off has its cause; a final failure, who was spared', async () => {
  const cut = await find(await ask('cut', { stream: true }));
  assert.deepEqual([cut.outcome, cut.status, cut.code], ['broken', 200, 'upstream_error']);
  const wrong = await find(await ask('wrong'));
  assert.equal(wrong.outcome, 'failed');
  assert.deepEqual(wrong.not_asked.map(({ provider, why }) => [provider, why]),
    [['openai', 'final']]);
});

test('who asked is told by the name of the token; it opens no report', async () => {
  const one = await find(await ask('plain', { token: 'alice-token' }));
  assert.equal(one.client, 'ALICE');
  const headers = { authorization: 'Bearer alice-token' };
  for (const path of ['requests', 'status', 'usage', 'config']) {
    const answer = await gateway.send(`/v1/gateway/${path}`, { headers });
    assert.equal(answer.status, 403, path);
    assert.equal((await answer.json()).error.code, 'owner_only');
  }
});

test('an unknown model and a wrong token leave a record, and are counted', async () => {
  const unknown = await find(await ask('no-such-model'));
  assert.deepEqual([unknown.status, unknown.model, unknown.code],
    [404, 'no-such-model', 'model_not_found']);
  assert.match(unknown.advice, /route `default`/);
  const refused = await find(await ask('plain', { token: 'wrong' }));
  assert.deepEqual([refused.status, refused.code, refused.client],
    [401, 'invalid_api_key', undefined]);
  const { total, by } = await (await gateway.send('/v1/gateway/usage?hours=24')).json();
  assert.ok(total.errors >= 2);
  const rowOf = (kind, name) => by[kind].find((row) => row.name === name);
  assert.equal(rowOf('route', '-').errors, 1, 'the unknown model');
  assert.equal(rowOf('client', '-').errors, 1, 'the wrong token');
  assert.equal(rowOf('client', 'ALICE').requests, 1);
});

test('they are filtered, and read page by page', async () => {
  const all = (await report('limit=200')).requests;
  assert.ok(all.length >= 7);
  const times = all.map(({ time }) => Date.parse(time));
  assert.deepEqual(times, times.toSorted((a, b) => b - a), 'newest first');
  const pages = [];
  for (let next = ''; next !== undefined;) {
    const page = await report(`limit=2&before=${encodeURIComponent(next)}`);
    assert.ok(page.requests.length <= 2);
    pages.push(...page.requests);
    next = page.next;
  }
  assert.deepEqual(pages.map(({ id }) => id), all.map(({ id }) => id));
  const over = (await report('route=over')).requests;
  assert.ok(over.length === 2 && over.every(({ route }) => route === 'over'));
  const broken = (await report('outcome=broken')).requests;
  assert.ok(broken.length === 1 && broken[0].route === 'cut');
});

test('no word of what was said is kept, and no secret', async () => {
  const text = JSON.stringify((await report('limit=200')).requests);
  assert.doesNotMatch(text, new RegExp(SAID));
  assert.doesNotMatch(text, /sk-|alice-token|Bearer/);
});

// The rows of the store that hold requests.
const rows = () => storedRows(folder, 'texts').filter(({ key }) => key.startsWith('requests/'));
const requestsIn = (stored) => stored.flatMap(({ value }) => value.split('\t')).length;

test('twenty requests at once are one row of the store at most', async () => {
  const before = rows();
  await Promise.all(Array.from({ length: 20 }, () => ask('plain')));
  await new Promise((resolve) => { setTimeout(resolve, 300); });
  assert.deepEqual(rows(), before, 'none is written by itself');
  const { requests } = await report('limit=20');
  assert.equal(requests.filter(({ route }) => route === 'plain').length, 20);
  assert.ok(rows().length <= before.length + 1);
  assert.ok(requestsIn(rows()) >= requestsIn(before) + 20);
});
