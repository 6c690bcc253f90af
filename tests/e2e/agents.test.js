// agents.test.js -- runs of an agent with two tools, by the OpenAI Agents SDK.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import {
  Agent, OpenAIConversationsSession, OpenAIProvider, OpenAIResponsesCompactionSession, Runner, tool,
} from '@openai/agents';
import { z } from 'zod';
import { glm, openai, startRoutes } from './client.js';

const QUESTION = 'Should I cycle to work in Oslo?';
const STEPS = [
  [{ name: 'get_weather', input: { city: 'Oslo' } }],
  [{ name: 'get_distance', input: { from: 'home', to: 'work' } }],
];
const script = ({ user, rounds }) => (user === QUESTION ? STEPS[rounds] : undefined);

let gateway;
let runner;
before(async () => {
  const routes = { glm: [glm()], openai: [openai()], 'gpt-of-glm': [glm()] };
  gateway = await startRoutes(routes, { upstreams: { script } });
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
  const usersOf = ({ messages, input }) => (messages ?? input)
    .filter(({ role }) => role === 'user')
    .map(({ content }) => (typeof content === 'string' ? content : content[0].text));

  for (const route of ['glm', 'openai']) {
    test(`previousResponseId leads back to a run with tools, route ${route}`, async () => {
      const { agent } = agentOf(route);
      const { lastResponseId } = await runner.run(agent, QUESTION);
      const next = await runner.run(agent, 'And tomorrow?', { previousResponseId: lastResponseId });
      assert.match(next.finalOutput, /^You said: And tomorrow\?/);
      const { body } = gateway.requests(route).at(-1);
      if (route === 'glm') assert.deepEqual(usersOf(body), [QUESTION, 'And tomorrow?']);
      else assert.equal(body.previous_response_id, lastResponseId);
    });

    test(`a conversations session keeps the runs, route ${route}`, async () => {
      const session = new OpenAIConversationsSession({ client: gateway.client });
      const { agent } = agentOf(route);
      for (const question of [QUESTION, 'And tomorrow?']) {
        await runner.run(agent, question, { session });
      }
      const items = await session.getItems();
      assert.equal(items.filter(({ role }) => role === 'user').length, 2);
      assert.equal(items.filter(({ type }) => type === 'function_call').length, 2);
      assert.deepEqual(usersOf(gateway.requests(route).at(-1).body), [QUESTION, 'And tomorrow?']);
      const last = await session.popItem();
      assert.equal(last.role, 'assistant');
      assert.equal((await session.getItems()).length, items.length - 1);
      const id = await session.getSessionId();
      await session.clearSession();
      assert.equal((await gateway.send(`/v1/conversations/${id}`)).status, 404);
    });

    test(`conversationId, route ${route}`, async () => {
      const { id } = await gateway.client.conversations.create({});
      const { agent } = agentOf(route);
      for (const question of [QUESTION, 'And tomorrow?']) {
        await runner.run(agent, question, { conversationId: id });
      }
      assert.deepEqual(usersOf(gateway.requests(route).at(-1).body), [QUESTION, 'And tomorrow?']);
    });
  }

  test('a compaction session goes on from the summary', async () => {
    const session = new OpenAIResponsesCompactionSession({
      client: gateway.client, model: 'gpt-of-glm', // it takes no other name
    });
    const { agent } = agentOf('gpt-of-glm');
    await runner.run(agent, QUESTION, { session });
    await session.runCompaction({ force: true });
    const types = (await session.getItems()).map(({ type }) => type);
    assert.ok(types.includes('compaction'), types.join());
    assert.ok(!types.includes('function_call'), types.join());
    await runner.run(agent, 'And tomorrow?', { session });
    const users = usersOf(gateway.requests('gpt-of-glm').at(-1).body);
    // The session leaves the user's messages out of the window: they are in the seal, too.
    assert.match(users[0], /^The conversation up to here was replaced/);
    assert.ok(users[0].endsWith(`word for word:\n- ${QUESTION}`), users[0]);
    assert.deepEqual(users.slice(1), ['And tomorrow?']);
  });
});
