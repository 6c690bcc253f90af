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
import { glm, openai, startRoutes } from './client.js';

const QUESTION = 'How warm is it in Oslo?';
const STEPS = [
  [{ name: 'find_city', input: { name: 'Oslo' } }],
  [{ name: 'get_weather', input: { lat: 59.9 } }],
  [],
];
const script = ({ user, rounds }) => (user === QUESTION ? STEPS[rounds] : undefined);
const ANSWER = /^The tool answered: \{"lat":59.9,"celsius":-3\}\./;

let gateway;
before(async () => {
  gateway = await startRoutes({
    glm: [glm()], openai: [openai()], ...Object.fromEntries(['5', '6', '7'].flatMap((version) => [
      [`openai fails ${version}`, [openai('every=3;openai=insufficient_quota'), glm()]],
      [`glm fails ${version}`, [glm('every=3;glm=1113'), openai()]],
    ])),
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

const textOf = ({ content }) => (typeof content === 'string' ? content
  : content.map(({ text }) => text ?? '').join(''));

// The model knows all five turns at the end, whoever was asked for it.
async function chat({ generateText }, model, route) {
  const messages = [];
  for (let turn = 1; turn <= 5; turn += 1) {
    messages.push({ role: 'user', content: `Turn ${turn}` });
    const { text, response } = await generateText({ model, messages, maxRetries: 0 });
    assert.match(text, new RegExp(`^You said: Turn ${turn}\\.`));
    messages.push(...response.messages);
  }
  const { body } = gateway.requests(route).at(-1);
  const sent = body.messages ?? body.input;
  if (sent.some(({ type }) => type === 'item_reference')) return; // OpenAI has the items itself
  assert.deepEqual(sent.map(({ role }) => role).filter(Boolean),
    Array(9).fill().map((_, i) => (i % 2 ? 'assistant' : 'user')));
  assert.deepEqual(sent.filter(({ role }) => role === 'user').map(textOf),
    [1, 2, 3, 4, 5].map((turn) => `Turn ${turn}`));
}

for (const [version, { sdk, createOpenAI }] of Object.entries(VERSIONS)) {
  const { generateText, streamText } = sdk;
  const stepCount = sdk.isStepCount ?? sdk.stepCountIs;
  for (const route of ['glm', 'openai']) {
    describe(`AI SDK ${version}, route ${route}`, () => {
      let model;
      before(() => {
        model = createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token })(route);
      });
      const loop = (more) => (
        { model, prompt: QUESTION, tools: toolsOf(sdk), stopWhen: stepCount(4), ...more }
      );

      test('one turn, streamed', async () => {
        const { textStream } = streamText({ model, prompt: 'Hello 世界' });
        let text = '';
        for await (const piece of textStream) text += piece;
        assert.match(text, /^You said: Hello 世界\./);
      });

      test('tools, as its default is', async () => {
        const { text, steps } = await generateText(loop({ maxRetries: 0 }));
        assert.equal(steps.length, 3);
        assert.match(text, ANSWER);
      });

      test('five turns, as its default is', () => chat(sdk, model, route));

      test('tools, with store: false', async () => {
        const providerOptions = { openai: { store: false } };
        const { text, steps } = await generateText(loop({ providerOptions }));
        assert.equal(steps.length, 3);
        assert.match(text, ANSWER);
      });
    });
  }

  for (const kind of ['openai', 'glm']) {
    const route = `${kind} fails ${version}`;
    describe(`AI SDK ${version}, ${kind} failing at the third call`, () => {
      const modelOf = () => (
        createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.token })(route)
      );

      test('tools over three steps, then five turns', async () => {
        const { text, steps } = await generateText({
          model: modelOf(), prompt: QUESTION, tools: toolsOf(sdk), stopWhen: stepCount(4),
          maxRetries: 0,
        });
        assert.equal(steps.length, 3);
        assert.match(text, ANSWER);
        await chat(sdk, modelOf(), route);
      });
    });
  }
}
