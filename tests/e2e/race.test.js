// race.test.js -- more than one upstream for one answer: hedging, and going on where one broke.
import assert from 'node:assert/strict';
import { after, describe, before, test } from 'node:test';
import { EXACT, glm, judge, openai, saidIn, startRoutes, until } from './client.js';

const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';
const HEDGE_MS = 100;
const SLOW = 'stall-head,for=1500';

const numbersIn = (stream) => [...stream.matchAll(/"sequence_number":(\d+)/g)]
  .map(([, number]) => Number(number));
const count = (text, part) => text.split(part).length - 1;

describe('hedging', () => {
  let gateway;
  before(async () => {
    gateway = await startRoutes({
      slow: [glm('stall-head'), openai()],
      slower: [glm(SLOW), openai('error-after=preamble')],
      alive: [glm('stall-after=preamble,alive=20'), openai()],
      'alive-openai': [openai('stall-after=preamble,alive=20'), glm()],
      quick: [glm(), openai()],
    }, { route: { hedgeMs: HEDGE_MS } });
  });
  after(() => gateway?.stop());

  test('an error wins nothing', async () => {
    assert.equal(await ask('slower', true), 'zhipu');
  });

  test('a sign of life is no output', async () => {
    assert.equal(await ask('alive', true), 'openai');
    assert.equal(await ask('alive-openai', true), 'zhipu');
    await until(() => gateway.upstreams.openConnections() === 0, 'the abort of the silent one');
  });

  const ask = async (model, stream) => {
    const response = await gateway.post(RESPONSES, { model, stream, input: 'Hi' });
    const answer = await response.text();
    assert.equal(response.status, 200, answer);
    assert.match(saidIn(answer), /^You said: Hi/);
    return response.headers.get('x-gateway-provider');
  };

  for (const stream of [true, false]) {
    const how = stream ? 'SSE' : 'JSON';
    test(`${how}: the first output wins, and the other is aborted`, async () => {
      assert.equal(await ask('slow', stream), 'openai');
      await until(() => gateway.upstreams.openConnections() === 0, 'the abort of the slow one');
    });

    test(`${how}: who is quick enough is alone`, async () => {
      const asked = gateway.requests('quick').length;
      assert.equal(await ask('quick', stream), 'zhipu');
      assert.equal(gateway.requests('quick').length, asked + 1);
    });
  }
});

describe('going on with an answer', () => {
  let gateway;
  const breaks = ['cut', 'end', 'error', 'stall'].map((how) => `${how}-after=text:3`);
  const others = { glm, openai };
  before(async () => {
    const routes = { whole: [glm()] };
    for (const spec of breaks) {
      for (const [name, other] of Object.entries(others)) {
        for (const client of ['', '-chat']) {
          routes[`${spec}-${name}${client}`] = [glm(spec, { timeouts: { idleMs: 500 } }), other()];
        }
      }
    }
    gateway = await startRoutes(routes, { route: { ...EXACT, continueOnFailure: true } });
  });
  after(() => gateway?.stop());

  for (const spec of breaks) {
    for (const name of Object.keys(others)) {
      test(`${spec}, then ${name}: one answer without gap or repeat`, async () => {
        const whole = await gateway.stream({ model: 'whole', input: 'Tell me' });
        const model = `${spec}-${name}`;
        const answer = await gateway.stream({ model, input: 'Tell me' });
        assert.equal(saidIn(answer), saidIn(whole));
        assert.equal(gateway.requests(model).length, 2);
        assert.equal(count(answer, 'event: response.created'), 1);
        assert.equal(count(answer, 'event: response.completed'), 1);
        assert.deepEqual(numbersIn(answer), numbersIn(answer).map((_, i) => i));
        const response = judge(answer);
        assert.deepEqual(response.output.map(({ type }) => type), ['reasoning', 'message']);
        assert.ok(response.usage.output_tokens > 0);
      });

      test(`${spec}, then ${name}, for a chat client: one answer`, async () => {
        const messages = [{ role: 'user', content: 'Tell me' }];
        const whole = await gateway.stream({ model: 'whole', messages }, CHAT);
        const model = `${spec}-${name}-chat`;
        const answer = await gateway.stream({ model, messages }, CHAT);
        assert.equal(saidIn(answer), saidIn(whole));
        assert.equal(gateway.requests(model).length, 2);
        assert.equal(new Set(answer.match(/"id":"[^"]*"/g)).size, 1, 'one id');
        assert.equal(count(answer, '"finish_reason":"stop"'), 1);
        assert.equal(count(answer, 'data: [DONE]'), 1);
      });
    }
  }
});
