// responses.test.js -- the Responses API, asked with the real openai package.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { glm, openai, rejection, startRoutes } from './client.js';

const ROUTES = {
  glm: [glm()],
  openai: [openai()],
  // OpenAI's format at another host: translated too.
  compatible: [openai('', { api: 'chat' })],
  // OpenAI is spent, GLM answers.
  mixed: [openai('openai=insufficient_quota'), glm()],
  thinker: [openai('', { model: 'gpt-5.1' })],
  vision: [glm('', { model: 'glm-4.6v' })],
  late: [glm('late-usage')],
  uncounted: [glm('no-usage')],
  boxed: [glm('tool-id-change')],
};
const EACH = ['glm', 'openai', 'compatible', 'mixed'];
const OURS = ['glm', 'compatible', 'mixed']; // translated, all of it the gateway's own
const THINKS = ['glm', 'mixed'];

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const functionTool = (name) => (
  { type: 'function', name, description: `Ask ${name}`, parameters, strict: true }
);
const weather = functionTool('get_weather');
const clock = functionTool('get_time');
const PICTURE = 'data:image/png;base64,iVBORw0KGgo=';

let gateway;
let client;
before(async () => {
  gateway = await startRoutes(ROUTES);
  ({ client } = gateway);
});
after(() => gateway?.stop());
afterEach(() => gateway.judgeKept());

const sent = (route) => gateway.requests(route).at(-1).body;
const itemsOf = (response, type) => response.output.filter((item) => item.type === type);

function checkUsage(usage, { thinks }) {
  assert.ok(usage.input_tokens > 0);
  assert.ok(usage.output_tokens > 0);
  assert.ok(usage.input_tokens_details.cached_tokens > 0);
  assert.equal(usage.output_tokens_details.reasoning_tokens > 0, thinks);
  assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
}

for (const route of EACH) {
  const thinks = THINKS.includes(route);
  const input = `Hello 世界 from ${route}`;
  const answer = new RegExp(`^You said: ${input}\\. .*🎉.*back\\\\slash`, 's');

  describe(`route ${route}`, () => {
    test('create', async () => {
      const { data, response } = await client.responses.create({ model: route, input })
        .withResponse();
      assert.match(data.output_text, answer);
      assert.equal(data.status, 'completed');
      checkUsage(data.usage, { thinks });
      assert.equal(itemsOf(data, 'reasoning').length, thinks ? 1 : 0);
      assert.equal(response.headers.get('x-gateway-route'), route);
      assert.match(response.headers.get('x-request-id'), /^req_/);
      assert.match(response.headers.get('content-type'), /^application\/json/);
    });

    test('stream, event by event', async () => {
      const stream = await client.responses.create({ model: route, input, stream: true });
      const events = [];
      for await (const event of stream) events.push(event);
      const said = events.filter(({ type }) => type === 'response.output_text.delta');
      const text = said.map(({ delta }) => delta).join('');
      assert.ok(said.length > 10);
      assert.match(text, answer);
      const { type, response } = events.at(-1);
      assert.equal(type, 'response.completed');
      assert.equal(response.output.at(-1).content[0].text, text);
      checkUsage(response.usage, { thinks });
      assert.equal(await gateway.judgeKept(), OURS.includes(route) ? 1 : 0);
    });

    test('stream helper', async () => {
      const stream = client.responses.stream({ model: route, input });
      let text = '';
      stream.on('response.output_text.delta', ({ delta }) => { text += delta; });
      const final = await stream.finalResponse();
      assert.equal(final.output_text, text);
      assert.match(text, answer);
    });

    for (const streamed of [false, true]) {
      const ask = async (body) => (streamed
        ? client.responses.stream({ model: route, ...body }).finalResponse()
        : client.responses.create({ model: route, ...body }));

      test(`tool loop${streamed ? ', streamed' : ''}`, async () => {
        const question = [{ role: 'user', content: 'The weather in Berlin?' }];
        const first = await ask({ input: question, tools: [weather], store: false });
        const [call, ...more] = itemsOf(first, 'function_call');
        assert.deepEqual(more, []);
        assert.equal(call.name, 'get_weather');
        assert.deepEqual(JSON.parse(call.arguments), { city: 'Berlin' });
        assert.ok(call.call_id);
        const result = { type: 'function_call_output', call_id: call.call_id, output: '21 °C' };
        const output = first.output.map(({ parsed_arguments: _, ...item }) => item);
        const second = await ask({
          input: [...question, ...output, result], tools: [weather], store: false,
        });
        assert.match(second.output_text, /^The tool answered: 21 °C\./);
      });

      test(`two calls of one turn${streamed ? ', streamed' : ''}`, async () => {
        const question = [{ role: 'user', content: 'Use both tools for Rome' }];
        const tools = [weather, clock];
        const first = await ask({ input: question, tools });
        const calls = itemsOf(first, 'function_call');
        assert.deepEqual(calls.map(({ name }) => name), ['get_weather', 'get_time']);
        const results = calls.map(({ call_id: id }, i) => (
          { type: 'function_call_output', call_id: id, output: `result ${i}` }
        ));
        const output = first.output.map(({ parsed_arguments: _, ...item }) => item);
        const second = await ask({ input: [...question, ...output, ...results], tools });
        assert.match(second.output_text, /^The tool answered: result 0 and result 1\./);
      });
    }

    test('instructions, roles and items reach the upstream', async () => {
      const response = await client.responses.create({
        model: route,
        instructions: 'Be brief.',
        input: [
          { role: 'developer', content: 'Never lie.' },
          { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'First.' }] },
          { role: 'assistant', content: [{ type: 'output_text', text: 'Yes.', annotations: [] }] },
          { role: 'user', content: 'Second?' },
        ],
        metadata: { a: 'b' },
        temperature: 0.5,
        max_output_tokens: 1000,
      });
      assert.match(response.output_text, /^You said: Second\?/);
      assert.deepEqual(response.metadata, { a: 'b' });
      assert.equal(response.instructions, 'Be brief.');
      assert.equal(response.temperature, 0.5);
      assert.equal(response.max_output_tokens, 1000);
    });

    test('an answer cut short is incomplete, with its usage', async () => {
      for (const stream of [false, true]) {
        const body = { model: route, input, max_output_tokens: 20 };
        const response = stream
          ? await client.responses.stream(body).finalResponse()
          : await client.responses.create(body);
        assert.equal(response.status, 'incomplete');
        assert.deepEqual(response.incomplete_details, { reason: 'max_output_tokens' });
        assert.equal(response.usage.output_tokens, 20);
      }
    });

    test('no tool where none may be called', async () => {
      const response = await client.responses.create({
        model: route, input: 'The weather?', tools: [weather], tool_choice: 'none',
      });
      assert.deepEqual(itemsOf(response, 'function_call'), []);
      assert.match(response.output_text, /^You said: The weather\?/);
    });

    test('a tool that must be called', async () => {
      for (const choice of ['required', { type: 'function', name: 'get_time' }]) {
        const response = await client.responses.create({
          model: route, input: 'Use a tool: hi.', tools: [clock, weather], tool_choice: choice,
        });
        assert.deepEqual(itemsOf(response, 'function_call').map(({ name }) => name), ['get_time']);
        assert.deepEqual(response.tool_choice, choice);
      }
    });
  });
}

for (const route of OURS) {
  test(`custom tools come back as such from ${route}`, async () => {
    const input = [{ role: 'user', content: 'Use the tool apply_patch' }];
    const tools = [{ type: 'custom', name: 'apply_patch', description: 'Patch a file' }];
    const stream = client.responses.stream({ model: route, input, tools });
    const first = await stream.finalResponse();
    const [call] = itemsOf(first, 'custom_tool_call');
    assert.equal(call.name, 'apply_patch');
    assert.equal(call.input, 'Paris');
    const result = { type: 'custom_tool_call_output', call_id: call.call_id, output: 'done' };
    const second = await client.responses.create({
      model: route, input: [...input, ...first.output, result], tools,
    });
    assert.match(second.output_text, /^The tool answered: done\./);
  });

  test(`functions in a namespace come back with it from ${route}`, async () => {
    const response = await client.responses.create({
      model: route,
      input: 'Use a tool in Oslo',
      tools: [{ type: 'namespace', name: 'sky', description: 'Of the sky', tools: [weather] }],
    });
    const [{ name, namespace, arguments: text }] = itemsOf(response, 'function_call');
    assert.deepEqual([namespace, name, text], ['sky', 'get_weather', '{"city":"Oslo"}']);
  });
}

test('OpenAI is sent what the client sent, with another model in it', async () => {
  const body = '{ "model" :"openai", "input":"caf\\u00e9", "metadata":{"model":"x"},\n' +
    '"reasoning":{"effort":null}, "top_p":1.0, "include":["reasoning.encrypted_content"] }';
  const response = await gateway.post('/v1/responses', body);
  assert.equal(response.status, 200);
  assert.equal(gateway.requests('openai').at(-1).text, body.replace('"openai"', '"gpt-4.1"'));
});

test('what OpenAI answers arrives byte for byte', async () => {
  const body = { model: 'openai', input: 'Hello' };
  const [ours, theirs] = await Promise.all([
    gateway.post('/v1/responses', body),
    fetch(`${gateway.upstreams.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-direct', 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, model: 'gpt-4.1' }),
    }),
  ].map(async (response) => (await response).text()));
  const steady = (text) => text.replace(/_[0-9a-f]{48,50}"/g, '_"')
    .replace(/_at": \d+/g, '_at": 0');
  assert.equal(steady(ours), steady(theirs));
});

describe('structured output is parsed', () => {
  const Place = z.object({ city: z.string(), days: z.number(), tags: z.array(z.string()) });
  const expected = { city: 'Vienna', days: 7, tags: ['Vienna'] };
  const bodyOf = (model) => (
    { model, input: 'Vienna', text: { format: zodTextFormat(Place, 'place') } }
  );
  for (const route of EACH) {
    test(`from ${route}`, async () => {
      const { output_parsed: place } = await client.responses.parse(bodyOf(route));
      assert.deepEqual(place, expected);
    });

    test(`from ${route}, streamed`, async () => {
      const stream = client.responses.stream(bodyOf(route));
      assert.deepEqual((await stream.finalResponse()).output_parsed, expected);
    });
  }
});

test('GLM is asked for JSON and told the schema, which it would ignore', async () => {
  const Place = z.object({ city: z.string() });
  const format = zodTextFormat(Place, 'place');
  const response = await client.responses.create({ model: 'glm', input: 'Bern', text: { format } });
  const { response_format: asked, messages } = sent('glm');
  assert.deepEqual(asked, { type: 'json_object' });
  assert.ok(messages[0].content.includes(JSON.stringify(format.schema)));
  assert.deepEqual(response.text.format.schema, format.schema);
});

describe('images', () => {
  const input = [{
    role: 'user',
    content: [
      { type: 'input_text', text: 'What is this?' },
      { type: 'input_image', image_url: PICTURE, detail: 'low' },
    ],
  }];

  test('go to a GLM that sees', async () => {
    const { data, response } = await client.responses.create({ model: 'vision', input })
      .withResponse();
    assert.match(data.output_text, /^You said: What is this\?/);
    assert.equal(response.headers.get('x-gateway-lossy'), null);
    const image = { type: 'image_url', image_url: { url: PICTURE, detail: 'low' } };
    assert.deepEqual(sent('vision').messages.at(-1).content.at(-1), image);
  });

  test('are named to a GLM that does not, and in a header', async () => {
    const { data, response } = await client.responses.create({ model: 'glm', input })
      .withResponse();
    assert.match(data.output_text, /^You said: What is this\?\n\[an image was here/);
    assert.match(response.headers.get('x-gateway-lossy'), /\binput_image\b/);
  });

  test('pass to OpenAI', async () => {
    await client.responses.create({ model: 'openai', input });
    assert.deepEqual(sent('openai').input, input);
  });

  test('that a tool gave follow its text to a GLM that sees', async () => {
    const call = { type: 'function_call', call_id: 'call_1', name: 'shoot', arguments: '{}' };
    const output = [{ type: 'input_image', image_url: PICTURE, detail: 'auto' }];
    const response = await client.responses.create({
      model: 'vision',
      input: [...input, call, { type: 'function_call_output', call_id: 'call_1', output }],
    });
    assert.equal(response.status, 'completed');
    assert.deepEqual(sent('vision').messages.map(({ role }) => role),
      ['user', 'assistant', 'tool', 'user']);
  });
});

describe('reasoning', () => {
  test('of GLM comes as a summary, and is sent back with its turn', async () => {
    const question = { role: 'user', content: 'Which tool for Graz?' };
    const first = await client.responses.create({
      model: 'glm', input: [question], tools: [weather], reasoning: { effort: 'high' },
    });
    const [{ summary: [{ type, text }] }] = itemsOf(first, 'reasoning');
    assert.equal(type, 'summary_text');
    assert.match(text, /让我想想/);
    const [call] = itemsOf(first, 'function_call');
    const result = { type: 'function_call_output', call_id: call.call_id, output: 'rain' };
    await client.responses.create({
      model: 'glm', input: [question, ...first.output, result], tools: [weather],
    });
    const { messages, thinking } = sent('glm');
    const [, turn] = messages;
    assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant', 'tool']);
    assert.equal(turn.reasoning_content, text);
    assert.equal(turn.tool_calls[0].id, call.call_id);
    assert.equal(thinking.clear_thinking, false);
  });

  test('of OpenAI passes, sealed and not', async () => {
    const response = await client.responses.create({
      model: 'thinker',
      input: 'Think.',
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    });
    const [{ summary, encrypted_content: sealed }] = itemsOf(response, 'reasoning');
    assert.match(summary[0].text, /I will keep it short/);
    assert.match(sealed, /^gAAAA/);
  });
});

describe('usage', () => {
  test('that comes late is waited for', async () => {
    const { usage } = await client.responses.stream({ model: 'late', input: 'Hi' }).finalResponse();
    checkUsage(usage, { thinks: true });
  });

  test('that never comes is null', async () => {
    const body = { model: 'uncounted', input: 'Hi' };
    assert.equal((await client.responses.stream(body).finalResponse()).usage, null);
    assert.equal((await client.responses.create(body)).usage, null);
  });
});

test('a tool call keeps the id that it began with', async () => {
  const stream = client.responses.stream({
    model: 'boxed', input: 'The weather in Linz?', tools: [weather],
  });
  const calls = itemsOf(await stream.finalResponse(), 'function_call');
  assert.deepEqual(calls.map((call) => call.arguments), ['{"city":"Linz"}']);
});

describe('web search by GLM', () => {
  const body = { model: 'glm', input: 'Hello. What is new?', tools: [{ type: 'web_search' }] };
  const sources = [
    ['https://a.example/page?n=1', 'A page, 第一页', '[ref_1]'],
    ['https://b.example/', 'Another', ''],
  ];

  // The annotations of a response, with what the text says at their places.
  function citationsOf(response) {
    const [{ text, annotations }] = itemsOf(response, 'message')[0].content;
    return annotations.map(({ type, url, title, start_index: start, end_index: end }) => {
      assert.equal(type, 'url_citation');
      return [url, title, [...text].slice(start, end).join('')];
    });
  }

  test('is asked for, and its sources are annotations', async () => {
    const choice = { type: 'web_search' };
    const response = await client.responses.create({ ...body, tool_choice: choice });
    assert.deepEqual(citationsOf(response), sources);
    const [{ type, web_search: search }] = sent('glm').tools;
    assert.equal(type, 'web_search');
    assert.deepEqual(search, {
      enable: true, search_engine: 'search-prime', search_result: true, require_search: true,
    });
  });

  test('streamed', async () => {
    const stream = client.responses.stream(body);
    const told = [];
    stream.on('response.output_text.annotation.added', ({ annotation }) => told.push(annotation));
    const final = await stream.finalResponse();
    assert.deepEqual(citationsOf(final), sources);
    assert.deepEqual(told, itemsOf(final, 'message')[0].content[0].annotations);
    assert.equal(await gateway.judgeKept(), 1);
  });

  test('is named where it cannot be had', async () => {
    const { response } = await client.responses.create({ ...body, model: 'compatible' })
      .withResponse();
    assert.equal(response.headers.get('x-gateway-lossy'), 'tools.web_search');
  });
});

describe('previous_response_id', () => {
  test('goes on at OpenAI', async () => {
    const { id } = await client.responses.create({ model: 'openai', input: 'One' });
    const second = await client.responses.create({
      model: 'openai', input: 'Two', previous_response_id: id,
    });
    assert.equal(second.previous_response_id, id);
  });

  test('is refused where there is no store', async () => {
    const error = await rejection(client.responses.create({
      model: 'glm', input: 'Two', previous_response_id: 'resp_1',
    }));
    assert.equal(error.status, 400);
    assert.equal(error.code, 'previous_response_not_found');
    assert.equal(error.param, 'previous_response_id');
  });
});

test('a model names its route, in any case, or a provider\'s model', async () => {
  for (const model of ['glm', ' GLM ', 'GLM-4.7']) {
    const { response } = await client.responses.create({ model, input: 'Hi' }).withResponse();
    assert.equal(response.headers.get('x-gateway-route'), 'glm');
  }
});

test('what GLM cannot do is named in a header', async () => {
  const { response } = await client.responses.create({
    model: 'glm', input: 'Hi', top_logprobs: 2, service_tier: 'flex',
    truncation: 'auto', text: { verbosity: 'low' },
  }).withResponse();
  const lossy = response.headers.get('x-gateway-lossy').split(', ').sort();
  assert.deepEqual(lossy,
    ['service_tier', 'text.verbosity', 'top_logprobs', 'truncation']);
});
