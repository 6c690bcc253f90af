// apps.test.js -- applications and libraries with their default settings, as they ask and read.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { glm, openai, startRoutes } from './client.js';

let gateway;
before(async () => {
  gateway = await startRoutes({
    'my-brain': [openai('', { model: 'gpt-5' })],
    brain: [glm()],
    tools: [glm('', { model: 'glm-4.6' })],
  });
});
after(() => gateway?.stop());

const post = (path, text) => fetch(`${gateway.url}${path}`, {
  method: 'POST',
  headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
  body: text,
});
const dataOf = (text) => text.split('\n').filter((line) => line.startsWith('data: '))
  .map((line) => line.slice(6));

// NextChat sends these with every request, and knows only the names of OpenAI's own models.
const NEXTCHAT = {
  messages: [{ role: 'user', content: 'Hello' }],
  stream: true, model: 'my-brain',
  temperature: 0.5, presence_penalty: 0, frequency_penalty: 0, top_p: 1,
};

test('NextChat, at a model that refuses its temperature', async () => {
  const response = await post('/v1/chat/completions', JSON.stringify(NEXTCHAT));
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.equal(response.headers.get('x-gateway-lossy'), 'temperature, top_p');
  const [{ body }] = gateway.requests('my-brain').slice(-1);
  assert.ok(!('temperature' in body) && !('top_p' in body));
  assert.equal(dataOf(text).at(-1), '[DONE]');
});

// langchain4j prints what it sends over many lines when it is told to log it.
const LANGCHAIN = {
  model: 'brain', stream: true, input: 'Hello',
  metadata: { 'a key': 'a\nvalue' },
  tools: [{
    type: 'function', name: 'find', description: 'Finds.',
    parameters: { type: 'object', properties: { what: { type: 'string' } } }, strict: false,
  }],
  tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'find' }] },
  text: { format: { type: 'json_schema', name: 'any', schema: { type: 'object' } } },
};

for (const model of ['brain', 'my-brain']) {
  test(`langchain4j, pretty-printed, at ${model}`, async () => {
    const body = { ...LANGCHAIN, model };
    const response = await post('/v1/responses', JSON.stringify(body, null, 2));
    const text = await response.text();
    assert.equal(response.status, 200, text);
    for (const line of text.split('\n')) assert.match(line, /^$|^(event|data): |^:/);
    const events = dataOf(text).filter((data) => data !== '[DONE]').map((data) => JSON.parse(data));
    const { response: done } = events.at(-1);
    assert.deepEqual(done.metadata, LANGCHAIN.metadata);
    assert.deepEqual(done.tools[0].parameters, LANGCHAIN.tools[0].parameters);
  });
}

// As openai-java's ChatCompletionAccumulator does it: a chunk with usage is the last one, and
// every choice has to have finished before it.
function accumulate(chunks) {
  const finished = new Set();
  let usage;
  for (const chunk of chunks) {
    assert.ok(!usage, 'a chunk came after the usage');
    if (chunk.usage) {
      assert.deepEqual(chunk.choices, []);
      usage = chunk.usage;
    }
    for (const { index, finish_reason: reason } of chunk.choices) if (reason) finished.add(index);
  }
  assert.deepEqual([...finished], [0]);
  return usage;
}

test('openai-java reads a stream of GLM to its end', async () => {
  const response = await post('/v1/chat/completions', JSON.stringify({
    model: 'brain', stream: true, stream_options: { include_usage: true },
    messages: [{ role: 'user', content: 'Hello' }],
  }));
  const data = dataOf(await response.text());
  assert.equal(data.pop(), '[DONE]');
  const usage = accumulate(data.map((text) => JSON.parse(text)));
  assert.ok(usage.total_tokens > 0);
});
