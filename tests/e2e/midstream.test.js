// midstream.test.js -- an upstream breaks after output: the client is told, in its own API's words.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { APIError } from 'openai';
import {
  EXACT, glm, IMPATIENT, judge, openai, rejection, saidIn, startRoutes,
} from './client.js';
import { checkEvent, checkResponse, contentOf } from './schema.js';

const impatient = { timeouts: IMPATIENT };
const tools = [{ type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {
  city: { type: 'string' } }, required: ['city'] } }];
const chatTools = tools.map(({ type, ...rest }) => ({ type, function: rest }));

// What breaks, and the code that the client is given for it.
const BREAKS = {
  'error-after=STAGE,code=1302': 'rate_limit_exceeded',
  'event-error=STAGE,code=1305': 'server_is_overloaded',
  'error-after=STAGE,code=1301': 'invalid_prompt',
  'cut-after=STAGE': 'upstream_error',
  'end-after=STAGE': 'upstream_error',
  'garbage-after=STAGE': 'upstream_error',
  'stall-after=STAGE': 'upstream_timeout',
};
const STAGES = { 'reasoning:2': 'reasoning', 'text:3': 'message', 'tool:1': 'function_call' };

const table = Object.entries(BREAKS).flatMap(([spec, code]) => (
  Object.entries(STAGES).map(([stage, kind]) => (
    { spec: spec.replace('STAGE', stage), code, kind }
  ))
));
table.push({ spec: 'finish=network_error', code: 'upstream_error', kind: 'function_call' });

// Each request has a route of its own: a key rests after a failure, and another would answer.
const nameOf = ({ spec }, use = '') => spec.replaceAll(/\W+/g, '_') + use;
const PACKAGE = ['-helper', '-events']; // the two ways in which the package reads a stream
const CHAT = {
  'openai-chat': (key) => [openai(key, { api: 'chat' }), glm()],
  'openai-responses': (key) => [openai(key), glm()], // translated to chat
  'glm-chat': (key) => [glm(key), openai()],
};
const CUTS = { cut: 'cut-after=text:3', told: 'error-after=text:3,code=server_error' };

let gateway;
before(async () => {
  const routes = table.flatMap((row) => ['', ...PACKAGE].map((use) => (
    [nameOf(row, use), [glm(row.spec, impatient), openai()]]
  )));
  gateway = await startRoutes({
    ...Object.fromEntries(routes),
    whole: [glm()],
    'openai-cut': [openai('cut-after=text:3'), glm()],
    'openai-half': [openai('cut=3000'), glm()],
    'openai-told': [openai('error-after=text:3,code=server_error'), glm()],
    ...Object.fromEntries(Object.entries(CHAT).flatMap(([name, make]) => (
      Object.entries(CUTS).map(([how, key]) => [`${name}-${how}`, make(key)])
    ))),
  }, { route: EXACT });
});
after(() => gateway?.stop());

const input = [{ role: 'user', content: 'The weather in Bonn?' }];
const whole = async () => (
  judge(await gateway.stream({ model: 'whole', input, tools })).output
);

describe('translated', { concurrency: 8 }, () => {
  for (const row of table) {
    test(`${row.spec}: the stream ends in response.failed`, async () => {
      const model = nameOf(row);
      const response = judge(await gateway.stream({ model, input, tools }));
      assert.equal(response.status, 'failed');
      assert.equal(response.error.code, row.code);
      assert.notEqual(response.error.message, '');
      assert.equal(gateway.requests(model).length, 1, 'nobody else is asked');
      const expected = await whole();
      const last = response.output.at(-1);
      assert.equal(last.type, row.kind);
      assert.ok(contentOf(last).length > 0 || row.kind === 'function_call');
      response.output.forEach((item, i) => {
        assert.equal(item.type, expected[i].type);
        assert.ok(contentOf(expected[i]).startsWith(contentOf(item)), 'the output so far');
      });
    });
  }

  for (const row of table) {
    test(`${row.spec}: the package throws`, async () => {
      const [helper, events] = PACKAGE.map((use) => (
        { model: nameOf(row, use), input, tools, stream: true }
      ));
      const { responses } = gateway.client;
      const errors = await Promise.all([
        rejection(responses.stream(helper).finalResponse()),
        rejection(responses.create(events).then(async (stream) => {
          for await (const { type } of stream) assert.notEqual(type, 'response.completed');
        })),
      ]);
      for (const error of errors) {
        assert.ok(error instanceof APIError, error.stack);
        assert.equal(error.code, row.code);
      }
    });
  }
});

const lastFrames = (text, n) => text.split('\n\n').filter((frame) => frame.trim()).slice(-n);
const eventOf = (frame) => {
  const [, name, data] = frame.match(/^event: (.*)\ndata: (.*)$/);
  assert.equal(JSON.parse(data).type, name);
  return JSON.parse(data);
};

describe('OpenAI\'s own stream', () => {
  for (const model of ['openai-cut', 'openai-half']) {
    test(`${model}: goes on with an error of ours`, async () => {
      const text = await gateway.stream({ model, input });
      const [error, failed, done] = lastFrames(text, 3);
      assert.equal(done, 'data: [DONE]');
      const broken = eventOf(error);
      checkEvent(broken);
      assert.equal(broken.code, 'upstream_error');
      const end = eventOf(failed);
      checkEvent(end);
      assert.equal(end.type, 'response.failed');
      assert.equal(end.response.status, 'failed');
      assert.equal(end.response.error.code, 'upstream_error');
      checkResponse(end.response);
      assert.match(text, /^event: response\.created\n/);
      const numbers = text.split('\n').filter((line) => /^data: \{.*\}$/.test(line))
        .map((line) => JSON.parse(line.slice(6)).sequence_number);
      numbers.reduce((before, n) => {
        assert.ok(n > before);
        return n;
      });
      const thrown = await rejection(gateway.client.responses.stream({ model, input })
        .finalResponse());
      // Half a frame, which cannot be taken back, it complains of first.
      if (model === 'openai-cut') assert.equal(thrown.code, 'upstream_error', thrown.stack);
      assert.equal(gateway.requests(model).length, 2);
    });
  }

  test('says itself that it failed', async () => {
    const text = await gateway.stream({ model: 'openai-told', input });
    const [error, failed] = lastFrames(text, 2).map(eventOf);
    assert.equal(error.error.code, 'server_error');
    assert.equal(failed.response.status, 'failed');
    assert.match(saidIn(text), /^You said:?/);
  });
});

describe('a chat stream', () => {
  for (const route of Object.keys(CHAT)) {
    for (const how of Object.keys(CUTS)) {
      test(`${route}-${how}: ends in an error chunk`, async () => {
        const model = `${route}-${how}`;
        const text = await gateway.stream({ model, messages: input }, '/v1/chat/completions');
        assert.doesNotMatch(text, /event: |response\.failed/);
        const chunks = text.split('\n').filter((line) => line.startsWith('data: {'))
          .map((line) => JSON.parse(line.slice(6)));
        const { error } = chunks.pop();
        assert.equal(typeof error.message, 'string');
        assert.equal(error.code, how === 'cut' ? 'upstream_error' : error.code);
        assert.ok(chunks.length >= 3);
        for (const { choices } of chunks) assert.ok(!choices[0]?.finish_reason);
        const thrown = await rejection(gateway.client.chat.completions
          .stream({ model, messages: input, tools: chatTools, tool_choice: 'none' })
          .finalChatCompletion());
        assert.ok(thrown instanceof APIError, thrown.stack);
        for (const { upstream } of gateway.requests(model)) {
          assert.equal(upstream, route.split('-')[0], 'nobody else is asked');
        }
      });
    }
  }
});
