// objects.test.js -- the objects that keep conversations: expiry, caps, large turns, and what a
// turn costs.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { glm, openai, startRoutes } from './client.js';

// An object is asked by POST /object/NAME; its calls and the rows that they read and write are
// counted, and GET /cost tells of them.
const entry = `
  import worker, { Conversation as Real, Store as RealStore } from './worker.js';
  let calls = 0;
  let bytes = 0; // of the turns that were written
  let cursors = [];
  function counted(context) {
    const { sql } = context.storage;
    const exec = sql.exec.bind(sql);
    sql.exec = (...args) => {
      const cursor = exec(...args);
      cursors.push(cursor);
      return cursor;
    };
    return context;
  }
  export class Conversation extends Real {
    constructor(context, env) { super(counted(context), env); }
    run(lines) {
      calls += 1;
      if (new TextDecoder().decode(lines.subarray(0, 5)) === 'turn ') bytes += lines.length;
      return super.run(lines);
    }
    report(...args) { calls += 1; return super.report(...args); }
  }
  export class Store extends RealStore {
    constructor(context, env) { super(counted(context), env); }
    run(lines) { if (/(^|\\n)(set|get) r\\//.test(lines)) calls += 1; return super.run(lines); }
  }
  export default {
    async fetch(request, env, context) {
      const { pathname } = new URL(request.url);
      const [, kind, name] = pathname.split('/');
      if (kind === 'object') {
        const lines = new Uint8Array(await request.arrayBuffer());
        return new Response(await env.CONVERSATIONS.getByName(name).run(lines));
      }
      if (kind !== 'cost') return worker.fetch(request, env, context);
      const sum = (key) => cursors.reduce((n, cursor) => n + cursor[key], 0);
      const cost = { calls, bytes, read: sum('rowsRead'), written: sum('rowsWritten') };
      calls = bytes = 0;
      cursors = [];
      return Response.json(cost);
    },
  };`;

let gateway;
before(async () => {
  gateway = await startRoutes({ glm: [glm()], openai: [openai()] }, { entry });
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
  const take = async (model, stream) => {
    const costs = [];
    let last;
    await cost();
    for (let n = 1; n <= 4; n += 1) {
      const made = await gateway.client.responses.create({
        model, input: `Turn ${n}`, stream, ...(last && { previous_response_id: last }),
      });
      if (stream) for await (const { response } of made) last = response?.id ?? last;
      else last = made.id;
      await sleep(300);
      costs.push(await cost());
    }
    return costs;
  };
  const EXPECTED = {
    glm: { calls: 2, written: 1 }, // load the chain, write the turn
    openai: { calls: 3, written: 3 }, // look the id up, write the turn, and its ids
  };
  for (const [model, { calls, written }] of Object.entries(EXPECTED)) {
    for (const stream of [false, true]) {
      test(`${model}, stream: ${stream}`, async () => {
        const [first, ...later] = await take(model, stream);
        assert.ok(first.calls <= 3 && first.written <= 9, JSON.stringify(first));
        for (const one of later) {
          assert.equal(one.calls, calls, JSON.stringify(one));
          assert.equal(one.written, written, JSON.stringify(one));
          assert.ok(one.bytes > 0 && one.bytes < 3000, JSON.stringify(one));
        }
      });
    }
  }
});
