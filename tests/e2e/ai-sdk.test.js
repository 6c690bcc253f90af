// ai-sdk.test.js -- the Responses API, asked with the AI SDK's two providers.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenResponses } from '@ai-sdk/open-responses';
import { Output, generateText, isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';
import { glm, openai, startRoutes } from './client.js';

const QUESTION = 'How warm is it in Oslo, and when?';

// Three steps: a call, two calls at once, the answer.
const STEPS = [
  [{ name: 'find_city', input: { name: 'Oslo' } }],
  [{ name: 'get_weather', input: { lat: 59.9 } }, { name: 'get_time', input: { zone: 'CET' } }],
  [],
];
const script = ({ user, rounds }) => (user === QUESTION ? STEPS[rounds] : undefined);

const toolOf = (description, inputSchema, result) => (
  tool({ description, inputSchema, execute: (input) => ({ ...input, ...result }) })
);
const tools = {
  find_city: toolOf('Where a city is', z.object({ name: z.string() }), { lat: 59.9 }),
  get_weather: toolOf('The weather', z.object({ lat: z.number() }), { celsius: -3 }),
  get_time: toolOf('The time', z.object({ zone: z.string() }), { time: '12:30' }),
};
const ANSWER = new RegExp('^The tool answered: \\{"lat":59.9,"celsius":-3\\}' +
  ' and \\{"zone":"CET","time":"12:30"\\}\\.');

let gateway;
before(async () => {
  gateway = await startRoutes({ glm: [glm()], openai: [openai()] }, { upstreams: { script } });
});
after(() => gateway?.stop());
afterEach(() => gateway.judgeKept());

const PROVIDERS = {
  '@ai-sdk/openai': (url, apiKey) => (
    createOpenAI({ baseURL: `${url}/v1`, apiKey, fetch: gateway.keep })
  ),
  '@ai-sdk/open-responses': (url, apiKey) => (
    createOpenResponses({
      name: 'gateway', url: `${url}/v1/responses`, apiKey, fetch: gateway.keep,
    })
  ),
};

// By itself @ai-sdk/openai refers to items that it believes to be stored: see
// ai-sdk-versions.test.js.
const providerOptions = { openai: { store: false, include: ['reasoning.encrypted_content'] } };

const callsOf = ({ toolCalls }) => toolCalls.map(({ toolName: name, input }) => ({ name, input }));

function checkSteps(steps) {
  assert.deepEqual(steps.map(callsOf), STEPS);
  const reasons = steps.map(({ finishReason }) => finishReason);
  assert.deepEqual(reasons, ['tool-calls', 'tool-calls', 'stop']);
  for (const { usage } of steps) assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
}

for (const [name, provider] of Object.entries(PROVIDERS)) {
  for (const route of ['glm', 'openai']) {
    describe(`${name}, route ${route}`, () => {
      let model;
      before(() => { model = provider(gateway.url, gateway.token)(route); });
      const loop = () => (
        { model, prompt: QUESTION, tools, stopWhen: isStepCount(5), providerOptions }
      );

      test('generateText with tools, over three steps', async () => {
        const { text, steps } = await generateText(loop());
        checkSteps(steps);
        assert.match(text, ANSWER);
      });

      test('streamText with tools, over three steps', async () => {
        const result = streamText(loop());
        let text = '';
        for await (const piece of result.textStream) text += piece;
        const steps = await result.steps;
        checkSteps(steps);
        assert.ok(text.endsWith(steps.at(-1).text));
        assert.match(steps.at(-1).text, ANSWER);
      });

      test('streamText', async () => {
        const result = streamText({
          model, instructions: 'Be brief.', prompt: 'Hello 世界',
        });
        const pieces = [];
        for await (const piece of result.textStream) pieces.push(piece);
        assert.match(pieces.join(''), /^You said: Hello 世界\. .*🎉.*back\\slash/s);
        assert.ok(pieces.length > 10);
        assert.equal(await result.finishReason, 'stop');
        assert.equal(gateway.requests(route).at(-1).body.stream, true);
      });

      const schema = z.object({ city: z.string(), days: z.number(), tags: z.array(z.string()) });
      const expected = { city: 'Vienna', days: 7, tags: ['Vienna'] };
      const structured = () => ({ model, prompt: 'Vienna', output: Output.object({ schema }) });

      test('structured output', async () => {
        assert.deepEqual((await generateText(structured())).output, expected);
      });

      test('structured output, streamed', async () => {
        const result = streamText(structured());
        assert.deepEqual(await result.output, expected);
      });
    });
  }
}

for (const [name, provider] of Object.entries(PROVIDERS)) {
  test(`${name}: GLM is sent the thoughts and words of each step`, async () => {
    const model = provider(gateway.url, gateway.token)('glm');
    await generateText({
      model, prompt: QUESTION, tools, stopWhen: isStepCount(5), providerOptions,
    });
    const turns = gateway.requests('glm').at(-1).body.messages
      .filter(({ role }) => role === 'assistant');
    assert.equal(turns.length, 2);
    for (const turn of turns) {
      assert.match(turn.reasoning_content, /让我想想/);
      assert.match(turn.content, /^Let me look that up/);
    }
  });
}
