// chat.test.js -- Chat Completions, asked with the real openai package.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { glm, openai, startRoutes } from './client.js';

const ROUTES = {
  glm: [glm()],
  openai: [openai('', { api: 'chat' })],
  // A host that has the Responses API alone: chat is translated to it.
  responses: [openai()],
  mixed: [openai('openai=insufficient_quota'), glm()],
  newest: [glm('', { model: 'glm-5.3' })],
  vision: [glm('', { model: 'glm-4.6v' })],
};
const EACH = ['glm', 'openai', 'responses', 'mixed'];
const GLM = ['glm', 'mixed'];

const parameters = {
  type: 'object', properties: { city: { type: 'string' } }, required: ['city'],
};
const tool = (name, more) => ({ type: 'function', function: { name, parameters, ...more } });
const weather = tool('get_weather', { description: 'The weather' });
const clock = tool('get_time');
const PICTURE = 'data:image/png;base64,iVBORw0KGgo=';

let gateway;
let client;
before(async () => {
  gateway = await startRoutes(ROUTES);
  ({ client } = gateway);
});
after(() => gateway?.stop());

const sent = (route) => gateway.requests(route).at(-1).body;
const say = (content) => [{ role: 'user', content }];

for (const route of EACH) {
  const messages = say(`Hello 世界 from ${route}`);
  const answer = new RegExp(`^You said: ${messages[0].content}\\. .*🎉.*back\\\\slash`, 's');
  const ask = (body) => client.chat.completions.create({ model: route, messages, ...body });

  describe(`route ${route}`, () => {
    test('create', async () => {
      const { data, response } = await client.chat.completions.create({ model: route, messages })
        .withResponse();
      assert.match(data.choices[0].message.content, answer);
      assert.equal(data.object, 'chat.completion');
      assert.equal(data.choices[0].finish_reason, 'stop');
      assert.ok(data.usage.total_tokens > 0);
      assert.equal(response.headers.get('x-gateway-route'), route);
    });

    test('stream, chunk by chunk', async () => {
      const stream = await ask({ stream: true, stream_options: { include_usage: true } });
      let text = '';
      let usage = null;
      const reasons = [];
      for await (const chunk of stream) {
        assert.equal(chunk.object, 'chat.completion.chunk');
        const [choice] = chunk.choices;
        text += choice?.delta.content ?? '';
        if (choice?.finish_reason) reasons.push(choice.finish_reason);
        usage = chunk.usage ?? usage;
      }
      assert.match(text, answer);
      assert.deepEqual(reasons, ['stop']);
      assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    });

    test('stream helper', async () => {
      const stream = client.chat.completions.stream({ model: route, messages });
      const final = await stream.finalChatCompletion();
      assert.match(final.choices[0].message.content, answer);
    });

    test('the stream comes as the upstream sends it', async () => {
      const text = await gateway.stream({ model: route, messages }, '/v1/chat/completions');
      assert.match(text, /^data: \{/);
      assert.ok(text.endsWith('\n\ndata: [DONE]\n\n'));
      assert.ok(!text.includes('event:'));
    });

    for (const stream of [false, true]) {
      const run = async (body) => (stream
        ? client.chat.completions.stream({ model: route, ...body }).finalChatCompletion()
        : client.chat.completions.create({ model: route, ...body }));

      test(`tool loop${stream ? ', streamed' : ''}`, async () => {
        const question = say('Use both tools for Rome');
        const tools = [weather, clock];
        const { choices: [first] } = await run({ messages: question, tools });
        assert.equal(first.finish_reason, 'tool_calls');
        const { content, tool_calls: calls } = first.message;
        assert.deepEqual(calls.map((call) => call.function.name), ['get_weather', 'get_time']);
        for (const call of calls) {
          assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Rome' });
        }
        const turn = { role: 'assistant', content, tool_calls: calls.map((call) => (
          { id: call.id, type: call.type, function: {
            name: call.function.name, arguments: call.function.arguments,
          } })) };
        const results = calls.map(({ id }, i) => (
          { role: 'tool', tool_call_id: id, content: `result ${i}` }
        ));
        const all = [...question, turn, ...results];
        const { choices: [second] } = await run({ messages: all, tools });
        assert.match(second.message.content, /^The tool answered: result 0 and result 1\./);
      });
    }

    test('an answer cut short', async () => {
      const { choices: [choice], usage } = await ask({ max_completion_tokens: 20 });
      assert.equal(choice.finish_reason, 'length');
      assert.equal(usage.completion_tokens, 20);
    });

    test('the developer\'s words', async () => {
      const response = await ask({
        messages: [{ role: 'developer', content: 'Be brief.' }, ...messages],
      });
      assert.match(response.choices[0].message.content, answer);
    });
  });
}

for (const route of GLM) {
  test(`GLM's limits are kept by ${route}`, async () => {
    const before = gateway.requests(route).length;
    await client.chat.completions.create({
      model: route,
      messages: [
        { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Hi' },
          { type: 'image_url', image_url: { url: PICTURE } }] },
      ],
      tools: [clock],
      tool_choice: 'required',
      temperature: 2,
      top_p: 0,
      max_completion_tokens: 10_000_000,
      stop: ['a', 'b'],
      user: 'me',
      parallel_tool_calls: false,
      seed: 7,
      n: 1,
    });
    // The first: a tool that had to be called and was not is asked for once more.
    const { messages, tools, ...body } = gateway.requests(route).slice(before)
      .find(({ upstream }) => upstream === 'glm').body;
    assert.deepEqual(messages.map(({ role }) => role), ['system', 'system', 'user']);
    assert.equal(typeof messages.at(-1).content, 'string');
    assert.equal(tools[0].function.description, 'get_time');
    assert.deepEqual(body, {
      model: 'glm-4.7', stream: false, tool_choice: 'auto', temperature: 1, top_p: 0.01,
      max_tokens: 131072, stop: ['a'],
    });
  });
}

test('what GLM cannot do is named in a header', async () => {
  const { response } = await client.chat.completions.create({
    model: 'glm', messages: say('Hi'), seed: 7, logprobs: true, user: 'me', stop: ['a', 'b'],
  }).withResponse();
  const lossy = response.headers.get('x-gateway-lossy').split(', ').sort();
  assert.deepEqual(lossy, ['logprobs', 'seed', 'stop', 'user']);
});

test('an effort is put into the words of the model', async () => {
  for (const [effort, word] of [['minimal', 'low'], ['medium', 'high'], ['xhigh', 'max']]) {
    await client.chat.completions.create({
      model: 'newest', messages: say('Hi'), reasoning_effort: effort,
    });
    assert.equal(sent('newest').reasoning_effort, word);
  }
});

test('thoughts are sent back with their turn', async () => {
  const question = say('The weather in Graz?');
  const { choices: [{ message }] } = await client.chat.completions.create({
    model: 'glm', messages: question, tools: [weather],
  });
  assert.match(message.reasoning_content, /让我想想/);
  const result = { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'rain' };
  await client.chat.completions.create({
    model: 'glm', messages: [...question, message, result], tools: [weather],
  });
  assert.equal(sent('glm').messages[1].reasoning_content, message.reasoning_content);
  assert.equal(sent('glm').thinking.clear_thinking, false);
});

test('an image goes to a GLM that sees', async () => {
  const image = { type: 'image_url', image_url: { url: PICTURE } };
  await client.chat.completions.create({
    model: 'vision', messages: say([{ type: 'text', text: 'What is this?' }, image]),
  });
  assert.deepEqual(sent('vision').messages[0].content.at(-1), image);
});

test('OpenAI is sent every field', async () => {
  const body = {
    messages: say('Say it in JSON'), seed: 7, logprobs: true, top_logprobs: 2, n: 1,
    temperature: 1.5, stop: ['a', 'b'], metadata: { a: 'b' }, store: true, user: 'me',
    tools: [clock], tool_choice: { type: 'function', function: { name: 'get_time' } },
    parallel_tool_calls: false,
  };
  await client.chat.completions.create({ model: 'openai', ...body });
  assert.deepEqual(sent('openai'), { model: 'gpt-4.1', stream: false, ...body });
});
