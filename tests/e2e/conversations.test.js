// conversations.test.js -- /conversations, and requests that name one.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { checkError, glm, openai, rejection, startRoutes } from './client.js';

let gateway;
before(async () => {
  gateway = await startRoutes({
    glm: [glm()], openai: [openai()], 'glm then openai': [glm('every=2;glm=1113'), openai()],
  }, { env: { PROXY_AUTH_TOKEN_BOB: 'token-of-bob' } });
});
after(() => gateway?.stop());

const create = (body) => gateway.client.responses.create(body);
const api = () => gateway.client.conversations;
const lastBody = (route) => gateway.requests(route).at(-1).body;
const textOf = ({ content }) => (typeof content === 'string' ? content
  : content.map(({ text }) => text).join(''));
const user = (content) => ({ role: 'user', content });
const asJson = async (path, init) => {
  const response = await gateway.send(path, init);
  return { status: response.status, body: await response.json() };
};
const post = (path, body) => asJson(path, { method: 'POST', body: JSON.stringify(body) });
const LOST = `conv_gw${'0'.repeat(56)}`;

describe('a conversation', () => {
  test('is created, read, changed and deleted', async () => {
    const made = await api().create({ metadata: { topic: 'tea' }, items: [user('One')] });
    assert.deepEqual(Object.keys(made), ['id', 'object', 'created_at', 'metadata']);
    assert.match(made.id, /^conv_[\w]{1,59}$/);
    assert.equal(made.object, 'conversation');
    assert.ok(Math.abs(made.created_at - Date.now() / 1000) < 60);
    assert.deepEqual(await api().retrieve(made.id), made);
    const changed = await api().update(made.id, { metadata: { topic: 'milk', cup: '2' } });
    assert.deepEqual(changed, { ...made, metadata: { topic: 'milk', cup: '2' } });
    assert.deepEqual(await api().retrieve(made.id), changed);
    assert.deepEqual(await api().delete(made.id), {
      id: made.id, object: 'conversation.deleted', deleted: true,
    });
    for (const call of [() => api().retrieve(made.id), () => api().delete(made.id),
      () => api().update(made.id, { metadata: {} }), () => api().items.list(made.id)]) {
      const error = await rejection(call());
      assert.equal(error.status, 404);
      assert.ok(error.message.includes(`Conversation with id '${made.id}' not found.`));
    }
  });

  test('may be created of nothing', async () => {
    const response = await gateway.send('/v1/conversations', { method: 'POST' });
    assert.equal(response.status, 200);
    assert.deepEqual((await response.json()).metadata, {});
  });

  test('that is unknown or of another token is not found', async () => {
    const { id } = await api().create({});
    const headers = { authorization: 'Bearer token-of-bob' };
    for (const path of ['', '/items']) {
      const mine = `/v1/conversations/${id}${path}`;
      assert.equal((await asJson(mine)).status, 200);
      assert.equal((await asJson(mine, { headers })).status, 404);
    }
    const body = { model: 'glm', input: 'Hi', conversation: id };
    assert.equal((await gateway.post('/v1/responses', body, { headers })).status, 404);
    const last = id.at(-1) === '0' ? '1' : '0';
    for (const other of [LOST, 'conv_1', id.slice(0, -1) + last, id.replace('conv_', 'resp_')]) {
      assert.equal((await asJson(`/v1/conversations/${other}`)).status, 404);
    }
  });
});

describe('the limits', () => {
  const pairs = (n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 'v']));
  const long = 'é'.repeat(513);
  const refused = [
    ['20 items', { items: Array(21).fill(user('x')) }, 'array_above_max_length', 'items',
      'array with maximum length 20, but got an array with length 21 instead.'],
    ['16 pairs', { metadata: pairs(17) }, 'object_above_max_properties', 'metadata',
      'at most 16 properties, but got an object with 17 properties instead.'],
    ['64 characters of a key', { metadata: { ['k'.repeat(65)]: 'v' } },
      'string_above_max_length', 'metadata', 'maximum length 64, but got a string with length 65'],
    ['512 of a value', { metadata: { k: long } }, 'string_above_max_length', 'metadata.k',
      'maximum length 512, but got a string with length 513'],
    ['values are texts', { metadata: { k: 1 } }, 'invalid_type', 'metadata.k', 'is a string'],
    ['metadata is an object', { metadata: [] }, 'invalid_type', 'metadata', 'an object'],
    ['items are a list', { items: {} }, 'invalid_type', 'items', 'an array'],
    ['a message has a role', { items: [{ content: 'x' }] }, 'invalid_value', 'items', 'role'],
  ];
  for (const [name, body, code, param, words] of refused) {
    test(name, async () => {
      const answer = await post('/v1/conversations', body);
      assert.equal(answer.status, 400);
      checkError(answer.body, { code, param, type: 'invalid_request_error' });
      assert.ok(answer.body.error.message.includes(words), answer.body.error.message);
    });
  }

  test('as many as are allowed', async () => {
    const metadata = { ...pairs(15), ['k'.repeat(64)]: long.slice(1) };
    const made = await api().create({ items: Array(20).fill(user('x')), metadata });
    assert.deepEqual((await api().retrieve(made.id)).metadata, metadata);
    const again = await post(`/v1/conversations/${made.id}/items`, {
      items: Array(21).fill(user('x')),
    });
    checkError(again.body, { code: 'array_above_max_length', param: 'items' });
    checkError((await post(`/v1/conversations/${made.id}/items`, {})).body, { param: 'items' });
    checkError((await post(`/v1/conversations/${made.id}`, {})).body, { param: 'metadata' });
  });

  test('paths and methods', async () => {
    const wrong = await gateway.send('/v1/conversations');
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.get('allow'), 'POST, OPTIONS');
    const one = await gateway.send('/v1/conversations/conv_1', { method: 'PUT' });
    assert.equal(one.headers.get('allow'), 'GET, POST, DELETE, OPTIONS');
    const items = await gateway.send('/v1/conversations/conv_1/items', { method: 'DELETE' });
    assert.equal(items.headers.get('allow'), 'GET, POST, OPTIONS');
  });
});

describe('items', () => {
  test('are added, listed by pages, read and deleted', async () => {
    const { id } = await api().create({ items: [user('a')] });
    const added = await api().items.create(id, { items: [user('b'), user('c')] });
    assert.equal(added.object, 'list');
    assert.deepEqual(added.data.map(textOf), ['b', 'c']);
    assert.deepEqual([added.first_id, added.last_id, added.has_more],
      [added.data[0].id, added.data[1].id, false]);
    const page = async (query) => (await asJson(`/v1/conversations/${id}/items${query}`)).body;
    assert.equal((await page('')).data.map(textOf).join(''), 'cba');
    const first = await page('?order=asc&limit=2');
    assert.equal(first.data.map(textOf).join(''), 'ab');
    assert.equal(first.has_more, true);
    assert.equal((await page(`?order=asc&after=${first.last_id}`)).data.map(textOf).join(''), 'c');
    checkError(await page('?limit=101'), { param: 'limit' });
    checkError(await page('?order=up'), { param: 'order' });
    const all = [];
    for await (const item of api().items.list(id, { limit: 1, order: 'asc' })) all.push(item);
    assert.deepEqual(all.map(textOf), ['a', 'b', 'c']);
    assert.deepEqual(await api().items.retrieve(all[1].id, { conversation_id: id }), all[1]);
    const left = await api().items.delete(all[1].id, { conversation_id: id });
    assert.deepEqual([left.id, left.object], [id, 'conversation']);
    assert.equal((await page('?order=asc')).data.map(textOf).join(''), 'ac');
    const gone = await rejection(api().items.retrieve(all[1].id, { conversation_id: id }));
    assert.equal(gone.status, 404);
    assert.match(gone.message, /Item with id 'msg_.*' not found in conversation with id 'conv_/);
  });
});

describe('POST /responses with a conversation', () => {
  for (const route of ['glm', 'openai', 'glm then openai']) {
    test(`adds to it and knows all of it, route ${route}`, async () => {
      const { id } = await api().create({ items: [user('The code is 5222.')] });
      const asked = ['The code is 5222.'];
      for (const turn of [1, 2, 3, 4]) {
        asked.push(`Turn ${turn}`);
        const conversation = turn % 2 ? id : { id };
        const body = { model: route, input: asked.at(-1), conversation };
        if (turn === 3) {
          for await (const event of await create({ ...body, stream: true })) {
            if (event.type !== 'response.completed') continue;
            if (event.response.conversation) assert.equal(event.response.conversation.id, id);
          }
        } else {
          const made = await create(body);
          assert.deepEqual(made.conversation, { id });
          assert.equal(made.previous_response_id, null);
        }
        const sent = lastBody(route);
        assert.equal(sent.conversation, undefined);
        const users = (sent.messages ?? sent.input).filter(({ role }) => role === 'user');
        assert.deepEqual(users.map(textOf), asked);
      }
      const { data } = await api().items.list(id, { order: 'asc', limit: 100 });
      const roles = data.filter(({ type }) => type === 'message').map(({ role }) => role);
      assert.deepEqual(roles, ['user', ...Array(4).fill(['user', 'assistant']).flat()]);
    });
  }

  test('leaves out an item that was deleted, of an answer, too', async () => {
    const { id } = await api().create({});
    const made = await create({ model: 'glm', input: 'My name is Ada.', conversation: id });
    await api().items.delete(made.output.at(-1).id, { conversation_id: id });
    await create({ model: 'glm', input: 'Who am I?', conversation: id });
    assert.deepEqual(lastBody('glm').messages.map(({ role }) => role).filter((r) => r !== 'system'),
      ['user', 'user']);
    const kept = await gateway.client.responses.retrieve(made.id);
    assert.equal(kept.output.some(({ type }) => type === 'message'), false);
  });

  test('a response of it can be continued by its id', async () => {
    const { id } = await api().create({ items: [user('Zero')] });
    await create({ model: 'glm', input: 'One', conversation: id });
    const two = await create({ model: 'glm', input: 'Two', conversation: id });
    await create({ model: 'glm', input: 'Three', previous_response_id: two.id });
    const users = lastBody('glm').messages.filter(({ role }) => role === 'user');
    assert.deepEqual(users.map(textOf), ['Zero', 'One', 'Two', 'Three']);
  });

  test('with store: false it gets nothing added', async () => {
    const { id } = await api().create({ items: [user('One')] });
    await create({ model: 'glm', input: 'Two', conversation: id, store: false });
    assert.equal(lastBody('glm').messages.length, 2);
    assert.equal((await api().items.list(id)).data.length, 1);
  });

  test('is refused when it is unknown, or beside previous_response_id', async () => {
    for (const conversation of ['conv_1', { id: LOST }]) {
      const unknown = await rejection(create({ model: 'glm', input: 'Hi', conversation }));
      assert.equal(unknown.status, 404);
      assert.match(unknown.message, /Conversation with id 'conv_.*' not found\./);
    }
    const both = await rejection(create({
      model: 'glm', input: 'Hi', conversation: 'conv_1', previous_response_id: 'resp_1',
    }));
    assert.equal(both.status, 400);
    assert.equal(both.code, 'mutually_exclusive_parameters');
  });
});

test('where nothing is stored, there are no conversations', async () => {
  const without = await startRoutes({ glm: [glm()] }, { store: false });
  const off = await startRoutes({ glm: [glm()] }, { route: { storeDays: 0 } });
  try {
    for (const one of [without, off]) {
      assert.equal((await one.post('/v1/conversations', {})).status, 404);
      assert.equal((await one.send('/v1/conversations/conv_1')).status, 404);
    }
  } finally {
    await without.stop();
    await off.stop();
  }
});
