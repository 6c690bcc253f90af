/* fake-upstreams.test.js -- the fakes are what the other tests trust, so they are tested first. */
import { after, before, beforeEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  listRecordings, readRecording, startFakeUpstreams,
} from '../../scripts/fake-upstreams/server.js';
import { glmCodes, openaiCodes } from '../../scripts/fake-upstreams/errors.js';
import { FaultSpecError, parseFaults } from '../../scripts/fake-upstreams/faults.js';
import { findSchema, valueFor } from '../../scripts/fake-upstreams/schema.js';
import { piecesOf } from '../../scripts/fake-upstreams/synthetic.js';

const GLM = '/api/paas/v4/chat/completions';
const CODING = '/api/coding/paas/v4/chat/completions';
const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';

const hello = { model: 'glm-4.7', messages: [{ role: 'user', content: 'Hello 世界' }] };
const helloStream = { ...hello, stream: true };
const ask = { model: 'gpt-4.1', input: 'Hello 世界' };
const askStream = { ...ask, stream: true };

const parameters = {
  type: 'object',
  properties: {
    city: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['c', 'f'] },
    note: { type: 'string' },
  },
  required: ['city', 'days', 'unit'],
};
const weather = { name: 'get_weather', description: 'The weather', parameters };
const chatTool = { type: 'function', function: weather };
const responsesTool = { type: 'function', ...weather };
const custom = { type: 'custom', name: 'apply_patch', description: 'Patch a file' };

let fake;
before(async () => { fake = await startFakeUpstreams(); });
after(() => fake.close());
beforeEach(() => fake.reset());

function post(path, body, { fault, key = 'sk-test', headers = {}, signal } = {}) {
  const authorization = `Bearer ${fault === undefined ? key : `fault:${fault}`}`;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = { authorization, 'content-type': 'application/json', ...headers };
  return fetch(fake.url + path, { method: 'POST', headers: all, body: text, signal });
}

const textOf = async (...args) => (await post(...args)).text();
const jsonOf = async (...args) => (await post(...args)).json();

const dataOf = (text) => text.split('\n').filter((line) => line.startsWith('data: '))
  .map((line) => line.slice(6));

function parsed(text) {
  const data = dataOf(text);
  return data.filter((one) => one !== '[DONE]').map((one) => JSON.parse(one));
}

const chunksOf = async (body, options, path = GLM) => parsed(await textOf(path, body, options));
const eventsOf = async (body, options) => parsed(await textOf(RESPONSES, body, options));
const deltasOf = (chunks) => chunks.flatMap((chunk) => chunk.choices.map(({ delta }) => delta));
const joined = (deltas, name) => deltas.map((delta) => delta[name] ?? '').join('');

/* What came before the connection broke. */
async function brokenText(response) {
  const decoder = new TextDecoder();
  let text = '';
  await assert.rejects(async () => {
    for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
  });
  return text;
}

describe('a script', () => {
  const script = ({ user, rounds }) => (user === 'Act.'
    ? [[{ name: 'get_weather', input: { city: 'Oslo' } }], [{ name: 'apply_patch', input: 'P' }]]
    : [])[rounds];
  let scripted;
  before(async () => { scripted = await startFakeUpstreams({ script }); });
  after(() => scripted.close());
  const answer = async (path, body) => {
    const headers = { authorization: 'Bearer sk-test' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(scripted.url + path, init)).json();
  };

  test('chooses the tools by the rounds that there were, on every upstream', async () => {
    const user = { role: 'user', content: 'Act.' };
    const input = [user];
    const messages = [user];
    const tools = [responsesTool, custom];
    const patch = { ...custom, parameters: { type: 'object', properties: { text: {} } } };
    const chatTools = [chatTool, { type: 'function', function: patch }];
    const asked = () => Promise.all([
      answer(RESPONSES, { model: 'gpt-4.1', input, tools }),
      answer(GLM, { model: 'glm-4.7', messages, tools: chatTools }),
    ]);
    for (const [name, theirs, ours] of [
      ['get_weather', '{"city":"Oslo"}', '{"city":"Oslo"}'], ['apply_patch', 'P', '{"text":"P"}'],
    ]) {
      const [{ output: [item] }, { choices: [{ message }] }] = await asked();
      const [{ id, function: call }] = message.tool_calls;
      assert.deepEqual([item.name, item.arguments ?? item.input], [name, theirs]);
      assert.deepEqual([call.name, call.arguments], [name, ours]);
      const type = item.type.replace('_call', '_call_output');
      input.push(item, { type, call_id: item.call_id, output: 'done' });
      messages.push(message, { role: 'tool', tool_call_id: id, content: 'done' });
    }
    const [{ output: [said] }, { choices: [{ message }] }] = await asked();
    assert.match(said.content[0].text, /^The tool answered: done/);
    assert.match(message.content, /^The tool answered: done/);
  });
});

describe('GLM answers', () => {
  test('a stream has one of reasoning and content in a delta, and one last chunk', async () => {
    const text = await textOf(GLM, helloStream);
    assert.ok(text.endsWith('data: [DONE]\n\n'));
    const chunks = parsed(text);
    const last = chunks.pop();
    for (const { choices: [choice] } of chunks) {
      assert.ok(!('finish_reason' in choice));
      assert.equal(Object.keys(choice.delta).length, 2);
      assert.equal(choice.delta.role, 'assistant');
    }
    assert.equal(last.choices[0].finish_reason, 'stop');
    assert.deepEqual(last.choices[0].delta, { role: 'assistant', content: '' });
    const { usage } = last;
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    assert.ok(usage.completion_tokens_details.reasoning_tokens > 0);
    assert.ok(usage.prompt_tokens_details.cached_tokens > 0);
    assert.match(joined(deltasOf(chunks), 'content'), /^You said: Hello 世界\. .*🎉/s);
    assert.match(joined(deltasOf(chunks), 'reasoning_content'), /让我想想/);
  });

  test('the keys of a chunk come in the recorded order', async () => {
    const [first] = dataOf(await textOf(GLM, helloStream));
    assert.match(first, /^\{"id":"\d{14}[0-9a-f]{16}","created":\d+,"object":"chat\.completion/);
    assert.match(first, /\.chunk","model":"glm-4\.7","choices":\[\{"index":0,"delta":/);
    assert.match(first, /\{"role":"assistant","reasoning_content":"The"\}\}\]\}$/);
  });

  test('not streamed, the same text', async () => {
    const streamed = joined(deltasOf(await chunksOf(helloStream)), 'content');
    const whole = await jsonOf(CODING, hello);
    assert.equal(whole.choices[0].message.content, streamed);
    assert.equal(whole.request_id, whole.id);
  });

  test('thinking can be disabled, where the model can', async () => {
    const thinking = { type: 'disabled' };
    const { choices: [{ message }] } = await jsonOf(GLM, { ...hello, model: 'glm-4.6', thinking });
    assert.ok(!('reasoning_content' in message));
    const always = await jsonOf(GLM, { ...hello, model: 'glm-4.5v', thinking });
    assert.ok(always.choices[0].message.reasoning_content);
  });

  test('a tool is called when it is wanted', async () => {
    const messages = [{ role: 'user', content: 'The weather in Berlin?' }];
    const body = { ...helloStream, messages, tools: [chatTool] };
    const chunks = await chunksOf(body);
    const tools = chunks.filter(({ choices }) => choices[0].delta.tool_calls);
    assert.equal(tools.length, 1);
    assert.deepEqual(Object.keys(tools[0].choices[0].delta), ['tool_calls']);
    const [call] = tools[0].choices[0].delta.tool_calls;
    assert.equal(call.function.arguments, '{"city":"Berlin","days":7,"unit":"c"}');
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'tool_calls');
  });

  test('the web is searched, and cited by marks', async () => {
    const search = { enable: true, search_engine: 'search-prime', search_result: true };
    const tools = [{ type: 'web_search', web_search: search }];
    const { choices: [{ message }], web_search: found } = await jsonOf(GLM, { ...hello, tools });
    assert.match(message.content, /\[ref_1\]\. /);
    assert.deepEqual(found.map(({ refer }) => refer), ['ref_1', 'ref_2']);
    const chunks = await chunksOf({ ...helloStream, tools });
    assert.deepEqual(chunks.at(-1).web_search, found);
    const quiet = [{ type: 'web_search', web_search: { ...search, enable: false } }];
    assert.ok(!('web_search' in await jsonOf(GLM, { ...hello, tools: quiet })));
  });

  test('with tool_stream the arguments come in pieces', async () => {
    const messages = [{ role: 'user', content: 'Use a tool' }];
    const body = { ...helloStream, messages, tools: [chatTool], tool_stream: true };
    const calls = deltasOf(await chunksOf(body)).flatMap((delta) => delta.tool_calls ?? []);
    assert.ok(calls.length > 3);
    const text = calls.map((call) => call.function.arguments).join('');
    assert.equal(JSON.parse(text).city, 'Paris');
  });

  test('every tool is called for "both", and their results are quoted', async () => {
    const user = { role: 'user', content: 'Call both tools' };
    const other = { type: 'function', function: { ...weather, name: 'other' } };
    const tools = [chatTool, other];
    const { choices: [{ message }] } = await jsonOf(GLM, { ...hello, messages: [user], tools });
    assert.deepEqual(message.tool_calls.map((call) => call.index), [0, 1]);
    const results = message.tool_calls.map(({ id }, i) => (
      { role: 'tool', tool_call_id: id, content: `result ${i}` }
    ));
    const messages = [user, message, ...results];
    const { choices: [{ message: reply }] } = await jsonOf(GLM, { ...hello, messages, tools });
    assert.match(reply.content, /^The tool answered: result 0 and result 1\./);
  });

  test('json_object follows a schema in the prompt; json_schema is ignored', async () => {
    const messages = [{ role: 'system', content: `Fit this: ${JSON.stringify(parameters)} Go.` },
      ...hello.messages];
    const body = { ...hello, messages, response_format: { type: 'json_object' } };
    const { content } = (await jsonOf(GLM, body)).choices[0].message;
    const [, inside] = content.match(/^```json\n(.*)\n```$/s);
    assert.deepEqual(Object.keys(JSON.parse(inside)), ['city', 'days', 'unit', 'note']);
    const plain = await jsonOf(GLM, { ...hello, response_format: { type: 'json_object' } });
    assert.deepEqual(JSON.parse(plain.choices[0].message.content), { answer: 'Hello 世界' });
    const format = { type: 'json_schema', json_schema: { name: 'x', schema: parameters } };
    const prose = await jsonOf(GLM, { ...hello, response_format: format });
    assert.match(prose.choices[0].message.content, /^You said/);
  });

  test('max_tokens ends an answer, max_completion_tokens does not', async () => {
    const cut = await jsonOf(GLM, { ...hello, max_tokens: 20 });
    assert.equal(cut.choices[0].finish_reason, 'length');
    assert.equal(cut.usage.completion_tokens, 20);
    const whole = await jsonOf(GLM, { ...hello, max_completion_tokens: 20 });
    assert.equal(whole.choices[0].finish_reason, 'stop');
  });

  test('a chat base has nothing else', async () => {
    assert.equal((await post('/api/paas/v4/responses', ask)).status, 404);
  });
});

describe('OpenAI answers', () => {
  const typesOf = (events) => events.map((event) => event.type.replace('response.', ''));
  const runsOf = (list) => list.filter((type, i) => type !== list[i - 1]);

  test('the events of a text', async () => {
    const text = await textOf(RESPONSES, askStream);
    assert.ok(!text.includes('[DONE]'));
    const lines = text.split('\n').filter((line) => line.startsWith('event: '));
    const events = parsed(text);
    assert.deepEqual(lines.map((line) => line.slice(7)), events.map((event) => event.type));
    assert.deepEqual(events.map((event) => event.sequence_number), [...events.keys()]);
    assert.deepEqual(runsOf(typesOf(events)), ['created', 'in_progress', 'output_item.added',
      'content_part.added', 'output_text.delta', 'output_text.done', 'content_part.done',
      'output_item.done', 'completed']);
    const { response } = events.at(-1);
    const said = joined(events.filter(({ type }) => type.endsWith('text.delta')), 'delta');
    assert.equal(response.output[0].content[0].text, said);
    assert.match(said, /^You said: Hello 世界\./);
    assert.ok(response.usage.input_tokens_details.cached_tokens > 0);
  });

  test('reasoning comes as a summary, and sealed, if asked', async () => {
    const include = ['reasoning.encrypted_content'];
    const reasoned = { effort: 'low', summary: 'auto' };
    const events = await eventsOf({ ...askStream, reasoning: reasoned, include });
    assert.ok(typesOf(events).includes('reasoning_summary_text.delta'));
    const [reasoning, message] = events.at(-1).response.output;
    assert.equal(reasoning.type, 'reasoning');
    assert.equal(reasoning.summary.length, 1);
    assert.match(reasoning.encrypted_content, /^gAAAAAB/);
    assert.equal(message.type, 'message');
    assert.ok(events.at(-1).response.usage.output_tokens_details.reasoning_tokens > 0);
    const bare = await eventsOf({ ...askStream, reasoning: { effort: 'low' } });
    assert.ok(!typesOf(bare).includes('reasoning_summary_text.delta'));
    assert.deepEqual(bare.at(-1).response.output[0].summary, []);
    assert.equal(bare.at(-1).response.output[0].encrypted_content, undefined);
  });

  test('function and custom tools are called', async () => {
    const tools = [responsesTool, custom];
    const events = await eventsOf({ ...askStream, input: 'Use all tools', tools });
    const { output } = events.at(-1).response;
    assert.deepEqual(output.map((item) => item.type), ['function_call', 'custom_tool_call']);
    assert.match(output[1].input, /^\*\*\* Begin Patch\n/);
    const deltas = events.filter(({ type }) => type === 'response.custom_tool_call_input.delta');
    assert.equal(joined(deltas, 'delta'), output[1].input);
    const named = { ...ask, tools, tool_choice: { type: 'custom', name: 'apply_patch' } };
    assert.equal((await jsonOf(RESPONSES, named)).output[0].type, 'custom_tool_call');
    const none = { ...ask, input: 'a tool', tools, tool_choice: 'none' };
    assert.equal((await jsonOf(RESPONSES, none)).output[0].type, 'message');
  });

  test('tool results are quoted, and a chain goes on', async () => {
    const first = await jsonOf(RESPONSES, { ...ask, input: 'a tool', tools: [responsesTool] });
    const [{ call_id: callId }] = first.output;
    const input = [{ type: 'function_call_output', call_id: callId, output: '21 °C' }];
    const next = { ...ask, input, previous_response_id: first.id };
    assert.match((await jsonOf(RESPONSES, next)).output[0].content[0].text, /answered: 21 °C\./);
  });

  test('what is stored goes on by its id or by references, with its key', async () => {
    const first = await jsonOf(RESPONSES, ask);
    const items = first.output.map(({ id }) => ({ type: 'item_reference', id }));
    const next = { role: 'user', content: 'And then?' };
    const thought = { type: 'reasoning', id: 'rs_x', summary: [] };
    for (const [key, status] of [['sk-test', 200], ['sk-other', 400]]) {
      const body = { ...ask, input: [next], previous_response_id: first.id };
      assert.equal((await post(RESPONSES, body, { key })).status, status);
    }
    for (const [key, status] of [['sk-test', 200], ['sk-other', 404]]) {
      const body = { ...ask, input: [...items, next] };
      assert.equal((await post(RESPONSES, body, { key })).status, status);
    }
    const answer = { role: 'assistant', id: 'msg_x', content: 'x' };
    const lone = { ...ask, input: [thought, answer, next] };
    const { error } = await (await post(RESPONSES, lone)).json();
    assert.match(error.message, /^Item with id 'rs_x' not found\. Items are not persisted/);
    const contexts = fake.requests.filter(({ context }) => context?.at(-1).content === 'And then?');
    assert.equal(contexts.length, 2);
    for (const { context } of contexts) {
      assert.deepEqual(context.slice(-2), [...first.output, next]);
    }
  });

  test('what is stored can be looked at, by its id and with faults of its own', async () => {
    const headers = (key) => ({ authorization: `Bearer ${key}` });
    const look = (id, key = 'sk-test') => (
      fetch(`${fake.url}${RESPONSES}/${id}`, { headers: headers(key) }));
    const { billing, ...first } = await jsonOf(RESPONSES, ask);
    const stored = await look(first.id);
    assert.equal(stored.status, 200);
    assert.deepEqual(await stored.json(), first);
    const [created] = await eventsOf(askStream);
    assert.equal((await (await look(created.response.id)).json()).status, 'completed');
    const other = await jsonOf(RESPONSES, { ...ask, store: false });
    assert.equal((await look(other.id)).status, 404);
    assert.equal((await look('resp_x')).status, 404);
    const withFault = (fault) => look(first.id, `sk-test.fault:${fault}`);
    assert.equal((await withFault('status=500')).status, 200);
    assert.equal((await withFault('stored=status%3D503')).status, 503);
    assert.equal((await look(first.id, 'sk-other')).status, 404);
    assert.equal((await post(RESPONSES, ask, { fault: 'stored=status%3D503' })).status, 200);
  });

  test('structured output fits its schema', async () => {
    const schema = { ...parameters, additionalProperties: false };
    const format = { type: 'json_schema', name: 'x', schema };
    const { output } = await jsonOf(RESPONSES, { ...ask, text: { format } });
    const value = JSON.parse(output[0].content[0].text);
    assert.deepEqual(value, { city: 'Hello 世界', days: 7, unit: 'c', note: 'Hello 世界' });
  });

  test('a limit makes an answer incomplete, usage included', async () => {
    const events = await eventsOf({ ...askStream, max_output_tokens: 16 });
    const { type, response } = events.at(-1);
    assert.equal(type, 'response.incomplete');
    assert.deepEqual(response.incomplete_details, { reason: 'max_output_tokens' });
    assert.equal(response.usage.output_tokens, 16);
  });

  test('chat, streamed and not, and the models', async () => {
    const body = { model: 'gpt-4.1', messages: hello.messages };
    const { choices: [{ message }] } = await jsonOf(CHAT, body);
    const options = { include_usage: true };
    const text = await textOf(CHAT, { ...body, stream: true, stream_options: options });
    const chunks = parsed(text);
    assert.ok(text.endsWith('data: [DONE]\n\n'));
    assert.equal(joined(deltasOf(chunks), 'content'), message.content);
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.ok(chunks.at(-1).usage.total_tokens > 0);
    const headers = { authorization: 'Bearer k' };
    const models = await (await fetch(`${fake.url}/v1/models`, { headers })).json();
    assert.equal(models.object, 'list');
  });

  test('headers as the real one sends them', async () => {
    const { headers } = await post(RESPONSES, ask);
    for (const name of ['x-request-id', 'openai-organization', 'openai-processing-ms',
      'openai-project', 'x-ratelimit-reset-tokens']) assert.ok(headers.get(name), name);
  });
});

const system = { role: 'system', content: 'Be kind' };
const user = { role: 'user', content: 'Hi' };
const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };
const calling = { role: 'assistant', content: '', tool_calls: [call] };
const result = { role: 'tool', tool_call_id: 'call_1', content: 'ok' };
const withFunction = (change) => (
  { tools: [{ type: 'function', function: { ...weather, ...change } }] }
);

const GLM_REFUSALS = [
  ['no user message', { messages: [system] }, 400, '1214'],
  ['no messages', { messages: [] }, 400, '1214'],
  ['developer', { messages: [{ role: 'developer', content: 'x' }, user] }, 400, '1214'],
  ['null content', { messages: [user, { ...calling, content: null }, result] }, 400, '1214'],
  ['an image on a text model', { messages: [{ role: 'user', content: [image] }] }, 400, '1210'],
  ['an image in a tool message',
    { model: 'glm-4.6v', messages: [user, calling, { ...result, content: [image] }] }, 422, '1210'],
  ['a part of Responses', { messages: [{ role: 'user', content: [{ type: 'input_text' }] }] },
    400, '1214'],
  ['temperature 1.5', { temperature: 1.5 }, 400, '1210'],
  ['temperature as text', { temperature: '1' }, 400, '1210'],
  ['top_p 0', { top_p: 0 }, 400, '1210'],
  ['max_tokens 0', { max_tokens: 0 }, 400, '1210'],
  ['max_tokens over all', { max_tokens: 131073 }, 400, '1210'],
  ['max_tokens over the model', { model: 'glm-4.6v', max_tokens: 32769 }, 400, '1210'],
  ['two stops', { stop: ['a', 'b'] }, 400, '1210'],
  ['a tool without description', withFunction({ description: undefined }), 400, '1210'],
  ['a tool without parameters', withFunction({ parameters: undefined }), 400, '1210'],
  ['a name with a dot', withFunction({ name: 'a.b' }), 400, '1210'],
  ['a custom tool', { tools: [custom] }, 400, '1210'],
  ['a bare web_search', { tools: [{ type: 'web_search' }] }, 400, '1210'],
  ['web_search by a model that sees',
    { model: 'glm-4.6v', tools: [{ type: 'web_search', web_search: {} }] }, 400, '1210'],
  ['129 tools', { tools: Array(129).fill(chatTool) }, 400, '1210'],
  ['tool_choice required', { tools: [chatTool], tool_choice: 'required' }, 400, '1210'],
  ['thinking disabled on 5.3', { model: 'glm-5.3', thinking: { type: 'disabled' } }, 400, '1210'],
  ['effort medium on 5.3', { model: 'glm-5.3-flash', reasoning_effort: 'medium' }, 400, '1210'],
  ['arguments as object', { messages: [user, { ...calling, tool_calls: [
    { ...call, function: { name: 'f', arguments: {} } }] }, result] }, 400, '1210'],
  ['a result without call', { messages: [user, result] }, 400, '1214'],
  ['a result of another call',
    { messages: [user, calling, { ...result, tool_call_id: 'call_2' }] }, 400, '1214'],
  ['a turn in two messages',
    { messages: [user, { role: 'assistant', content: 'Wait' }, calling, result] }, 400, '1214'],
  ['an upper-case model', { model: 'GLM-4.7' }, 400, '1211'],
  ['a suffix', { model: 'glm-4.6[1m]' }, 400, '1211'],
  ['another model', { model: 'gpt-4.1' }, 400, '1211'],
  ['a short user_id', { user_id: 'bob' }, 400, '1210'],
  ['a long request_id', { request_id: 'x'.repeat(65) }, 400, '1210'],
  ['too long a prompt',
    { messages: [{ role: 'user', content: 'long '.repeat(170000) }] }, 400, '1261'],
];

const outputOf = (id) => ({ type: 'function_call_output', call_id: id, output: 'x' });
const functionCall = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' };
const reasoningItem = { type: 'reasoning', id: 'rs_1', summary: [] };
const open = { type: 'json_schema', name: 'x', strict: true, schema: parameters };

const OPENAI_REFUSALS = [
  ['no model', { model: undefined }, 400, 'missing_required_parameter'],
  ['a GLM model', { model: 'glm-4.7' }, 404, 'model_not_found'],
  ['no input', { input: undefined }, 400, 'missing_required_parameter'],
  ['null input', { input: null }, 400, 'missing_required_parameter'],
  ['a number as input', { input: 7 }, 400, 'invalid_type'],
  ['a chat field', { messages: [] }, 400, 'unknown_parameter'],
  ['temperature 3', { temperature: 3 }, 400, 'decimal_above_max_value'],
  ['temperature on a reasoning model', { model: 'gpt-5', temperature: 0.5 }, 400, null],
  ['max_output_tokens 1', { max_output_tokens: 1 }, 400, 'integer_below_min_value'],
  ['a role', { input: [{ role: 'tool', content: 'x' }] }, 400, 'invalid_value'],
  ['a chat part', { input: [{ role: 'user', content: [{ type: 'text' }] }] }, 400, 'invalid_value'],
  ['input_text of the assistant',
    { input: [{ role: 'assistant', content: [{ type: 'input_text' }] }] }, 400, 'invalid_value'],
  ['an unknown item', { input: [{ type: 'thing' }] }, 400, 'invalid_value'],
  ['an output without call', { input: [outputOf('c1')] }, 400, null],
  ['a call without output', { input: [functionCall] }, 400, null],
  ['reasoning alone', { input: [reasoningItem, { role: 'user', content: 'x' }] }, 400, null],
  ['reasoning of a stored answer without its id',
    { input: [reasoningItem, { role: 'assistant', content: 'x' }] }, 400, null],
  ['an unknown response', { previous_response_id: 'resp_x' }, 400, 'previous_response_not_found'],
  ['a loose strict schema', { text: { format: open } }, 400, 'invalid_json_schema'],
  ['json_object without the word', { text: { format: { type: 'json_object' } } }, 400, null],
  ['a tool without name', { tools: [{ type: 'function' }] }, 400, 'missing_required_parameter'],
  ['stream_options without stream', { stream_options: {} }, 400, null],
];

describe('refusals', () => {
  for (const [name, change, status, code] of GLM_REFUSALS) {
    test(`GLM: ${name}`, async () => {
      const response = await post(GLM, { ...hello, ...change });
      const { error } = await response.json();
      assert.deepEqual([response.status, error.code], [status, code], error.message);
    });
  }

  for (const [name, change, status, code] of OPENAI_REFUSALS) {
    test(`OpenAI: ${name}`, async () => {
      const response = await post(RESPONSES, { ...ask, ...change });
      const { error } = await response.json();
      assert.deepEqual([response.status, error.code], [status, code], error.message);
    });
  }

  test('OpenAI takes reasoning before an answer without id if nothing is stored', async () => {
    const answer = { role: 'assistant', content: 'x' };
    const sealed = { ...reasoningItem, encrypted_content: 'gAAAA' };
    const input = [sealed, answer, { role: 'user', content: 'y' }];
    assert.equal((await post(RESPONSES, { ...ask, input, store: false })).status, 200);
  });

  test('no key', async () => {
    const headers = { authorization: '' };
    const glmReply = await post(GLM, hello, { headers });
    assert.equal((await glmReply.json()).error.code, '1001');
    const openaiReply = await post(RESPONSES, ask, { headers });
    assert.equal(openaiReply.status, 401);
    assert.equal((await openaiReply.json()).error.code, 'invalid_api_key');
  });

  test('a Coding-Plan key on the general base', async () => {
    const response = await post(GLM, hello, { key: 'coding-1' });
    assert.equal((await response.json()).error.code, '1113');
    assert.equal((await post(CODING, hello, { key: 'coding-1' })).status, 200);
  });

  test('a request_id used again', async () => {
    const body = { ...hello, request_id: 'request-1' };
    assert.equal((await post(GLM, body)).status, 200);
    assert.equal((await jsonOf(GLM, body)).error.code, '1231');
  });

  test('no JSON', async () => {
    assert.equal((await post(GLM, '{')).status, 400);
    assert.equal((await post(RESPONSES, '[]')).status, 400);
  });

  test('chat: a GLM model, an unanswered call, max_tokens of a reasoning model', async () => {
    const body = { model: 'gpt-4.1', messages: [user] };
    assert.equal((await post(CHAT, { ...body, model: 'glm-4.7' })).status, 404);
    assert.equal((await post(CHAT, { ...body, messages: [user, calling, user] })).status, 400);
    const limited = await jsonOf(CHAT, { ...body, model: 'o4-mini', max_tokens: 9 });
    assert.equal(limited.error.code, 'unsupported_parameter');
  });
});

describe('errors on request', () => {
  test('every code of the tables', async () => {
    for (const code of glmCodes()) {
      const response = await post(GLM, hello, { fault: `glm=${code}` });
      assert.ok(response.status >= 400, code);
      assert.equal((await response.json()).error.code, code);
    }
    for (const code of openaiCodes()) {
      const response = await post(RESPONSES, ask, { fault: `openai=${code}` });
      assert.ok(response.status >= 400, code);
      assert.equal((await response.json()).error.code, code);
    }
  });

  test('status, code, message and headers', async () => {
    const fault = 'status=429,code=1302,message=slow%2C%20please,retry-after=2,header:x-a=b';
    const response = await post(GLM, hello, { key: `sk-x.fault:${fault}` });
    assert.equal(response.status, 429);
    assert.equal(response.headers.get('retry-after'), '2');
    assert.equal(response.headers.get('x-a'), 'b');
    const { error } = await response.json();
    assert.deepEqual(error, { code: '1302', message: 'slow, please' });
    const openaiReply = await post(RESPONSES, ask, { fault: 'status=503;retry-after-ms=20' });
    assert.equal(openaiReply.headers.get('retry-after-ms'), '20');
    assert.equal((await openaiReply.json()).error.code, 'server_is_overloaded');
  });

  test('a reset stamp is Beijing time', async () => {
    const { error } = await jsonOf(GLM, hello, { fault: 'glm=1308,reset-in=3600' });
    const [, day, time] = error.message.match(/reset at (\S+) (\S+)$/);
    const left = Date.parse(`${day}T${time}+08:00`) - Date.now();
    assert.ok(left > 3595e3 && left <= 3601e3, String(left));
    const zh = await jsonOf(GLM, hello, { fault: 'glm=1308,zh' });
    assert.match(zh.error.message, /^已达到 5 小时/);
  });

  test('error-in-200, and no JSON at all', async () => {
    const response = await post(GLM, helloStream, { fault: 'error-in-200=1305' });
    assert.equal(response.status, 200);
    assert.equal((await response.json()).error.code, '1305');
    const html = await post(GLM, hello, { fault: 'status=502,body=html' });
    assert.match(await html.text(), /^<html>/);
  });

  test('the header wins over the key', async () => {
    const headers = { 'x-fake-fault': 'status=500' };
    assert.equal((await post(RESPONSES, ask, { fault: 'status=429', headers })).status, 500);
  });

  test('a specification that cannot be read is 501', async () => {
    for (const fault of ['nonsense', 'cut=x', 'cut-after=soon', 'status=429,wait=2']) {
      assert.equal((await post(RESPONSES, ask, { fault })).status, 501, fault);
      assert.throws(() => parseFaults(fault), FaultSpecError);
    }
  });
});

describe('faults in a stream', () => {
  const faulty = (fault, path = GLM, body = path === GLM ? helloStream : askStream) => (
    textOf(path, body, { fault })
  );

  test('finish', async () => {
    for (const reason of ['network_error', 'sensitive', 'length',
      'model_context_window_exceeded']) {
      const chunks = parsed(await faulty(`finish=${reason}`));
      assert.equal(chunks.at(-1).choices[0].finish_reason, reason);
    }
    const incomplete = parsed(await faulty('finish=sensitive', RESPONSES)).at(-1);
    assert.equal(incomplete.response.incomplete_details.reason, 'content_filter');
    const failed = parsed(await faulty('finish=network_error', RESPONSES)).at(-1);
    assert.equal(failed.type, 'response.failed');
  });

  test('late-usage and no-usage', async () => {
    const late = parsed(await faulty('late-usage'));
    assert.deepEqual(late.at(-1).choices, []);
    assert.ok(late.at(-1).usage.total_tokens);
    assert.ok(!late.at(-2).usage);
    assert.ok(parsed(await faulty('no-usage')).every((chunk) => !chunk.usage));
    assert.equal(parsed(await faulty('no-usage', RESPONSES)).at(-1).response.usage, null);
  });

  test('think-tag and box', async () => {
    const thought = deltasOf(parsed(await faulty('think-tag')));
    assert.equal(joined(thought, 'reasoning_content'), '');
    assert.match(joined(thought, 'content'), /^[^<]*<\/think>\n\nYou said/);
    const boxed = joined(deltasOf(parsed(await faulty('box'))), 'content');
    assert.match(boxed, /^<\|begin_of_box\|>.*<\|end_of_box\|>$/s);
  });

  test('tool-id-change', async () => {
    const body = { ...helloStream, messages: [{ role: 'user', content: 'a tool' }],
      tools: [chatTool] };
    const chunks = await chunksOf(body, { fault: 'tool-id-change' });
    const calls = deltasOf(chunks).flatMap((delta) => delta.tool_calls ?? []);
    assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length);
    assert.ok(calls.length > 1);
  });

  test('no-done and end-after', async () => {
    assert.doesNotMatch(await faulty('no-done'), /DONE/);
    const chunks = parsed(await faulty('end-after=text'));
    assert.ok(chunks.at(-1).choices[0].delta.content);
    const events = parsed(await faulty('end-after=preamble', RESPONSES));
    assert.deepEqual(events.map(({ type }) => type),
      ['response.created', 'response.in_progress']);
    assert.equal(await faulty('end-after=head'), '');
  });

  test('error-after and event-error', async () => {
    const text = await faulty('error-after=reasoning,code=1305');
    assert.equal(parsed(text).at(-1).error.code, '1305');
    assert.doesNotMatch(text, /^event:|DONE/m);
    assert.match(await faulty('event-error'), /\n\nevent: error\ndata: \{"error".*\n\n$/);
    const events = parsed(await faulty('error-after=text:3,code=rate_limit_exceeded', RESPONSES));
    const [error, failed] = events.slice(-2);
    assert.equal(error.error.code, 'rate_limit_exceeded');
    assert.equal(failed.response.error.code, 'rate_limit_exceeded');
    assert.equal(failed.response.id, events[0].response.id);
    assert.equal(failed.sequence_number, events.length - 1);
    const early = parsed(await faulty('error-after=head', RESPONSES));
    assert.deepEqual(early.map(({ type }) => type), ['error']);
  });

  test('garbage-after', async () => {
    const text = await faulty('garbage-after=text');
    assert.match(text, /data: \{[^\n]*data: \{/);
    assert.throws(() => parsed(text));
    await assert.rejects(jsonOf(GLM, hello, { fault: 'garbage-after=text' }));
  });

  test('unknown-event, comments, id-lines, crlf', async () => {
    assert.match(await faulty('unknown-event'), /event: progress_notice\ndata: "Processing/);
    assert.match(await faulty('unknown-event', RESPONSES), /event: keepalive\n/);
    assert.match(await faulty('comments'), /^: keep-alive\n\ndata: /);
    assert.match(await faulty('id-lines', RESPONSES), /^id: 1\nevent: response\.created\n/);
    const text = await faulty('crlf');
    assert.doesNotMatch(text, /[^\r]\n/);
    assert.ok(text.endsWith('data: [DONE]\r\n\r\n'));
  });
});

describe('faults on the wire', () => {
  test('cut=N', async () => {
    for (const n of [0, 1, 500]) {
      const response = await post(RESPONSES, askStream, { fault: `cut=${n}` });
      assert.equal(Buffer.byteLength(await brokenText(response)), n);
    }
    const whole = await post(RESPONSES, ask, { fault: 'cut=100' });
    assert.equal((await brokenText(whole)).length, 100);
    assert.ok(fake.requests.every(({ cut, aborted }) => cut && !aborted));
  });

  test('cut-after a stage', async () => {
    const cutAt = async (stage, path, body) => (
      brokenText(await post(path, body, { fault: `cut-after=${stage}` }))
    );
    assert.equal(await cutAt('head', GLM, helloStream), '');
    const reasoning = parsed(await cutAt('reasoning', GLM, helloStream));
    assert.equal(reasoning.length, 1);
    const last = await cutAt('last', GLM, helloStream);
    assert.match(last, /"finish_reason":"stop"/);
    assert.doesNotMatch(last, /DONE/);
    const preamble = parsed(await cutAt('preamble', RESPONSES, askStream));
    assert.equal(preamble.at(-1).type, 'response.in_progress');
    const tools = { ...askStream, input: 'a tool', tools: [responsesTool] };
    const tool = parsed(await cutAt('tool', RESPONSES, tools));
    assert.equal(tool.at(-1).type, 'response.function_call_arguments.delta');
  });

  test('stall, and go on', async () => {
    const leave = new AbortController();
    const { signal } = leave;
    const response = await post(GLM, helloStream, { fault: 'stall-after=text', signal });
    const reader = response.body.getReader();
    let text = '';
    while (!text.includes('"content"')) {
      text += Buffer.from((await reader.read()).value).toString();
    }
    const more = await Promise.race([reader.read(), sleep(50, 'silence')]);
    assert.equal(more, 'silence');
    assert.equal(fake.openConnections(), 1);
    reader.cancel().catch(() => {});
    leave.abort();
    while (fake.openConnections()) await sleep(5);
    const [{ aborted, abortedAt }] = fake.requests;
    assert.ok(aborted && abortedAt <= Date.now());
    const late = await textOf(GLM, helloStream, { fault: 'stall=10,for=30' });
    assert.ok(late.endsWith('data: [DONE]\n\n'));
  });

  test('stall-head and delay', async () => {
    const signal = AbortSignal.timeout(50);
    await assert.rejects(post(GLM, hello, { fault: 'stall-head', signal }));
    const start = Date.now();
    assert.equal((await post(GLM, hello, { fault: 'delay=30' })).status, 200);
    assert.ok(Date.now() - start >= 28);
  });

  test('refuse', async () => {
    await assert.rejects(post(GLM, hello, { fault: 'refuse' }));
    assert.equal(fake.requests.length, 1);
  });

  test('byte-by-byte and chunk=N keep every byte', async () => {
    const whole = await textOf(RESPONSES, askStream);
    const same = (text) => text.replace(/[0-9a-f]{12,}|_at":\d+/g, '').length;
    for (const fault of ['byte-by-byte', 'chunk=7']) {
      const text = await textOf(RESPONSES, askStream, { fault });
      assert.equal(parsed(text).at(-1).type, 'response.completed');
      assert.equal(same(text), same(whole), fault);
    }
  });

  test('one byte is one chunk of HTTP', async () => {
    const socket = connect(fake.port, '127.0.0.1');
    const body = JSON.stringify(hello);
    const lines = [`POST ${GLM} HTTP/1.1`, 'host: a', 'connection: close',
      'authorization: Bearer fault:byte-by-byte;error-in-200=1305',
      `content-length: ${Buffer.byteLength(body)}`, '', body];
    socket.write(lines.join('\r\n'));
    const seen = [];
    socket.on('data', (data) => seen.push(data));
    await once(socket, 'close');
    assert.ok(seen.length > 20, `${seen.length} packets`);
  });
});

describe('when faults strike', () => {
  const statuses = async (fault, n) => {
    const all = [];
    for (let i = 0; i < n; i += 1) all.push((await post(RESPONSES, ask, { fault })).status);
    return all;
  };

  test('fail-first', async () => {
    assert.deepEqual(await statuses('status=500;fail-first=2', 4), [500, 500, 200, 200]);
    fake.reset();
    assert.deepEqual(await statuses('status=500;fail-first=2', 1), [500]);
  });

  test('every', async () => {
    assert.deepEqual(await statuses('status=500;every=2', 4), [200, 500, 200, 500]);
  });

  test('p is seeded', async () => {
    const first = await statuses('status=500;p=0.5,seed=7', 20);
    fake.reset();
    assert.deepEqual(await statuses('status=500;p=0.5,seed=7', 20), first);
    assert.equal(new Set(first).size, 2);
  });
});

describe('recordings', () => {
  const recordings = listRecordings();
  const skip = recordings.length === 0 && 'no ../shared/recordings here';

  test('each is replayed byte for byte with its status', { skip }, async () => {
    for (const { path, status } of recordings) {
      const response = await post(RESPONSES, ask, { fault: `recording=${path}` });
      assert.equal(response.status, status, path);
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.ok(bytes.equals(readRecording(path)), path);
    }
  });

  test('the list has kinds, statuses and requests', { skip }, () => {
    const of = (part) => recordings.find(({ path }) => path.includes(part));
    assert.equal(of('429-1302-rate-limit.json').status, 429);
    assert.equal(of('thinking_with_modified_history.1.json').status, 400);
    assert.equal(of('glm/fantasy').request.model, 'glm-4.7-flash');
    assert.ok(listRecordings('sse').every(({ kind }) => kind === 'sse'));
  });

  test('by header, with other faults', { skip }, async () => {
    const { path } = recordings.find((one) => /^glm\/fantasy.*\.sse$/.test(one.path));
    const headers = { 'x-fake-recording': path };
    const response = await post(GLM, hello, { headers, fault: 'crlf;chunk=100;cut-after=text' });
    const reasoning = await post(GLM, hello, { headers: { ...headers,
      'x-fake-fault': 'cut-after=reasoning:2;byte-by-byte' } });
    assert.equal(parsed(await brokenText(reasoning)).length, 2);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    await response.arrayBuffer().catch(() => {});
  });

  test('absent is 501, and nothing outside is read', async () => {
    for (const path of ['glm/none.sse', '../DESIGN.md', '../spec/openapi.json']) {
      const { status } = await post(GLM, hello, { headers: { 'x-fake-recording': path } });
      assert.equal(status, 501, path);
    }
  });
});

describe('parts', () => {
  test('pieces join to the text', () => {
    const text = ' a "b"\\ \n\n你好 🎉é   12345 <|x|> ';
    assert.equal(piecesOf(text).join(''), text);
  });

  test('values for schemas', () => {
    const node = {
      type: 'object',
      properties: {
        kind: { const: 'n' },
        n: { type: 'integer', minimum: 10 },
        next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
      },
      required: ['kind', 'next', 'n'],
    };
    const value = valueFor({ $ref: '#/$defs/node', $defs: { node } });
    assert.equal(value.kind, 'n');
    assert.equal(value.n, 10);
    assert.doesNotThrow(() => JSON.stringify(value));
    assert.deepEqual(valueFor({ type: 'array', minItems: 2, items: { type: ['null', 'string'] } }),
      [null, null]);
  });

  test('a schema is found among braces', () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: '}' } } };
    const text = `Use {this} form: {"name":"x","schema":${JSON.stringify(schema)}} please`;
    assert.deepEqual(findSchema(text), schema);
    assert.equal(findSchema('no { schema } here'), null);
  });
});
