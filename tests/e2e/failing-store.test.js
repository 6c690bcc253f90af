// failing-store.test.js -- conversations while the store fails at one of its calls, is slow, or is
// killed: an answer is never lost, and nothing goes on without the turns before it.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeUpstreams } from '../../scripts/fake-upstreams/server.js';
import { conversationIn, glm, openai, startRoutes } from './client.js';
import { TOKEN } from './harness.js';
import { Client, upgrade } from './socket_client.js';

// The store can be told to fail at one of its calls, or to keep one waiting. What the object of a
// WebSocket does with its own rows are calls, too.
const entry = `
  import worker, {
    Conversation as Real, Socket as RealSocket, Store as RealStore,
  } from './worker.js';
  let failing = 0;
  let slow = 0;
  let late = 0; // ms until the ids of an answer are written
  let calls = 0;
  function count() {
    calls += 1;
    if (calls === failing) throw new Error('out of quota');
  }
  async function happen() {
    count();
    if (slow) await new Promise((resolve) => { setTimeout(resolve, slow); });
  }
  export class Conversation extends Real {
    async run(lines) { await happen(); return super.run(lines); }
    async follow(...args) { await happen(); return super.follow(...args); }
    async report(...args) { await happen(); return super.report(...args); }
  }
  export class Socket extends RealSocket {
    constructor(context, env) {
      const { sql } = context.storage;
      const exec = sql.exec.bind(sql);
      sql.exec = (...args) => { count(); return exec(...args); };
      super(context, env);
    }
  }
  export class Store extends RealStore {
    async run(lines) {
      if (/(^|\\n)(set|get) r\\//.test(lines)) await happen();
      if (late && lines.includes('set r/')) {
        await new Promise((resolve) => { setTimeout(resolve, late); });
      }
      return super.run(lines);
    }
  }
  export default {
    fetch(request, env, context) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== '/store') return worker.fetch(request, env, context);
      const response = new Response(String(calls));
      failing = Number(searchParams.get('failing') ?? 0);
      slow = Number(searchParams.get('slow') ?? 0);
      late = Number(searchParams.get('late') ?? 0);
      calls = 0;
      return response;
    },
  };`;

// The key of "both" dies after one turn.
const ROUTES = {
  glm: [glm()],
  openai: [openai()],
  both: [openai('every=2;openai=insufficient_quota'), glm()],
  resumable: [openai('every=2;openai=insufficient_quota'), glm()],
};

const start = () => startRoutes(ROUTES, {
  entry, route: (name) => ({ resumable: name === 'resumable' }),
});
const tell = async ({ url }, query) => (await fetch(`${url}/store?${query}`)).text();
const lastConversation = (gateway, route) => conversationIn(gateway.requests(route).at(-1));
const user = (content) => ({ role: 'user', content });
const messageOf = ({ output }) => output.find(({ type }) => type === 'message').content[0].text;

// One call; the store is given a moment to write what it said.
async function call(gateway, path, body, method = 'POST') {
  const init = { method, ...(body && { body: JSON.stringify(body) }) };
  const response = await gateway.send(`/v1${path}`, init);
  const text = await response.text();
  await sleep(30);
  const frames = text.split('\n').filter((line) => line.startsWith('data: {'));
  const answer = text.startsWith('{') ? JSON.parse(text)
    : frames.map((line) => JSON.parse(line.slice(6)).response).findLast(Boolean);
  const isLost = response.headers.get('x-gateway-lossy')?.includes('store') ?? false;
  return { status: response.status, answer, isLost };
}

function checkRefused({ status, answer }, expected, code, message) {
  assert.equal(status, expected, JSON.stringify(answer));
  assert.equal(answer.error.code, code);
  if (message) assert.ok(answer.error.message.startsWith(message), answer.error.message);
}

// Three turns; those that are refused are as if they had not been. |bodyOf| makes a request of the
// turns before it, [{ text, made }], |refused| checks a refusal, |ask| makes the call.
async function converse(gateway, model, bodyOf, refused, ask = call) {
  const turns = [];
  for (const text of ['One', 'Two', 'Three']) {
    const step = await ask(gateway, '/responses', { model, ...bodyOf(text, turns) });
    if (step.status !== 200) {
      assert.ok(turns.length, 'the first turn needs no store');
      refused(step, turns);
      continue;
    }
    assert.equal(step.answer.status, 'completed');
    const { users, assistants } = lastConversation(gateway, model);
    assert.deepEqual(users, [...turns.map((turn) => turn.text), text]);
    assert.deepEqual(assistants, turns.map(({ made }) => messageOf(made)));
    turns.push({ text, made: step.answer });
  }
}

const chain = (more) => (gateway, model, ask) => converse(gateway, model, (input, turns) => (
  { input, ...more, ...(turns.length && { previous_response_id: turns.at(-1).made.id }) }
), (step, turns) => checkRefused(step, 400, 'previous_response_not_found',
  `Previous response with id '${turns.at(-1).made.id}' not found.`), ask);

// Over a WebSocket, if its object does not fail at once.
const socketChain = (store) => async (gateway, model) => {
  const client = await Client.to(gateway).catch(() => null);
  if (!client) return;
  await chain({ store })(gateway, model, async (to, path, body) => {
    const last = (await client.turn(body)).at(-1);
    await sleep(30);
    return { status: last.status ?? 200, answer: last.response ?? last };
  });
  await client.close();
};

const references = (gateway, model) => converse(gateway, model, (input, turns) => {
  const before = turns.flatMap(({ text, made }) => (
    [user(text), ...made.output.map(({ id }) => ({ type: 'item_reference', id }))]));
  return { input: [...before, user(input)] };
}, (step) => checkRefused(step, 400, 'item_not_found', 'Item with id '));

// A turn that could not be written is missing later, and then "store" is named.
async function conversation(gateway, model) {
  const made = await call(gateway, '/conversations', {});
  if (made.status !== 200) {
    checkRefused(made, 503, 'store_unavailable');
    return;
  }
  const { id } = made.answer;
  let users = [];
  for (const input of ['One', 'Two', 'Three']) {
    const step = await call(gateway, '/responses', { model, input, conversation: id });
    if (step.status !== 200) {
      checkRefused(step, 503, 'store_unavailable');
      continue;
    }
    users.push(input);
    const read = lastConversation(gateway, model);
    if (step.isLost) users = users.filter((text) => read.users.includes(text));
    assert.deepEqual(read.users, users);
    assert.equal(read.assistants.length, users.length - 1);
  }
  const { status, answer } = await call(gateway, `/conversations/${id}/items`, null, 'GET');
  if (status !== 200) checkRefused({ status, answer }, 503, 'store_unavailable');
}

// What a look at a response says that is not there, since the store is away, or it was not written.
const LOOKS = { 404: 'response_not_found', 503: 'store_unavailable' };

async function endpoints(gateway, model) {
  const { status, answer: { id } } = await call(gateway, '/responses', { model, input: 'One' });
  assert.equal(status, 200);
  for (const [method, rest, good] of [['GET', '', 200], ['GET', '/input_items', 200],
    ['POST', '/cancel', 400], ['DELETE', '', 200]]) {
    const step = await call(gateway, `/responses/${id}${rest}`, null, method);
    if (step.status !== good) checkRefused(step, step.status, LOOKS[step.status]);
  }
}

async function background(gateway, model) {
  let step = await call(gateway, '/responses', { model, input: 'One', background: true });
  if (step.status !== 200) {
    checkRefused(step, 503, 'store_unavailable');
    return;
  }
  const { id } = step.answer;
  const isUnderWay = () => step.status === 503
    || ['queued', 'in_progress'].includes(step.answer.status);
  for (let i = 0; i < 100 && isUnderWay(); i += 1) {
    step = await call(gateway, `/responses/${id}`, null, 'GET');
    if (step.status !== 200) checkRefused(step, 503, 'store_unavailable');
  }
  assert.equal(step.answer.status, 'completed');
}

// What was told as a stream is not told again, even if it could not be stored.
async function backgroundStream(gateway, model) {
  const body = { model, input: 'One', background: true, stream: true };
  const { status, answer } = await call(gateway, '/responses', body);
  if (status !== 200) {
    checkRefused({ status, answer }, 503, 'store_unavailable');
    return;
  }
  assert.equal(answer.status, 'completed');
  const step = await call(gateway, `/responses/${answer.id}`, null, 'GET');
  if (step.status === 200) assert.equal(step.answer.status, 'completed');
  else checkRefused(step, step.status, LOOKS[step.status]);
}

// A turn that is lost is waited for, since it may only be late: so each has a gateway of its own.
describe('a store that fails at any one of its calls', { concurrency: 4 }, () => {
  const FLOWS = {
    'previous_response_id, over two providers': [chain({}), 'both', 5],
    'the same, streamed': [chain({ stream: true }), 'both', 5],
    'streams that OpenAI wrote': [chain({ stream: true }), 'openai', 7],
    'references, over two providers': [references, 'both', 5],
    'a conversation, over two providers': [conversation, 'both', 8],
    'a conversation with OpenAI': [conversation, 'openai', 9],
    'what is stored of OpenAI': [endpoints, 'openai', 9],
    'background: true': [background, 'glm', 4],
    'background: true, streamed': [backgroundStream, 'glm', 4],
    'streams that can be resumed, over two providers': [chain({ stream: true }), 'resumable', 9],
    'a WebSocket, over two providers': [socketChain(true), 'both', 9],
    'a WebSocket that alone remembers': [socketChain(false), 'glm', 9],
  };
  for (const [name, [flow, model, least]] of Object.entries(FLOWS)) {
    test(name, async () => {
      const gateway = await start();
      try {
        await flow(gateway, model);
        const calls = Number(await tell(gateway, 'failing=0'));
        assert.ok(calls >= least, `${calls} calls`);
        for (let n = 1; n <= calls; n += 1) {
          await tell(gateway, `failing=${n}`);
          await flow(gateway, model);
          await tell(gateway, 'failing=0');
          await call(gateway, '/responses', { model, input: 'Hi' }); // it is well again
        }
        await flow(gateway, model);
      } finally {
        await gateway.stop();
      }
    });
  }
});

describe('a store that fails', () => {
  let gateway;
  before(async () => { gateway = await start(); });
  after(() => gateway?.stop());

  test('at a turn is told in the log', async () => {
    await tell(gateway, 'failing=1');
    const { responses } = gateway.client;
    const made = await responses.create({ model: 'glm', input: 'Lost' });
    await sleep(100);
    const line = gateway.logs.join('').split('\n').findLast((one) => one.includes('"unstored"'));
    assert.equal(JSON.parse(line.slice(line.indexOf('{'))).unstored, true);
    const { response } = await responses.create({ model: 'glm', input: 'Hi' }).withResponse();
    assert.equal(response.headers.get('x-gateway-lossy'), 'store');
    const gone = await gateway.send(`/v1/responses/${made.id}`);
    assert.equal(gone.status, 404);
    await tell(gateway, 'failing=0');
  });

  test('at a WebSocket sends its client to HTTP', async () => {
    await tell(gateway, 'failing=1');
    const headers = { authorization: `Bearer ${TOKEN}` };
    const { status, text } = await upgrade(gateway.url, headers);
    assert.deepEqual([status, JSON.parse(text).error.code], [426, 'websocket_not_supported']);
    const { status: later, socket } = await upgrade(gateway.url, headers);
    socket.destroy();
    assert.equal(later, 101);
    await tell(gateway, 'failing=0');
  });

  test('to hurry delays no answer', async () => {
    await tell(gateway, 'slow=1500');
    const { responses } = gateway.client;
    const began = Date.now();
    const one = await responses.create({ model: 'glm', input: 'One' });
    assert.ok(Date.now() - began < 1500);
    await tell(gateway, 'slow=0');
    // It is continued as soon as it is written.
    await responses.create({ model: 'glm', input: 'Two', previous_response_id: one.id });
    assert.deepEqual(lastConversation(gateway, 'glm').users, ['One', 'Two']);
  });
});

// The ids that OpenAI gave are written after its answer: a client can be faster. With several
// tokens an id that is unknown here is not sent on.
for (const env of [{}, { PROXY_AUTH_TOKEN_BOB: 'token-of-bob' }]) {
  const tokens = 1 + Object.keys(env).length;
  describe(`going on before the ids are written, tokens: ${tokens}`, { concurrency: true }, () => {
    const once = [openai('every=2;openai=insufficient_quota'), glm()];
    const twice = [openai('every=3;openai=insufficient_quota'), glm()];
    let gateway;
    before(async () => {
      gateway = await startRoutes({
        once, 'once-items': once, twice, resumable: twice, socket: twice, openai: [openai()],
      }, { entry, env, route: (name) => ({ resumable: name === 'resumable' }) });
      await tell(gateway, 'late=300');
    });
    after(() => gateway?.stop());

    const goOn = (input, made) => ({
      input, ...(made.length && { previous_response_id: made.at(-1).id }),
    });
    // Turns without a moment between them.
    async function rush(model, texts, bodyOf = goOn, streamed = []) {
      const made = [];
      for (const text of texts) {
        const stream = streamed.includes(text);
        const response = await gateway.post('/v1/responses', {
          model, stream, ...bodyOf(text, made),
        });
        const reply = await response.text();
        assert.equal(response.status, 200, `${text}: ${reply}`);
        const frames = reply.split('\n').filter((line) => line.startsWith('data: {'));
        made.push(stream ? JSON.parse(frames.at(-1).slice(6)).response : JSON.parse(reply));
      }
      const { users, assistants } = lastConversation(gateway, model);
      assert.deepEqual(users, texts);
      assert.deepEqual(assistants, made.slice(0, -1).map(messageOf));
      return made;
    }

    test('with another provider', () => rush('once', ['One', 'Two']));
    test('with another provider, by references', () => (
      rush('once-items', ['One', 'Two'], (input, [made]) => {
        if (!made) return { input };
        const references = made.output.map(({ id }) => ({ type: 'item_reference', id }));
        return { input: [user('One'), ...references, user(input)] };
      })));
    test('with another provider one turn later', () => rush('twice', ['One', 'Two', 'Three']));
    test('as a stream that can be resumed', () => (
      rush('resumable', ['One', 'Two', 'Three'], goOn, ['Two', 'Three'])));

    test('on other connections', async () => {
      const made = [];
      for (const text of ['One', 'Two', 'Three']) {
        const client = await Client.to(gateway);
        made.push(await client.respond({ model: 'socket', ...goOn(text, made) }));
        client.close();
      }
      assert.deepEqual(lastConversation(gateway, 'socket').users, ['One', 'Two', 'Three']);
    });

    test('with a look at it', () => Promise.all(
      [['GET', ''], ['GET', '/input_items'], ['DELETE', '']].map(async ([method, rest]) => {
        const { id } = await gateway.client.responses.create({ model: 'openai', input: method });
        const path = `/responses/${id}`;
        assert.equal((await call(gateway, path + rest, null, method)).status, 200);
        if (method === 'DELETE') assert.equal((await call(gateway, path, null, 'GET')).status, 404);
      }),
    ));
  });
}

describe('kill -9 of workerd', () => {
  const TOOL = { type: 'function', name: 'read', parameters: { type: 'object', properties: {} } };
  let disk;
  let upstreams;
  let gateway;
  const restart = async () => {
    await gateway?.stop();
    const routes = { ...ROUTES, chain: [openai('every=3;openai=insufficient_quota'), glm()] };
    gateway = await startRoutes(routes, { entry, store: disk, upstreams });
  };
  before(async () => {
    disk = await mkdtemp(join(tmpdir(), 'gateway-kill-'));
    upstreams = await startFakeUpstreams();
    await restart();
  });
  after(async () => {
    await gateway?.stop();
    await upstreams?.close();
    await rm(disk, { recursive: true, force: true });
  });

  // The key of the first two turns dies at the third.
  test('between all turns of a chain with tools', async () => {
    const said = { users: [], results: [] };
    let last;
    for (let turn = 1; turn <= 5; turn += 1) {
      const called = last?.output.find(({ type }) => type === 'function_call');
      const text = called ? `Result ${turn}` : `Turn ${turn}: use the tool`;
      said[called ? 'results' : 'users'].push(text);
      const input = [called
        ? { type: 'function_call_output', call_id: called.call_id, output: text } : user(text)];
      const { status, answer } = await call(gateway, '/responses', {
        model: 'chain', input, tools: [TOOL], stream: turn % 2 === 0,
        ...(last && { previous_response_id: last.id }),
      });
      assert.deepEqual([status, answer.status], [200, 'completed']);
      const { users, results, calls } = lastConversation(gateway, 'chain');
      assert.deepEqual({ users, results: results.map((one) => one.text) }, said);
      assert.deepEqual(results.map(({ id }) => id), calls.map(({ id }) => id));
      last = answer;
      assert.equal((await call(gateway, `/responses/${last.id}`, null, 'GET')).status, 200);
      await restart();
    }
    assert.deepEqual(gateway.requests('chain').map(({ upstream }) => upstream),
      ['openai', 'openai', 'openai', 'glm', 'glm', 'glm']);
  });

  test('before a turn is written loses that turn alone', async () => {
    const one = (await call(gateway, '/responses', { model: 'glm', input: 'One' })).answer;
    const goOn = (input, id) => (
      call(gateway, '/responses', { model: 'glm', input, previous_response_id: id }));
    const two = (await goOn('Two', one.id)).answer;
    await tell(gateway, 'slow=1000');
    const body = { model: 'glm', input: 'Three', previous_response_id: two.id };
    const lost = await call(gateway, '/responses', body);
    assert.equal(lost.status, 200);
    await restart();
    checkRefused(await goOn('Four', lost.answer.id), 400, 'previous_response_not_found',
      `Previous response with id '${lost.answer.id}' not found.`);
    assert.equal((await goOn('Three', two.id)).status, 200);
    assert.deepEqual(lastConversation(gateway, 'glm').users, ['One', 'Two', 'Three']);
  });
});
