// chains.test.js -- long conversations, many at once, over failing keys.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { conversationIn, glm, openai, startRoutes } from './client.js';

// Each key takes ten turns, then it is out of money.
const ROUTES = {
  four: [
    openai('every=10;openai=insufficient_quota'), glm('every=11;glm=1113'),
    openai('every=11;openai=insufficient_quota', { model: 'gpt-4.1-mini' }), glm(),
  ],
  glm: [glm()],
  hundred: [openai('every=150;openai=insufficient_quota'), glm()],
  'openai then glm': [openai('every=2;openai=insufficient_quota'), glm()],
  turns: [glm(['', '', ''])],
};
const TOOLS = [{
  type: 'function', name: 'read', description: 'Read.', strict: false,
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
}];
let gateway;
before(async () => {
  gateway = await startRoutes(ROUTES, {
    route: (name) => (name === 'turns' ? { strategy: 'round-robin' } : {}),
  });
});
after(() => gateway?.stop());

const create = (body) => gateway.client.responses.create(body);
const lastBody = (route) => gateway.requests(route).at(-1).body;
const textOf = ({ content }) => (typeof content === 'string' ? content
  : (content ?? []).map(({ text }) => text).join(''));
const usersOf = ({ messages, input }) => (messages ?? input)
  .filter(({ role }) => role === 'user').map(textOf);

// One turn, streamed or not: the response, and the reply's headers.
async function take(body) {
  const { data, response } = await create(body).withResponse();
  if (!body.stream) return { made: data, headers: response.headers };
  let made;
  for await (const event of data) made = event.response ?? made;
  return { made, headers: response.headers };
}

const messageOf = ({ output }) => textOf(output.find(({ type }) => type === 'message') ?? {});

test('50 turns with tools: other providers from 10, 20, 30 on, and turn 1 is known', async () => {
  const said = { users: [], assistants: [], calls: [], results: [] };
  const providers = [];
  let last;
  for (let turn = 1; turn <= 50; turn += 1) {
    const call = last?.output.find(({ type }) => type === 'function_call');
    let input = turn === 1 ? 'The code is 5222: use the tool' : `Turn ${turn}: use the tool`;
    if (call) {
      input = [{ type: 'function_call_output', call_id: call.call_id, output: `Result ${turn}` }];
      said.results.push({ id: call.call_id, text: `Result ${turn}` });
    } else {
      said.users.push(input);
    }
    const { made, headers } = await take({
      model: 'four', input, tools: TOOLS, stream: turn % 3 === 0,
      ...(last && { previous_response_id: last.id }),
    });
    assert.equal(made.status, 'completed');
    providers.push(headers.get('x-gateway-provider'));
    assert.equal(headers.get('x-gateway-attempts'), turn % 10 || turn > 30 ? '1' : '2');
    // Whoever answers has read all of it.
    assert.deepEqual(conversationIn(gateway.requests('four').at(-1)), said, `turn ${turn}`);
    if (messageOf(made)) said.assistants.push(messageOf(made));
    said.calls.push(...made.output.filter(({ type }) => type === 'function_call')
      .map(({ call_id: id, name }) => ({ id, name })));
    last = made;
  }
  const turns = (n, provider) => Array(n).fill(provider);
  assert.deepEqual(providers, [
    ...turns(9, 'openai'), ...turns(10, 'zhipu'), ...turns(10, 'openai'), ...turns(21, 'zhipu'),
  ]);
  assert.equal(said.calls.length, 25);
  assert.equal(said.users[0], 'The code is 5222: use the tool');
});

// In the middle of them all, the key that they began with dies.
test('100 chains at once do not mix', async () => {
  const chains = Array.from({ length: 100 }, (_, i) => `Chain ${i}`);
  const expected = await Promise.all(chains.map(async (name, i) => {
    const said = { users: [], assistants: [], calls: [], results: [] };
    let last;
    for (const input of [name, `${name} again`, `${name} still`]) {
      said.users.push(input);
      if (last) said.assistants.push(messageOf(last));
      const stream = i % 2 === 0;
      const { made } = await take({
        model: 'hundred', input, stream, ...(last && { previous_response_id: last.id }),
      });
      assert.equal(made.status, 'completed');
      assert.ok(messageOf(made).startsWith(`You said: ${input}.`));
      last = made;
    }
    return said;
  }));
  const requests = gateway.requests('hundred').filter(({ status }) => status === 200);
  assert.equal(requests.length, 300);
  const ends = requests.map(conversationIn).filter(({ users }) => users.length === 3);
  const byName = (one, other) => (one.users[0] < other.users[0] ? -1 : 1);
  assert.deepEqual(ends.sort(byName), expected.sort(byName));
  const went = Map.groupBy(requests, ({ upstream }) => upstream);
  assert.ok(went.get('openai').length >= 149 && went.get('glm').length >= 100);
});

test('a stream that OpenAI wrote goes on elsewhere when OpenAI fails', async () => {
  let first;
  const body = { model: 'openai then glm' };
  for await (const event of await create({ ...body, input: 'One', stream: true })) {
    if (event.type === 'response.completed') first = event.response;
  }
  assert.doesNotMatch(first.id, /^resp_gw/);
  const { response } = await create({
    ...body, input: 'Two', previous_response_id: first.id,
  }).withResponse();
  assert.equal(response.headers.get('x-gateway-provider'), 'zhipu');
  const { messages } = lastBody('openai then glm');
  assert.deepEqual(messages.map(textOf), ['One', textOf(first.output.at(-1)), 'Two']);
});

test('requests with one prompt_cache_key go to one key', async () => {
  const keysOf = async (more, headers) => {
    const from = gateway.requests('turns').length;
    for (let i = 0; i < 6; i += 1) {
      await gateway.post('/v1/responses', { model: 'turns', input: 'Hi', ...more }, { headers });
    }
    return new Set(gateway.requests('turns').slice(from).map(({ key }) => key)).size;
  };
  assert.equal(await keysOf({}), 3);
  assert.equal(await keysOf({ prompt_cache_key: 'a' }), 1);
  assert.equal(await keysOf({}, { 'x-codex-turn-state': 'a' }), 1);
});
