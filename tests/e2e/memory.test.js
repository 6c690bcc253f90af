// memory.test.js -- conversations by previous_response_id and by references, on any provider.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { glm, openai, rejection, startRoutes } from './client.js';
import { checkItem } from './schema.js';

const ROUTES = {
  glm: [glm()],
  openai: [openai()],
  'openai then glm': [openai('every=3;openai=insufficient_quota'), glm()],
  'glm then openai': [glm('every=3;glm=1113'), openai()],
  'another key': [openai(['every=3;openai=insufficient_quota', ''])],
  failed: [openai('finish=network_error')],
  incomplete: [openai('finish=length')],
};

let gateway;
let disk;
before(async () => {
  disk = await mkdtemp(join(tmpdir(), 'gateway-memory-'));
  gateway = await startRoutes(ROUTES, { store: disk });
});
after(async () => {
  await gateway?.stop();
  await rm(disk, { recursive: true, force: true });
});

const create = (body) => gateway.client.responses.create(body);
const lastBody = (route) => gateway.requests(route).at(-1).body;
const said = ({ content }) => (typeof content === 'string' ? content
  : content.map(({ text }) => text).join(''));

describe('previous_response_id on GLM', () => {
  test('the next turn has the turns before it', async () => {
    const one = await create({ model: 'glm', input: 'One' });
    assert.equal(one.store, true);
    const two = await create({ model: 'glm', input: 'Two', previous_response_id: one.id });
    assert.equal(two.previous_response_id, one.id);
    const messages = lastBody('glm').messages;
    assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant', 'user']);
    assert.deepEqual([said(messages[0]), said(messages[2])], ['One', 'Two']);
    assert.equal(said(messages[1]), one.output_text);
    const three = await create({
      model: 'glm', input: 'Three', previous_response_id: two.id, stream: true,
    });
    for await (const event of three) void event;
    assert.equal(lastBody('glm').messages.length, 5);
  });

  test('two continuations of one response are a tree', async () => {
    const root = await create({ model: 'glm', input: 'Root' });
    const [left, right] = await Promise.all(['Left', 'Right'].map((input) => (
      create({ model: 'glm', input, previous_response_id: root.id })
    )));
    const leaf = await create({ model: 'glm', input: 'Leaf', previous_response_id: left.id });
    const texts = lastBody('glm').messages.map(said);
    assert.deepEqual([texts[0], texts[2], texts[4]], ['Root', 'Left', 'Leaf']);
    assert.equal(new Set([root.id, left.id, right.id, leaf.id]).size, 4);
  });

  test('an id that is unknown, tampered with or of store: false is refused', async () => {
    const { id } = await create({ model: 'glm', input: 'Hi', store: false });
    const real = await create({ model: 'glm', input: 'Hi' });
    const last = real.id.at(-1) === '0' ? '1' : '0';
    for (const unknown of ['resp_1', id, real.id.slice(0, -1) + last]) {
      const error = await rejection(create({
        model: 'glm', input: 'Two', previous_response_id: unknown,
      }));
      assert.equal(error.status, 400);
      assert.equal(error.code, 'previous_response_not_found');
      assert.equal(error.param, 'previous_response_id');
      assert.ok(error.message.includes(`Previous response with id '${unknown}' not found.`));
    }
  });
});

describe('references', () => {
  test('an item is found by its id', async () => {
    const one = await create({ model: 'glm', input: 'One' });
    const items = one.output.map(({ id }) => ({ type: 'item_reference', id }));
    const input = [{ role: 'user', content: 'One' }, ...items, { role: 'user', content: 'Two' }];
    await create({ model: 'glm', input });
    const messages = lastBody('glm').messages;
    assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant', 'user']);
    assert.equal(said(messages[1]), one.output_text);
  });

  test('one that nobody knows is named', async () => {
    const error = await rejection(create({
      model: 'glm',
      input: [{ type: 'item_reference', id: 'msg_1' }, { role: 'user', content: 'Hi' }],
    }));
    assert.equal(error.status, 400);
    assert.match(error.message, /Item with id 'msg_1' not found.*`store: false`/s);
  });
});

// One of each kind, with no more members than a client must send.
const CALL = { call_id: 'call_1', name: 'look', arguments: '{}' };
const CUSTOM = { call_id: 'call_2', name: 'patch', input: 'x' };
const EVERY_KIND = [
  { role: 'system', content: 'Be kind.' },
  { type: 'message', role: 'developer', content: 'Be brief.' },
  { role: 'user', content: 'Look.' },
  { role: 'user', content: [{ type: 'input_image', image_url: 'https://a.example/b.png' }] },
  { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
  { type: 'function_call', ...CALL },
  { type: 'function_call_output', call_id: CALL.call_id, output: 'seen' },
  { type: 'custom_tool_call', ...CUSTOM },
  { type: 'custom_tool_call_output', call_id: CUSTOM.call_id, output: 'done' },
  { role: 'assistant', content: 'Seen.' },
  { role: 'assistant', content: [{ type: 'output_text', text: 'Really.' }] },
  { role: 'user', content: 'And now?' },
];

describe('a stored response', () => {
  for (const route of ['glm', 'openai']) {
    test(`is read, listed and deleted, route ${route}`, async () => {
      const input = ['Keep this', 'And this'].map((content) => ({ role: 'user', content }));
      const made = await create({ model: route, input });
      const { responses } = gateway.client;
      const read = await responses.retrieve(made.id);
      assert.deepEqual(read.output, made.output);
      assert.equal(read.status, 'completed');
      const items = [];
      for await (const item of responses.inputItems.list(made.id, { limit: 1 })) items.push(item);
      assert.deepEqual(items.map(({ role, content }) => [role, content[0].text]),
        [['user', 'And this'], ['user', 'Keep this']]);
      const cancelled = await rejection(responses.cancel(made.id));
      assert.equal(cancelled.status, 400);
      assert.match(cancelled.message, /Cannot cancel a synchronous response\./);
      const stream = await gateway.send(`/v1/responses/${made.id}?stream=true`);
      assert.equal(stream.status, 400);
      assert.equal((await stream.json()).error.param, 'stream');
      const deleted = await responses.delete(made.id).asResponse();
      assert.deepEqual(await deleted.json(), { id: made.id, object: 'response', deleted: true });
      assert.equal((await rejection(responses.delete(made.id))).status, 404);
      assert.equal((await rejection(responses.inputItems.list(made.id))).status, 404);
      const gone = await rejection(responses.retrieve(made.id));
      assert.equal(gone.status, 404);
      assert.ok(gone.message.includes(`Response with id '${made.id}' not found.`));
    });
  }

  test('a stream is read, too', async () => {
    for (const model of ['glm', 'openai']) {
      let done;
      for await (const event of await create({ model, input: 'Keep this', stream: true })) {
        if (event.type === 'response.completed') done = event.response;
      }
      assert.deepEqual((await gateway.client.responses.retrieve(done.id)).output, done.output);
    }
  });

  for (const model of ['failed', 'incomplete']) {
    test(`a stream that ended as ${model} is read, and goes on`, async () => {
      let done;
      const body = { model, stream: true };
      for await (const event of await create({ ...body, input: 'One' })) {
        done = event.response ?? done;
      }
      assert.equal(done.status, model);
      const read = await gateway.client.responses.retrieve(done.id);
      assert.deepEqual([read.status, read.output], [model, done.output]);
      for await (const event of await create({
        ...body, input: 'Two', previous_response_id: done.id,
      })) void event;
      assert.equal(lastBody(model).previous_response_id, done.id);
    });
  }

  test('input items come in pages', async () => {
    const input = ['a', 'b', 'c'].map((content) => ({ role: 'user', content }));
    const { id } = await create({ model: 'glm', input });
    const page = async (query) => (
      (await gateway.send(`/v1/responses/${id}/input_items?${query}`)).json());
    const textsOf = ({ data }) => data.map(({ content }) => content[0].text).join('');
    assert.equal(textsOf(await page('')), 'cba');
    const first = await page('order=asc&limit=2');
    assert.equal(textsOf(first), 'ab');
    assert.equal(first.has_more, true);
    assert.equal(first.last_id, first.data[1].id);
    const rest = await page(`order=asc&limit=2&after=${first.last_id}`);
    assert.equal(textsOf(rest), 'c');
    assert.equal(rest.has_more, false);
    assert.equal((await page('limit=0')).error.param, 'limit');
  });

  test('input items of every kind are listed with all that an item has', async () => {
    const text = 'Listed as it is.';
    for (const input of [EVERY_KIND, text]) {
      const { id } = await create({ model: 'glm', input });
      const { data } = await gateway.client.responses.inputItems.list(id, { order: 'asc' });
      data.forEach(checkItem);
      const kinds = input === text ? ['message'] : input.map(({ type = 'message' }) => type);
      assert.deepEqual(data.map(({ type }) => type), kinds);
      for (const { type, status } of data) {
        assert.equal(status, type === 'reasoning' ? undefined : 'completed', type);
      }
    }
  });

  test('store: false, unknown ids and items are not found', async () => {
    const { id } = await create({ model: 'glm', input: 'Hi', store: false });
    const { output } = await create({ model: 'glm', input: 'Hi' });
    for (const unknown of [id, 'resp_1', output[0].id]) {
      const error = await rejection(gateway.client.responses.retrieve(unknown));
      assert.equal(error.status, 404);
      assert.equal(error.type, 'invalid_request_error');
    }
  });
});

describe('a change of provider', () => {
  // From the third turn on another one answers; what it was not told before it is told then.
  for (const model of ['openai then glm', 'glm then openai', 'another key']) {
    test(`${model}: it is sent the whole conversation`, async () => {
      const asked = [];
      let last;
      for (let turn = 1; turn <= 5; turn += 1) {
        asked.push(`Turn ${turn}`);
        const { data, response } = await create({
          model, input: asked.at(-1), ...(last && { previous_response_id: last.id }),
        }).withResponse();
        last = data;
        if (turn === 1) continue;
        const [{ body }] = gateway.requests(model).slice(-1);
        const users = (body.messages ?? body.input).filter?.(({ role }) => role === 'user');
        const told = body.previous_response_id ? [asked.at(-1)] : users.map(said);
        assert.deepEqual(told, body.previous_response_id ? [body.input] : asked);
        assert.equal(response.headers.get('x-gateway-attempts'), turn === 3 ? '2' : '1');
      }
    });
  }
});

describe('POST /responses/input_tokens', () => {
  const count = (body) => gateway.client.responses.inputTokens.count(body).withResponse();

  test('counts at the upstream, or says that it estimates', async () => {
    for (const [model, lossy] of [['glm', 'input_tokens'], ['openai', 'input_tokens']]) {
      const { data, response } = await count({ model, input: 'Tell me a joke about tea.' });
      assert.equal(data.object, 'response.input_tokens');
      assert.ok(data.input_tokens > 5 && data.input_tokens < 30, `${data.input_tokens}`);
      assert.equal(response.headers.get('x-gateway-lossy'), lossy);
    }
  });

  test('counts the turns before it', async () => {
    const one = await create({ model: 'glm', input: 'x '.repeat(4000) });
    const { data } = await count({ model: 'glm', input: 'Hi', previous_response_id: one.id });
    assert.ok(data.input_tokens > 2000, `${data.input_tokens}`);
    const error = await rejection(count({ model: 'glm', input: 'Hi', previous_response_id: 'r' }));
    assert.equal(error.code, 'previous_response_not_found');
    // Nothing that a tokenizer lacks is held against the key.
    assert.equal((await create({ model: 'glm', input: 'Hi' })).status, 'completed');
  });
});

test('a chain outlives a kill, and is not found under another token', async () => {
  const one = await create({ model: 'glm', input: 'One' });
  await gateway.stop();
  gateway = await startRoutes(ROUTES, { store: disk });
  await create({ model: 'glm', input: 'Two', previous_response_id: one.id });
  assert.deepEqual(lastBody('glm').messages.map(said).filter((_, i) => i !== 1), ['One', 'Two']);
  const other = await startRoutes(ROUTES, { store: disk, env: { PROXY_AUTH_TOKEN: 'another' } });
  try {
    const headers = { authorization: 'Bearer another' };
    const read = await other.send(`/v1/responses/${one.id}`, { headers });
    assert.equal(read.status, 404);
    const body = { model: 'glm', input: 'Two', previous_response_id: one.id };
    const next = await other.post('/v1/responses', body, { headers });
    assert.equal(next.status, 400);
    assert.equal((await next.json()).error.code, 'previous_response_not_found');
  } finally {
    await other.stop();
  }
});

test('a store that fails breaks no answer', async () => {
  const failing = await startRoutes(ROUTES, {
    entry: `
      import { DurableObject } from 'cloudflare:workers';
      export { default, Store } from './worker.js';
      export class Conversation extends DurableObject {
        async run() { throw new Error('no quota'); }
      }`,
  });
  try {
    const body = { model: 'glm', input: 'Hi' };
    const first = await failing.post('/v1/responses', body);
    const { id } = await first.json();
    assert.equal(first.status, 200);
    const second = await failing.post('/v1/responses', body);
    assert.equal(second.status, 200);
    assert.equal(second.headers.get('x-gateway-lossy'), 'store');
    const next = await failing.post('/v1/responses', { ...body, previous_response_id: id });
    assert.equal(next.status, 400);
    assert.equal((await next.json()).error.code, 'previous_response_not_found');
    assert.equal((await failing.send(`/v1/responses/${id}`)).status, 503);
  } finally {
    await failing.stop();
  }
});
