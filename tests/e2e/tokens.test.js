// tokens.test.js -- what was made under one token is unknown under every other.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { glm, openai, startRoutes } from './client.js';

const OTHER = { authorization: 'Bearer token-of-bob' };
const ROUTES = ['glm', 'openai'];

let gateway;
before(async () => {
  gateway = await startRoutes({ glm: [glm()], openai: [openai()] }, {
    env: { PROXY_AUTH_TOKEN_BOB: 'token-of-bob' },
  });
});
after(() => gateway?.stop());

const secret = { role: 'user', content: 'The code is 5222.' };
const next = { role: 'user', content: 'And?' };
const askedSoFar = () => ROUTES.map((route) => gateway.requests(route).length);

// What Bob is answered, without a call of an upstream: the status, and the error's code.
async function asBob(method, path, body) {
  const asked = askedSoFar();
  const init = { method, headers: OTHER, ...(body && { body: JSON.stringify(body) }) };
  const response = await gateway.send(`/v1${path}`, init);
  const text = await response.text();
  assert.doesNotMatch(text, /5222/);
  assert.deepEqual(askedSoFar(), asked, 'no upstream was asked');
  return [response.status, JSON.parse(text).error.code];
}

// A response of Alice's, and the id of its last item.
async function make(model, stream) {
  const made = await gateway.client.responses.create({ model, input: [secret], stream });
  let response = made;
  if (stream) for await (const event of made) response = event.response ?? response;
  return { id: response.id, item: response.output.at(-1).id };
}

const reference = (id) => [{ type: 'item_reference', id }, next];

for (const maker of ROUTES) {
  for (const stream of [false, true]) {
    describe(`a response of route ${maker}, stream: ${stream}`, () => {
      let made;
      before(async () => { made = await make(maker, stream); });

      test('is not found', async () => {
        const { id } = made;
        for (const [method, path] of [['GET', ''], ['GET', '?stream=true'], ['DELETE', ''],
          ['GET', '/input_items'], ['POST', '/cancel']]) {
          const answer = await asBob(method, `/responses/${id}${path}`);
          assert.deepEqual(answer, [404, 'response_not_found'], `${method} ${path}`);
        }
      });

      test('cannot be continued, compacted or counted, nor its items be named', async () => {
        const { id, item } = made;
        for (const model of ROUTES) {
          for (const path of ['', '/compact', '/input_tokens']) {
            const body = { model, input: [next], previous_response_id: id };
            const answer = await asBob('POST', `/responses${path}`, body);
            assert.deepEqual(answer, [400, 'previous_response_not_found'], `${model} ${path}`);
          }
          const [status] = await asBob('POST', '/responses', { model, input: reference(item) });
          assert.equal(status, 400, `${model}, a reference`);
        }
      });

      test('is still there', async () => {
        const { responses } = gateway.client;
        assert.equal((await responses.retrieve(made.id)).status, 'completed');
        for (const model of ROUTES) {
          const body = { model, input: [next], previous_response_id: made.id };
          assert.equal((await responses.create(body)).status, 'completed');
          assert.equal((await responses.create({ model, input: reference(made.item) })).status,
            'completed');
        }
      });
    });
  }
}

describe('a conversation', () => {
  let id;
  let item;
  before(async () => {
    const { conversations } = gateway.client;
    ({ id } = await conversations.create({ items: [secret], metadata: { code: '5222' } }));
    [item] = (await conversations.items.list(id)).data;
  });

  test('is not found, nor are its items', async () => {
    const path = `/conversations/${id}`;
    for (const [method, rest, body] of [['GET', ''], ['POST', '', { metadata: {} }], ['DELETE', ''],
      ['GET', '/items'], ['POST', '/items', { items: [next] }], ['GET', `/items/${item.id}`],
      ['DELETE', `/items/${item.id}`]]) {
      const answer = await asBob(method, path + rest, body);
      assert.deepEqual(answer, [404, 'conversation_not_found'], `${method} ${rest}`);
    }
  });

  test('is not gone on with', async () => {
    for (const model of ROUTES) {
      for (const more of [{}, { stream: true }, { background: true }]) {
        const body = { model, input: [next], conversation: id, ...more };
        assert.deepEqual(await asBob('POST', '/responses', body), [404, 'conversation_not_found']);
      }
      const [status] = await asBob('POST', '/responses', { model, input: reference(item.id) });
      assert.equal(status, 400);
    }
  });

  test('is still there', async () => {
    const { data } = await gateway.client.conversations.items.list(id);
    assert.deepEqual(data, [item]);
  });
});

test('a compaction cannot be opened', async () => {
  const { output } = await gateway.client.responses.compact({ model: 'glm', input: [secret] });
  for (const model of ROUTES) {
    const [status] = await asBob('POST', '/responses', { model, input: [output.at(-1), next] });
    assert.equal(status, 400);
  }
});
