// usage.test.js -- what an answer used and cost: in its headers, in the log, in the report.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { glm, openai, startRoutes } from './client.js';
import { storedRows } from './sqlite.js';

const PRICES = { pricingCurrency: 'usd', inputPricePer1m: 2, inputCachePricePer1m: 0.5,
  outputPricePer1m: 8 };
const FLUSH = 10_000; // ms between an isolate's writes, as limits.h and the README say

let gateway;
before(async () => {
  gateway = await startRoutes({
    gpt: [openai()],
    glm: [glm()],
    watched: [openai()],
    piped: [openai()],
    untold: [openai('no-usage')],
  }, { route: (name) => ({ ...PRICES, watch: name === 'watched' }) });
});
after(() => gateway?.stop());

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const inputOf = (path) => (path.endsWith('responses')
  ? { input: 'Say something.' } : { messages: [{ role: 'user', content: 'Say something.' }] });

// { input, cached, output } of either API's answer.
function tokensIn({ usage }) {
  const details = usage.input_tokens_details ?? usage.prompt_tokens_details;
  return { input: usage.input_tokens ?? usage.prompt_tokens, cached: details?.cached_tokens ?? 0,
    output: usage.output_tokens ?? usage.completion_tokens };
}

const microsOf = ({ input, cached, output }) => Math.round((input - cached) * 2 + cached * 0.5
  + output * 8);

// The line of the log that tells of |response|.
async function lineOf(response) {
  const id = response.headers.get('x-request-id');
  for (let i = 0; i < 400; i += 1) {
    const line = gateway.logs.join('').split('\n').find((text) => text.includes(`"id":"${id}"`));
    if (line) return JSON.parse(line.slice(line.indexOf('{')));
    await sleep(20);
  }
  throw new Error('the log does not tell of it');
}

for (const path of ['/v1/responses', '/v1/chat/completions']) {
  for (const model of ['gpt', 'glm']) {
    test(`${path} of ${model}: in a header that any page may read, and in the log`, async () => {
      const response = await gateway.post(path, { model, ...inputOf(path) });
      const tokens = tokensIn(await response.json());
      assert.ok(tokens.input > 0 && tokens.output > 0);
      const cost = microsOf(tokens);
      assert.equal(response.headers.get('x-gateway-cost'), `${(cost / 1e6).toFixed(6)} usd`);
      assert.match(response.headers.get('access-control-expose-headers'), /\bx-gateway-cost\b/);
      const line = await lineOf(response);
      const { input, cached, output } = line.usage;
      assert.deepEqual({ input, cached, output }, tokens);
      assert.equal(line.cost, cost / 1e6);
      assert.equal(line.currency, 'usd');
    });
  }
}

test('a watched stream: in the log', async () => {
  const body = { model: 'watched', input: 'Hi', stream: true };
  const response = await gateway.post('/v1/responses', body);
  const text = await response.text();
  const end = text.split('\n').findLast((line) => line.startsWith('data: {'));
  const tokens = tokensIn(JSON.parse(end.slice(6)).response);
  const line = await lineOf(response);
  assert.equal(line.usage.output, tokens.output);
  assert.equal(line.cost, microsOf(tokens) / 1e6);
  assert.equal(response.headers.get('x-gateway-cost'), null);
});

// ---- a stream that passes as it is ----

// { response, tokens }: tokens by its last event.
async function pipe(model) {
  const response = await gateway.post('/v1/responses', { model, input: 'Hi', stream: true });
  const text = await response.text();
  const end = text.split('\n').findLast((line) => line.startsWith('data: {'));
  const { type, response: { usage } } = JSON.parse(end.slice(6));
  assert.equal(type, 'response.completed');
  return { response, tokens: usage && tokensIn({ usage }) };
}

function checkCounted(line, tokens) {
  const { input, cached, output } = line.usage;
  assert.deepEqual({ input, cached, output }, tokens);
  assert.equal(line.cost, microsOf(tokens) / 1e6);
  assert.equal(line.status, 200);
}

test('a stream that passes as it is: by its last event, in the log; nobody is asked', async () => {
  const { response, tokens } = await pipe('piped');
  const line = await lineOf(response);
  checkCounted(line, tokens);
  assert.ok(line.bytes.out > 0);
  assert.equal(gateway.looks('piped').length, 0);
});

test('... of chat, by the chunk that the client asked for', async () => {
  const response = await gateway.post('/v1/chat/completions', {
    model: 'piped', ...inputOf('/v1/chat/completions'), stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'));
  checkCounted(await lineOf(response), tokensIn(JSON.parse(chunks.at(-1).slice(6))));
});

test('... and is unknown where nobody says it', async () => {
  const { response } = await pipe('untold');
  const line = await lineOf(response);
  assert.equal(line.usage, undefined);
  assert.equal(line.cost, undefined);
  assert.equal(line.outcome, 'answered');
});

// ---- the report ----

// The requests that are in the store's own file.
const written = (folder) => storedRows(folder, 'texts')
  .filter(({ key }) => key.startsWith('requests/'))
  .map(({ value }) => value.split('\t').length).join(' ');

test('an isolate adds up, and writes every 10 seconds at most', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-usage-'));
  const own = await startRoutes({ gpt: [openai()] }, { route: PRICES, store: folder });
  try {
    const begun = Date.now();
    const seen = new Set();
    let sent = 0;
    while (Date.now() < begun + FLUSH * 1.25) {
      await (await own.post('/v1/responses', { model: 'gpt', input: 'Hi' })).text();
      sent += 1;
      await sleep(250);
      seen.add(written(folder));
    }
    assert.equal([...seen].filter((value) => value !== '').length, 1, [...seen].join('; '));
    const { days } = await (await own.send('/v1/gateway/usage?days=30')).json();
    const sum = (name) => days.reduce((n, row) => n + row[name], 0);
    assert.equal(sum('requests'), sent);
    assert.equal(sum('unknown'), 0);
    assert.ok(sum('cost_micros') > 0);
    assert.deepEqual(new Set(days.map(({ route, key, currency }) => `${route} ${key} ${currency}`)),
      new Set(['gpt KEY_0 usd']));
  } finally {
    await own.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
