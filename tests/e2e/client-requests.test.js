// client-requests.test.js -- requests that real clients sent, from ../shared/client-requests: all
// that each means reaches GLM, or the request is refused; and OpenAI is sent it as it is.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { glm, judge, openai, startRoutes } from './client.js';

const folder = new URL('../../../shared/client-requests/', import.meta.url);
const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.json$/.test(name)) : [];
const requests = names
  .map((name) => ({ name, ...JSON.parse(readFileSync(new URL(name, folder), 'utf8')) }))
  .filter(({ method, url }) => `${method} ${url}` === 'POST /v1/responses');

let gateway;
before(async () => {
  if (requests.length) gateway = await startRoutes({ glm: [glm()], openai: [openai()] });
});
after(() => gateway?.stop());

// What a request means: who said, called and was given what, in order, whatever its format.
const partOf = ({ type, text }) => text ?? assert.fail(`nothing is known of a part ${type}`);
const textOf = (content) => (
  typeof content === 'string' ? content : content.map(partOf).join('\n')
);
const system = (role) => (role === 'developer' ? 'system' : role);
const wire = ({ name, namespace }) => (namespace ? `${namespace}__${name}` : name);

const ITEMS = {
  message: ({ role, content }) => [system(role), textOf(content)],
  reasoning: ({ summary, content }) => ['thought', textOf(content ?? summary)],
  function_call: (item) => ['call', item.call_id, wire(item), JSON.parse(item.arguments)],
  custom_tool_call: (item) => ['call', item.call_id, wire(item), { input: item.input }],
  function_call_output: (item) => ['result', item.call_id, textOf(item.output)],
  custom_tool_call_output: (item) => ['result', item.call_id, textOf(item.output)],
};
const itemsOf = (input) => (typeof input === 'string' ? [{ role: 'user', content: input }] : input);

function meaningOf({ instructions, input }) {
  const told = instructions ? [['system', instructions]] : [];
  const items = itemsOf(input).map((item) => ITEMS[item.type ?? 'message'](item));
  return [...told, ...items.filter(Boolean)];
}

const callOf = ({ id, function: called }) => (
  ['call', id, called.name, JSON.parse(called.arguments)]
);

function meaningOfChat({ messages }) {
  return messages.flatMap((message) => {
    const { role, content, reasoning_content: thought, tool_calls: calls = [] } = message;
    if (role === 'tool') return [['result', message.tool_call_id, content]];
    if (role !== 'assistant') return [[role, content]];
    const said = content ? [[role, content]] : [];
    return [...(thought ? [['thought', thought]] : []), ...said, ...calls.map(callOf)];
  });
}

// A function's arguments are to fit its schema in any case.
const strict = (tools = []) => tools.some((tool) => (
  tool.tools ? strict(tool.tools) : tool.type === 'function' && tool.strict));

const undescribed = (tools = []) => tools.some((tool) => (
  tool.tools ? undescribed(tool.tools) : tool.type === 'function' && !tool.description));

const referenceIn = ({ input }) => itemsOf(input).find(({ type }) => type === 'item_reference');

// What GLM cannot do, or what the gateway has to do for it, of all that these requests ask.
function lossesOf(body) {
  const items = itemsOf(body.input);
  const kinds = (body.tools ?? []).map(({ type }) => type);
  return [
    items.some((item) => item.encrypted_content) && 'reasoning.encrypted_content',
    kinds.includes('tool_search') && 'tools.tool_search',
    body.tools?.some((tool) => tool.external_web_access === false) && 'tools.web_search',
    body.tools?.some((tool) => tool.external_web_access !== false && tool.search_content_types)
      && 'tools.web_search.search_content_types',
    body.text?.format?.type === 'json_schema' && 'text.format',
    body.text?.verbosity && 'text.verbosity',
    strict(body.tools) && 'tools.strict',
    undescribed(body.tools) && 'tools.description', // GLM requires one
    items.some(({ phase }) => phase) && 'phase',
    body.reasoning?.effort && 'reasoning.effort', // the route's model only thinks or does not
    body.prompt_cache_key && 'prompt_cache_key',
    body.client_metadata && 'client_metadata',
  ].filter(Boolean);
}

// Members that the checks below, or the list above, speak of: one that is new needs a check too.
const KNOWN = [
  'model', 'input', 'instructions', 'stream', 'tools', 'tool_choice', 'parallel_tool_calls',
  'reasoning', 'include', 'store', 'text', 'prompt_cache_key', 'client_metadata',
];

function checkTools(sent, tools) {
  const functions = tools.flatMap((tool) => (
    tool.tools?.map((one) => ({ ...one, namespace: tool.name })) ?? [tool]
  )).filter(({ type }) => type === 'function' || type === 'custom');
  const isSearch = ({ type }) => type === 'web_search';
  // GLM searches live or not at all.
  const live = (tool) => isSearch(tool) && tool.external_web_access !== false;
  assert.equal(sent.some(isSearch), tools.some(live));
  assert.deepEqual(
    sent.filter((tool) => !isSearch(tool)).map((tool) => tool.function.name), functions.map(wire),
  );
  functions.forEach(({ type, name, description = name, parameters, format }, i) => {
    const { function: { description: told, parameters: asked } } = sent[i];
    if (type === 'function') {
      assert.deepEqual(asked, parameters);
      assert.equal(told, description);
    } else {
      assert.ok(told.startsWith(description));
      assert.ok(told.includes(format?.definition ?? ''));
      assert.deepEqual(asked.required, ['input']);
    }
  });
}

function checkChat(sent, body) {
  const meaning = meaningOfChat(sent);
  const { format } = body.text ?? {};
  if (format?.type === 'json_schema') {
    const [role, text] = meaning.shift();
    assert.equal(role, 'system');
    assert.ok(text.includes(JSON.stringify(format.schema)));
    assert.deepEqual(sent.response_format, { type: 'json_object' });
  }
  assert.deepEqual(meaning, meaningOf(body));
  checkTools(sent.tools ?? [], body.tools ?? []);
  assert.equal(sent.stream ?? false, body.stream ?? false);
  if (body.reasoning?.effort) assert.equal(sent.thinking.type, 'enabled');
  const thinks = meaning.some(([kind]) => kind === 'thought');
  assert.equal(sent.thinking?.clear_thinking, thinks ? false : undefined);
}

// Items that are known by their ids alone.
const refersIn = ({ input }) => itemsOf(input).some(({ type, encrypted_content: sealed }) => (
  type === 'item_reference' || (type === 'reasoning' && !sealed)));

async function ask(body, statuses = [200]) {
  const response = await gateway.post('/v1/responses', body);
  const text = await response.text();
  const { status } = response;
  assert.ok(statuses.includes(status), `${status}: ${text}`);
  const [{ body: sent, text: raw }] = gateway.requests(body.model).slice(-1);
  return { sent, raw, text, status, lossy: response.headers.get('x-gateway-lossy') };
}

// Without the item that is referred to it would be another conversation.
async function checkRefused(body, { id }) {
  const response = await gateway.post('/v1/responses', { ...body, model: 'glm' });
  const { error } = await response.json();
  assert.equal(response.status, 400);
  assert.ok(error.message.includes(`'${id}'`) && error.message.includes('store: false'));
  assert.match(error.param, /^input\[\d+\]$/);
}

if (!requests.length) {
  test('requests of clients', { skip: '../shared/client-requests is absent' }, () => {});
}

for (const { name, body } of requests) {
  describe(name, () => {
    // What these refer to was never stored here.
    const reference = itemsOf(body.input).find(({ type }) => type === 'item_reference');
    if (reference) {
      test('an item that is not stored is named', async () => {
        const response = await gateway.post('/v1/responses', { ...body, model: 'glm' });
        const { error } = await response.json();
        assert.equal(response.status, 400);
        assert.match(error.message, new RegExp(`'${reference.id}' not found.*\\bstore: false\\b`));
      });
    }

    test('GLM is sent all of it', { skip: reference && 'it refers to items' }, async () => {
      assert.deepEqual(Object.keys(body).filter((key) => !KNOWN.includes(key)), []);
      const reference = referenceIn(body);
      if (reference) {
        await checkRefused(body, reference);
        return;
      }
      const { sent, text, lossy } = await ask({ ...body, model: 'glm' });
      checkChat(sent, body);
      assert.deepEqual(lossy?.split(', ').sort() ?? [], lossesOf(body).sort());
      assert.equal(judge(text).status, 'completed');
    });

    test('OpenAI is sent it as it is', async () => {
      const { raw, lossy, status, text } = await ask({ ...body, model: 'openai' }, [200, 404]);
      assert.equal(raw, JSON.stringify({ ...body, model: 'gpt-4.1' }));
      // It does not know what it has not stored, and says so itself.
      assert.equal(status, refersIn(body) ? 404 : 200, text);
      if (status === 404) assert.match(text, /Item with id '\w+' not found\./);
      else assert.equal(lossy, null);
    });
  });
}
