// socket-rules.test.js -- the rules of the WebSocket on /v1/responses, a row each, on a route where
// the gateway is the store (glm) and on one whose upstream is (openai).
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { conversationIn, glm, openai, startRoutes, until } from './client.js';
import { Client, isLast, upgrade } from './socket_client.js';

const HANGS = 'stall-after=text:3';
const ROUTES = {
  glm: [glm()],
  openai: [openai()],
  'held glm': [glm(HANGS)],
  'held openai': [openai(HANGS)],
};
const KINDS = { glm, openai };
// How a turn fails, and the status that is told.
const FAILURES = {
  'status=400': 400, 'status=500': 500, 'status=503': 503,
  'cut-after=text:2': 'response.failed',
};
for (const [kind, provider] of Object.entries(KINDS)) {
  for (const fault of Object.keys(FAILURES)) ROUTES[`${fault} ${kind}`] = [provider(fault)];
}

let gateway;
before(async () => {
  gateway = await startRoutes(ROUTES, {
    env: { PROXY_AUTH_TOKEN_BOB: 'token-of-bob' },
    route: { coalesceMs: 0, retryBudgetMs: 0 },
  });
});
after(() => gateway?.stop());

const errorFrame = (status, message, code, param = '', lane = null) => ({
  type: 'error',
  status,
  ...(lane && { stream_id: lane }),
  error: { type: 'invalid_request_error', code, message, param },
});
const notFound = (id, lane) => errorFrame(400, `Previous response with id '${id}' not found.`,
  'previous_response_not_found', 'previous_response_id', lane);
const badLane = errorFrame(400, "'stream_id' must be 1 to 256 letters, digits, '_', '-' and '.'.",
  'invalid_stream_id', 'stream_id');
const badType = errorFrame(400, 'The type of a message is response.create or response.steer.',
  'invalid_value', 'type');

// The answers to |message|, text or the members of a response.create.
async function ask(client, message) {
  const from = client.heard.length;
  if (typeof message === 'string') client.raw(message);
  else client.create(message);
  const isEnd = ({ type, status }) => (
    type === 'error' ? status : type.endsWith('.failed') || isLast({ type }));
  await client.event(isEnd, 'an answer', from);
  return client.heard.slice(from);
}

const CALL = { model: 'glm', input: 'Hi', store: false };
const withLane = (id) => [{ ...CALL, stream_id: id }, badLane];
const STEER = { previous_response_id: 'resp_1', input: [{ role: 'user', content: 'Shorter.' }] };
const MESSAGES = {
  'no JSON': ['{', errorFrame(400, 'The request body is not valid JSON at byte 1.',
    'invalid_json')],
  'no type': ['{}', { ...badType, error: {
    ...badType.error, code: 'missing_required_parameter',
  } }],
  'an unknown type': ['{"type":"response.cancel"}', badType],
  'an empty lane': withLane(''),
  'a lane with a space': withLane('a b'),
  'a lane with a letter that is not in ASCII': withLane('ä'),
  'a lane with a quotation mark': withLane('a"b'),
  'a lane that is a number': withLane(7),
  'a lane of 257 characters': withLane('x'.repeat(257)),
  'no model': [{ input: 'Hi', stream_id: 'a' }, errorFrame(400,
    "Missing required parameter: 'model'.", 'missing_required_parameter', 'model', 'a')],
  'no input': [{ model: 'glm' }, errorFrame(400, "Missing required parameter: 'input'.",
    'missing_required_parameter', 'input')],
  'an unknown model': [{ ...CALL, model: 'nope' }, errorFrame(404,
    'The model `nope` does not exist or you do not have access to it.', 'model_not_found',
    'model')],
  background: [{ ...CALL, background: true }, errorFrame(400,
    "'background' is not supported over WebSocket.", 'unsupported_parameter', 'background')],
  'previous_response_id and conversation': [{
    ...CALL, previous_response_id: 'resp_1', conversation: 'conv_1', stream_id: 'x.Y_z-9',
  }, errorFrame(400, "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. " +
    'Send only one of them.', 'mutually_exclusive_parameters', 'previous_response_id', 'x.Y_z-9')],
  steering: [JSON.stringify({ type: 'response.steer', stream_id: 'a', ...STEER }), {
    type: 'response.steer.failed',
    sequence_number: 0,
    steer: STEER,
    error: {
      type: 'invalid_request_error',
      code: 'steering_not_supported',
      message: 'This response cannot be steered: send the input with the next response.create.',
      param: '',
    },
  }],
};

describe('messages', { concurrency: true }, () => {
  let client;
  before(async () => { client = await Client.to(gateway); });
  after(() => client.close());

  test('each is refused with its frame, and the connection stays', async (t) => {
    for (const [name, [message, expected]] of Object.entries(MESSAGES)) {
      await t.test(name, async () => assert.deepEqual(await ask(client, message), [expected]));
    }
    await client.respond({ ...CALL, stream_id: 'x'.repeat(256) });
  });
});

for (const kind of Object.keys(KINDS)) {
  const call = { model: kind, input: 'Hi', store: false };
  describe(`what is remembered, route ${kind}`, { concurrency: true }, () => {
    test('of another connection: what is stored, and nothing else', async () => {
      const [first, second] = [await Client.to(gateway), await Client.to(gateway)];
      const lost = await first.respond({ ...call, stream_id: 'lost' });
      const kept = await first.respond({ ...call, store: true, input: `Kept ${kind}` });
      const http = await (await gateway.post('/v1/responses', { ...call, store: true })).json();
      const unstored = await (await gateway.post('/v1/responses', call)).json();
      const bob = await gateway.post('/v1/responses', { ...call, store: true }, {
        headers: { authorization: 'Bearer token-of-bob' },
      });
      const { id: bobs } = await bob.json();
      await sleep(100);
      const deleted = await first.respond({ ...call, store: true });
      await sleep(100);
      await gateway.send(`/v1/responses/${deleted.id}`, { method: 'DELETE' });
      const ids = [lost.id, unstored.id, bobs, deleted.id, 'resp_abc'];
      const next = (id) => ({ ...call, previous_response_id: id });
      for (const [i, id] of ids.entries()) {
        second.create({ ...next(id), stream_id: `turn-${i}` });
        second.create({ ...next(id), stream_id: `warm-up-${i}`, generate: false });
      }
      await until(() => second.heard.length >= 2 * ids.length, 'all answers', 10_000);
      const expected = ids.flatMap((id, i) => (
        [`turn-${i}`, `warm-up-${i}`].map((lane) => notFound(id, lane))));
      const byLane = (one, other) => one.stream_id.localeCompare(other.stream_id);
      assert.deepEqual(second.heard.toSorted(byLane), expected.toSorted(byLane));
      assert.deepEqual(await ask(second, next('resp_abc')), [notFound('resp_abc')]);
      for (const id of [kept.id, http.id]) {
        await second.respond({ ...call, input: 'More', previous_response_id: id });
      }
      // The first connection still knows what it has said.
      await first.respond({ ...call, previous_response_id: lost.id, stream_id: 'lost' });
      await Promise.all([first.close(), second.close()]);
    });

    for (const [fault, told] of Object.entries(FAILURES)) {
      for (const store of [false, true]) {
        test(`a turn that fails (${told}) evicts what it named, store: ${store}`, async () => {
          const client = await Client.to(gateway);
          const one = await client.respond({ ...call, store, input: `One ${fault}` });
          const { id: other } = await client.respond({ ...call, stream_id: 'b' });
          await sleep(100);
          const next = { ...call, input: 'Two', previous_response_id: one.id };
          const last = (await ask(client, { ...next, model: `${fault} ${kind}` })).at(-1);
          assert.equal(last.status ?? last.type, told, JSON.stringify(last));
          if (store) {
            // It is loaded again.
            await client.respond(next);
            const asked = gateway.requests(kind).findLast(({ body }) => (
              JSON.stringify(body.messages ?? body.input).includes(`One ${fault}`)));
            assert.equal(conversationIn(asked).users.at(0), `One ${fault}`);
          } else {
            assert.deepEqual(await ask(client, next), [notFound(one.id)]);
          }
          // Nothing else is evicted.
          await client.respond({ ...call, previous_response_id: other, stream_id: 'b' });
          await client.close();
        });
      }
    }

    test('a conversation is gone on with, and added to only with store: true', async () => {
      const client = await Client.to(gateway);
      const { conversations } = gateway.client;
      const { id } = await conversations.create({ items: [{ role: 'user', content: 'Zero' }] });
      const users = ['Zero'];
      for (const store of [true, false]) {
        const input = `${kind}, store: ${store}`;
        const made = await client.respond({ ...call, input, conversation: id, store });
        assert.deepEqual(made.conversation, { id });
        const asked = gateway.requests(kind).findLast(({ body }) => (
          JSON.stringify(body).includes(input)));
        assert.deepEqual(conversationIn(asked).users, [...users, input]);
        if (store) users.push(input);
        await sleep(100);
        const { data } = await conversations.items.list(id, { order: 'asc' });
        const said = data.filter(({ role }) => role === 'user');
        assert.deepEqual(said.map(({ content }) => content[0].text), users);
      }
      await client.close();
    });

    test('a turn with references is whole: another route goes on with it', async () => {
      const client = await Client.to(gateway);
      const input = `Referred to, ${kind}`;
      const zero = await client.respond({ ...call, input, store: true });
      await sleep(100);
      const references = zero.output.map(({ id }) => ({ type: 'item_reference', id }));
      const one = await client.respond({
        ...call, input: [...references, { role: 'user', content: 'One' }],
      });
      const other = kind === 'glm' ? 'openai' : 'glm';
      const two = `Two, after ${kind}`;
      await client.respond({
        ...call, model: other, input: two, previous_response_id: one.id,
      });
      const asked = gateway.requests(other).findLast(({ body }) => (
        JSON.stringify(body).includes(two)));
      assert.match(JSON.stringify(asked.body), new RegExp(`You said: ${input}`));
      await client.close();
    });

    test('a disconnect in the middle of a turn evicts nothing', async () => {
      const client = await Client.to(gateway);
      const one = await client.respond({ ...call, store: true });
      await sleep(100);
      client.create({ ...call, model: `held ${kind}`, previous_response_id: one.id });
      await client.event(({ type }) => type.endsWith('text.delta'), 'output');
      await client.close();
      const again = await Client.to(gateway);
      await again.respond({ ...call, previous_response_id: one.id });
      await again.close();
    });

    test('a warm-up: three events, a fresh id, nothing used, nothing asked', async () => {
      const client = await Client.to(gateway);
      const input = [{ role: 'developer', content: `Rules of ${kind}` }];
      const ids = new Set();
      for (const more of [{ generate: false }, { prompt_cache_options: { prewarm: true } }]) {
        const events = await client.turn({ ...call, input, ...more, stream_id: 'w' });
        assert.deepEqual(events.map(({ type, sequence_number: n, stream_id: lane }) => (
          [type, n, lane])), [['response.created', 0, 'w'], ['response.in_progress', 1, 'w'],
          ['response.completed', 2, 'w']]);
        const { response } = events.at(-1);
        assert.deepEqual([response.status, response.output], ['completed', []]);
        assert.deepEqual(response.usage, {
          input_tokens: 0,
          input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
          output_tokens: 0,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: 0,
        });
        ids.add(response.id);
      }
      assert.equal(ids.size, 2);
      assert.ok(gateway.requests(kind).every(({ body }) => (
        !JSON.stringify(body).includes(`Rules of ${kind}`))));
      const [last] = [...ids].slice(-1);
      await client.respond({ ...call, previous_response_id: last, stream_id: 'w' });
      const { body } = gateway.requests(kind).findLast((asked) => (
        JSON.stringify(asked.body).includes(`Rules of ${kind}`)));
      assert.equal((body.messages ?? body.input).length, 2);
      await client.close();
    });
  });
}

describe('the connection', () => {
  const AUTHORIZED = { authorization: 'Bearer test-token' };
  test('is no stream of events, and asks for no beta', async () => {
    const beta = { 'openai-beta': 'responses_websockets=v2' };
    for (const headers of [AUTHORIZED, { ...AUTHORIZED, ...beta }]) {
      const { status, headers: told, socket } = await upgrade(gateway.url, headers);
      socket.destroy();
      assert.equal(status, 101);
      assert.match(told['x-codex-websocket-max-message-bytes'], /^\d+$/);
      assert.ok(Number(told['x-codex-websocket-max-message-bytes']) <= 32 * 1024 * 1024);
      assert.match(told['x-codex-turn-state'], /^\S+$/);
      assert.equal(told['openai-model'], undefined);
    }
  });

  test('every event is one JSON text without [DONE]', async () => {
    const texts = [];
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/v1/responses`, {
      headers: AUTHORIZED,
    });
    socket.onmessage = ({ data }) => texts.push(data);
    await new Promise((resolve) => { socket.onopen = resolve; });
    socket.send(JSON.stringify({ type: 'response.create', ...CALL }));
    await until(() => texts.some((text) => text.includes('response.completed')), 'the end');
    await sleep(50);
    socket.close();
    assert.ok(texts.length > 5);
    assert.equal(JSON.parse(texts.at(-1)).type, 'response.completed');
    texts.map(JSON.parse).forEach(({ sequence_number: n }, i) => assert.equal(n, i));
  });
});
