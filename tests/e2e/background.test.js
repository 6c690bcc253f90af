// background.test.js -- responses that run in the background, and streams that can be resumed:
// polled, followed, resumed, cancelled, and what becomes of them when client or runtime go.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PYTHON, noPython, runProgram } from './program.js';
import { EXACT, conversationIn, glm, openai, rejection, startRoutes, until } from './client.js';
import { checkStream } from './schema.js';

const CLIENT = new URL('background_client.py', import.meta.url).pathname;
const compatible = (fault = '') => openai(fault, { api: 'chat' });
const QUOTA = 'every=1;openai=insufficient_quota';
const SLOW = 'stall-after=text:3,for=600';
const HANGS = 'stall-after=text:3';

const ROUTES = {
  glm: [glm()],
  openai: [openai()],
  compatible: [compatible()],
  failover: [openai(QUOTA), glm()],
  'openai then glm': [openai('every=2;openai=insufficient_quota'), glm()],
  'no quota': [openai(QUOTA)],
  'slow glm': [glm(SLOW)],
  'slow openai': [openai(SLOW)],
  'slow compatible': [compatible(SLOW)],
  'silent glm': [glm(HANGS)],
  'silent openai': [openai(HANGS)],
  'silent head': [glm('stall-head,for=1500;fail-first=1')],
  'cut openai': [openai('cut-after=text:3')],
  'cut glm': [glm('cut-after=text:3')],
  'short glm': [glm('finish=length')],
  'short openai': [openai('finish=length')],
};
const KINDS = ['glm', 'openai', 'compatible', 'failover'];
const SLOWLY = ['slow glm', 'slow openai', 'slow compatible'];
const HELD = ['silent glm', 'silent openai'];
const SHORT = ['short glm', 'short openai'];

let gateway;
let disk;
const start = async (options) => {
  const started = await startRoutes(ROUTES, {
    route: { ...EXACT, resumable: true }, store: disk, ...options,
  });
  return started;
};
before(async () => {
  disk = await mkdtemp(join(tmpdir(), 'gateway-background-'));
  gateway = await start();
});
after(async () => {
  await gateway?.stop();
  await rm(disk, { recursive: true, force: true });
});

const api = () => gateway.client.responses;
const begin = (model, more) => api().create({ model, input: 'Hi', background: true, ...more });
const isUnderWay = ({ status }) => status === 'queued' || status === 'in_progress';
const events = (text) => text.split('\n').filter((line) => line.startsWith('data: {'))
  .map((line) => JSON.parse(line.slice(6)));
const framesOf = (text) => text.split(/(?<=\n\n)/);
const read = (id, after, init) => (
  gateway.send(`/v1/responses/${id}?stream=true&starting_after=${after}`, init)
);

const replay = async (id, after) => (await read(id, after)).text();

// Every status that a response had until its end.
async function poll(one) {
  const seen = [one];
  while (isUnderWay(seen.at(-1))) {
    await sleep(20);
    seen.push(await api().retrieve(one.id));
  }
  return seen;
}

// POST on a socket of its own, left once |seen| is in what came; gives the response's id.
async function leave(body, seen) {
  const one = gateway.ask('/v1/responses', { input: 'Hi', stream: true, ...body });
  await until(() => one.text.includes(seen), seen);
  one.socket.resetAndDestroy();
  return { id: one.text.match(/"id":"(resp_\w+)"/)[1], text: one.text };
}

async function checkRefusal(response, status, expected) {
  const { error } = await response.json();
  assert.equal(response.status, status, error.message);
  for (const [key, value] of Object.entries(expected)) {
    if (value instanceof RegExp) assert.match(error[key], value);
    else assert.equal(error[key], value);
  }
}

describe('background: true', () => {
  for (const model of KINDS) {
    test(`is polled, route ${model}`, async () => {
      const one = await begin(model);
      assert.equal(one.status, 'queued');
      assert.equal(one.background, true);
      assert.deepEqual(one.output, []);
      const last = (await poll(one)).at(-1);
      assert.equal(last.status, 'completed');
      assert.deepEqual([last.id, last.background, last.store], [one.id, true, true]);
      assert.match(last.output_text, /^You said: Hi\./);
      assert.ok(last.usage.output_tokens > 0);
      assert.equal(last.created_at, one.created_at);
      const [{ body }] = gateway.requests(model).slice(-1);
      assert.deepEqual([body.background, body.stream], [undefined, true]);
    });

    test(`is a live stream that can be read again from every event, route ${model}`, async () => {
      const text = await gateway.stream({ model, input: 'Hi', background: true });
      const all = events(text);
      const [{ response }] = all.slice(-1);
      // Which model answers was not always known when it was queued.
      if (model === 'glm') checkStream(text.replace('queued', 'in_progress'));
      assert.deepEqual([response.status, response.background], ['completed', true]);
      assert.deepEqual(all.map(({ sequence_number: n }) => n), all.map((_, i) => i));
      assert.equal(all[0].response.status, 'queued');
      assert.ok(all.every((one) => !one.response || one.response.id === response.id));
      const frames = framesOf(text);
      const texts = await Promise.all(all.map((_, n) => replay(response.id, n)));
      texts.forEach((rest, n) => {
        assert.equal(rest, n === all.length - 1 ? '' : frames.slice(n + 1).join(''), `after ${n}`);
      });
      assert.equal(await replay(response.id, -1), text);
    });
  }

  for (const model of SLOWLY) {
    test(`is in progress for a while, and goes on without its client, route ${model}`, async () => {
      const [{ id }, polled] = await Promise.all([
        leave({ model, background: true }, 'output_text.delta'),
        begin(model).then(poll),
      ]);
      const statuses = new Set(polled.map(({ status }) => status));
      assert.deepEqual([...statuses], ['queued', 'in_progress', 'completed']);
      const last = (await poll(await api().retrieve(id))).at(-1);
      assert.equal(last.status, 'completed');
      assert.equal(last.output_text, polled.at(-1).output_text);
    });
  }

  test('may be large, in what it is asked and in what it says', async () => {
    // More than a row can hold, in the request and in each event that repeats it.
    const metadata = { long: 'Long. '.repeat(400_000) };
    const body = { model: 'glm', input: 'Hi', metadata, background: true };
    const text = await gateway.stream(body);
    const { id } = events(text)[0].response;
    const again = await replay(id, -1);
    assert.deepEqual([again.length, again === text], [text.length, true]);
    const whole = await api().retrieve(id);
    assert.deepEqual(whole.metadata, metadata);
    assert.deepEqual(whole.output, events(text).at(-1).response.output);
  });

  test('continues a conversation, and is continued', async () => {
    const one = await api().create({ model: 'glm', input: 'One' });
    const begun = await begin('glm', { input: 'Two', previous_response_id: one.id });
    const two = (await poll(begun)).at(-1);
    await api().create({ model: 'openai', input: 'Three', previous_response_id: two.id });
    const { input } = gateway.requests('openai').at(-1).body;
    const said = input.filter(({ role }) => role === 'user').map(({ content }) => (
      typeof content === 'string' ? content : content[0].text));
    assert.deepEqual(said, ['One', 'Two', 'Three']);
  });

  test('is continued natively where OpenAI made it, with its reasoning', async () => {
    const one = (await poll(await begin('openai', { reasoning: { effort: 'low' } }))).at(-1);
    assert.equal(one.output[0].type, 'reasoning');
    const body = { input: 'Two', previous_response_id: one.id };
    const text = await gateway.stream({ ...body, model: 'openai' });
    const ends = [
      await api().create({ ...body, model: 'openai' }),
      events(text).at(-1).response,
      (await poll(await begin('openai', body))).at(-1),
    ];
    for (const { previous_response_id: id } of ends) assert.equal(id, one.id);
    const sent = gateway.requests('openai').slice(-ends.length);
    assert.equal(new Set(sent.map(({ body: { previous_response_id: id } }) => id)).size, 1);
    for (const { body: { input, previous_response_id: id }, context } of sent) {
      assert.equal(input, 'Two');
      assert.match(id, /^resp_\w{48}$/);
      assert.ok(context.some(({ id: item }) => item === one.output[0].id));
    }
  });

  test('is continued with its context where its key is gone', async () => {
    const model = 'openai then glm';
    const one = (await poll(await begin(model))).at(-1);
    await api().create({ model, input: 'Two', previous_response_id: one.id });
    const [native, rebuilt] = gateway.requests(model).slice(-2);
    assert.match(native.body.previous_response_id, /^resp_\w{48}$/);
    assert.deepEqual(conversationIn(rebuilt).users, ['Hi', 'Two']);
    assert.deepEqual(conversationIn(rebuilt).assistants, [one.output_text]);
  });

  test('that fails says so', async () => {
    const last = (await poll(await begin('no quota'))).at(-1);
    assert.equal(last.status, 'failed');
    assert.equal(last.error.code, 'insufficient_quota');
    const body = { model: 'no quota', input: 'Hi', background: true };
    assert.deepEqual(events(await gateway.stream(body)).map(({ type }) => type),
      ['response.created', 'error', 'response.failed']);
    const cut = (await poll(await begin('cut openai'))).at(-1);
    assert.equal(cut.status, 'failed');
    assert.equal(cut.background, true);
  });

  for (const model of SHORT) {
    test(`that is cut by its limit is incomplete, route ${model}`, async () => {
      const body = { model, input: 'Hi', background: true };
      const live = events(await gateway.stream(body));
      const { response: { id } } = live[0];
      const last = live.at(-1);
      assert.equal(last.type, 'response.incomplete');
      const polled = (await poll(await begin(model))).at(-1);
      for (const one of [last.response, await api().retrieve(id), polled]) {
        assert.equal(one.status, 'incomplete');
        assert.deepEqual(one.incomplete_details, { reason: 'max_output_tokens' });
        assert.equal(one.background, true);
        assert.ok(one.usage.output_tokens > 0 && one.output.length > 0);
      }
      for (let after = -1; after < live.length; after += 1) {
        assert.deepEqual(events(await replay(id, after)), live.slice(after + 1));
      }
      await checkRefusal(await gateway.post(`/v1/responses/${id}/cancel`, ''), 400,
        { message: /finished/ });
      assert.equal((await gateway.send(`/v1/responses/${id}`, { method: 'DELETE' })).status, 200);
    });
  }

  test('is counted and logged once', async () => {
    const one = gateway.logs.length;
    await poll(await begin('glm', { metadata: { a: 'b' } }));
    await until(() => gateway.logs.slice(one).join('').includes('"method":"POST"'), 'the log');
    await sleep(50);
    const lines = gateway.logs.slice(one).join('').split('\n')
      .filter((line) => line.includes('"event":"request"') && line.includes('"POST"'));
    assert.equal(lines.length, 1);
    const { route, status, outcome, usage } = JSON.parse(lines[0].slice(lines[0].indexOf('{')));
    assert.deepEqual([route, status, outcome], ['glm', 200, 'answered']);
    assert.ok(usage.output > 0, lines[0]);
    const report = await (await gateway.send('/v1/gateway/requests?limit=3&route=glm')).json();
    const { id } = JSON.parse(lines[0].slice(lines[0].indexOf('{')));
    assert.equal(report.requests.filter((one) => one.id === id).length, 1);
    assert.equal(report.requests[0].id, id);
  });
});

describe('cancel', () => {
  for (const model of HELD) {
    test(`ends it, and its stream, route ${model}`, async () => {
      const stream = gateway.ask('/v1/responses', {
        model, input: 'Hi', background: true, stream: true,
      });
      await until(() => stream.text.includes('output_text.delta'), 'output');
      const id = stream.text.match(/"id":"(resp_\w+)"/)[1];
      assert.equal((await api().retrieve(id)).status, 'in_progress');
      await checkRefusal(await gateway.send(`/v1/responses/${id}`, { method: 'DELETE' }), 400,
        { code: 'response_in_progress' });
      const cancelled = await api().cancel(id);
      assert.deepEqual([cancelled.status, cancelled.output], ['cancelled', []]);
      await until(() => stream.text.includes('[DONE]'), 'its end');
      const [last] = events(stream.text).slice(-1);
      assert.equal(last.type, 'response.failed');
      assert.equal(last.response.status, 'cancelled');
      await until(() => gateway.requests(model).at(-1).closed, 'the end of the upstream request');
      assert.deepEqual(await api().cancel(id), cancelled);
      const { output_text: none, ...read } = await api().retrieve(id);
      assert.deepEqual([none, read], ['', { ...cancelled }]);
    });
  }

  test('of what has only begun', async () => {
    const one = await begin('silent glm');
    assert.equal((await api().cancel(one.id)).status, 'cancelled');
  });

  test('of what is finished, or was never in the background', async () => {
    const one = await begin('glm');
    await poll(one);
    const error = await rejection(api().cancel(one.id));
    assert.equal(error.status, 400);
    const { id } = await api().create({ model: 'glm', input: 'Hi' });
    const other = await rejection(api().cancel(id));
    assert.equal(other.status, 400);
    assert.match(other.message, /Cannot cancel a synchronous response\./);
  });
});

describe('continuing a response', () => {
  const goOn = (model, id, more) => gateway.post('/v1/responses', {
    model, input: 'Two', previous_response_id: id, ...more,
  });
  const checkUnknown = async (response, id) => checkRefusal(response, 400, {
    type: 'invalid_request_error', code: 'previous_response_not_found',
    param: 'previous_response_id', message: `Previous response with id '${id}' not found.`,
  });

  // Nobody can continue what is not said yet. The gateway waits for it a while.
  test('that is under way is not found', async () => {
    await Promise.all(HELD.flatMap((model) => ['glm', 'openai'].map(async (other) => {
      const { id } = await begin(model);
      await checkUnknown(await goOn(other, id, { stream: other === 'glm' }), id);
      assert.equal((await api().retrieve(id)).status, 'in_progress');
      await api().cancel(id);
    })));
  });

  test('that is unknown, or not stored, is refused at once', async () => {
    const { id } = await api().create({ model: 'glm', input: 'Hi', store: false });
    const tampered = `${id.slice(0, -1)}${id.endsWith('0') ? 1 : 0}`;
    for (const unknown of [id, tampered]) {
      for (const more of [{ background: true }, { stream: true }, {}]) {
        await checkUnknown(await goOn('glm', unknown, more), unknown);
      }
    }
  });

  const ENDS = {
    cancelled: async () => {
      const { id } = await begin('silent glm');
      return api().cancel(id);
    },
    failed: async () => (await poll(await begin('cut glm'))).at(-1),
    incomplete: async () => (await poll(await begin('short glm'))).at(-1),
    completed: async () => (await poll(await begin('glm'))).at(-1),
  };
  for (const [status, end] of Object.entries(ENDS)) {
    test(`that is ${status} has its input and its output, as far as it goes`, async () => {
      const one = await end();
      assert.equal(one.status, status);
      const text = one.output.filter(({ type }) => type === 'message')
        .map(({ content }) => content[0].text);
      assert.equal(text.length, status === 'cancelled' ? 0 : 1);
      for (const model of ['glm', 'openai']) {
        const response = await goOn(model, one.id);
        assert.equal(response.status, 200, await response.text());
        const { messages, input } = gateway.requests(model).at(-1).body;
        const said = (messages ?? input).map(({ content }) => (
          typeof content === 'string' ? content : content[0].text));
        assert.deepEqual(said, ['Hi', ...text, 'Two']);
      }
    });
  }
});

describe('what is refused', () => {
  test('background without a store', async () => {
    const body = { model: 'glm', input: 'Hi', background: true, store: false };
    await checkRefusal(await gateway.post('/v1/responses', body), 400,
      { code: 'unsupported_parameter', param: 'background' });
  });

  test('a stream of what was not made as one', async () => {
    const plain = await api().create({ model: 'glm', input: 'Hi' });
    await checkRefusal(await read(plain.id, 0), 400,
      { param: 'stream', message: /not created with background=true/ });
    const one = await begin('glm');
    await checkRefusal(await read(one.id, 0), 400,
      { param: 'stream', message: /not created with stream=true/ });
    await poll(one);
    await checkRefusal(await read(one.id, 0), 400, { param: 'stream' });
  });

  test('everything, after it was deleted', async () => {
    const text = await gateway.stream({ model: 'glm', input: 'Hi', background: true });
    const { id } = events(text)[0].response;
    assert.equal((await gateway.send(`/v1/responses/${id}`, { method: 'DELETE' })).status, 200);
    const all = [id, `${id}?stream=true`, `${id}/input_items`].map(async (path) => (
      assert.equal((await gateway.send(`/v1/responses/${path}`)).status, 404)));
    await Promise.all(all);
  });

  test('another token', async () => {
    const { id } = await begin('silent glm');
    const other = await start({ env: { PROXY_AUTH_TOKEN: 'another' } });
    try {
      const headers = { authorization: 'Bearer another' };
      for (const [path, method] of [[id, 'GET'], [`${id}?stream=true`, 'GET'], [id, 'DELETE'],
        [`${id}/cancel`, 'POST']]) {
        assert.equal((await other.send(`/v1/responses/${path}`, { method, headers })).status, 404);
      }
    } finally {
      await other.stop();
    }
    await api().cancel(id);
  });
});

describe('resumable: true', () => {
  for (const model of SLOWLY) {
    test(`a lost stream is read on, route ${model}`, async () => {
      const whole = await gateway.post('/v1/responses', { model, input: 'Hi', stream: true });
      assert.equal(whole.headers.get('x-gateway-attempts'), '1');
      const { id, text } = await leave({ model }, 'output_text.delta');
      const told = events(text.slice(0, text.lastIndexOf('\n\n')));
      assert.equal((await gateway.send(`/v1/responses/${id}`)).status, 404);
      const cancelled = await gateway.send(`/v1/responses/${id}/cancel`, { method: 'POST' });
      await checkRefusal(cancelled, 400, { message: 'Cannot cancel a synchronous response.' });
      const rest = await replay(id, told.length - 1);
      const all = [...told, ...events(rest)];
      assert.deepEqual(all.map(({ sequence_number: n }) => n), all.map((_, i) => i));
      const reference = events(await whole.text());
      assert.deepEqual(all.map(({ type }) => type), reference.map(({ type }) => type));
      assert.equal(all.at(-1).response.background, false);
      const stored = await api().retrieve(id);
      assert.deepEqual(stored.output, all.at(-1).response.output);
    });
  }

  test('a failure is the reply, as ever', async () => {
    const reply = await gateway.post('/v1/responses', {
      model: 'no quota', input: 'Hi', stream: true,
    });
    await checkRefusal(reply, 429, { code: 'insufficient_quota' });
    assert.equal(reply.headers.get('x-should-retry'), 'false');
  });

  test('only streams of the Responses API run in an object', async () => {
    const chat = await gateway.stream({
      model: 'glm', messages: [{ role: 'user', content: 'Hi' }],
    }, '/v1/chat/completions');
    assert.match(chat, /\[DONE\]/);
    const { id } = await api().create({ model: 'glm', input: 'Hi' });
    assert.match(id, /^resp_gw(?!00000000)/);
  });
});

describe('a store that fails', () => {
  test('background cannot be promised; a stream goes on as it is, and says so', async () => {
    const failing = await start({
      store: undefined,
      entry: `
        import { DurableObject } from 'cloudflare:workers';
        export { default, Store } from './worker.js';
        export class Conversation extends DurableObject {
          async run() { throw new Error('no quota'); }
        }`,
    });
    try {
      const body = { model: 'glm', input: 'Hi', background: true };
      await checkRefusal(await failing.post('/v1/responses', body), 503,
        { code: 'store_unavailable' });
      const streamed = { ...body, background: false, stream: true };
      const stream = await failing.post('/v1/responses', streamed);
      assert.equal(stream.status, 200);
      assert.equal(stream.headers.get('x-gateway-lossy'), 'store');
      assert.equal(events(await stream.text()).at(-1).type, 'response.completed');
    } finally {
      await failing.stop();
    }
  });
});

// The object is late before it carries out "begin", or after it; or following fails.
describe('a store that is slow', () => {
  const MODES = ['late', 'unheard', 'broken', 'late b', 'unheard b'];
  const entry = `
    import { Conversation as Real } from './worker.js';
    export { default, Store } from './worker.js';
    const late = () => new Promise((resolve) => { setTimeout(resolve, 6000); });
    export class Conversation extends Real {
      async run(lines) {
        const text = new TextDecoder().decode(lines);
        const mode = text.startsWith('begin ') && text.match(/.*"model": ?"([^"]*)"/)[1];
        if (!mode) return super.run(lines);
        if (mode.startsWith('late')) await late();
        const answer = await super.run(lines);
        if (mode.startsWith('unheard')) await late();
        this.breaks = mode === 'broken';
        return answer;
      }
      async follow(...args) {
        const response = await super.follow(...args);
        if (this.breaks) throw new Error('the object was reset');
        return response;
      }
    }`;

  test('a run is begun once at most, and a stream is delivered', async () => {
    const stalls = 'stall-after=text:3,for=300';
    const routes = Object.fromEntries(MODES.map((mode) => [mode, [glm(stalls)]]));
    const slow = await startRoutes(routes, { route: { ...EXACT, resumable: true }, entry });
    try {
      await Promise.all(MODES.map(async (model) => {
        const background = model.endsWith(' b');
        const body = { model, input: 'Hi', stream: !background, background };
        const reply = await slow.post('/v1/responses', body);
        if (background) {
          await checkRefusal(reply, 503, { code: 'store_unavailable' });
          return;
        }
        assert.equal(reply.headers.get('x-gateway-lossy'), 'store', model);
        assert.equal(events(await reply.text()).at(-1).type, 'response.completed');
      }));
      await sleep(2000);
      const asked = MODES.map((model) => slow.requests(model).length);
      // What was begun before following broke is cancelled, and what nobody heard of, too.
      assert.deepEqual(asked, [1, 1, 2, 0, 1]);
      const [first] = slow.requests('broken');
      assert.ok(first.closed);
    } finally {
      await slow.stop();
    }
  });
});

describe('a kill of the runtime', () => {
  test('what had no output is made again, what had ends as failed', async () => {
    const held = await begin('silent head');
    const left = { model: 'silent glm', background: true };
    const { id, text } = await leave(left, 'output_text.delta');
    const resumed = await leave({ model: 'silent openai' }, 'output_text.delta');
    const done = await gateway.stream({ model: 'openai', input: 'Hi', background: true });
    await until(() => gateway.requests('silent head').length === 1, 'the request');
    await gateway.stop();
    gateway = await start();
    const again = (await poll(await api().retrieve(held.id))).at(-1);
    assert.equal(again.status, 'completed');
    const broken = (await poll(await api().retrieve(id))).at(-1);
    assert.equal(broken.status, 'failed');
    assert.equal(broken.error.code, 'interrupted');
    const told = events(text).length;
    const rest = events(await replay(id, told - 1));
    assert.deepEqual(rest.slice(-2).map(({ type }) => type), ['error', 'response.failed']);
    assert.ok(rest[0].sequence_number >= told);
    const other = events(await replay(resumed.id, 1));
    assert.equal(other.at(-1).type, 'response.failed');
    assert.equal(other.at(-1).response.id, resumed.id);
    const finished = events(done).at(-1).response;
    assert.equal(await replay(finished.id, -1), done);
  });
});

describe('the clients themselves', () => {
  for (const model of ['slow glm', 'slow openai']) {
    test(`openai (npm): stream, break off, resume, route ${model}`, async () => {
      const stream = await begin(model, { stream: true });
      let id;
      let cursor;
      let said = '';
      for await (const event of stream) {
        id ??= event.response?.id;
        cursor = event.sequence_number;
        if (event.type === 'response.output_text.delta') said += event.delta;
        if (said) break;
      }
      const resumed = await api().retrieve(id, { stream: true, starting_after: cursor });
      let last;
      for await (const event of resumed) {
        assert.equal(event.sequence_number, cursor += 1);
        if (event.type === 'response.output_text.delta') said += event.delta;
        last = event;
      }
      assert.equal(last.type, 'response.completed');
      assert.equal(last.response.output.at(-1).content[0].text, said);
    });
  }

  test('openai (Python)', { skip: noPython }, async () => {
    const { PATH } = process.env;
    const { status, output } = await runProgram(PYTHON, [CLIENT], {
      env: {
        PATH,
        OPENAI_BASE_URL: `${gateway.url}/v1`,
        OPENAI_API_KEY: gateway.token,
        ROUTES: 'slow openai,slow glm,failover',
        HELD: 'silent glm',
      },
    });
    assert.equal(status, 0, output);
    assert.match(output, /^Ran [1-9]\d* tests/m);
  });
});
