// compaction.test.js -- a conversation replaced by a summary, in its three forms.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { checkError, glm, openai, rejection, startRoutes } from './client.js';
import { Client } from './socket_client.js';

const ALICE = 'another-token';
let gateway;
before(async () => {
  gateway = await startRoutes({
    glm: [glm()],
    openai: [openai()],
  }, { env: { PROXY_AUTH_TOKEN_ALICE: ALICE } });
});
after(() => gateway?.stop());

const create = (body) => gateway.client.responses.create(body);
const sentTo = (route, n = 1) => gateway.requests(route).slice(-n)[0].body;
const textOf = ({ content }) => (typeof content === 'string' ? content
  : content.map(({ text }) => text).join(''));
const SUMMARY = /^The conversation up to here was replaced by this summary of it\./;
const ORDER = /^Write a hand-over summary/;
const TOOLS = [{
  type: 'function', name: 'read', description: 'Read.', parameters: { type: 'object' },
}];
const HISTORY = [
  { role: 'user', content: 'The code is 5222.' },
  { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{}' },
  { type: 'function_call_output', call_id: 'c1', output: 'int a;' },
  { role: 'assistant', content: 'Noted.' },
  { role: 'user', content: 'Then mend a.c.' },
];
const USERS = ['The code is 5222.', 'Then mend a.c.'];
const NEXT = { role: 'user', content: 'Go on.' };
const THRESHOLD = [{ type: 'compaction', compact_threshold: 10 }];

// That |messages| are those of the user, the summary, and what came after.
function checkOpened(messages) {
  const texts = messages.map(textOf);
  assert.ok(messages.every(({ role }) => role === 'user' || role === 'assistant'));
  assert.deepEqual(texts.slice(0, 2), USERS);
  assert.match(texts[2], SUMMARY);
  assert.equal(texts.filter((text) => SUMMARY.test(text)).length, 1);
  assert.equal(texts.at(-1), NEXT.content);
}

describe('POST /responses/compact', () => {
  test('gives a window that goes on, on GLM and on OpenAI', async () => {
    const window = await gateway.client.responses.compact({ model: 'glm', input: HISTORY });
    assert.deepEqual(Object.keys(window), ['id', 'object', 'created_at', 'output', 'usage']);
    assert.equal(window.object, 'response.compaction');
    assert.deepEqual(window.output.slice(0, -1).map(textOf), USERS);
    const { type, id, encrypted_content: sealed } = window.output.at(-1);
    assert.equal(type, 'compaction');
    assert.match(id, /^cmp_/);
    assert.match(sealed, /^gw1\.[\w-]+$/);
    assert.ok(window.usage.total_tokens > 0);
    const asked = sentTo('glm');
    assert.equal(asked.tools, undefined);
    assert.match(textOf(asked.messages.at(-1)), ORDER);
    for (const [model, member] of [['glm', 'messages'], ['openai', 'input']]) {
      await create({ model, input: [...window.output, NEXT], store: false });
      checkOpened(sentTo(model)[member]);
    }
  });

  test('takes previous_response_id, and leaves nothing behind', async () => {
    const one = await create({ model: 'glm', input: HISTORY });
    const window = await gateway.client.responses.compact({
      model: 'glm', previous_response_id: one.id,
    });
    assert.deepEqual(window.output.slice(0, -1).map(textOf), USERS);
    assert.equal((await rejection(gateway.client.responses.retrieve(window.id))).status, 404);
    const gone = await rejection(gateway.client.responses.compact({
      model: 'glm', previous_response_id: 'resp_1',
    }));
    assert.equal(gone.code, 'previous_response_not_found');
  });

  test('needs a model and something to compact, and takes what a request may have', async () => {
    const ROWS = [
      [{ input: HISTORY }, "Missing required parameter: 'model'.", 'model'],
      [{ model: 'glm' }, "Missing required parameter: 'input'.", 'input'],
    ];
    for (const [body, message, param] of ROWS) {
      const reply = await gateway.post('/v1/responses/compact', body);
      const answer = await reply.json();
      assert.deepEqual([reply.status, answer.error.message], [400, message]);
      checkError(answer, {
        code: 'missing_required_parameter', param, type: 'invalid_request_error',
      });
    }
    for (const model of ['glm', 'openai']) {
      const reply = await gateway.post('/v1/responses/compact', {
        model, input: HISTORY, instructions: 'Be brief.', prompt_cache_key: 'k',
      });
      assert.equal(reply.status, 200);
      const { output } = await reply.json();
      assert.deepEqual(output.slice(0, -1).map(textOf), USERS);
      assert.deepEqual(Object.keys(output.at(-1)).sort(), ['encrypted_content', 'id', 'type']);
    }
  });

  test('cannot be opened when it was changed', async () => {
    const { output } = await gateway.client.responses.compact({ model: 'glm', input: HISTORY });
    const last = output.at(-1);
    const changed = { ...last, encrypted_content: `${last.encrypted_content.slice(0, -4)}AAAA` };
    for (const model of ['glm', 'openai']) {
      const input = [...output.slice(0, -1), changed, NEXT];
      const broken = await gateway.post('/v1/responses', { model, input });
      assert.equal(broken.status, 400);
      assert.match((await broken.json()).error.message, /cannot be opened/);
    }
  });

  test('is opened under the token alone that it was made under', async () => {
    const tokens = [gateway.token, ALICE];
    const send = (token, path, body) => gateway.post(path, { model: 'glm', ...body }, {
      headers: { authorization: `Bearer ${token}` },
    });
    for (const maker of tokens) {
      const made = await send(maker, '/v1/responses/compact', { input: HISTORY });
      const { output } = await made.json();
      for (const token of tokens) {
        const { status } = await send(token, '/v1/responses', { input: [...output, NEXT] });
        assert.equal(status, token === maker ? 200 : 400);
      }
    }
  });
});

describe('compaction_trigger', () => {
  test('is answered with one item, which the next request opens', async () => {
    const body = { model: 'glm', store: false, tools: TOOLS };
    const input = [...HISTORY, { type: 'compaction_trigger' }];
    const events = [];
    for await (const event of await create({ ...body, input, stream: true })) events.push(event);
    const types = events.map(({ type }) => type.replace('response.', ''));
    assert.deepEqual(types, ['created', 'in_progress', 'output_item.added',
      'compaction.compacting', 'output_item.done', 'completed']);
    const { output } = events.at(-1).response;
    assert.deepEqual(output, [events.at(-2).item]);
    assert.equal(output[0].type, 'compaction');
    // A trigger that a client sends again is no order.
    const next = await create({ ...body, input: [...input, ...output, NEXT] });
    assert.notEqual(next.output.at(-1).type, 'compaction');
    checkOpened(sentTo('glm').messages);
    const again = await create({ ...body, input: [...input, ...output, NEXT, input.at(-1)] });
    assert.deepEqual(again.output.map(({ type }) => type), ['compaction']);
    const { messages } = sentTo('glm');
    checkOpened(messages.slice(0, -1));
  });

  test('is not stored with its turn', async () => {
    const one = await create({ model: 'glm', input: [...HISTORY, { type: 'compaction_trigger' }] });
    const two = await create({ model: 'glm', input: [NEXT], previous_response_id: one.id });
    assert.ok(two.output.every(({ type }) => type !== 'compaction'));
    checkOpened(sentTo('glm').messages);
    const { data } = await gateway.client.responses.inputItems.list(one.id);
    assert.ok(data.every(({ type }) => type !== 'compaction_trigger'));
  });
});

// A turn that ends with the trigger, and one that follows.
describe('a consumed trigger is not replayed', () => {
  const FLOWS = {
    'by previous_response_id': async (first, next) => {
      const { id } = await create({ ...first, model: 'glm' });
      return create({ ...next, model: 'glm', previous_response_id: id });
    },
    'in a conversation': async (first, next) => {
      const { id: conversation } = await gateway.client.conversations.create({});
      await create({ ...first, model: 'glm', conversation });
      return create({ ...next, model: 'glm', conversation });
    },
    'over a WebSocket': async (first, next) => {
      const client = await Client.to(gateway);
      const call = { model: 'glm', store: false };
      const { id, output } = await client.respond({ ...first, ...call });
      assert.deepEqual(output.map(({ type }) => type), ['compaction']);
      const made = await client.respond({ ...next, ...call, previous_response_id: id });
      await client.close();
      return made;
    },
  };
  for (const [name, flow] of Object.entries(FLOWS)) {
    test(name, async () => {
      const asked = gateway.requests('glm').length;
      const made = await flow({ input: [...HISTORY, { type: 'compaction_trigger' }] },
        { input: [NEXT] });
      assert.ok(made.output.every(({ type }) => type !== 'compaction'));
      assert.equal(gateway.requests('glm').length, asked + 2);
      checkOpened(sentTo('glm').messages);
    });
  }
});

describe('context_management', () => {
  test('its events come before the answer', async () => {
    const body = { model: 'glm', input: HISTORY, context_management: THRESHOLD, stream: true };
    const events = [];
    for await (const event of await create(body)) events.push(event);
    const { item } = events[2];
    assert.match(item.id, /^cmp_/);
    assert.deepEqual(events.slice(2, 5).map(({ item: it, ...event }) => event), [
      { type: 'response.output_item.added', output_index: 0, sequence_number: 2 },
      {
        type: 'response.compaction.compacting',
        item_id: item.id,
        output_index: 0,
        sequence_number: 3,
      },
      { type: 'response.output_item.done', output_index: 0, sequence_number: 4 },
    ]);
    assert.deepEqual(events.slice(0, 2).map(({ type }) => type),
      ['response.created', 'response.in_progress']);
    assert.deepEqual([events[4].item.id, events[4].item.type], [item.id, 'compaction']);
    assert.deepEqual([events[5].type, events[5].output_index], ['response.output_item.added', 1]);
    assert.equal(events.at(-1).type, 'response.completed');
    assert.deepEqual(events.at(-1).response.output[0], events[4].item);
  });

  for (const stream of [false, true]) {
    test(`compacts, answers, and the chain goes on, stream: ${stream}`, async () => {
      const body = { model: 'glm', input: HISTORY, context_management: THRESHOLD };
      let made = await create({ ...body, stream });
      if (stream) for await (const event of made) made = event.response ?? made;
      assert.equal(made.output[0].type, 'compaction');
      assert.equal(made.output.at(-1).type, 'message');
      assert.match(textOf(sentTo('glm', 2).messages.at(-1)), ORDER);
      const { messages } = sentTo('glm');
      assert.deepEqual(messages.slice(0, 2).map(textOf), USERS);
      assert.match(textOf(messages[2]), SUMMARY);
      await create({ model: 'glm', input: [NEXT], previous_response_id: made.id });
      checkOpened(sentTo('glm').messages);
      // A client that keeps its own history may leave out what came before, or not.
      for (const before of [HISTORY, []]) {
        await create({ model: 'glm', input: [...before, ...made.output, NEXT], store: false });
        const sent = sentTo('glm').messages.map(textOf).join('\n');
        for (const text of USERS) assert.equal(sent.split(text).length, 2, sent);
        assert.ok(!sent.includes('Noted.'));
      }
    });
  }

  test('leaves a short conversation as it is', async () => {
    const later = [{ type: 'compaction', compact_threshold: 1000 }];
    const { output } = await create({ model: 'glm', input: 'Hi', context_management: later });
    assert.ok(output.every(({ type }) => type !== 'compaction'));
  });

  test('goes by what an upstream has counted, where that is known', async () => {
    const tools = ['read', 'write', 'list', 'move', 'copy'].map((name) => ({ ...TOOLS[0], name }));
    const one = await create({ model: 'glm', tools, input: 'Hi' });
    const body = {
      model: 'glm', tools, context_management: [{ ...THRESHOLD[0],
        compact_threshold: one.usage.total_tokens }],
    };
    const hi = { role: 'user', content: 'Hi' };
    const guessed = await create({ ...body, store: false, input: [hi, ...one.output, NEXT] });
    assert.ok(guessed.output.every(({ type }) => type !== 'compaction'));
    const two = await create({ ...body, input: [NEXT], previous_response_id: one.id });
    assert.equal(two.output[0].type, 'compaction');
  });

  test('survives a change of provider', async () => {
    const one = await create({ model: 'glm', input: HISTORY, context_management: THRESHOLD });
    const two = await create({ model: 'glm', input: 'Two', previous_response_id: one.id });
    await create({ model: 'openai', input: [NEXT], previous_response_id: two.id });
    const { input } = sentTo('openai');
    const texts = input.map(textOf);
    assert.deepEqual(texts.slice(0, 2), USERS);
    assert.match(texts[2], SUMMARY);
    assert.deepEqual(texts.slice(-3), ['Two', textOf(two.output.at(-1)), NEXT.content]);
    assert.ok(!texts.includes('Noted.'));
  });
});
