// agents.test.js -- runs of an agent with two tools, by the OpenAI Agents SDK.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import {
  Agent, OpenAIConversationsSession, OpenAIProvider, OpenAIResponsesCompactionSession, Runner, tool,
} from '@openai/agents';
import { z } from 'zod';
import { conversationIn, glm, openai, startRoutes } from './client.js';

const QUESTION = 'Should I cycle to work in Oslo?';
const STEPS = [
  [{ name: 'get_weather', input: { city: 'Oslo' } }],
  [{ name: 'get_distance', input: { from: 'home', to: 'work' } }],
];
const script = ({ user, rounds }) => (user === QUESTION ? STEPS[rounds] : undefined);

// OpenAI's key fails between two runs, GLM's between a call and its result.
const KINDS = {
  glm: [glm()],
  openai: [openai()],
  'openai fails': [openai('every=4;openai=insufficient_quota'), glm()],
  'glm fails': [glm('every=2;glm=1113'), openai()],
};
const LAST = { 'openai fails': 'glm', 'glm fails': 'openai' };
// The compaction session takes no other names than OpenAI's.
const USES = ['previousResponseId', 'conversationId', 'session', 'compaction'];
const routeOf = (use, kind) => `gpt-${use}-${kind}`;

let gateway;
let runner;
before(async () => {
  const routes = USES.flatMap((use) => (
    Object.entries(KINDS).map(([kind, providers]) => [routeOf(use, kind), providers])));
  gateway = await startRoutes({
    glm: [glm()], openai: [openai()], ...Object.fromEntries(routes),
  }, { upstreams: { script } });
  const modelProvider = new OpenAIProvider({ openAIClient: gateway.client, useResponses: true });
  runner = new Runner({ modelProvider, tracingDisabled: true });
});
after(() => gateway?.stop());
afterEach(() => gateway.judgeKept());

// An agent, and what its tools were called with.
function agentOf(model, more) {
  const calls = [];
  const toolOf = (name, parameters, result) => tool({
    name,
    description: `Ask ${name}`,
    parameters,
    execute: (input) => {
      calls.push([{ name, input }]);
      return result;
    },
  });
  const agent = new Agent({
    name: 'Commuter',
    instructions: 'Use your tools.',
    model,
    tools: [
      toolOf('get_weather', z.object({ city: z.string() }), 'dry, -3 °C'),
      toolOf('get_distance', z.object({ from: z.string(), to: z.string() }), '4 km'),
    ],
    ...more,
  });
  return { agent, calls };
}

for (const route of ['glm', 'openai']) {
  describe(`route ${route}`, () => {
    test('a run with two tools', async () => {
      const { agent, calls } = agentOf(route);
      const { finalOutput, rawResponses } = await runner.run(agent, QUESTION);
      assert.deepEqual(calls, STEPS);
      assert.match(finalOutput, /^The tool answered: 4 km\./);
      assert.equal(rawResponses.length, 3);
    });

    test('a run with two tools, streamed', async () => {
      const { agent, calls } = agentOf(route);
      const result = await runner.run(agent, QUESTION, { stream: true });
      let text = '';
      for await (const piece of result.toTextStream()) text += piece;
      await result.completed;
      assert.deepEqual(calls, STEPS);
      assert.match(result.finalOutput, /^The tool answered: 4 km\./);
      assert.ok(text.endsWith(result.finalOutput));
    });

    test('an answer of a type', async () => {
      const outputType = z.object({ city: z.string(), days: z.number() });
      const { agent } = agentOf(route, { outputType, tools: [] });
      const { finalOutput } = await runner.run(agent, 'Graz');
      assert.deepEqual(finalOutput, { city: 'Graz', days: 7 });
    });
  });
}

test('GLM is sent the whole run', async () => {
  const { agent } = agentOf('glm');
  await runner.run(agent, QUESTION);
  const { messages } = gateway.requests('glm').at(-1).body;
  assert.deepEqual(messages.map(({ role }) => role),
    ['system', 'user', 'assistant', 'tool', 'assistant', 'tool']);
  assert.deepEqual(messages.filter(({ role }) => role === 'tool').map(({ content }) => content),
    ['dry, -3 °C', '4 km']);
  for (const turn of messages.filter(({ role }) => role === 'assistant')) {
    assert.match(turn.reasoning_content, /让我想想/);
    assert.match(turn.content, /^Let me look that up/);
  }
});

describe('what is stored', () => {
  const ASKED = [QUESTION, 'And tomorrow?', 'And then?'];

  // The model knows all of it, whoever was asked for it.
  function check(use, kind) {
    const requests = gateway.requests(routeOf(use, kind));
    const statuses = requests.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status !== 200).length, LAST[kind] ? 1 : 0);
    assert.equal(requests.at(-1).upstream, LAST[kind] ?? kind);
    const { users, calls, results } = conversationIn(requests.at(-1));
    assert.deepEqual(users, ASKED);
    assert.deepEqual(calls.map(({ name }) => name), ['get_weather', 'get_distance']);
    assert.deepEqual(results.map(({ id }) => id), calls.map(({ id }) => id));
    assert.deepEqual(results.map(({ text }) => text), ['dry, -3 °C', '4 km']);
  }

  async function ask(agent, question, options) {
    const result = await runner.run(agent, question, options);
    const expected = question === QUESTION ? 'The tool answered: 4 km.' : `You said: ${question}`;
    assert.ok(result.finalOutput.startsWith(expected), result.finalOutput);
    return result;
  }

  for (const kind of Object.keys(KINDS)) {
    test(`previousResponseId leads back to a run with tools, ${kind}`, async () => {
      const { agent } = agentOf(routeOf('previousResponseId', kind));
      let last;
      for (const question of ASKED) {
        last = await ask(agent, question, last && { previousResponseId: last.lastResponseId });
      }
      check('previousResponseId', kind);
      if (kind !== 'openai') return;
      const { body } = gateway.requests(routeOf('previousResponseId', kind)).at(-1);
      assert.match(body.previous_response_id, /^resp_/);
    });

    test(`conversationId, ${kind}`, async () => {
      const { id } = await gateway.client.conversations.create({});
      const { agent } = agentOf(routeOf('conversationId', kind));
      for (const question of ASKED) await ask(agent, question, { conversationId: id });
      check('conversationId', kind);
    });

    test(`a conversations session keeps the runs, ${kind}`, async () => {
      const session = new OpenAIConversationsSession({ client: gateway.client });
      const { agent } = agentOf(routeOf('session', kind));
      for (const question of ASKED) await ask(agent, question, { session });
      check('session', kind);
      const items = await session.getItems();
      assert.equal(items.filter(({ role }) => role === 'user').length, 3);
      assert.equal(items.filter(({ type }) => type === 'function_call').length, 2);
      assert.equal((await session.popItem()).role, 'assistant');
      assert.equal((await session.getItems()).length, items.length - 1);
      const id = await session.getSessionId();
      await session.clearSession();
      assert.equal((await gateway.send(`/v1/conversations/${id}`)).status, 404);
    });

    test(`a compaction session goes on from the summary, ${kind}`, async () => {
      const model = routeOf('compaction', kind);
      const session = new OpenAIResponsesCompactionSession({ client: gateway.client, model });
      const { agent } = agentOf(model);
      await ask(agent, QUESTION, { session });
      await session.runCompaction({ force: true });
      const types = (await session.getItems()).map(({ type }) => type);
      assert.ok(types.includes('compaction'), types.join());
      assert.ok(!types.includes('function_call'), types.join());
      await ask(agent, ASKED[1], { session });
      const last = gateway.requests(model).at(-1);
      assert.equal(last.upstream, LAST[kind] ?? kind);
      const { users } = conversationIn(last);
      // The session leaves the user's messages out of the window: they are in the seal, too.
      assert.match(users[0], /^The conversation up to here was replaced/);
      assert.ok(users[0].endsWith(`word for word:\n- ${QUESTION}`), users[0]);
      assert.deepEqual(users.slice(1), [ASKED[1]]);
    });
  }
});
