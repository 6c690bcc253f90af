// health.test.js -- isolates share the health of keys through the store. A healthy request makes no
// call of the store, and without a store each isolate knows what it has seen itself.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TOKEN } from './harness.js';
import { glm, openai, startRoutes, until } from './client.js';

const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';
const HEALTHY = 40; // requests

const ROUTES = {
  good: [openai()],
  translated: [glm()],
  spent: [openai('openai=insufficient_quota'), glm()],
  limited: [openai('openai=rate_limit_exceeded,retry-after=60'), glm()],
  recovering: [openai('status=429,retry-after-ms=300;fail-first=1'), glm()],
  revoked: [openai('openai=invalid_api_key'), glm()],
};

const started = [];
after(() => Promise.all(started.map((one) => one.stop())));

// A gateway whose store does |what| with the lines that it is told.
async function start(what, options = {}) {
  const entry = what && `
    import { Store as Real } from './worker.js';
    export { default } from './worker.js';
    export class Store extends Real {
      async run(lines) { ${what} }
    }`;
  const gateway = await startRoutes(ROUTES, { entry, ...options });
  started.push(gateway);
  return gateway;
}

async function ask({ url }, model, { path = RESPONSES, stream = false } = {}) {
  const field = path === CHAT ? 'messages' : 'input';
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ model, stream, [field]: [{ role: 'user', content: 'Hi' }] }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return response.headers.get('x-gateway-attempts');
}

describe('calls of the store', () => {
  // Usage is told some time after the answers, and nobody waits for it.
  const callsOf = ({ logs }) => (logs.join('').match(/^store: .*$/gm) ?? [])
    .map((line) => JSON.parse(line.slice(7)))
    .filter((lines) => !/^set requests\/|^add /.test(lines));
  let gateway;

  test('one at the start of an isolate', async () => {
    gateway = await start(`
      console.log('store: ' + JSON.stringify(lines));
      return super.run(lines);`);
    await ask(gateway, 'good');
    await until(() => callsOf(gateway).length > 0, 'a call');
    assert.equal(callsOf(gateway).length, 1);
    assert.match(callsOf(gateway)[0], /^drop health\/ \d+\nget health\/\n$/);
  });

  test('none for a healthy request, of whatever kind', async () => {
    for (let i = 0; i < HEALTHY; i += 1) {
      const how = { path: i % 2 ? CHAT : RESPONSES, stream: i % 4 > 1 };
      assert.equal(await ask(gateway, i % 8 > 3 ? 'good' : 'translated', how), '1');
    }
    assert.equal(callsOf(gateway).length, 1);
  });

  test('to tell of a change, and to ask where a limit was met', async () => {
    await ask(gateway, 'limited');
    await until(() => callsOf(gateway).length > 1, 'a call');
    assert.match(callsOf(gateway)[1],
      new RegExp('^drop health/ \\d+\nget health/\n'
        + 'raise health/KEY_\\d+@\\d+ \\d+ 1 0 \\d+ rate_limit_exceeded\n$'));
    assert.equal(await ask(gateway, 'limited'), '1');
    await ask(gateway, 'revoked');
    await until(() => callsOf(gateway).length > 2, 'a call');
    assert.match(callsOf(gateway)[2],
      /^raise health\/KEY_\d+@\d+ \d+ 1 1 \d+ upstream_auth_failed\n$/);
    assert.equal(await ask(gateway, 'revoked'), '1');
    assert.equal(callsOf(gateway).length, 3);
  });
});

// Without the store the first request finds out, and the isolate remembers.
async function checkAlone(gateway) {
  for (const model of ['spent', 'limited', 'revoked']) {
    assert.equal(await ask(gateway, model), '2', model);
    for (const stream of [true, false]) assert.equal(await ask(gateway, model, { stream }), '1');
  }
  assert.equal(await ask(gateway, 'recovering'), '2');
  await new Promise((resolve) => { setTimeout(resolve, 350); });
  assert.equal(await ask(gateway, 'recovering'), '1');
  assert.equal(gateway.requests('recovering').at(-1).upstream, 'openai');
  assert.doesNotMatch(gateway.logs.join(''), /RuntimeError|Uncaught|TypeError/);
}

describe('health is per isolate', () => {
  test('where there is no store', async () => checkAlone(await start(null, { store: false })));

  test('where it fails', async () => checkAlone(await start(`throw new Error('quota exceeded');`)));

  test('where it answers nothing that makes sense', async () => (
    checkAlone(await start(`return 'health/KEY_0 x\\nhealth/\\n\\u0000';`))
  ));

  test('where it never answers', async () => {
    const gateway = await start('await new Promise(() => {});');
    const begun = Date.now();
    await ask(gateway, 'good');
    assert.ok(Date.now() - begun < 2000, 'it is not waited for');
    await checkAlone(gateway);
  });

  test('where it dies', async () => checkAlone(await start(`this.ctx.abort('dead');`)));
});

describe('two isolates', () => {
  let gateway;
  const from = (i, model) => ask({ url: gateway.urls[i] }, model);

  test('one is told at its start what the other met', async () => {
    gateway = await start(null, { isolates: 2 });
    for (const model of ['spent', 'revoked']) assert.equal(await from(0, model), '2');
    await new Promise((resolve) => { setTimeout(resolve, 200); }); // nobody waits for what is told
    for (const model of ['spent', 'revoked']) assert.equal(await from(1, model), '1');
  });

  test('and where it meets a limit itself', async () => {
    assert.equal(await from(0, 'limited'), '2');
    assert.equal(await from(1, 'recovering'), '2'); // a limit: it asks what others know
    assert.equal(await from(1, 'limited'), '1');
  });
});
