// ai-sdk-versions.test.js -- three versions of the AI SDK with their default settings.
//
// By default @ai-sdk/openai believes that all it got is stored, and refers to it by id on the next
// step: each route either knows the items, or refuses with a sentence that says what to set.
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
  gateway = await startRoutes({ glm: [glm()], openai: [openai()] }, { upstreams: { script } });
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
        const done = await generateText(loop({ maxRetries: 0 })).catch((error) => error);
        if (done.statusCode) {
          assert.equal(route, 'glm');
          assert.equal(done.statusCode, 400);
          assert.match(done.message, /the item '(fc|msg|rs)_\w+' .*store: false/);
        } else {
          assert.match(done.text, ANSWER);
        }
      });

      test('tools, with store: false', async () => {
        const providerOptions = { openai: { store: false } };
        const { text, steps } = await generateText(loop({ providerOptions }));
        assert.equal(steps.length, 3);
        assert.match(text, ANSWER);
      });
    });
  }
}
