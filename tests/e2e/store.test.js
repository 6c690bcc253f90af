// store.test.js -- what outlives a request: the store, seals and flushes, in the real runtime.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './client.js';
import { bundleModules } from './harness.js';
import { storedRows } from './sqlite.js';
import { startWorkerd } from './workerd.js';

const AT_ONCE = 16; // exchanges that the stand-in holds
const MIB = 1024 * 1024;
const standIn = new URL('../../build/stand-in.wasm', import.meta.url);
const page = new URL('../../build/console.html', import.meta.url);
const env = { PROXY_AUTH_TOKEN: 'a token' };
const started = [];
let disk;
let worker;

before(async () => {
  disk = await mkdtemp(join(tmpdir(), 'gateway-store-'));
  worker = await start({ disk, isolates: 2 });
});

after(async () => {
  await Promise.all(started.map((one) => one.stop()));
  await rm(disk, { recursive: true, force: true });
});

async function start(options, store) {
  const modules = await bundleModules();
  const name = Object.keys(modules).find((one) => one.endsWith('.wasm'));
  modules[name].content = await readFile(standIn);
  const entry = store && { 'entry.js': { type: 'esModule', content: store } };
  const one = await startWorkerd({ modules: { ...entry, ...modules }, env, ...options });
  started.push(one);
  return one;
}

// Start with a store that does |what| when it is asked.
const startWith = (what) => start({ disk }, `
  import { DurableObject } from 'cloudflare:workers';
  export { default } from './worker.js';
  export class Store extends DurableObject {
    async run(lines) { ${what} }
  }`);

async function ask(script, body, url = worker.url) {
  const answer = await fetch(url, { method: 'POST', headers: { 'x-script': script }, body });
  if (answer.status !== 200) throw new Error(`status ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer()).toString();
}

const run = (lines, url) => ask('body, load 5000, reply 200', lines, url);
const outcome = (script, body, url) => ask(`body, ${script}, start, say`, body, url);

test('texts are set, got by prefix in the order of their bytes, and forgotten', async () => {
  const texts = 'set t/b two words\nset t/a {"a": "b c"}\nset t/é  x \nset t/Z 路\nset u 1\n';
  assert.equal(await run(texts), '');
  const [z, a, b, e] = ['t/Z 路\n', 't/a {"a": "b c"}\n', 't/b two words\n', 't/é  x \n'];
  assert.equal(await run('get t/'), z + a + b + e);
  assert.equal(await run('get t/b\nget nothing\nget t/a\n'), b + a);
  assert.equal(await run('set t/a\nset t/Z \nset t/b 2\nget t/'), 't/b 2\nt/é  x \n');
});

test('a prefix is bytes, not a pattern', async () => {
  await run('set p% 1\nset p_ 2\nset p* 3\nset px 4\nset p 5\nset q 6\nset o\u{10FFFF} 7');
  assert.equal(await run('get p%\nget p_\nget p*'), 'p% 1\np_ 2\np* 3\n');
  assert.equal(await run('get p'), 'p 5\np% 1\np* 3\np_ 2\npx 4\n');
  assert.match(await run('get '), /^o.*\np 5\n.*\nq 6\n/s);
});

test('a text is raised, never lowered', async () => {
  const now = 1700000000000;
  await run(`raise r/a ${now} 1 0\nraise r/a ${now - 1} 2 0`);
  assert.equal(await run('get r/'), `r/a ${now} 1 0\n`);
  assert.equal(await run(`raise r/a ${now} 3 0\nget r/`), `r/a ${now} 3 0\n`);
  assert.equal(await run(`raise r/a 1${now} 4\nget r/`), `r/a 1${now} 4\n`);
  assert.equal(await run('set r/a 5\nraise r/a 6\nraise r/a\nget r/'), 'r/a 6\n');
});

test('texts that begin with a lower number are dropped', async () => {
  await run('set n/9 9 x\nset n/10 10\nset n/11 11 1 2\nset n/big 1700000000000 1\nset n/word ten\n'
    + 'set n/minus -5\nset m/1 1\nset o/1 1');
  const rest = 'n/big 1700000000000 1\nn/minus -5\nn/word ten\n';
  assert.equal(await run('drop n/ 10\nget n/'), `n/10 10\nn/11 11 1 2\n${rest}`);
  assert.equal(await run('drop n/ 1699999999999\nget n/'), rest);
  await run('drop n/\ndrop n/ x\ndrop n/ 1e99\ndrop n/ -1\ndrop');
  assert.equal(await run('get n/\nget m/\nget o/'), `${rest}m/1 1\no/1 1\n`);
});

test('the last texts are read backwards from a key; older ones are forgotten', async () => {
  await run('set l/1 a\nset l/2 b\nset l/3 c\nset l/4 d\nset z/1 x');
  assert.equal(await run('last l/ l/~ 1000'), 'l/4 d\nl/3 c\nl/2 b\nl/1 a\n');
  assert.equal(await run('last l/ l/3 1000'), 'l/3 c\nl/2 b\nl/1 a\n');
  assert.equal(await run('last l/ l/~ 7'), 'l/4 d\nl/3 c\n', 'to a size');
  assert.equal(await run('last l/ z/1 1000'), 'l/4 d\nl/3 c\nl/2 b\nl/1 a\n', 'of l/ alone');
  await run('keep l/ 5\nkeep l/ x\nkeep l/');
  assert.equal(await run('get l/'), 'l/1 a\nl/2 b\nl/3 c\nl/4 d\n');
  await run('keep l/ 2');
  assert.equal(await run('get l/\nget z/'), 'l/3 c\nl/4 d\nz/1 x\n');
});

test('counters are added up, and rows are cut', async () => {
  await run('add c/1 1 2 3\nadd c/1 10 20\nadd c/2 0 0 0 5\nadd c/2 1\nadd d/1 -7\nadd d/1 3');
  assert.equal(await run('sum c/\nsum d'), 'c/1 11 22 3\nc/2 1 0 0 5\nd/1 -4\n');
  await run('add c/1 999999999999999\nadd c/1 999999999999999');
  assert.equal(await run('sum c/1'), 'c/1 2000000000000009 22 3\n');
  await run('set c/0 a text\nadd c/3 1\nadd c 1\ncut c/ c/2');
  assert.equal(await run('sum c\nget c/'), 'c 1\nc/2 1 0 0 5\nc/3 1\nc/0 a text\n');
  await run('cut c/ b');
  assert.equal(await run('sum c/'), 'c/2 1 0 0 5\nc/3 1\n');
  await run('cut c/ zzz');
  assert.equal(await run('sum c\nsum d'), 'c 1\nd/1 -4\n');
});

test('lines that make no sense are ignored', async () => {
  await run('set ok 1\n\nset\nset  x\nfly ok 2\nSET ok 3\nadd n x\nadd n 1 1.5\nadd n\nadd n 1  2\n'
    + `add n ${'1 '.repeat(64)}1\nadd n 1e3\nadd n 1000000000000000\ncut\n get ok\nget`);
  assert.equal(await run('get ok\nsum n'), 'ok 1\n');
});

test('what is too large is not kept, what is just small enough is', async () => {
  const large = 'é'.repeat(MIB / 2);
  await run(`set large ${large}é\nset ${'k'.repeat(1025)} 1\nset beside 1`);
  assert.equal(await run('get large\nget kkk\nget beside'), 'beside 1\n');
  await run(`set large ${large}`);
  assert.equal(await run('get large'), `large ${large}\n`);
  const many = Array.from({ length: 10 }, (_, i) => `set many${i} ${large}\n`).join('');
  await run(many);
  assert.equal((await run('get many')).split('\n').length - 1, 10);
  await run(many.replaceAll(large, ''));
  assert.equal(await run('get many'), '');
});

test('all isolates share one store', async () => {
  await run('set shared by one', worker.urls[0]);
  assert.equal(await run('get shared', worker.urls[1]), 'shared by one\n');
});

test('adds from everywhere at once sum up', async () => {
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(worker.urls.flatMap((url) => (
      Array.from({ length: AT_ONCE }, (_, i) => run(`add all 1 ${i}`, url))
    )));
  }
  assert.equal(await run('sum all'), `all ${5 * 2 * 16} ${5 * 2 * 120}\n`);
});

test('SAVE is carried out though nobody waits for it', async () => {
  assert.equal(await ask('body, save, reply 200', 'set saved 1'), 'set saved 1');
  await sleep(100);
  assert.equal(await run('get saved'), 'saved 1\n');
});

test('what was stored is there after a kill, and counters that were read', async () => {
  await run('set durable 1\nadd durable 1 2\nadd durable 1 2\nsum durable\nadd durable 5 5');
  await worker.stop();
  worker = await start({ disk, isolates: 2 });
  for (const url of worker.urls) {
    assert.equal(await run('get durable\nsum durable', url), 'durable 1\ndurable 2 4\n');
  }
});

test('many counters are written at once', async () => {
  const own = await mkdtemp(join(tmpdir(), 'gateway-counters-'));
  const one = await start({ disk: own });
  const lines = Array.from({ length: 1001 }, (_, i) => `add many/${i} 1`);
  await run(lines.slice(0, 1000).join('\n'), one.url);
  assert.deepEqual(storedRows(own, 'counters'), []);
  await run(lines.at(-1), one.url);
  assert.equal(storedRows(own, 'counters').length, 1001);
  await rm(own, { recursive: true });
});

test('counters are written together, half a minute after the first', async () => {
  const own = await mkdtemp(join(tmpdir(), 'gateway-counters-'));
  const one = await start({ disk: own });
  await run('add later 1', one.url);
  await run('add later 1', one.url);
  assert.deepEqual(storedRows(own, 'counters'), []);
  await until(() => storedRows(own, 'counters').length > 0, 'the counters are written', 40_000);
  assert.deepEqual(storedRows(own, 'counters'), [{ key: 'later', value: '2' }]);
  await rm(own, { recursive: true });
});

test('the module is told whether there is a store, again after a trap', async () => {
  const count = () => worker.logs.join('').split('\nconfigured, with a store').length - 1;
  await run('get durable');
  await sleep(50);
  const had = count();
  await assert.rejects(ask('trap'));
  await run('get durable');
  await sleep(50);
  assert.equal(count(), had + 1);
});

test('without a store, LOAD fails and SAVE does no harm', async () => {
  const alone = await start({});
  assert.equal(await outcome('load 1000', 'get x', alone.url), 'FAILED');
  assert.equal(await outcome('save', 'get x', alone.url), 'END');
  assert.equal(await ask('seal, unseal, start, say', '', alone.url), 'STORED');
  await sleep(50);
  assert.match(alone.logs.join(''), /^configured$/m);
});

test('a store that throws is FAILED, and said once', async () => {
  const failing = await startWith(`throw new Error('no quota');`);
  for (let i = 0; i < 3; i += 1) {
    assert.equal(await outcome('load 1000', 'get x', failing.url), 'FAILED');
    assert.match(await run('get x', failing.url), /no quota/);
    assert.equal(await outcome('save', 'set x y', failing.url), 'END');
  }
  await sleep(100);
  assert.equal(failing.logs.join('').match(/the store did not save: Error: no quota/g).length, 1);
});

test('a store that dies is FAILED, and lives again', async () => {
  const dying = await startWith(`
    if (lines === 'die') this.ctx.abort('dead');
    return 'alive';`);
  assert.equal(await run('live', dying.url), 'alive');
  assert.equal(await outcome('load 1000', 'die', dying.url), 'FAILED');
  assert.equal(await run('live', dying.url), 'alive');
});

test('a store that is late is FAILED in time', async () => {
  const late = await startWith(`
    await new Promise((resolve) => { setTimeout(resolve, Number(lines)); });
    return 'here';`);
  const begun = Date.now();
  assert.equal(await outcome('load 200', '5000', late.url), 'FAILED');
  assert.ok(Date.now() - begun < 1000);
  assert.equal(await run('50', late.url), 'here');
  assert.equal(await ask('body, load 100, load 1000, start, say', '300', late.url), 'STORED');
});

test('what was sealed is unsealed', async () => {
  const texts = ['', 'a', '思考 🤔', 'é'.repeat(300_000)];
  for (const text of texts) {
    const sealed = await ask('body, seal, reply 200', text);
    assert.match(sealed, /^[A-Za-z0-9_-]+$/);
    assert.equal(await ask('body, unseal, reply 200', sealed, worker.urls[1]), text);
  }
  const twice = await Promise.all([1, 2].map(() => ask('body, seal, reply 200', 'same')));
  assert.notEqual(twice[0], twice[1]);
});

test('what was tampered with, cut, made up or sealed under another token is FAILED', async () => {
  const sealed = await ask('body, seal, reply 200', 'thoughts');
  const other = (c) => (c === 'A' ? 'B' : 'A');
  for (let i = 0; i < sealed.length - 1; i += 1) {
    const tampered = sealed.slice(0, i) + other(sealed[i]) + sealed.slice(i + 1);
    assert.equal(await outcome('unseal', tampered), 'FAILED', tampered);
  }
  for (const text of ['', 'A', 'AAAA', 'not base64!', sealed.slice(4), sealed.slice(0, -4)]) {
    assert.equal(await outcome('unseal', text), 'FAILED', text);
  }
  const foreign = await start({ env: { PROXY_AUTH_TOKEN: 'another token' } });
  assert.equal(await outcome('unseal', sealed, foreign.url), 'FAILED');
});

test('without a token nothing is sealed', async () => {
  const open = await start({ env: {} });
  assert.equal(await outcome('seal', 'x', open.url), 'FAILED');
});

test('PAGE answers with the console', async () => {
  const answer = await fetch(worker.url, { headers: { 'x-script': 'page 200' } });
  assert.equal(answer.headers.get('content-type'), 'text/html');
  assert.equal(await answer.text(), await readFile(page, 'utf8'));
  const headers = { 'x-script': 'page 200' };
  assert.equal(await (await fetch(worker.url, { method: 'HEAD', headers })).text(), '');
});

test('DONE flushes later, once for all that end meanwhile', async () => {
  for (let i = 0; i < 3; i += 1) await ask('start, done 400');
  assert.equal(await run('sum flushes'), '');
  await sleep(500);
  assert.equal(await run('sum flushes'), 'flushes 1 3\n');
  await ask('start, done 100');
  await sleep(300);
  assert.equal(await run('sum flushes'), 'flushes 2 4\n');
});
