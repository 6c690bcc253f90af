// clients.test.js -- limits of single tokens hold for all isolates together.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway } from './harness.js';

const TOKENS = { ALICE: 'alice-token', BOB: 'bob-token' };
const CLIENTS = {
  ALICE: { requestsPerMinute: 3 },
  BOB: { spendPerDay: { usd: 0.000001 } },
};
const route = (url) => ({
  pricingCurrency: 'usd', inputPricePer1m: 2, outputPricePer1m: 8,
  providers: [{ provider: 'openai', model: 'gpt-4.1', endpoint: `${url}/v1`, apiKeys: ['KEY'] }],
});

let gateway;
before(async () => {
  gateway = await startGateway({
    routes: (url) => JSON.stringify({ $clients: CLIENTS, gpt: route(url) }),
    env: { KEY: 'sk-1', ...Object.fromEntries(Object.entries(TOKENS)
      .map(([name, token]) => [`PROXY_AUTH_TOKEN_${name}`, token])) },
    isolates: 2,
  });
});
after(() => gateway?.stop());

const call = (isolate, path, token, body) => fetch(`${gateway.urls[isolate]}${path}`, {
  method: body ? 'POST' : 'GET', body: body && JSON.stringify(body),
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
});
async function ask(isolate, token) {
  const response = await call(isolate, '/v1/responses', token, { model: 'gpt', input: 'Hello.' });
  const { error } = await response.json();
  return { status: response.status, code: error?.code, headers: response.headers };
}

// A minute must not end between the first request and the last one.
async function inOneMinute() {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 5000) await new Promise((resolve) => { setTimeout(resolve, left); });
}

test('requests a minute', async () => {
  await inOneMinute();
  const answers = [];
  for (const isolate of [0, 1, 0, 1, 0]) answers.push(await ask(isolate, TOKENS.ALICE));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 429, 429]);
  assert.equal(answers[3].code, 'rate_limit_exceeded');
  const wait = Number(answers[3].headers.get('retry-after'));
  assert.ok(wait >= 1 && wait <= 60, wait);
  assert.equal((await ask(1, gateway.token)).status, 200);
});

test('spend a day', async () => {
  assert.equal((await ask(0, TOKENS.BOB)).status, 200);
  assert.equal((await call(0, '/v1/gateway/usage', gateway.token)).status, 200); // tells the store
  const { status, code, headers } = await ask(1, TOKENS.BOB);
  assert.deepEqual([status, code, headers.get('x-should-retry')],
    [429, 'insufficient_quota', 'false']);
});
