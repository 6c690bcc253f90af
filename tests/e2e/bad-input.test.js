// bad-input.test.js -- whatever a client sends: a clear error, and the next request works.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { BadRequestError, NotFoundError } from 'openai';
import { TOKEN, startGateway } from './harness.js';
import { checkError, glm, openai, rejection, startRoutes } from './client.js';

const BODY_MAX = 200_000;
const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';

let gateway;
before(async () => {
  gateway = await startRoutes({ glm: [glm()], openai: [openai()] }, {
    env: { MAX_BODY_BYTES: String(BODY_MAX) },
  });
});
after(() => gateway?.stop());

// The same instance still works: a bad request leaves no state behind.
async function checkAlive() {
  const { status, error, output_text: text } = await gateway.client.responses.create({
    model: 'glm', input: 'Still there?',
  });
  assert.deepEqual([status, error], ['completed', null]);
  assert.match(text, /^You said: Still there\?/);
  assert.doesNotMatch(gateway.logs.join(''), /unreachable|RuntimeError|Uncaught/);
}
afterEach(checkAlive);

async function refused(path, body, { status = 400, message = /./, ...error }) {
  const response = await gateway.post(path, body);
  const text = await response.text();
  assert.equal(response.status, status, text);
  checkError(JSON.parse(text), { type: 'invalid_request_error', ...error });
  assert.match(JSON.parse(text).error.message, message);
  return response;
}

// ---- no JSON ----

const at = (n) => ({ code: 'invalid_json', param: '', message: new RegExp(`at byte ${n}\\.$`) });
const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const inText = (...codes) => bytes('{"model":"glm","input":"', codes, '"}');
const nested = (n) => `{"model":"glm","input":${'['.repeat(n)}${']'.repeat(n)}}`;

const NO_JSON = {
  'nothing': ['', at(0)],
  'white space': [' \n ', at(3)],
  'a brace': ['{', at(1)],
  'a word': ['nonsense', at(0)],
  'no end': ['{"model":"glm","input":"hi"', at(27)],
  'an open string': ['{"model":"gl', at('\\d+')],
  'more after the end': ['{"model":"glm","input":"hi"} x', at(29)],
  'two objects': ['{"model":"glm","input":"hi"}{}', at(28)],
  'a comma too many': ['{"model":"glm",}', at(15)],
  'a comma too few': ['{"model":"glm" "input":"hi"}', at(15)],
  'no colon': ['{"model" "glm"}', at(9)],
  'single quotes': ['{\'model\':\'glm\'}', at(1)],
  'a comment': ['{/* hi */"model":"glm"}', at(1)],
  'NaN': ['{"model":"glm","input":"hi","temperature":NaN}', at(42)],
  'a number that begins with 0': ['{"model":"glm","input":"hi","temperature":01}', at('4\\d')],
  'a line break in a string': ['{"model":"glm","input":"a\nb"}', at(25)],
  'an escape that is none': ['{"model":"glm","input":"a\\x"}', at('2\\d')],
  'a byte that is no UTF-8': [inText(0xff), at('\\d+')],
  'half a character': [inText(0xe4, 0xb8), at('\\d+')],
  'an overlong character': [inText(0xc0, 0xaf), at('\\d+')],
  'a surrogate in UTF-8': [inText(0xed, 0xa0, 0x80), at('\\d+')],
  'past the last character': [inText(0xf4, 0x90, 0x80, 0x80), at('\\d+')],
  'a lone high surrogate': ['{"model":"glm","input":"\\ud800"}', at('\\d+')],
  'a lone low surrogate': ['{"model":"glm","input":"\\udc00"}', at('\\d+')],
  'two high surrogates': ['{"model":"glm","input":"\\ud83d\\ud83d"}', at('\\d+')],
  'half a pair as a key': ['{"model":"glm","input":"hi","\\ud800":1}', at('\\d+')],
  'UTF-16': [Buffer.from('{"model":"glm"}', 'utf16le'), at('\\d+')],
  'gzip': [bytes([0x1f, 0x8b, 8, 0]), at(0)],
  'lists 1000 deep': [nested(1000), { code: 'invalid_json', message: /nested too deeply/ }],
  'lists 90000 deep': [nested(90_000), { code: 'invalid_json', message: /nested too deeply/ }],
};

describe('no JSON', () => {
  for (const path of [RESPONSES, CHAT]) {
    for (const [name, [body, error]] of Object.entries(NO_JSON)) {
      test(`${path}: ${name}`, () => refused(path, body, error));
    }
  }
});

// ---- JSON, but no request ----

const type = (param) => ({ code: 'invalid_type', param });
const value = (param) => ({ code: 'invalid_value', param });
const missing = (param) => ({ code: 'missing_required_parameter', param });

const ANYWHERE = {
  'a list': ['[]', type('')],
  'a string': ['"hi"', type('')],
  // Not even JSON to our parser, which wants something that can hold values.
  'null': ['null', { param: '' }],
  'a number': ['1', { param: '' }],
  'no model': [{ input: 'hi', messages: [] }, missing('model')],
  'model null': [{ model: null }, missing('model')],
  'model a number': [{ model: 5 }, type('model')],
  'model a list': [{ model: ['glm'] }, type('model')],
  'stream a word': [{ model: 'glm', stream: 'yes', input: 'hi' }, type('stream')],
  'an unknown model': [{ model: 'none', input: 'hi', messages: [{}] }, {
    status: 404, code: 'model_not_found', param: 'model', message: /`none`/,
  }],
  'an empty model': [{ model: '', input: 'hi', messages: [{}] }, {
    status: 404, code: 'model_not_found', param: 'model',
  }],
  'a model of JavaScript\'s': [{ model: '__proto__', input: 'hi', messages: [{}] }, {
    status: 404, code: 'model_not_found', param: 'model',
  }],
};

const tool = { type: 'function', name: 'f' };
const chatTool = { type: 'function', function: { name: 'f' } };
const part = (one) => ({ input: [{ role: 'user', content: [one] }] });
const chatPart = (one) => ({ messages: [{ role: 'user', content: [one] }] });
const hi = { messages: [{ role: 'user', content: 'hi' }] };

const TO_GLM = {
  'input missing': [{}, missing('input')],
  'input null': [{ input: null }, missing('input')],
  'input a number': [{ input: 5 }, type('input')],
  'input an object': [{ input: {} }, type('input')],
  'an item that is a string': [{ input: ['hi'] }, type('input[0]')],
  'an item whose type is a number': [{ input: [{ type: 1 }] }, type('input[0].type')],
  'a role that is none': [{ input: [{ role: 'king', content: 'hi' }] }, value('input[0]')],
  'content a number': [{ input: [{ role: 'user', content: 5 }] }, type('input[0].content')],
  'a part that is a string': [part('hi'), type('input[0].content[0]')],
  'a part without a type': [part({ text: 'hi' }), type('input[0].content[0]')],
  'a text that is a number': [part({ type: 'input_text', text: 5 }),
    type('input[0].content[0].text')],
  'an image that is a number': [part({ type: 'input_image', image_url: 5 }),
    type('input[0].content[0].image_url')],
  'a call without its id': [{ input: [{ type: 'function_call', name: 'f', arguments: '{}' }] },
    missing('input[0].call_id')],
  'a call without a name': [{ input: [{ type: 'function_call', call_id: 'c', arguments: '{}' }] },
    missing('input[0].name')],
  'a result without its id': [{ input: [{ type: 'function_call_output', output: '1' }] },
    missing('input[0].call_id')],
  'instructions a list': [{ input: 'hi', instructions: [] }, type('instructions')],
  'temperature a word': [{ input: 'hi', temperature: 'hot' }, type('temperature')],
  'no token at most': [{ input: 'hi', max_output_tokens: 0 }, type('max_output_tokens')],
  'fewer tokens than none': [{ input: 'hi', max_output_tokens: -1 }, type('max_output_tokens')],
  'half a token': [{ input: 'hi', max_output_tokens: 1.5 }, type('max_output_tokens')],
  'tools an object': [{ input: 'hi', tools: {} }, type('tools')],
  'a tool that is a string': [{ input: 'hi', tools: ['f'] }, type('tools[0]')],
  'a tool without a name': [{ input: 'hi', tools: [{ type: 'function' }] },
    missing('tools[0].name')],
  'more tools than GLM takes': [{ input: 'hi', tools: Array(129).fill(tool) },
    { code: 'unsupported_parameter', param: 'tools' }],
  'a choice that is none': [{ input: 'hi', tools: [tool], tool_choice: 'often' },
    value('tool_choice')],
  'a format that is none': [{ input: 'hi', text: { format: { type: 'xml' } } },
    value('text.format')],
  'a schema that is none': [{ input: 'hi', text: { format: { type: 'json_schema', name: 'x' } } },
    missing('text.format.schema')],
  'an effort that is a number': [{ input: 'hi', reasoning: { effort: 5 } },
    type('reasoning.effort')],
  'an earlier response': [{ input: 'hi', previous_response_id: 'resp_1' },
    { code: 'previous_response_not_found', param: 'previous_response_id' }],
  'a conversation': [{ input: 'hi', conversation: 'conv_1' },
    { status: 404, code: 'conversation_not_found', param: 'conversation' }],
  'a template': [{ prompt: { id: 'pmpt_1' }, input: 'hi' },
    { code: 'unsupported_parameter', param: 'prompt' }],
};

const CHAT_TO_GLM = {
  'messages missing': [{}, missing('messages')],
  'messages null': [{ messages: null }, missing('messages')],
  'messages a string': [{ messages: 'hi' }, type('messages')],
  'no message': [{ messages: [] }, missing('messages')],
  'a message that is a string': [{ messages: ['hi'] }, value('messages[0]')],
  'a role that is none': [{ messages: [{ role: 'king', content: 'hi' }] }, value('messages[0]')],
  'content a number': [{ messages: [{ role: 'user', content: 5 }] }, type('messages[0].content')],
  'a part without a type': [chatPart({ text: 'hi' }), type('messages[0].content[0]')],
  'a result without its id': [{ messages: [{ role: 'tool', content: '1' }] },
    missing('messages[0].tool_call_id')],
  'a tool without a name': [{ ...hi, tools: [{ type: 'function', function: {} }] },
    missing('tools[0].function.name')],
  'more tools than GLM takes': [{ ...hi, tools: Array(129).fill(chatTool) },
    { code: 'unsupported_parameter', param: 'tools' }],
  'stop a number': [{ ...hi, stop: 5 }, type('stop')],
  'no token at most': [{ ...hi, max_tokens: 0 }, type('max_tokens')],
};

const withModel = (model, body) => (typeof body === 'string' ? body : { model, ...body });

describe('JSON, but no request', () => {
  for (const path of [RESPONSES, CHAT]) {
    for (const [name, [body, error]] of Object.entries(ANYWHERE)) {
      test(`${path}: ${name}`, () => refused(path, body, error));
    }
  }
  for (const [path, table] of [[RESPONSES, TO_GLM], [CHAT, CHAT_TO_GLM]]) {
    for (const [name, [body, error]] of Object.entries(table)) {
      test(`${path} to GLM: ${name}`, async () => {
        const before = gateway.requests('glm').length;
        for (const stream of [undefined, true]) {
          await refused(path, { ...withModel('glm', body), stream }, error);
        }
        assert.equal(gateway.requests('glm').length, before, 'GLM was not asked');
      });
    }
  }
});

test('what OpenAI refuses comes in its own words', async () => {
  const error = { code: 'invalid_type', param: 'input', message: /^Invalid type for 'input': exp/ };
  const response = await refused(RESPONSES, { model: 'openai', input: 5 }, error);
  assert.equal(response.headers.get('x-should-retry'), 'false');
  await refused(RESPONSES, { model: 'openai', input: 'hi', colour: 'red' }, {
    code: 'unknown_parameter', param: 'colour',
  });
});

test('the package makes the right errors of it', async () => {
  const { client } = gateway;
  const unknown = await rejection(client.responses.create({ model: 'none', input: 'hi' }));
  assert.ok(unknown instanceof NotFoundError);
  assert.deepEqual([unknown.code, unknown.param], ['model_not_found', 'model']);
  for (const stream of [false, true]) {
    for (const [model, param] of [['glm', 'temperature'], ['openai', 'temperature']]) {
      const error = await rejection(client.responses.create({
        model, input: 'hi', temperature: 'hot', stream,
      }));
      assert.ok(error instanceof BadRequestError);
      assert.deepEqual([error.code, error.param], ['invalid_type', param]);
      assert.ok(error.requestID);
    }
  }
});

// ---- size ----

describe('a body', () => {
  const body = (n) => {
    const frame = { model: 'glm', input: '' };
    return JSON.stringify({ ...frame, input: 'a'.repeat(n - JSON.stringify(frame).length) });
  };
  const large = { status: 413, code: 'request_too_large' };
  // Without a content-length.
  const trickle = (text) => new ReadableStream({
    start(out) {
      const all = Buffer.from(text);
      for (let i = 0; i < all.length; i += 10_000) out.enqueue(all.subarray(i, i + 10_000));
      out.close();
    },
  });

  test('as large as may be', async () => {
    assert.equal((await gateway.post(RESPONSES, body(BODY_MAX))).status, 200);
  });

  test('one byte larger', () => refused(RESPONSES, body(BODY_MAX + 1), large));

  test('much larger', () => refused(RESPONSES, body(8_000_000), large));

  for (const [n, status] of [[BODY_MAX, 200], [BODY_MAX + 1, 413], [3_000_000, 413]]) {
    test(`of ${n} bytes whose length is not told`, async () => {
      const init = { body: trickle(body(n)), duplex: 'half' };
      const response = await gateway.post(RESPONSES, '', init);
      assert.equal(response.status, status);
      if (status === 413) checkError(await response.json(), { code: 'request_too_large' });
    });
  }

  test('with 100 levels is no trouble', async () => {
    const open = '{"type":"object","properties":{"a":'.repeat(50);
    const deep = JSON.parse(`${open}{}${'}}'.repeat(50)}`);
    const response = await gateway.post(RESPONSES, {
      model: 'glm', input: 'hi', tools: [{ type: 'function', name: 'f', parameters: deep }],
    });
    assert.equal(response.status, 200);
  });

  test('with every character of the planes', async () => {
    const input = '"\\/\b\f\n\r\t\u0000\u0001\u001f\u007f\u0080é\u07ff\u0800世\ud7ff\ue000' +
      '\ufffd\uffff🎉\u{10ffff}';
    for (const model of ['glm', 'openai']) {
      const { output_text: text } = await gateway.client.responses.create({ model, input });
      assert.ok(text.startsWith(`You said: ${input}.`), JSON.stringify(text));
    }
  });
});

// ---- configurations ----

const provider = { provider: 'openai', model: 'gpt-4.1', apiKeys: ['OPENAI_KEY_1'] };
const good = { good: { providers: [provider] } };

// ROUTES_CONFIG, model, then what the client is told
const CONFIGS = {
  'empty': ['{}', 'good', 'not_configured'],
  'no JSON': ['{"good": ', 'good', 'not_configured'],
  'a list': ['[]', 'good', 'not_configured'],
  'all routes bad': [{ good: { providers: [] }, bad: 5 }, 'good', 'not_configured'],
  'no secret': [good, 'good', 'not_configured'],
  'one route bad': [{ bad: { providers: [{ ...provider, provider: 'nobody' }] }, ...good }, 'bad',
    'model_not_found'],
};

describe('a configuration', () => {
  for (const [name, [config, model, code]] of Object.entries(CONFIGS)) {
    test(`that is ${name}`, async () => {
      const routes = typeof config === 'string' ? config : JSON.stringify(config);
      const poor = await startGateway({ routes });
      const headers = { authorization: `Bearer ${TOKEN}` };
      try {
        for (const stream of [false, true]) {
          const response = await fetch(poor.url + RESPONSES, {
            method: 'POST', headers, body: JSON.stringify({ model, input: 'hi', stream }),
          });
          assert.equal(response.status, code === 'model_not_found' ? 404 : 503);
          const body = await response.json();
          checkError(body, { code });
          assert.doesNotMatch(JSON.stringify(body), /OPENAI_KEY/);
        }
        const health = await (await fetch(`${poor.url}/health`)).json();
        assert.equal(health.status, 'ok');
        assert.ok(health.problems.length > 0);
        for (const { level, path, line, column, message } of health.problems) {
          assert.match(level, /^(error|warning)$/);
          assert.equal(typeof path, 'string');
          assert.ok(Number.isInteger(line) && Number.isInteger(column));
          assert.notEqual(message, '');
        }
        const models = await fetch(`${poor.url}/v1/models`, { headers });
        assert.equal(models.status, 200);
        const { data } = await models.json();
        assert.deepEqual(data.map(({ id }) => id),
          routes.includes('gpt-4.1') ? ['good'] : []);
        assert.match(poor.logs.join(''), /"event":"configuration"/);
      } finally {
        await poor.stop();
      }
    });
  }
});
