// objects.test.js -- the objects that keep conversations: expiry, caps, large turns, and what a
// turn costs.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { glm, openai, startRoutes } from './client.js';
import { Client } from './socket_client.js';

// An object is asked by POST /object/NAME; its calls (alarms are calls, too) and the rows that they
// read and write are counted (an alarm that is set is a row, too), and GET /cost tells of them.
const entry = `
  import worker, {
    Conversation as RealConversation, Socket as RealSocket, Store as RealStore,
  } from './worker.js';
  let calls = 0;
  let messages = 0; // on WebSockets
  let alarms = 0; // that were set
  let bytes = 0; // of the turns that were written
  let cursors = [];
  function counted({ storage }, counts = () => true) {
    const exec = storage.sql.exec.bind(storage.sql);
    const setAlarm = storage.setAlarm.bind(storage);
    storage.sql.exec = (...args) => {
      const cursor = exec(...args);
      if (counts()) cursors.push(cursor);
      return cursor;
    };
    storage.setAlarm = (...args) => {
      alarms += 1;
      return setAlarm(...args);
    };
  }
  // Of the store of all isolates only what concerns the ids of responses.
  const ofIds = (lines) => /(^|\\n)(set|get) r\\//.test(lines);
  const around = (all, counts) => ({
    idFromName: (name) => all.idFromName(name),
    getByName: (name) => {
      const stub = all.getByName(name);
      return {
        run(lines) { calls += counts(lines); return stub.run(lines); },
        follow(...args) { calls += 1; return stub.follow(...args); },
        report(...args) { calls += 1; return stub.report(...args); },
        wipe(...args) { calls += 1; return stub.wipe(...args); },
      };
    },
  });
  const counting = (env) => ({
    ...env,
    STORE: around(env.STORE, ofIds),
    CONVERSATIONS: around(env.CONVERSATIONS, () => true),
  });
  export class Conversation extends RealConversation {
    constructor(context, env) { counted(context); super(context, counting(env)); }
    run(lines) {
      if (new TextDecoder().decode(lines.subarray(0, 5)) === 'turn ') bytes += lines.length;
      return super.run(lines);
    }
    alarm() { calls += 1; return super.alarm(); }
    // What an alarm does when |later| ms have passed; the runs that are left, and the next alarm.
    async ring(later) {
      const { now } = Date;
      Date.now = () => now() + later;
      await super.alarm();
      Date.now = now;
      const due = await this.ctx.storage.getAlarm();
      const rows = (query) => [...this.ctx.storage.sql.exec(query)].length;
      const isThere = rows("SELECT 1 FROM sqlite_master WHERE name = 'runs'");
      return { in: due && due - now(), runs: isThere && rows('SELECT node FROM runs') };
    }
  }
  export class Socket extends RealSocket {
    constructor(context, env) { counted(context); super(context, counting(env)); }
    webSocketMessage(...args) { messages += 1; return super.webSocketMessage(...args); }
  }
  export class Store extends RealStore {
    constructor(context, env) {
      const now = { lines: '' };
      counted(context, () => ofIds(now.lines));
      super(context, env);
      this.now = now;
    }
    run(lines) { this.now.lines = lines; return super.run(lines); }
  }
  export default {
    async fetch(request, env, context) {
      const { pathname } = new URL(request.url);
      const [, kind, name, later] = pathname.split('/');
      if (kind === 'ring') {
        return Response.json(await env.CONVERSATIONS.getByName(name).ring(Number(later)));
      }
      if (kind === 'object') {
        const lines = new Uint8Array(await request.arrayBuffer());
        return new Response(await env.CONVERSATIONS.getByName(name).run(lines));
      }
      if (kind !== 'cost') return worker.fetch(request, counting(env), context);
      const sum = (key) => cursors.reduce((n, cursor) => n + cursor[key], 0);
      const written = sum('rowsWritten') + alarms;
      const cost = { calls, messages, bytes, read: sum('rowsRead'), written };
      calls = messages = alarms = bytes = 0;
      cursors = [];
      return Response.json(cost);
    },
  };`;

let gateway;
before(async () => {
  gateway = await startRoutes({ glm: [glm()], openai: [openai()], resumable: [glm()] }, {
    entry, route: (name) => ({ resumable: name === 'resumable' }),
  });
});
after(() => gateway?.stop());

const HOUR = 3600 * 1000;
const node = (n) => n.toString(16).padStart(16, '0');
async function run(name, ...lines) {
  const body = lines.map((line) => `${line}\n`).join('');
  const response = await fetch(`${gateway.url}/object/${name}`, { method: 'POST', body });
  assert.equal(response.status, 200, await (response.ok ? '' : response.text()));
  return (await response.text()).split('\n').filter(Boolean);
}
const turn = (n, { previous, ms = HOUR, text = `turn ${n}` } = {}) => (
  `turn ${node(n)} ${previous ? node(previous) : '-'} ${Date.now() + ms} ${text}`
);
const nodesOf = (lines) => lines.map((line) => parseInt(line.split(' ')[0], 16));
const limit = (name, max = 1e9, all = 1e9) => `limit ${max} ${all} ${name}`;

describe('time', () => {
  test('turns go when theirs is over, and the chain that needs them is gone', async () => {
    const meta = `turn meta - ${Date.now() + 1000} {}`;
    await run('aging', meta, turn(1, { ms: 1000 }), turn(2, { previous: 1 }), limit('aging'));
    assert.equal((await run('aging', `chain ${node(2)} 0`)).length, 2);
    await sleep(2500);
    assert.deepEqual(nodesOf(await run('aging', 'all')), [2]);
    assert.deepEqual(await run('aging', `chain ${node(2)} 0`), []);
    // What a conversation says of itself stays as long as it has turns.
    assert.deepEqual(await run('aging', 'read meta 0'), ['meta - {}']);
  });

  test('with the last of them the object is empty', async () => {
    await run('old', `turn meta - ${Date.now() + 500} {}`, turn(1, { ms: 500 }), limit('old'));
    await sleep(2000);
    assert.deepEqual(await run('old', 'all', 'read meta 0'), []);
  });

  test('a turn that is written again keeps its time', async () => {
    await run('again', turn(1, { ms: 1500 }), limit('again'));
    await run('again', `turn ${node(1)} - 0 other`);
    assert.deepEqual(await run('again', 'all'), [`${node(1)} - other`]);
    await sleep(3000);
    assert.deepEqual(await run('again', 'all'), []);
  });
});

// "begin" stores a request that nobody follows.
describe('a run that is not followed', () => {
  const MINUTE = 60_000;
  const begin = (n) => `begin ${node(n)} r ${Date.now() + 5000} 3 RUN{}`;
  const ring = async (name, later) => (await fetch(`${gateway.url}/ring/${name}/${later}`)).json();

  for (const [name, ...before] of [['unfollowed'], ['unfollowed later', turn(1)]]) {
    test(`is forgotten after a minute, whatever else rings: ${name}`, async () => {
      if (before.length) await run(name, ...before, limit(name));
      await run(name, begin(2));
      const kept = await ring(name, 0);
      assert.equal(kept.runs, 1);
      assert.ok(kept.in > MINUTE - 5000 && kept.in <= MINUTE, `in ${kept.in} ms`);
      const gone = await ring(name, MINUTE);
      assert.equal(gone.runs, 0);
      assert.equal(gone.in > MINUTE, before.length > 0);
    });
  }
});

describe('size', () => {
  test('of one object: the oldest turns go, the conversation stays', async () => {
    const text = 'x'.repeat(1000);
    await run('one', `turn meta - ${Date.now() + HOUR} {}`);
    for (let n = 1; n <= 6; n += 1) await run('one', turn(n, { text }), limit('one', 3100));
    assert.deepEqual(nodesOf(await run('one', 'all')), [4, 5, 6]);
    assert.deepEqual(await run('one', 'read meta 0'), ['meta - {}']);
  });

  test('of all: the objects that grew longest ago go first', async () => {
    const text = 'x'.repeat(400_000);
    for (const name of ['first', 'second', 'third', 'fourth']) {
      await run(name, turn(1, { text }), limit(name, 1e9, 1_000_000));
      await sleep(5);
    }
    const left = [];
    for (const name of ['first', 'second', 'third', 'fourth']) {
      if ((await run(name, 'all')).length) left.push(name);
    }
    assert.deepEqual(left, ['third', 'fourth']);
    // What is deleted makes room at once.
    await run('fourth', 'wipe');
    await run('fifth', turn(1, { text }), limit('fifth', 1e9, 1_000_000));
    assert.equal((await run('third', 'all')).length, 1);
  });

  test('turns of more than a row hold', async () => {
    const text = Array.from({ length: 700_000 }, (_, i) => i).join(' '); // 4.8 MB
    await run('large', turn(1, { text }), turn(2, { previous: 1 }), limit('large'));
    const chain = await run('large', `chain ${node(2)} 0`);
    assert.equal(chain[0], `${node(1)} - ${text}`);
    assert.equal(chain.length, 2);
    assert.deepEqual(await run('large', `drop ${node(1)}`), [node(1)]);
    assert.deepEqual(nodesOf(await run('large', 'all')), [2]);
  });

  test('a request of 3 MB is stored, listed and continued', async () => {
    const input = 'The words. '.repeat(270_000);
    const one = await gateway.client.responses.create({ model: 'openai', input });
    const { data } = await gateway.client.responses.inputItems.list(one.id);
    assert.equal(data[0].content[0].text, input);
    const { id } = await gateway.client.conversations.create({});
    await gateway.client.responses.create({ model: 'openai', input, conversation: id });
    await gateway.client.responses.create({ model: 'openai', input: 'And?', conversation: id });
    const { body } = gateway.requests('openai').at(-1);
    assert.equal(body.input[0].content[0].text, input);
  });
});

// Calls of objects, and rows, of one turn; the first one also makes the tables and sets the alarm.
describe('what a turn costs', () => {
  const cost = async () => (await fetch(`${gateway.url}/cost`)).json();
  const create = (body) => gateway.client.responses.create(body);
  const lastOf = async (stream) => {
    let id;
    for await (const { response } of stream) id = response?.id ?? id;
    return id;
  };
  const KINDS = {
    whole: async (body) => (await create(body)).id,
    stream: async (body) => lastOf(await create({ ...body, stream: true })),
    background: async (body) => {
      const { id } = await create({ ...body, background: true });
      await sleep(300);
      assert.equal((await gateway.client.responses.retrieve(id)).status, 'completed');
      return id;
    },
  };
  const take = async (kind, model) => {
    const costs = [];
    let last;
    await cost();
    for (let n = 1; n <= 4; n += 1) {
      const more = last && { previous_response_id: last };
      last = await KINDS[kind]({ model, input: `Turn ${n}`, ...more });
      await sleep(300);
      costs.push(await cost());
    }
    return costs;
  };
  const EXPECTED = [
    // load the chain, write the turn
    [{ calls: 2, written: 1 }, 'glm', 'whole', 'stream'],
    // look the id up, write the turn, and its ids
    [{ calls: 3, written: 3 }, 'openai', 'whole', 'stream'],
    // hand it over, the alarm, read it once; the run and its request, written and deleted, the
    // turn, and two alarms
    [{ calls: 3, written: 7 }, 'glm', 'background'],
    // hand it over, follow it, the alarm; the run as followed, an alarm more, and a row or two of
    // events
    [{ calls: 3, written: 10, more: 1 }, 'resumable', 'stream'],
  ];
  for (const [{ more = 0, ...expected }, model, ...kinds] of EXPECTED) {
    for (const kind of kinds) {
      test(`${model}, ${kind}`, async (t) => {
        const [first, ...later] = await take(kind, model);
        t.diagnostic(JSON.stringify([first, later[0]]));
        assert.ok(first.calls <= 4 && first.written <= 16, JSON.stringify(first));
        for (const { calls, written, bytes } of later) {
          const spared = Math.min(more, Math.max(0, written - expected.written));
          assert.deepEqual({ calls, written: written - spared }, expected);
          assert.ok(bytes > 0 && bytes < 3000, bytes);
        }
      });
    }
  }

  // What only the connection's own object keeps, and what is stored as well.
  for (const [store, expected] of [
    [false, { calls: 0, messages: 1, written: 2 }],
    [true, { calls: 1, messages: 1, written: 3 }],
  ]) {
    test(`a WebSocket, store: ${store}`, async (t) => {
      const client = await Client.to(gateway);
      let last;
      for (let n = 1; n <= 3; n += 1) {
        await cost();
        const more = last && { previous_response_id: last };
        const body = { model: 'glm', input: `Turn ${n}`, store, ...more };
        last = (await client.respond(body)).id;
        await sleep(300);
        const { calls, messages, written, bytes } = await cost();
        if (n === 2) t.diagnostic(JSON.stringify({ calls, messages, written, bytes }));
        if (n > 1) assert.deepEqual({ calls, messages, written }, expected);
      }
      await client.close();
    });
  }
});
