// ai-sdk-versions.test.js -- three versions of the AI SDK with their default settings.
//
// By default @ai-sdk/openai believes that all it got is stored, and refers to it by id on the next
// step: each route knows the items, also when another provider has to go on.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai';
import { createOpenAI as createOpenAI2 } from 'ai-sdk-openai2';
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai3';
import { createOpenAI as createOpenAI4 } from '@ai-sdk/openai';
import { z } from 'zod';
import { conversationIn, glm, openai, startRoutes } from './client.js';

const QUESTION = 'How warm is it in Oslo?';
const STEPS = [
  [{ name: 'find_city', input: { name: 'Oslo' } }],
  [{ name: 'get_weather', input: { lat: 59.9 } }],
  [],
];
const script = ({ user, rounds }) => (user === QUESTION ? STEPS[rounds] : undefined);
const ANSWER = /^The tool answered: \{"lat":59.9,"celsius":-3\}\./;

// What fails in the middle: the second of three steps, or the third of five turns.
const FAILING = {
  loop: { n: 2, conversation: toolLoop },
  'streamed loop': { n: 2, conversation: streamedLoop },
  chat: { n: 3, conversation: chat },
};
const KINDS = {
  openai: (n) => [openai(`every=${n};openai=insufficient_quota`), glm()],
  glm: (n) => [glm(`every=${n};glm=1113`), openai()],
};
const failing = (version, kind, use) => `${kind} fails, ${use}, ${version}`;

let gateway;
before(async () => {
  const routes = ['5', '6', '7'].flatMap((version) => Object.entries(KINDS).flatMap(
    ([kind, providers]) => Object.entries(FAILING).map(
      ([use, { n }]) => [failing(version, kind, use), providers(n)])));
  gateway = await startRoutes({
    glm: [glm()], openai: [openai()], ...Object.fromEntries(routes),
  }, { upstreams: { script } });
});
after(() => gateway?.stop());

const VERSIONS = {
  5: { sdk: ai5, createOpenAI: createOpenAI2 },
  6: { sdk: ai6, createOpenAI: createOpenAI3 },
  7: { sdk: ai7, createOpenAI: createOpenAI4 },
};

function toolsOf({ tool }) {
  const toolOf = (description, inputSchema, result) => (
    tool({ description, inputSchema, execute: (input) => ({ ...input, ...result }) })
  );
  return {
    find_city: toolOf('Where a city is', z.object({ name: z.string() }), { lat: 59.9 }),
    get_weather: toolOf('The weather', z.object({ lat: z.number() }), { celsius: -3 }),
  };
}

const lastConversation = (route) => conversationIn(gateway.requests(route).at(-1));

const loopOf = (sdk, model, more) => ({
  model,
  prompt: QUESTION,
  tools: toolsOf(sdk),
  stopWhen: (sdk.isStepCount ?? sdk.stepCountIs)(4),
  maxRetries: 0,
  ...more,
});

// The model knows each call and its result at the end, whoever was asked for it.
function checkLoop({ text, steps }, route) {
  assert.equal(steps.length, 3);
  assert.match(text, ANSWER);
  const { users, calls, results } = lastConversation(route);
  assert.deepEqual(users, [QUESTION]);
  assert.deepEqual(calls.map(({ name }) => name), ['find_city', 'get_weather']);
  assert.deepEqual(results.map(({ id }) => id), calls.map(({ id }) => id));
  assert.deepEqual(results.map(({ text: result }) => JSON.parse(result)),
    [{ name: 'Oslo', lat: 59.9 }, { lat: 59.9, celsius: -3 }]);
}

async function toolLoop(sdk, model, route, more) {
  checkLoop(await sdk.generateText(loopOf(sdk, model, more)), route);
}

async function streamedLoop(sdk, model, route) {
  const result = sdk.streamText(loopOf(sdk, model));
  for await (const piece of result.textStream) void piece;
  checkLoop({ text: await result.text, steps: await result.steps }, route);
}

// The model knows all five turns at the end.
async function chat({ generateText }, model, route) {
  const messages = [];
  const said = [];
  for (let turn = 1; turn <= 5; turn += 1) {
    messages.push({ role: 'user', content: `Turn ${turn}` });
    const { text, response } = await generateText({ model, messages, maxRetries: 0 });
    assert.match(text, new RegExp(`^You said: Turn ${turn}\\.`));
    messages.push(...response.messages);
    said.push(text);
  }
  const { users, assistants } = lastConversation(route);
  assert.deepEqual(users, [1, 2, 3, 4, 5].map((turn) => `Turn ${turn}`));
  assert.deepEqual(assistants, said.slice(0, 4));
}

// The |n|th request failed at the first provider, and all after it went to the other.
function checkFailover(kind, n, route) {
  const other = { openai: 'glm', glm: 'openai' }[kind];
  const requests = gateway.requests(route);
  assert.deepEqual(requests.map(({ upstream }) => upstream),
    requests.map((_, i) => (i < n ? kind : other)));
  assert.deepEqual(requests.flatMap(({ status }, i) => (status === 200 ? [] : [i])), [n - 1]);
}

for (const [version, { sdk, createOpenAI }] of Object.entries(VERSIONS)) {
  const modelOf = (route) => (
    createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token })(route)
  );

  for (const route of ['glm', 'openai']) {
    describe(`AI SDK ${version}, route ${route}`, () => {
      test('one turn, streamed', async () => {
        const { textStream } = sdk.streamText({ model: modelOf(route), prompt: 'Hello 世界' });
        let text = '';
        for await (const piece of textStream) text += piece;
        assert.match(text, /^You said: Hello 世界\./);
      });

      test('tools, as its default is', () => toolLoop(sdk, modelOf(route), route));

      test('tools, streamed', () => streamedLoop(sdk, modelOf(route), route));

      test('five turns, as its default is', () => chat(sdk, modelOf(route), route));

      test('tools, with store: false', () => (
        toolLoop(sdk, modelOf(route), route, { providerOptions: { openai: { store: false } } })));
    });
  }

  for (const kind of Object.keys(KINDS)) {
    describe(`AI SDK ${version}, ${kind} failing in the middle`, () => {
      for (const [use, { n, conversation }] of Object.entries(FAILING)) {
        test(use, async () => {
          const route = failing(version, kind, use);
          await conversation(sdk, modelOf(route), route);
          checkFailover(kind, n, route);
        });
      }
    });
  }
}
