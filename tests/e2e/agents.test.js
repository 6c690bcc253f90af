// agents.test.js -- runs of an agent with two tools, by the OpenAI Agents SDK.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents';
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
  gateway = await startRoutes({ glm: [glm()], openai: [openai()] }, { upstreams: { script } });
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
