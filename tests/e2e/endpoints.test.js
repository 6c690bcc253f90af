// endpoints.test.js -- every path and method, with and without a token, in the runtime itself.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import OpenAI, { AuthenticationError, NotFoundError } from 'openai';
import { TOKEN, startGateway } from './harness.js';
import { checkError, glm, openai, rejection, startRoutes } from './client.js';

const EXAMPLE = new URL('../../scripts/routes.example.json', import.meta.url);
const EXPOSED = ['x-request-id', 'retry-after', 'x-gateway-route', 'x-gateway-provider',
  'x-gateway-attempts', 'x-gateway-lossy', 'x-gateway-cost'];

let gateway;
let bundled; // with the routes of the documents, as they are in the bundle
before(async () => {
  gateway = await startRoutes({ first: [openai()], 'a/b c': [glm()] });
  bundled = await startGateway();
});
after(async () => {
  await gateway?.stop();
  await bundled?.stop();
});

const get = (path, init) => fetch(gateway.url + path, init);

// ---- models ----

const MODEL = { object: 'model', owned_by: 'ai-worker-proxy', permission: [] };
const DOCUMENTED = [
  {
    id: 'super-brain', ...MODEL,
    description: 'OpenAI and Zhipu together: GPT-4.1 first, GLM-4.7 as the fallback.',
    context_length: 8192, max_output_tokens: 2048, flags: ['general'],
    display_name: 'Super Brain',
  },
  {
    id: 'zhipu-boost', ...MODEL, description: 'GLM-4.7, and GLM-4.6 when it is overloaded.',
    context_length: 65536, display_name: 'GLM-4.7 Boost',
  },
  {
    id: 'zhipu-flash-latest', ...MODEL, description: 'GLM-4.7-Flash with the cache package',
    context_length: 200000, max_output_tokens: 16384,
    pricing: { currency: 'cny', input_per_1m: 0.5, input_cache_per_1m: 0.1, output_per_1m: 3 },
    metadata: { flash_version: 'FlashX', tier: 'flash' }, flags: ['flash'],
    display_name: 'GLM-4.7 FlashX',
  },
];

test('routes of a variable, text or JSON, come before those in the bundle', async () => {
  const own = { own: { providers: [{ provider: 'zhipu', model: 'm', apiKeys: ['KEY'] }] } };
  const names = Object.keys(JSON.parse(await readFile(EXAMPLE, 'utf8')));
  const wanted = [[own, ['own']], [JSON.stringify(own), ['own']], ['', names]];
  for (const [routes, ids] of wanted) {
    const one = await startGateway({ routes });
    try {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const { data } = await (await fetch(`${one.url}/v1/models`, { headers })).json();
      assert.deepEqual(data.map(({ id }) => id), ids);
    } finally {
      await one.stop();
    }
  }
});

describe('models', () => {
  const ask = () => new OpenAI({ apiKey: TOKEN, baseURL: `${bundled.url}/v1` });

  test('are listed in the order and with the keys of the contract', async () => {
    for (const path of ['/v1/models', '/models', '/models/']) {
      const response = await fetch(bundled.url + path, { headers: { 'x-api-key': TOKEN } });
      const { object, data } = await response.json();
      assert.equal(object, 'list');
      const now = Math.floor(Date.now() / 1000);
      for (const { created } of data) assert.ok(Math.abs(now - created) < 60);
      const expected = DOCUMENTED.map((model, i) => ({ ...model, created: data[i]?.created }));
      assert.equal(JSON.stringify(data), JSON.stringify(expected));
    }
  });

  test('are listed to the package', async () => {
    const ids = [];
    for await (const { id } of ask().models.list()) ids.push(id);
    assert.deepEqual(ids, DOCUMENTED.map(({ id }) => id));
  });

  test('are retrieved one by one', async () => {
    for (const { id, display_name: name } of DOCUMENTED) {
      const model = await ask().models.retrieve(id);
      assert.equal(model.id, id);
      assert.equal(model.display_name, name);
    }
    assert.equal((await ask().models.retrieve('ZHIPU-BOOST')).id, 'zhipu-boost');
  });

  test('that are not there are not found', async () => {
    for (const id of ['nothing', '__proto__', 'constructor', 'gpt-4.1']) {
      const error = await rejection(ask().models.retrieve(id));
      assert.ok(error instanceof NotFoundError);
      assert.equal(error.code, 'model_not_found');
      assert.equal(error.param, 'model');
      assert.equal(error.error.message,
        `The model \`${id}\` does not exist or you do not have access to it.`);
    }
  });

  test('with a slash and a space in their names', async () => {
    assert.equal((await gateway.client.models.retrieve('a/b c')).id, 'a/b c');
  });
});

// ---- paths and methods ----

const HEALTHY = ['/health', '/v1/health', '/'];

describe('health', () => {
  test('is told without a token', async () => {
    for (const path of HEALTHY) {
      const response = await get(path);
      assert.equal(response.status, 200);
      const { status, service, timestamp } = await response.json();
      assert.deepEqual([status, service], ['ok', 'ai-worker-proxy']);
      assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000);
      assert.equal(new Date(timestamp).toISOString(), timestamp);
    }
  });

  test('is told by HEAD, without a body', async () => {
    for (const path of HEALTHY) {
      const response = await get(path, { method: 'HEAD' });
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-type'), /^application\/json/);
      assert.equal(await response.text(), '');
    }
  });
});

// path, method, then status, code, Allow
const PATHS = [
  ['/nothing', 'GET', 404, 'not_found'],
  ['/v1', 'POST', 404, 'not_found'],
  ['/v1/embeddings', 'POST', 404, 'not_found'],
  ['/v1/responses/resp_1', 'GET', 404, 'response_not_found'],
  ['/v1/responses/resp_1', 'DELETE', 404, 'response_not_found'],
  ['/v1/responses/resp_1/cancel', 'POST', 404, 'response_not_found'],
  ['/v1/responses/resp_1/input_items', 'GET', 404, 'response_not_found'],
  ['/v1/responses/compact', 'POST', 400, 'missing_required_parameter'],
  ['/v1/responses/input_tokens', 'POST', 400, 'missing_required_parameter'],
  ['/responses', 'GET', 405, 'method_not_allowed', 'POST, OPTIONS'],
  ['/v1/responses', 'PUT', 405, 'method_not_allowed', 'POST, OPTIONS'],
  ['/v1/chat/completions', 'GET', 405, 'method_not_allowed', 'POST, OPTIONS'],
  ['/v1/models', 'POST', 405, 'method_not_allowed', 'GET, OPTIONS'],
  ['/v1/models/first', 'DELETE', 405, 'method_not_allowed', 'GET, OPTIONS'],
  ['/health', 'POST', 405, 'method_not_allowed', 'GET, HEAD, OPTIONS'],
  ['/v1/responses/resp_1', 'PATCH', 405, 'method_not_allowed', 'GET, DELETE, OPTIONS'],
  ['/v1/responses/compact', 'PUT', 405, 'method_not_allowed', 'POST, OPTIONS'],
  ['/responses/compact', 'GET', 405, 'method_not_allowed', 'POST, OPTIONS'],
  ['/v1/responses/input_tokens', 'DELETE', 405, 'method_not_allowed', 'POST, OPTIONS'],
  ['/responses/input_tokens', 'PUT', 405, 'method_not_allowed', 'POST, OPTIONS'],
  ['/v1/responses/resp_1/cancel', 'GET', 405, 'method_not_allowed', 'POST, OPTIONS'],
  ['/responses/resp_1/input_items', 'DELETE', 405, 'method_not_allowed', 'GET, OPTIONS'],
];

describe('paths and methods', () => {
  for (const [path, method, status, code, allow = null] of PATHS) {
    test(`${method} ${path}: ${status}`, async () => {
      const response = await gateway.send(path, { method, body: method === 'POST' ? '{}' : null });
      assert.equal(response.status, status);
      assert.equal(response.headers.get('allow'), allow);
      checkError(await response.json(), { code, type: 'invalid_request_error' });
    });
  }

  test('with and without /v1, with a query and a slash at the end', async () => {
    for (const path of ['/responses', '/v1/responses', '/v1/responses/', '/responses?api-version=1',
      '/v1/chat/completions', '/chat/completions']) {
      const body = { model: 'first', input: 'Hi', messages: [{ role: 'user', content: 'Hi' }] };
      delete body[path.includes('chat') ? 'input' : 'messages'];
      assert.equal((await gateway.post(path, body)).status, 200, path);
    }
  });
});

// ---- who may ask ----

// headers: does the token in them count?
const TOKENS = [
  [{ authorization: `Bearer ${TOKEN}` }, true],
  [{ authorization: `bearer ${TOKEN}` }, true],
  [{ authorization: `BEARER   ${TOKEN}` }, true],
  [{ authorization: TOKEN }, true],
  [{ 'x-api-key': TOKEN }, true],
  [{ authorization: 'Bearer wrong', 'x-api-key': TOKEN }, true],
  [{}, false],
  [{ authorization: '' }, false],
  [{ authorization: 'Bearer' }, false],
  [{ authorization: 'Bearer ' }, false],
  [{ authorization: `Bearer ${TOKEN}x` }, false],
  [{ authorization: `Bearer ${TOKEN.slice(0, -1)}` }, false],
  [{ authorization: `Bearer ${TOKEN.toUpperCase()}` }, false],
  [{ authorization: `Basic ${TOKEN}` }, false],
  [{ 'x-api-key': `Bearer ${TOKEN}` }, false],
  [{ 'x-api-key': '' }, false],
];

const PRIVATE = [['GET', '/v1/models'], ['GET', '/models/first'], ['POST', '/v1/responses'],
  ['POST', '/v1/chat/completions'], ['GET', '/v1/gateway/status'], ['GET', '/gateway/usage?days=1'],
  ['POST', '/v1/gateway/doctor']];

describe('the token', () => {
  for (const [headers, counts] of TOKENS) {
    test(`${JSON.stringify(headers)} ${counts ? 'counts' : 'does not count'}`, async () => {
      const response = await get('/v1/models', { headers });
      assert.equal(response.status, counts ? 200 : 401);
      if (counts) return;
      const error = { code: 'invalid_api_key', type: 'invalid_request_error' };
      checkError(await response.json(), error);
    });
  }

  test('is asked for wherever an upstream or a route could be seen', async () => {
    for (const [method, path] of PRIVATE) {
      const response = await get(path, { method, body: method === 'POST' ? '{}' : null });
      assert.equal(response.status, 401, path);
    }
    assert.deepEqual(gateway.requests('nobody'), []);
  });

  test('that is wrong is an AuthenticationError, and is not tried again', async () => {
    const client = new OpenAI({ apiKey: 'wrong', baseURL: `${gateway.url}/v1` });
    const error = await rejection(client.responses.create({ model: 'first', input: 'Hi' }));
    assert.ok(error instanceof AuthenticationError);
    assert.equal(error.code, 'invalid_api_key');
    assert.equal(error.type, 'invalid_request_error');
  });

  test('that is not set lets nobody in, and says what to do', async () => {
    for (const value of ['', '   ']) {
      const shut = await startGateway({ env: { PROXY_AUTH_TOKEN: value } });
      try {
        for (const authorization of ['Bearer ', 'Bearer', '', `Bearer ${TOKEN}`, 'Bearer    ']) {
          const response = await fetch(`${shut.url}/v1/models`, { headers: { authorization } });
          assert.equal(response.status, 503);
          const body = await response.json();
          checkError(body, { code: 'not_configured' });
          assert.match(body.error.message, /PROXY_AUTH_TOKEN/);
        }
        assert.equal((await fetch(`${shut.url}/health`)).status, 200);
      } finally {
        await shut.stop();
      }
    }
  });
});

// ---- browsers ----

describe('CORS', () => {
  const wish = 'authorization, content-type, x-stainless-os';

  test('a preflight is answered without a token', async () => {
    for (const path of ['/v1/responses', '/v1/models', '/anything']) {
      const response = await get(path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://chat.example.com',
          'access-control-request-method': 'POST',
          'access-control-request-headers': wish,
        },
      });
      assert.equal(response.status, 204);
      const header = (name) => response.headers.get(name);
      assert.equal(header('access-control-allow-origin'), 'https://chat.example.com');
      assert.match(header('vary'), /\bOrigin\b/i);
      assert.equal(header('access-control-allow-headers'), wish);
      assert.equal(header('access-control-max-age'), '86400');
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
        assert.ok(header('access-control-allow-methods').split(', ').includes(method));
      }
      assert.equal(await response.text(), '');
    }
  });

  test('every answer may be read, and its headers', async () => {
    const origin = 'https://chat.example.com';
    const body = { model: 'first', input: 'Hi' };
    const answers = await Promise.all([
      get('/health', { headers: { origin } }),
      get('/nothing', { headers: { origin } }),
      get('/v1/models', { headers: { origin } }),
      gateway.post('/v1/responses', body, { headers: { origin } }),
      gateway.post('/v1/responses', { ...body, stream: true }, { headers: { origin } }),
      gateway.post('/v1/responses', { ...body, model: 'none' }, { headers: { origin } }),
    ]);
    for (const { headers } of answers) {
      assert.equal(headers.get('access-control-allow-origin'), origin);
      assert.match(headers.get('vary'), /\bOrigin\b/i);
      const exposed = headers.get('access-control-expose-headers').split(', ');
      for (const name of EXPOSED) assert.ok(exposed.includes(name), name);
    }
    await Promise.all(answers.map((answer) => answer.text()));
  });

  test('without an origin everybody may read', async () => {
    const { headers } = await get('/health');
    assert.equal(headers.get('access-control-allow-origin'), '*');
  });
});

test('no report has a secret in it', async () => {
  for (const [method, path] of [['GET', '/v1/gateway/status'], ['POST', '/v1/gateway/doctor'],
    ['GET', '/v1/gateway/usage?days=30'], ['GET', '/health'], ['GET', '/']]) {
    const response = await gateway.send(path, { method, headers: { accept: 'text/html' } });
    assert.equal(response.status, 200, path);
    const text = await response.text();
    assert.ok(text.length > 10, path);
    assert.ok(!text.includes('sk-first') && !text.includes(TOKEN), path);
  }
});

test('no header of an upstream and no key reaches the client', async () => {
  for (const stream of [false, true]) {
    const response = await gateway.post('/v1/responses', { model: 'first', input: 'Hi', stream });
    const headers = JSON.stringify([...response.headers]);
    assert.doesNotMatch(headers, /openai-|org-fake|proj_fake|ratelimit|sk-first|KEY_0/);
    assert.doesNotMatch(await response.text(), /sk-first|KEY_0/);
  }
});
