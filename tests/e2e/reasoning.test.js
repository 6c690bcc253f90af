// reasoning.test.js -- conversations with a model that reasons, whose key dies in the middle: from
// OpenAI to GLM, and on to another account of OpenAI's, which can read nobody's reasoning but its
// own.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent, OpenAIProvider, Runner, tool as agentTool } from '@openai/agents';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, isStepCount, streamText, tool as sdkTool } from 'ai';
import OpenAI from 'openai';
import { z } from 'zod';
import { conversationIn, glm, openai, startRoutes } from './client.js';
import { PYTHON, noPython, runProgram } from './program.js';

// Each question costs two requests: a call, and the answer after its result. The first key dies
// between the two of the second question, GLM's between those of the third.
const PROVIDERS = [
  openai('every=4;openai=insufficient_quota'), glm('every=3;glm=1113'), openai(),
];
const QUESTIONS = ['The weather in Berlin?', 'The weather in Paris?', 'The weather in Rome?'];
const WENT = ['openai', 'openai', 'openai', 'glm', 'glm', 'openai'];
const CITIES = ['Berlin', 'Paris', 'Rome'];

const ENCRYPTED = 'reasoning.encrypted_content';
const KEPT = { store: false, include: [ENCRYPTED] };
const REASONING = { effort: 'low' };
const WAYS = ['chain', 'streamed chain', 'history', 'streamed history'];
const CLIENTS = ['agents chain', 'agents history', 'AI SDK references', 'AI SDK history',
  'AI SDK streamed history', 'Python chain', 'Python history'];

const weatherIn = (city) => `21 °C in ${city}`;

let gateway;
before(async () => {
  const names = [...WAYS, ...CLIENTS];
  gateway = await startRoutes(Object.fromEntries(names.map((name) => [name, PROVIDERS])));
});
after(() => gateway?.stop());

// fetch, which keeps what it got: [{ lossy, removed }], the latter being the items that the
// response names.
function keeper() {
  const got = [];
  const keep = async (url, init) => {
    const response = await fetch(url, init);
    const one = { lossy: response.headers.get('x-gateway-lossy') };
    got.push(one);
    one.over = response.clone().text().then((text) => {
      const last = text.match(/"input_transformations":(\[[^\]]*\])(?!.*"input_transformations")/s);
      one.removed = JSON.parse(last?.[1] ?? '[]');
    });
    return response;
  };
  return { got, keep };
}

const answered = (name) => gateway.requests(name).filter(({ status }) => status === 200);
const isReasoning = ({ type }) => type === 'reasoning';

// All was answered where it had to be, and the model knew all words, calls and results.
function checkChain(name) {
  const requests = answered(name);
  assert.deepEqual(requests.map(({ upstream }) => upstream), WENT);
  const { users, calls, results } = conversationIn(requests.at(-1));
  assert.deepEqual(users, QUESTIONS);
  assert.deepEqual(calls.map(({ name: of }) => of), CITIES.map(() => 'get_weather'));
  assert.deepEqual(results.map(({ id }) => id), calls.map(({ id }) => id));
  assert.deepEqual(results.map(({ text }) => text), CITIES.map(weatherIn));
  // Who made the reasoning has it back; GLM has OpenAI's no more than OpenAI has GLM's.
  const [, second, third, fourth, fifth, last] = requests;
  for (const { context } of [second, third]) assert.ok(context.some(isReasoning));
  for (const { body } of [fourth, fifth]) assert.doesNotMatch(JSON.stringify(body), /gAAAAA/);
  assert.match(JSON.stringify(fifth.body), /reasoning_content/);
  assert.ok(!last.context.some(isReasoning));
}

// The replies after a change of provider say what they lack, the others nothing.
function checkTold(got) {
  const told = got.slice(-WENT.length);
  for (const { lossy, removed } of told.slice(0, 3)) {
    assert.deepEqual([lossy, removed], [null, []]);
  }
  for (const { lossy, removed } of told.slice(3)) {
    assert.match(lossy, /reasoning/);
    assert.ok(removed.length > 0);
    for (const one of removed) {
      assert.match(one.id, /^rs_/);
      assert.deepEqual({ ...one, id: '' },
        { id: '', type: 'reasoning', action: 'removed', reason: 'organization_mismatch' });
    }
  }
}

async function checkAll(name, got) {
  await Promise.all(got.map(({ over }) => over));
  checkChain(name);
  checkTold(got);
}

const TOOLS = [{
  type: 'function', name: 'get_weather', description: 'The weather', strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}];

describe('openai', () => {
  for (const way of WAYS) {
    test(way, async () => {
      const { got, keep } = keeper();
      const client = new OpenAI({
        apiKey: gateway.token, baseURL: `${gateway.url}/v1`, fetch: keep, maxRetries: 0,
      });
      const chained = way.endsWith('chain');
      const stream = way.startsWith('streamed');
      const history = [];
      let last;
      const ask = async (...input) => {
        history.push(...input);
        const made = await client.responses.create({
          model: way, tools: TOOLS, reasoning: REASONING, stream,
          ...(chained ? { input, previous_response_id: last?.id } : { input: history, ...KEPT }),
        });
        if (stream) for await (const event of made) last = event.response ?? last;
        else last = made;
        history.push(...last.output);
      };
      for (const content of QUESTIONS) {
        await ask({ role: 'user', content });
        const call = last.output.find(({ type }) => type === 'function_call');
        const output = weatherIn(JSON.parse(call.arguments).city);
        await ask({ type: 'function_call_output', call_id: call.call_id, output });
      }
      await checkAll(way, got);
    });
  }
});

describe('@openai/agents', () => {
  for (const name of ['agents chain', 'agents history']) {
    test(name, async () => {
      const { got, keep } = keeper();
      const openAIClient = new OpenAI({
        apiKey: gateway.token, baseURL: `${gateway.url}/v1`, fetch: keep, maxRetries: 0,
      });
      const chained = name.endsWith('chain');
      const runner = new Runner({
        modelProvider: new OpenAIProvider({ openAIClient, useResponses: true }),
        tracingDisabled: true,
      });
      const agent = new Agent({
        name: 'Weather',
        model: name,
        modelSettings: {
          reasoning: REASONING,
          ...(!chained && { store: false, providerData: { include: KEPT.include } }),
        },
        tools: [agentTool({
          name: 'get_weather',
          description: 'The weather',
          parameters: z.object({ city: z.string() }),
          execute: ({ city }) => weatherIn(city),
        })],
      });
      let last;
      for (const question of QUESTIONS) {
        const input = chained || !last ? question
          : [...last.history, { role: 'user', content: question }];
        last = await runner.run(agent, input, {
          ...(chained && { previousResponseId: last?.lastResponseId }),
        });
        assert.match(last.finalOutput, /^The tool answered: 21 °C/);
      }
      await checkAll(name, got);
    });
  }
});

describe('the AI SDK', () => {
  for (const name of ['AI SDK references', 'AI SDK history', 'AI SDK streamed history']) {
    test(name, async () => {
      const { got, keep } = keeper();
      const model = createOpenAI({
        baseURL: `${gateway.url}/v1`, apiKey: gateway.token, fetch: keep,
      })(name);
      const settings = {
        model,
        maxRetries: 0,
        stopWhen: isStepCount(3),
        tools: {
          get_weather: sdkTool({
            description: 'The weather',
            inputSchema: z.object({ city: z.string() }),
            execute: ({ city }) => weatherIn(city),
          }),
        },
        providerOptions: {
          openai: {
            forceReasoning: true,
            reasoningEffort: REASONING.effort,
            ...(name.endsWith('history') && KEPT),
          },
        },
      };
      const messages = [];
      for (const content of QUESTIONS) {
        messages.push({ role: 'user', content });
        if (name.includes('streamed')) {
          const result = streamText({ ...settings, messages });
          await result.consumeStream();
          messages.push(...(await result.responseMessages));
        } else {
          messages.push(...(await generateText({ ...settings, messages })).responseMessages);
        }
      }
      await checkAll(name, got);
    });
  }
});

describe('Python', { skip: noPython }, () => {
  test('openai', async () => {
    const path = new URL('python_reasoning.py', import.meta.url).pathname;
    const { status, output } = await runProgram(PYTHON, [path], {
      env: {
        PATH: process.env.PATH,
        OPENAI_BASE_URL: `${gateway.url}/v1`,
        OPENAI_API_KEY: gateway.token,
        QUESTIONS: JSON.stringify(QUESTIONS),
      },
    });
    assert.equal(status, 0, output);
    for (const [name, got] of Object.entries(JSON.parse(output))) {
      checkChain(name);
      checkTold(got);
    }
  });
});
