// socket.test.js -- the WebSocket on /v1/responses: lanes, what it remembers, and its end.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { glm, openai, startRoutes, until } from './client.js';
import { TOKEN } from './harness.js';
import { PYTHON, noPython, runProgram } from './program.js';
import { checkStream } from './schema.js';
import { Client, isLast, upgrade } from './socket_client.js';

const SLOW = 'delay=300';
const ROUTES = {
  glm: [glm()],
  openai: [openai()],
  slow: [glm(SLOW)],
  sixteen: [glm(SLOW)],
  lanes: [glm(SLOW)],
  stuck: [glm('stall-after=text:2')],
  'stuck openai': [openai('stall-after=text:2')],
  bad: [glm('every=2;status=400')],
  busy: [glm('glm=1302,retry-after=30')],
  tools: [glm()],
  sleepy: [glm()],
  large: [glm()],
  fork: [glm()],
};
const LANES_MAX = 32;
const IN_FLIGHT = 16;
const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };
const WRITES = 20; // ms that the object may take to write what it heard

let gateway;
let disk;
before(async () => {
  disk = await mkdtemp(join(tmpdir(), 'gateway-socket-'));
  gateway = await startRoutes(ROUTES, { store: disk });
});
after(async () => {
  await gateway?.stop();
  await rm(disk, { recursive: true, force: true });
});

const messagesOf = (route) => gateway.requests(route).at(-1).body.messages;
const textsOf = (messages) => messages.map(({ content }) => content);
const errorOf = (events) => {
  const { type, status, error } = events.at(-1);
  assert.equal(type, 'error');
  return { status, ...error };
};
const notFound = (id) => ({
  status: 400,
  type: 'invalid_request_error',
  code: 'previous_response_not_found',
  message: `Previous response with id '${id}' not found.`,
  param: 'previous_response_id',
});

// Is |text| in the files of any socket below |folder|?
async function isOnDisk(folder, text) {
  const names = await readdir(folder, { recursive: true });
  const texts = await Promise.all(names.filter((name) => /socket\/.*sqlite/.test(name))
    .map((name) => readFile(join(folder, name)).catch(() => Buffer.alloc(0))));
  return texts.some((bytes) => bytes.includes(text));
}

describe('the upgrade', () => {
  test('tells Codex what it reads, and needs no beta header', async () => {
    for (const path of ['/v1/responses', '/responses']) {
      const { status, headers, socket } = await upgrade(gateway.url, AUTHORIZED, path);
      socket.destroy();
      assert.equal(status, 101);
      assert.equal(headers['x-codex-websocket-max-message-bytes'], String(31 * 1024 * 1024));
      assert.match(headers['x-codex-turn-state'], /^req_/);
      // Codex takes it for a sign of misuse when that is not the name that it asked for.
      assert.equal(headers['openai-model'], undefined);
    }
  });

  test('compresses where the client asks for it', async () => {
    const { headers, socket } = await upgrade(gateway.url, {
      ...AUTHORIZED,
      'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
    });
    socket.destroy();
    assert.match(headers['sec-websocket-extensions'] ?? '', /^permessage-deflate/);
  });

  test('is refused without the token', async () => {
    const { status, text } = await upgrade(gateway.url, { authorization: 'Bearer wrong' });
    assert.equal(status, 401);
    assert.equal(JSON.parse(text).error.code, 'invalid_api_key');
  });

  test('426 where it is off, or there is nothing to keep it', async () => {
    for (const options of [{ env: { WEBSOCKET_SECONDS: '0' } }, { store: false }]) {
      const without = await startRoutes({ glm: [glm()] }, options);
      const { status, text } = await upgrade(without.url, AUTHORIZED);
      await without.stop();
      assert.equal(status, 426);
      assert.equal(JSON.parse(text).error.code, 'websocket_not_supported');
    }
  });
});

describe('a turn', () => {
  for (const route of ['glm', 'openai']) {
    test(`has the events of a stream, route ${route}`, async () => {
      const client = await Client.to(gateway);
      const body = { model: route, input: 'Hi', store: false };
      const events = await client.turn({
        ...body, stream: true, client_metadata: { 'x-codex-turn': '1' }, stream_id: 'main',
      });
      assert.ok(events.every(({ stream_id: lane }) => lane === 'main'));
      const stream = await gateway.stream(body);
      assert.deepEqual(events.map(({ type }) => type),
        [...stream.matchAll(/^event: (.*)$/mg)].map(([, type]) => type));
      if (route === 'glm') {
        checkStream(events.map(({ stream_id: lane, ...event }) => (
          `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
        )).concat('data: [DONE]\n\n').join(''));
      }
      const sent = gateway.requests(route).at(-2).body;
      assert.equal(sent.stream, true);
      for (const name of ['type', 'stream_id', 'client_metadata', 'generate']) {
        assert.equal(sent[name], undefined, name);
      }
      const unnamed = await client.turn(body);
      assert.ok(unnamed.every((event) => !('stream_id' in event)));
      await client.close();
    });

    test(`order of Codex: a warm-up, then what is new alone, route ${route}`, async () => {
      const client = await Client.to(gateway);
      const asked = gateway.requests(route).length;
      const rules = { role: 'developer', content: 'Be brief.' };
      const call = { model: route, store: false };
      const warm = await client.turn({ ...call, input: [rules], generate: false });
      assert.deepEqual(warm.map(({ type }) => type),
        ['response.created', 'response.in_progress', 'response.completed']);
      const { response } = warm.at(-1);
      assert.deepEqual(response.output, []);
      assert.equal(response.usage.total_tokens, 0);
      assert.equal(gateway.requests(route).length, asked);
      const one = await client.respond({
        ...call, input: 'One', previous_response_id: response.id,
      });
      await client.respond({ ...call, input: 'Two', previous_response_id: one.id });
      const { body } = gateway.requests(route).at(-1);
      const roles = (body.messages ?? body.input).map(({ role }) => role).filter(Boolean);
      assert.deepEqual(roles.slice(1), ['user', 'assistant', 'user']);
      assert.match(roles[0], /system|developer/);
      assert.equal(body.previous_response_id, undefined);
      await client.close();
    });
  }

  test('prewarm is a warm-up, too', async () => {
    const client = await Client.to(gateway);
    const events = await client.turn({ model: 'openai', prompt_cache_options: { prewarm: true } });
    assert.equal(events.length, 3);
    await client.close();
  });

  test('a tool loop', async () => {
    const client = await Client.to(gateway);
    const call = {
      model: 'tools',
      store: false,
      tools: [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }],
      tool_choice: 'required',
    };
    const one = await client.respond({ ...call, input: 'Look.' });
    const made = one.output.find(({ type }) => type === 'function_call');
    const result = { type: 'function_call_output', call_id: made.call_id, output: 'A cat.' };
    await client.respond({
      ...call, tool_choice: 'auto', input: [result], previous_response_id: one.id,
    });
    const [user, assistant, tool] = messagesOf('tools');
    assert.equal(user.content, 'Look.');
    assert.equal(assistant.tool_calls[0].function.name, 'look');
    assert.equal(tool.content, 'A cat.');
    await client.close();
  });

  test('a message of 20 MB, and one in binary', async () => {
    const client = await Client.to(gateway);
    const body = JSON.stringify({ type: 'response.create', model: 'large', input: 'Hi' });
    client.raw(body.replace('{', `{${' '.repeat(20_000_000)}`));
    await client.event(isLast, 'the end');
    assert.equal(messagesOf('large')[0].content, 'Hi');
    const from = client.heard.length;
    client.raw(Buffer.from(body.replace('Hi', 'é')));
    await client.event(isLast, 'the end', from);
    assert.equal(messagesOf('large')[0].content, 'é');
    await client.close();
  });

  test('steering is refused, and errors leave the socket open', async () => {
    const client = await Client.to(gateway);
    const steer = { previous_response_id: 'resp_1', input: 'Shorter.' };
    client.raw(JSON.stringify({ type: 'response.steer', ...steer }));
    const refused = await client.event(({ type }) => type === 'response.steer.failed');
    assert.equal(refused.error.code, 'steering_not_supported');
    assert.deepEqual(refused.steer, steer);
    for (const [message, code] of [['{', 'invalid_json'], ['{"type":"x"}', 'invalid_value']]) {
      client.raw(message);
      const error = await client.event(({ error: e }) => e?.code === code, code);
      assert.equal(error.status, 400);
      assert.equal('stream_id' in error, false);
    }
    await client.respond({ model: 'glm', input: 'Hi' });
    await client.close();
  });

  test('an upstream that is busy: when to come back', async () => {
    const client = await Client.to(gateway);
    const [event] = await client.turn({ model: 'busy', input: 'Hi', stream_id: 'a' });
    assert.equal(event.status, 429);
    assert.equal(event.stream_id, 'a');
    assert.equal(event.error.headers['retry-after'], '30');
    assert.deepEqual(event.headers, event.error.headers);
    await client.close();
  });
});

describe('lanes', () => {
  test('one lane in order, others at once', async () => {
    const client = await Client.to(gateway);
    const call = { model: 'slow', input: 'Hi', store: false };
    for (const lane of ['a', 'a', 'b']) client.create({ ...call, stream_id: lane });
    client.create(call);
    const ends = () => client.heard.filter(({ type }) => type === 'response.completed');
    await until(() => ends().length === 4, 'four responses', 10_000);
    const types = client.heard.filter(({ stream_id: lane }) => lane === 'a')
      .map(({ type }) => type);
    assert.equal(types.filter((type) => type === 'response.completed').length, 2);
    assert.ok(types.indexOf('response.completed') < types.lastIndexOf('response.created'));
    const times = gateway.requests('slow').map(({ time }) => Number(new Date(time)))
      .sort((x, y) => x - y);
    assert.ok(times[2] - times[0] < 250, 'three lanes at once');
    assert.ok(times[3] - times[0] >= 250, 'the second of a lane after the first');
    await client.close();
  });

  test(`${IN_FLIGHT} at once, and more wait`, async () => {
    const client = await Client.to(gateway);
    for (let i = 0; i <= IN_FLIGHT; i += 1) {
      client.create({ model: 'sixteen', input: 'Hi', store: false, stream_id: `lane${i}` });
    }
    await until(() => gateway.requests('sixteen').length >= IN_FLIGHT, 'sixteen', 10_000);
    assert.equal(gateway.requests('sixteen').length, IN_FLIGHT);
    const ends = () => client.heard.filter(({ type }) => type === 'response.completed').length;
    await until(() => ends() === IN_FLIGHT + 1, 'all responses', 15_000);
    await client.close();
  });

  test(`${LANES_MAX} names, and no more`, async () => {
    const client = await Client.to(gateway);
    const call = { model: 'glm', generate: false, store: false };
    for (let i = 0; i < LANES_MAX; i += 1) client.create({ ...call, stream_id: `n${i}` });
    const ends = () => client.heard.filter(({ type }) => type === 'response.completed').length;
    await until(() => ends() === LANES_MAX, 'all responses', 10_000);
    const error = errorOf(await client.turn({ ...call, stream_id: 'one-too-many' }));
    assert.equal(error.code, 'websocket_stream_limit_reached');
    assert.equal(error.param, 'stream_id');
    assert.equal(client.heard.at(-1).stream_id, 'one-too-many');
    await client.respond({ ...call, stream_id: 'n7' });
    await client.respond(call);
    await client.close();
  });

  test('a response is continued in two lanes', async () => {
    const client = await Client.to(gateway);
    const call = { model: 'fork', store: false };
    const root = await client.respond({ ...call, input: 'Root', stream_id: 'main' });
    const next = { ...call, previous_response_id: root.id };
    const critic = await client.respond({ ...next, input: 'Left', stream_id: 'critic' });
    const main = await client.respond({ ...next, input: 'Right', stream_id: 'main' });
    await client.respond({ ...call, input: 'Leaf', previous_response_id: critic.id });
    assert.deepEqual(textsOf(messagesOf('fork')).filter((_, i) => i % 2 === 0),
      ['Root', 'Left', 'Leaf']);
    // Only the latest of each lane is known.
    const late = await client.turn({ ...next, input: 'Late' });
    assert.deepEqual(errorOf(late), notFound(root.id));
    await client.respond({ ...call, input: 'Leaf', previous_response_id: main.id });
    await client.close();
  });
});

describe('what is remembered', () => {
  test('a failed continuation evicts what it named', async () => {
    const client = await Client.to(gateway);
    const call = { model: 'bad', store: false };
    const one = await client.respond({ ...call, input: 'One' });
    const next = { ...call, input: 'Two', previous_response_id: one.id };
    assert.equal(errorOf(await client.turn(next)).status, 400);
    assert.deepEqual(errorOf(await client.turn(next)), notFound(one.id));
    await client.close();
  });

  test('another connection knows what was stored, and nothing else', async () => {
    const [first, second] = [await Client.to(gateway), await Client.to(gateway)];
    const call = { model: 'glm', input: 'Mine' };
    const kept = await first.respond(call);
    const lost = await first.respond({ ...call, store: false });
    const next = { model: 'glm', input: 'And now?', store: false };
    await sleep(WRITES);
    await second.respond({ ...next, previous_response_id: kept.id });
    assert.equal(textsOf(messagesOf('glm'))[0], 'Mine');
    assert.deepEqual(errorOf(await second.turn({ ...next, previous_response_id: lost.id })),
      notFound(lost.id));
    assert.deepEqual(errorOf(await second.turn({ ...next, previous_response_id: 'resp_abc' })),
      notFound('resp_abc'));
    await first.close();
    // What was stored goes on over HTTP; what was said behind it is not.
    const { status } = await gateway.post('/v1/responses', {
      ...next, previous_response_id: kept.id,
    });
    assert.equal(status, 200);
    await second.close();
  });

  test('nothing is left on disk when the client has gone', async () => {
    const secret = `xyzzy${Date.now()}`;
    const found = () => isOnDisk(disk, secret);
    const client = await Client.to(gateway);
    await client.respond({ model: 'glm', input: secret, store: false });
    await sleep(WRITES);
    const before = await found();
    assert.equal((await client.close()).code, 1000);
    assert.ok(before, 'it is looked for in the right place');
    const end = Date.now() + 5000;
    while (await found()) assert.ok(Date.now() < end, 'the rows are still there');
  });
});

describe('the end', () => {
  for (const route of ['stuck', 'stuck openai']) {
    test(`closing cancels, and ends the upstream's request, route ${route}`, async () => {
      const client = await Client.to(gateway);
      client.create({ model: route, input: 'Hi', stream_id: 'a' });
      client.create({ model: route, input: 'Ho', stream_id: 'b' });
      await until(() => client.heard.filter(({ type }) => type.endsWith('text.delta')).length >= 2,
        'both', 10_000);
      const under = gateway.requests(route);
      assert.ok(under.every(({ aborted }) => !aborted));
      await client.close();
      await until(() => under.every(({ aborted }) => aborted), 'the aborts');
    });
  }

  test('workerd is killed: what was stored goes on, the rest is lost', async () => {
    const own = await mkdtemp(join(tmpdir(), 'gateway-socket-'));
    const routes = { glm: [glm()] };
    const one = await startRoutes(routes, { store: own });
    const before = await Client.to(one);
    const kept = await before.respond({ model: 'glm', input: 'Kept' });
    const lost = await before.respond({ model: 'glm', input: 'Lost', store: false });
    await sleep(300);
    await one.stop();
    assert.equal((await before.closed).code, 1006);
    const two = await startRoutes(routes, { store: own });
    const later = await Client.to(two);
    const next = { model: 'glm', input: 'Next', store: false };
    await later.respond({ ...next, previous_response_id: kept.id });
    assert.equal(two.requests('glm').at(-1).body.messages[0].content, 'Kept');
    assert.deepEqual(errorOf(await later.turn({ ...next, previous_response_id: lost.id })),
      notFound(lost.id));
    await later.close();
    await two.stop();
    await rm(own, { recursive: true, force: true });
  });
});

describe('what takes its time', { concurrency: true }, () => {
  test('it outlasts the sleep of the object', async () => {
    const client = await Client.to(gateway);
    const one = await client.respond({ model: 'sleepy', input: 'Before', store: false });
    await sleep(12_000);
    await client.respond({
      model: 'sleepy', input: 'After', store: false, previous_response_id: one.id,
    });
    assert.deepEqual(textsOf(messagesOf('sleepy')).filter((_, i) => i !== 1), ['Before', 'After']);
    await client.close();
  });

  test('its time is over: an error and a close frame, but no response is cut', async () => {
    const short = await startRoutes({ slow: [glm('stall-after=text:2,for=1500')] }, {
      env: { WEBSOCKET_SECONDS: '1' },
    });
    const [idle, busy] = [await Client.to(short), await Client.to(short)];
    const events = busy.turn({ model: 'slow', input: 'Hi', stream_id: 'a' });
    const { code } = await idle.closed;
    assert.equal(code, 1001);
    assert.deepEqual(idle.heard, [{
      type: 'error',
      status: 400,
      error: {
        type: 'invalid_request_error',
        code: 'websocket_connection_limit_reached',
        message: 'Responses websocket connection limit reached (60 minutes). ' +
          'Create a new websocket connection to continue.',
        param: '',
      },
    }]);
    assert.equal((await events).at(-1).type, 'response.completed');
    assert.equal((await busy.closed).code, 1001);
    assert.equal(busy.heard.at(-1).error.code, 'websocket_connection_limit_reached');
    await short.stop();
  });
});

describe('what takes its room', () => {
  test('more than can be held at once: the client is to come back later', async () => {
    const client = await Client.to(gateway);
    const body = JSON.stringify({ type: 'response.create', model: 'stuck', input: 'Hi' });
    const large = body.replace('{', `{${' '.repeat(25_000_000)}`);
    for (let i = 0; i < 3; i += 1) client.raw(large);
    assert.equal((await client.closed).code, 1013);
  });

  test('what a killed workerd has left goes when its time is over', async () => {
    const own = await mkdtemp(join(tmpdir(), 'gateway-socket-'));
    const options = { store: own, env: { WEBSOCKET_SECONDS: '2' } };
    const one = await startRoutes({ glm: [glm()] }, options);
    const client = await Client.to(one);
    const secret = `xyzzy${Date.now()}`;
    await client.respond({ model: 'glm', input: secret, store: false });
    await sleep(300);
    await one.stop();
    assert.ok(await isOnDisk(own, secret));
    const two = await startRoutes({ glm: [glm()] }, options);
    const end = Date.now() + 15_000;
    while (await isOnDisk(own, secret)) {
      assert.ok(Date.now() < end, 'the rows are still there');
      await sleep(200);
    }
    await two.stop();
    await rm(own, { recursive: true, force: true });
  });
});

describe('clients', () => {
  test("the openai package's, with its default settings", async () => {
    const socket = new ResponsesWS(gateway.client);
    const events = socket.stream();
    const turn = async (body) => {
      socket.send({ type: 'response.create', model: 'glm', ...body });
      for (;;) {
        const { value } = await events.next();
        if (value.type === 'error') throw value.error;
        if (value.message?.type === 'response.completed') return value.message.response;
      }
    };
    const one = await turn({ input: 'One', stream_id: 'main' });
    const two = await turn({ input: 'Two', stream_id: 'main', previous_response_id: one.id });
    assert.equal(two.previous_response_id, one.id);
    const failed = await turn({ input: 'Two', previous_response_id: 'resp_abc' }).catch((e) => e);
    assert.match(failed.message, /Previous response with id 'resp_abc' not found\./);
    await events.return?.();
    socket.close();
  });

  const connects = () => execFileSync(PYTHON, ['-c',
    'import websockets; from openai.resources.responses.responses import Responses as R; '
    + 'print(hasattr(R, "connect"))'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const skipPython = noPython || (() => {
    try {
      return /True/.test(connects()) ? false : 'this openai package has no WebSocket';
    } catch {
      return 'the package websockets is not here';
    }
  })();
  test("Python's openai package", { skip: skipPython }, async () => {
    const script = `
import openai
client = openai.OpenAI(base_url="${gateway.url}/v1", api_key="${TOKEN}")
with client.responses.connect() as connection:
    previous = None
    for text in ["One", "Two"]:
        connection.response.create(model="glm", input=text, store=False,
                                   **({"previous_response_id": previous} if previous else {}))
        for event in connection:
            if event.type == "response.completed":
                previous = event.response.id
                print(event.response.output_text)
                break
`;
    const { status, output } = await runProgram(PYTHON, ['-c', script], {});
    assert.equal(status, 0, output);
    assert.match(output, /You said: One[^]*You said: Two/);
  });
});

test('each turn is a request in the log, in the usage and among the last requests', async () => {
  const client = await Client.to(gateway);
  await client.respond({ model: 'glm', input: 'Count me' });
  await client.turn({ model: 'nope', input: 'Hi' });
  await client.close();
  const lines = () => gateway.logs.join('').split('\n').filter((line) => line.includes('"MESSAGE"'))
    .map((line) => JSON.parse(line));
  await until(() => lines().some(({ model }) => model === 'nope'), 'the line');
  const { status, path, outcome } = lines().find(({ model }) => model === 'nope');
  assert.deepEqual([status, path, outcome], [404, '/v1/responses', 'failed']);
  const requests = await (await gateway.send('/v1/gateway/requests')).json();
  const methods = requests.requests.map(({ method }) => method);
  assert.ok(methods.filter((method) => method === 'MESSAGE').length >= 2, methods.join());
  const usage = await (await gateway.send('/v1/gateway/usage')).text();
  assert.match(usage, /"glm"/);
});
