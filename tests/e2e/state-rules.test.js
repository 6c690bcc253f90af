// state-rules.test.js -- the rules of stored responses and conversations, a row each, on a route
// where the gateway is the store (glm) and on one whose upstream is (openai).
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { conversationIn, glm, openai, startRoutes } from './client.js';

const BOB = 'token-of-bob';
const HANGS = 'stall-after=text:3';
const ROUTES = {
  glm: [glm()],
  openai: [openai()],
  'held glm': [glm(HANGS)],
  'held openai': [openai(HANGS)],
  'slow glm': [glm('stall-after=text:3,for=300')],
  'slow openai': [openai('stall-after=text:3,for=300')],
  'short glm': [glm('finish=length')],
  'short openai': [openai('finish=length')],
  'cut glm': [glm('cut-after=text:3')],
  'cut openai': [openai('cut-after=text:3')],
  'nothing stored': [glm()],
};
const KINDS = ['glm', 'openai'];

let gateway;
before(async () => {
  gateway = await startRoutes(ROUTES, {
    env: { PROXY_AUTH_TOKEN_BOB: BOB },
    route: (name) => ({ coalesceMs: 0, storeDays: name === 'nothing stored' ? 0 : 30 }),
  });
});
after(() => gateway?.stop());

const user = (content) => ({ role: 'user', content });
// What |route|'s upstream was asked when |text| was in it. Tests run at once.
const askedWith = (route, text) => (
  gateway.requests(route).findLast(({ body }) => JSON.stringify(body).includes(text)));

// { status, body }, or the text of a stream as |text|.
async function call(method, path, body, token = gateway.token) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await gateway.send(`/v1${path}`, {
    method, headers, ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isStream = response.headers.get('content-type').startsWith('text/event-stream');
  return { status: response.status, ...(isStream ? { text } : { body: JSON.parse(text) }) };
}
const get = (path) => call('GET', path);
const create = (body, token) => call('POST', '/responses', body, token);
const eventsOf = (text) => text.split('\n').filter((line) => line.startsWith('data: {'))
  .map((line) => JSON.parse(line.slice(6)));

// An error reply, whole.
const refusal = (status, message, code = 'invalid_value', param = '') => ({
  status, body: { error: { message, type: 'invalid_request_error', param, code } },
});
const noResponse = (id) => (
  refusal(404, `Response with id '${id}' not found.`, 'response_not_found'));
const noPrevious = (id) => refusal(400, `Previous response with id '${id}' not found.`,
  'previous_response_not_found', 'previous_response_id');
const noStream = (what) => refusal(400,
  `This response cannot be streamed: it was not created with ${what}=true.`, undefined, 'stream');

async function finished(id) {
  for (;;) {
    const { body } = await get(`/responses/${id}`);
    if (!['queued', 'in_progress'].includes(body.status)) return body;
    await sleep(20);
  }
}

async function begin(model, more) {
  const { status, body } = await create({ model, input: 'Hi', background: true, ...more });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

const ended = (prefix) => async (kind, more) => finished((await begin(prefix + kind, more)).id);
const streamed = async (kind) => {
  const { text } = await create({ model: kind, input: 'Hi', background: true, stream: true });
  return eventsOf(text).at(-1).response;
};

// A response that cannot be had any more; |id| of one that never was.
const tampered = (id) => `${id.slice(0, -1)}${id.endsWith('0') ? 1 : 0}`;
const GONE = {
  'with store: false': async (model) => (
    (await create({ model, input: 'Hi', store: false })).body.id),
  'unknown, as an upstream would name it': () => 'resp_0123456789abcdef',
  'unknown, as the gateway would': async () => (
    tampered((await create({ model: 'glm', input: 'Hi' })).body.id)),
  "another token's": async (model) => (await create({ model, input: 'Hi' }, BOB)).body.id,
  deleted: async (model) => {
    const { body: { id } } = await create({ model, input: 'Hi' });
    await written(id);
    assert.equal((await call('DELETE', `/responses/${id}`)).status, 200);
    return id;
  },
  'an item': async (model) => (await create({ model, input: 'Hi' })).body.output[0].id,
  'a conversation': async () => (await call('POST', '/conversations', {})).body.id,
};

// An answer is stored after it was given.
async function written(id) {
  while ((await get(`/responses/${id}`)).status !== 200) await sleep(20);
}

for (const kind of KINDS) {
  describe(`stored responses, route ${kind}`, { concurrency: true }, () => {
    const ENDS = {
      completed: [ended(''), 'completed'],
      'completed, and streamed': [streamed, 'completed'],
      failed: [ended('cut '), 'failed'],
      incomplete: [ended('short '), 'incomplete'],
      cancelled: [async (name) => {
        const { id } = await begin(`held ${name}`);
        return (await call('POST', `/responses/${id}/cancel`)).body;
      }, 'cancelled'],
    };
    for (const [name, [make, status]] of Object.entries(ENDS)) {
      test(`in the background, ${name}: read, not cancelled, deleted`, async () => {
        const made = await make(kind);
        const { id } = made;
        assert.equal(made.status, status);
        assert.deepEqual(await get(`/responses/${id}`), { status: 200, body: made });
        const cancelled = await call('POST', `/responses/${id}/cancel`);
        assert.deepEqual(cancelled, status === 'cancelled' ? { status: 200, body: made }
          : refusal(400, 'Cannot cancel a response that is finished.'));
        const stream = await get(`/responses/${id}?stream=true`);
        if (make === streamed) assert.equal(stream.status, 200);
        else assert.deepEqual(stream, noStream('stream'));
        assert.equal((await get(`/responses/${id}/input_items`)).body.data.length, 1);
        assert.deepEqual(await call('DELETE', `/responses/${id}`), {
          status: 200, body: { id, object: 'response', deleted: true },
        });
        assert.deepEqual(await get(`/responses/${id}`), noResponse(id));
      });
    }

    test('in the background, under way: read, not deleted, cancelled twice', async () => {
      const one = await begin(`held ${kind}`);
      assert.deepEqual([one.status, one.output, one.background], ['queued', [], true]);
      const path = `/responses/${one.id}`;
      let now = one;
      while (now.status === 'queued') now = (await get(path)).body;
      assert.deepEqual(now, { ...one, status: 'in_progress' });
      assert.deepEqual(await get(`${path}?stream=true`), noStream('stream'));
      const inFlight = refusal(400,
        'The response is still in progress: cancel it, or wait until it is finished.',
        'response_in_progress');
      assert.deepEqual(await call('DELETE', path), inFlight);
      const items = await get(`${path}/input_items`);
      assert.deepEqual([items.status, items.body.data.map(textOf)], [200, ['Hi']]);
      const cancelled = await call('POST', `${path}/cancel`);
      assert.deepEqual([cancelled.status, cancelled.body.status, cancelled.body.output],
        [200, 'cancelled', []]);
      assert.deepEqual(await call('POST', `${path}/cancel`), cancelled);
      assert.deepEqual(await get(path), cancelled);
      assert.deepEqual(await get(`${path}/input_items`), items);
    });

    test('as soon as it is queued: cancelled', async () => {
      const { id } = await begin(`held ${kind}`);
      const { status, body } = await call('POST', `/responses/${id}/cancel`);
      assert.deepEqual([status, body.id, body.status, body.output], [200, id, 'cancelled', []]);
    });

    test('not in the background: read, not streamed, not cancelled', async () => {
      const { body: made } = await create({ model: kind, input: 'Hi' });
      assert.deepEqual([made.store, made.background, made.object], [true, false, 'response']);
      const path = `/responses/${made.id}`;
      await written(made.id);
      assert.deepEqual(await get(path), { status: 200, body: made });
      assert.deepEqual(await get(`${path}?stream=true`), noStream('background'));
      assert.deepEqual(await get(`${path}?stream=true&starting_after=1`), noStream('background'));
      assert.deepEqual(await call('POST', `${path}/cancel`),
        refusal(400, 'Cannot cancel a synchronous response.'));
      const more = 'include[]=reasoning.encrypted_content&include_obfuscation=false&stream=false';
      assert.deepEqual((await get(`${path}?${more}`)).body, made);
    });

    test('not in the background, under way: not found until its end', async () => {
      const model = `held ${kind}`;
      const one = gateway.ask('/v1/responses', { model, input: 'Hi', stream: true });
      while (!/"id":"(resp_\w+)"/.test(one.text)) await sleep(5);
      const [, id] = one.text.match(/"id":"(resp_\w+)"/);
      const calls = [['GET', ''], ['GET', '?stream=true'], ['DELETE', ''], ['POST', '/cancel']];
      await Promise.all(calls.map(async ([method, rest]) => (
        assert.deepEqual(await call(method, `/responses/${id}${rest}`), noResponse(id)))));
      one.socket.destroy();
    });

    test('a stream is read again after any number', async () => {
      const body = { model: kind, input: 'Hi', background: true, stream: true };
      const { text } = await create(body);
      const all = eventsOf(text);
      const last = all.length - 1;
      const path = `/responses/${all[0].response.id}?stream=true`;
      const rows = [['', -1], ['&starting_after=0', 0], ['&include_obfuscation=true', -1],
        [`&starting_after=${last >> 1}`, last >> 1], [`&starting_after=${last - 1}`, last - 1]];
      for (const [query, number] of rows) {
        const replay = await get(path + query);
        assert.deepEqual(eventsOf(replay.text), all.slice(number + 1), query);
      }
      for (const beyond of [last, last + 1, 1_000_000]) {
        assert.deepEqual(await get(`${path}&starting_after=${beyond}`), { status: 200, text: '' });
      }
    });

    test('a stream is read while it goes on, also after a number that is to come', async () => {
      const body = { model: `slow ${kind}`, input: 'Hi', stream: true, background: true };
      const one = gateway.ask('/v1/responses', body);
      while (!one.text.includes('output_text.delta')) await sleep(5);
      const [, id] = one.text.match(/"id":"(resp_\w+)"/);
      const path = `/responses/${id}?stream=true`;
      const later = [0, 12, 1_000_000].map((after) => get(`${path}&starting_after=${after}`));
      const all = eventsOf((await get(path)).text);
      assert.ok(all.length > 13 && all.at(-1).type === 'response.completed');
      const texts = await Promise.all(later);
      assert.deepEqual(texts.map(({ text }) => eventsOf(text)),
        [all.slice(1), all.slice(13), []]);
      one.socket.destroy();
    });

    for (const [route, status, cancels] of [['held', 'cancelled', true], ['cut', 'failed'],
      ['short', 'incomplete']]) {
      test(`a stream that ends ${status} is read again as it was`, async () => {
        const body = { model: `${route} ${kind}`, input: 'Hi', stream: true, background: true };
        const one = gateway.ask('/v1/responses', body);
        while (!one.text.includes('output_text.delta')) await sleep(5);
        const [, id] = one.text.match(/"id":"(resp_\w+)"/);
        if (cancels) assert.equal((await call('POST', `/responses/${id}/cancel`)).status, 200);
        await finished(id);
        while (!/event: response\.(failed|incomplete)/.test(one.text)) await sleep(5);
        await sleep(20);
        const all = eventsOf(one.text);
        const { type, response } = all.at(-1);
        assert.deepEqual([type, response.status],
          [status === 'incomplete' ? 'response.incomplete' : 'response.failed', status]);
        assert.deepEqual(await get(`/responses/${id}`), { status: 200, body: response });
        for (const after of [-1, 0, all.length >> 1, all.length - 2, all.length - 1]) {
          const { text } = await get(`/responses/${id}?stream=true&starting_after=${after}`);
          assert.deepEqual(eventsOf(text), all.slice(after + 1));
        }
        one.socket.destroy();
      });
    }

    for (const [name, make] of Object.entries(GONE)) {
      test(`${name}: not found, whatever is asked`, async () => {
        const id = await make(kind);
        const calls = [['GET', ''], ['GET', '?stream=true'], ['GET', '/input_items'],
          ['DELETE', ''], ['POST', '/cancel']];
        await Promise.all(calls.map(async ([method, rest]) => assert.deepEqual(
          await call(method, `/responses/${id}${rest}`), noResponse(id), `${method} ${rest}`)));
      });
    }

    test('background where nothing is stored', async () => {
      for (const stream of [false, true]) {
        assert.deepEqual(
          await create({ model: kind, input: 'Hi', background: true, store: false, stream }),
          refusal(400, "A background response has to be stored: leave 'store' out.",
            'unsupported_parameter', 'background'));
      }
      assert.deepEqual(
        await create({ model: 'nothing stored', input: 'Hi', background: true }),
        refusal(400, 'A background response has to be stored, and this route or this gateway ' +
          'stores none.', 'unsupported_parameter', 'background'));
    });
  });
}

// ---- lists: the input of a response, the items of a conversation ----

const ITEMS = 25;
const texts = Array.from({ length: ITEMS }, (_, i) => `item ${i}`);
const textOf = ({ content }) => content[0].text;
const LISTS = {
  'input items': async (model) => {
    const { body: { id } } = await create({ model, input: texts.map(user) });
    await written(id);
    return `/responses/${id}/input_items`;
  },
  'items of a conversation': async () => {
    const items = texts.map(user);
    const made = await call('POST', '/conversations', { items: items.slice(0, 20) });
    const path = `/conversations/${made.body.id}/items`;
    await call('POST', path, { items: items.slice(20) });
    return path;
  },
};
// A query, and which part of the ascending or descending list it gives; AFTER is an item's id.
const PAGES = [
  ['', 'desc', 0, 20], ['order=desc', 'desc', 0, 20], ['order=asc', 'asc', 0, 20],
  ['limit=1', 'desc', 0, 1], ['limit=25&order=asc', 'asc', 0, 25], ['limit=100', 'desc', 0, 25],
  ['order=asc&after=AFTER', 'asc', 11, 25], ['after=AFTER&limit=3', 'desc', 15, 18],
  ['order=asc&limit=15&after=AFTER', 'asc', 11, 25],
  ['include[]=message.output_text.logprobs&include=x', 'desc', 0, 20],
];
const LIMIT = refusal(400, "'limit' is a number from 1 to 100.", undefined, 'limit');
const ORDER = refusal(400, "'order' is asc or desc.", undefined, 'order');
const BAD_PAGES = {
  'limit=0': LIMIT, 'limit=101': LIMIT, 'limit=-1': LIMIT, 'limit=x': LIMIT, 'limit=1.5': LIMIT,
  'order=up': ORDER, 'order=ASC': ORDER,
};

for (const [kind, name] of [...KINDS.map((one) => [one, 'input items']),
  ['no', 'items of a conversation']]) {
  test(`${name} come in pages, ${kind} route`, async () => {
    const path = await LISTS[name](kind);
    const ask = (query) => get(`${path}?${query}`);
    const { body: { data: all } } = await ask('order=asc&limit=100');
    assert.deepEqual(all.map(textOf), texts);
    for (const [query, order, from, to] of PAGES) {
      const data = (order === 'asc' ? all : all.toReversed()).slice(from, to);
      const { status, body } = await ask(query.replace('AFTER', all[10].id));
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(body), ['object', 'data', 'first_id', 'last_id', 'has_more']);
      assert.deepEqual(body, {
        object: 'list', data, first_id: data[0].id, last_id: data.at(-1).id, has_more: to < ITEMS,
      }, query);
    }
    for (const after of [all[0].id, 'msg_1']) {
      assert.deepEqual((await ask(`after=${after}`)).body, {
        object: 'list', data: [], first_id: null, last_id: null, has_more: false,
      });
    }
    for (const [query, expected] of Object.entries(BAD_PAGES)) {
      assert.deepEqual(await ask(query), expected, query);
    }
  });
}

// ---- conversations ----

describe('conversations', () => {
  const pairs = (n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 'v']));
  const tooLong = (max, param) => refusal(400, `Invalid '${param}': string too long. Expected a ` +
    `string with maximum length ${max}, but got a string with length ${max + 1} instead.`,
  'string_above_max_length', param);
  const manyItems = refusal(400, "Invalid 'items': array too long. Expected an array with " +
    'maximum length 20, but got an array with length 21 instead.', 'array_above_max_length',
  'items');
  const manyPairs = refusal(400, "Invalid 'metadata': too many properties. Expected an object " +
    'with at most 16 properties, but got an object with 17 properties instead.',
  'object_above_max_properties', 'metadata');
  const item = (n) => Array.from({ length: n }, () => user('x'));
  let path;
  before(async () => {
    const { status, body } = await call('POST', '/conversations', { items: item(20) });
    assert.deepEqual([status, Object.keys(body), body.object, body.metadata],
      [200, ['id', 'object', 'created_at', 'metadata'], 'conversation', {}]);
    path = `/conversations/${body.id}`;
  });

  const ROWS = [
    ['', { metadata: { a: 'b' }, items: item(1) }, 200],
    ['', { items: item(21) }, manyItems],
    ['/ID/items', { items: item(21) }, manyItems],
    ['/ID/items', {}, refusal(400, "Missing required parameter: 'items'.",
      'missing_required_parameter', 'items')],
    ['/ID/items', { items: [{ type: 'item_reference', id: 'msg_1' }] }, refusal(400,
      "An item of 'items' is an object and no reference, and a message has a role.",
      'invalid_value', 'items')],
    ['', { metadata: pairs(16) }, 200],
    ['/ID', { metadata: pairs(16) }, 200],
    ['', { metadata: pairs(17) }, manyPairs],
    ['/ID', { metadata: pairs(17) }, manyPairs],
    ['/ID', {}, refusal(400, "Missing required parameter: 'metadata'.",
      'missing_required_parameter', 'metadata')],
    ['/ID', { metadata: { ['k'.repeat(64)]: 'v'.repeat(512) } }, 200],
    ['/ID', { metadata: { k: 'v'.repeat(513) } }, tooLong(512, 'metadata.k')],
    ['', { metadata: { k: 'v'.repeat(513) } }, tooLong(512, 'metadata.k')],
    ['', { metadata: { ['k'.repeat(65)]: 'v' } }, tooLong(64, 'metadata')],
  ];
  for (const [where, body, expected] of ROWS) {
    test(`POST /conversations${where} ${JSON.stringify(body).slice(0, 40)}`, async () => {
      const answer = await call('POST', where ? path + where.slice(3) : '/conversations', body);
      if (expected === 200) assert.equal(answer.status, 200);
      else assert.deepEqual(answer, expected);
      if (expected === 200) assert.deepEqual(answer.body.metadata, body.metadata);
    });
  }
});

// ---- what a request goes on with ----

const TOOL = { type: 'function', name: 'look', parameters: { type: 'object', properties: {} } };

for (const kind of KINDS) {
  const other = KINDS.find((one) => one !== kind);
  describe(`going on, route ${kind}`, { concurrency: true }, () => {
    test('the context is input, output and new input; not instructions or tools', async () => {
      // The last turn is sent to the other provider, which cannot know those before it.
      const { body: one } = await create({
        model: kind, input: 'One', instructions: 'Be brief.', tools: [TOOL],
      });
      const { body: two } = await create({
        model: kind, input: [user('Two')], previous_response_id: one.id,
      });
      assert.deepEqual([two.previous_response_id, two.instructions, two.tools], [one.id, null, []]);
      await written(two.id);
      await create({ model: other, input: `Three ${kind}`, previous_response_id: two.id });
      const asked = askedWith(other, `Three ${kind}`);
      const { body } = asked;
      const said = [one, two].map(({ output }) => output.at(-1).content[0].text);
      const { users, assistants } = conversationIn(asked);
      assert.deepEqual([users, assistants], [['One', 'Two', `Three ${kind}`], said]);
      assert.deepEqual([body.instructions, body.tools, body.previous_response_id],
        [undefined, undefined, undefined]);
      assert.doesNotMatch(JSON.stringify(body), /Be brief/);
    });

    test('not with previous_response_id and conversation at once', async () => {
      for (const more of [{}, { stream: true }, { background: true }]) {
        assert.deepEqual(await create({
          model: kind, input: 'Hi', conversation: 'conv_1', previous_response_id: 'resp_1', ...more,
        }), refusal(400, "Mutually exclusive parameters: 'previous_response_id' and " +
          "'conversation'. Send only one of them.", 'mutually_exclusive_parameters',
        'previous_response_id'));
      }
    });

    for (const [name, make] of Object.entries(GONE)) {
      test(`not with a response ${name}`, async () => {
        const id = await make(kind);
        // Where the index has an upstream's id, that it is an item's is found when it is read.
        const isLate = kind === 'openai' && name === 'an item';
        const rows = [['', {}], ['', { stream: true }], ['/compact', {}], ['/input_tokens', {}]];
        const later = [['', { background: true }], ['', { background: true, stream: true }]];
        if (!isLate) rows.push(...later);
        await Promise.all(rows.map(async ([path, more]) => {
          const body = { model: kind, input: 'Two', previous_response_id: id, ...more };
          assert.deepEqual(await call('POST', `/responses${path}`, body), noPrevious(id),
            path + JSON.stringify(more));
        }));
      });
    }

    const CONVERSATIONS = {
      'unknown, as an upstream would name it': () => 'conv_0123456789abcdef',
      'unknown, as the gateway would': async () => (
        tampered((await call('POST', '/conversations', {})).body.id)),
      "another token's": async () => (await call('POST', '/conversations', {}, BOB)).body.id,
      deleted: async () => {
        const { body: { id } } = await call('POST', '/conversations', { items: [user('Hi')] });
        assert.deepEqual(await call('DELETE', `/conversations/${id}`), {
          status: 200, body: { id, object: 'conversation.deleted', deleted: true },
        });
        return id;
      },
      'a response': async () => (await create({ model: kind, input: 'Hi' })).body.id,
    };
    for (const [name, make] of Object.entries(CONVERSATIONS)) {
      test(`not with a conversation ${name}`, async () => {
        const id = await make();
        const gone = refusal(404, `Conversation with id '${id}' not found.`,
          'conversation_not_found', 'conversation');
        const rows = [['', {}], ['', { stream: true }], ['', { background: true }],
          ['/input_tokens', {}]];
        for (const [path, more] of rows) {
          const body = { model: kind, input: 'Hi', conversation: id, ...more };
          assert.deepEqual(await call('POST', `/responses${path}`, body), gone,
            path + JSON.stringify(more));
        }
        for (const path of ['', '/items', '/items/msg_1']) {
          assert.deepEqual(await get(`/conversations/${id}${path}`), gone);
        }
      });
    }

    test('in the background, too: with a response, and with a conversation', async () => {
      const { body: one } = await create({ model: kind, input: 'One' });
      const { body: { id: conversation } } = await call('POST', '/conversations', {
        items: [user('One')],
      });
      for (const more of [{ previous_response_id: one.id }, { conversation }]) {
        // Right away: the turn before it may still be being written.
        const two = await finished((await begin(kind, { input: 'Two', ...more })).id);
        assert.equal(two.status, 'completed', JSON.stringify(two.error));
        assert.deepEqual(two.conversation ?? null, more.conversation ? { id: conversation } : null);
        const three = { model: other, input: `Third ${kind}`, store: false };
        const next = more.conversation ? more : { previous_response_id: two.id };
        assert.equal((await create({ ...three, ...next })).status, 200);
        const { users } = conversationIn(askedWith(other, three.input));
        assert.deepEqual(users, ['One', 'Two', three.input]);
      }
    });

    for (const more of [{}, { stream: true }, { background: true }]) {
      test(`not with an item that nobody knows ${JSON.stringify(more)}`, async () => {
        const input = [user('Hi'), { type: 'item_reference', id: 'msg_1' }];
        assert.deepEqual(await create({ model: kind, input, ...more }), refusal(400,
          "Item with id 'msg_1' not found. Items are not persisted when `store` is set to false: " +
          'send `store: false` and the items themselves instead of references to them.',
          'item_not_found', 'input'));
      });
    }

    test('references are part of the turn, and of the conversation', async () => {
      const [about, end] = [`Zero ${kind}`, `Three ${kind}`];
      const { body: zero } = await create({ model: kind, input: about });
      await written(zero.id);
      const said = zero.output.at(-1);
      const { body: { id: conversation } } = await call('POST', '/conversations', {});
      const references = zero.output.map(({ id }) => ({ type: 'item_reference', id }));
      for (const more of [{}, { conversation }]) {
        const { status, body: one } = await create({
          model: kind, input: [...references, user('One')], ...more,
        });
        assert.equal(status, 200, JSON.stringify(one));
        await written(one.id);
        const { body: { data } } = await get(`/responses/${one.id}/input_items?order=asc`);
        assert.deepEqual(data.map(({ id }) => id).slice(0, -1), zero.output.map(({ id }) => id));
        const next = more.conversation ? more : { previous_response_id: one.id };
        for (const model of [other, kind]) {
          const { status: last } = await create({ model, input: end, store: false, ...next });
          assert.equal(last, 200);
          const { assistants } = conversationIn(askedWith(model, end));
          assert.deepEqual(assistants, [said, one.output.at(-1)].map(textOf));
        }
      }
    });

    test('a reference beside the result of its call: in the order of the input', async () => {
      const { body: one } = await create({
        model: kind, input: 'Use the tool', tools: [TOOL], tool_choice: 'required',
      });
      const { id, call_id: called } = one.output.find(({ type }) => type === 'function_call');
      await written(one.id);
      const result = { type: 'function_call_output', call_id: called, output: 'A cat.' };
      const input = [user('Use the tool'), { type: 'item_reference', id }, result, user('And?')];
      for (const model of [kind, other]) {
        assert.equal((await create({ model, input, tools: [TOOL] })).status, 200);
        const { body, context } = askedWith(model, called);
        const kinds = (context ?? body.messages).map(({ role, type, tool_calls: calls }) => (
          calls ? 'function_call' : { tool: 'function_call_output' }[role] ?? role ?? type));
        assert.deepEqual(kinds, ['user', 'function_call', 'function_call_output', 'user']);
      }
    });
  });
}

test('input_tokens takes all that is counted, and answers with the number alone', async () => {
  const { body: { id: conversation } } = await call('POST', '/conversations', {
    items: [user('long '.repeat(500))],
  });
  const more = {
    instructions: 'Be brief.', tools: [TOOL], tool_choice: 'auto', parallel_tool_calls: true,
    text: { format: { type: 'text' } }, reasoning: { effort: 'low' }, truncation: 'disabled',
  };
  for (const model of KINDS) {
    const count = async (body) => {
      const answer = await call('POST', '/responses/input_tokens', { model, ...body });
      assert.equal(answer.status, 200, JSON.stringify(answer));
      const { input_tokens: n, ...rest } = answer.body;
      assert.deepEqual(rest, { object: 'response.input_tokens' });
      return n;
    };
    const plain = await count({ input: 'Hi' });
    assert.ok(plain > 0 && plain < 20, plain);
    assert.ok(await count({ input: [user('Hi')], ...more }) > plain);
    assert.ok(await count({ input: 'Hi', conversation }) > 500);
    assert.deepEqual(await call('POST', '/responses/input_tokens', { input: 'Hi' }), refusal(400,
      "Missing required parameter: 'model'.", 'missing_required_parameter', 'model'));
  }
});

// With a single token, an id that an upstream may have given is for the upstream to judge; a run in
// the background could only fail.
test('one token: an id that nobody knows is refused in the same words', async () => {
  const alone = await startRoutes({ glm: [glm()], openai: [openai()] });
  try {
    const rows = KINDS.flatMap((model) => [{}, { stream: true }, { background: true }]
      .map((more) => ({ model, input: 'Hi', previous_response_id: 'resp_abc', ...more })));
    await Promise.all(rows.map(async (body) => {
      const reply = await alone.post('/v1/responses', body);
      assert.deepEqual({ status: reply.status, body: await reply.json() }, noPrevious('resp_abc'));
    }));
  } finally {
    await alone.stop();
  }
});
