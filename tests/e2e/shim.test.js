// shim.test.js -- the shim in the real runtime, with a module that does what each request asks.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleModules } from './harness.js';
import { startWorkerd } from './workerd.js';

const SLOTS = 16; // of the stand-in
const standIn = new URL('../../build/stand-in.wasm', import.meta.url);
let worker;
let upstream;

before(async () => {
  const modules = await bundleModules();
  const name = Object.keys(modules).find((one) => one.endsWith('.wasm'));
  modules[name].content = await readFile(standIn);
  worker = await startWorkerd({ modules });
  upstream = await startUpstream();
});

after(async () => {
  await worker.stop();
  upstream.server.close();
});

// An upstream that writes |n| lines, |ms| apart, after |first| ms; it breaks at line |cut|, and
// falls silent for |silence| ms at line |stall|; one |whole| line has its length told. |over|
// gets each request's URL and how it ended.
async function startUpstream() {
  const over = [];
  const requests = [];
  const server = http.createServer(async (request, response) => {
    const query = [...new URL(request.url, 'http://x').searchParams];
    const numbers = Object.fromEntries(query.map(([name, value]) => [name, Number(value)]));
    const { n = 10, ms = 5, first = 0, cut, stall, silence } = numbers;
    response.on('close', () => over.push([request.url, response.writableFinished]));
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ url: request.url, headers: request.headers, body });
    await sleep(first);
    if (numbers.whole) return response.end('line 0\n');
    response.flushHeaders();
    for (let i = 0; i < n && !response.destroyed; i += 1) {
      if (i === cut) return response.destroy();
      if (i === stall) await sleep(silence);
      response.write(`line ${i}\n`);
      await sleep(ms);
    }
    return response.end();
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return { server, over, requests, url: `http://127.0.0.1:${server.address().port}` };
}

const PIPED = 'fetch 1, want 2 0 0, start, pipe 1';
const lines = (n, from = 0) => Array.from({ length: n }, (_, i) => `line ${from + i}\n`).join('');

// Ask for |script|, with paths of the upstream for attempts 1, 2, ...
function ask(script, { paths = [], ...options } = {}) {
  const urls = paths.map((path, i) => [`x-url-${i + 1}`, upstream.url + path]);
  const headers = { 'x-script': script, ...Object.fromEntries(urls) };
  return fetch(worker.url, { method: 'POST', headers, ...options });
}

const textOf = async (...request) => (await ask(...request)).text();

// Ask, and hang up after |ms|. A reset shows at once; a mere end of input would not before the
// next write, since a client may close its half and still listen.
function hangUp(ms, script, paths) {
  const urls = paths.map((path, i) => [`x-url-${i + 1}`, upstream.url + path]);
  const headers = { 'x-script': script, ...Object.fromEntries(urls) };
  return new Promise((done) => {
    const request = http.request(worker.url, { method: 'POST', headers }, (response) => {
      response.on('data', () => {}).on('error', () => {});
    });
    request.on('error', () => {}).end();
    setTimeout(() => {
      request.socket.resetAndDestroy();
      done();
    }, ms);
  });
}

async function endOf(path) {
  for (let i = 0; i < 40; i += 1) {
    const end = upstream.over.find(([url]) => url === path);
    if (end) return end[1] ? 'finished' : 'aborted';
    await sleep(50);
  }
  return 'still open';
}

test('a body goes in and out whole, in whatever pieces', async () => {
  for (const size of [0, 1, 70_000, 1_048_576, 9_000_001]) {
    const body = Buffer.alloc(size).map((_, i) => i * 7 + (i >> 9));
    const answer = await ask('body, reply 200', { body });
    assert.equal(answer.status, 200);
    assert.equal(Buffer.compare(Buffer.from(await answer.arrayBuffer()), body), 0);
  }
});

test('an answer before the end of the body arrives', async () => {
  const answer = await ask('reply 413', { body: Buffer.alloc(8_000_000) });
  assert.equal(answer.status, 413);
  await answer.text();
});

test('the head holds the request line and the headers', async () => {
  const answer = await fetch(`${worker.url}/a/b?c=%20d`, {
    headers: { 'x-script': 'reply 200', 'X-Other': '1: 2' },
  });
  const [first, ...rest] = (await answer.text()).split('\n');
  assert.equal(first, 'GET /a/b?c=%20d');
  assert.ok(rest.includes('x-other: 1: 2'));
});

test('204 has no body', async () => {
  const answer = await ask('reply 204');
  assert.equal(answer.status, 204);
});

test('HEAD has no body', async () => {
  const headers = { 'x-script': 'reply 200' };
  const answer = await fetch(worker.url, { method: 'HEAD', headers });
  assert.equal(await answer.text(), '');
});

test('FETCH joins its parts and streams back', async () => {
  const paths = ['/joined?n=3'];
  assert.equal(await textOf('fetch 1, want 2 0 0, start, copy 2 0 0, say', { paths }),
    `${lines(3)}END`);
  const { body, headers } = upstream.requests.find(({ url }) => url === paths[0]);
  assert.equal(body, 'one, three');
  assert.equal(headers['content-type'], 'text/plain');
});

test('an upstream that cannot be reached or breaks is FAILED', async () => {
  const script = 'fetch 1, want 2 0 0, start, say';
  const headers = { 'x-script': script, 'x-url-1': 'http://127.0.0.1:1/' };
  assert.equal(await (await fetch(worker.url, { headers })).text(), 'FAILED');
  const nonsense = { ...headers, 'x-url-1': 'nonsense' };
  assert.equal(await (await fetch(worker.url, { headers: nonsense })).text(), 'FAILED');
  assert.equal(await textOf('fetch 1, want 2 0 0, start, copy 2 0 0, say', { paths: ['/?cut=4'] }),
    `${lines(4)}FAILED`);
});

test('hold gathers, and the end flushes', async () => {
  const script = 'fetch 1, want 2 0 0, start, copy 2 0 100, say';
  assert.equal(await textOf(script, { paths: ['/?n=30'] }), `${lines(30)}END`);
  const begun = Date.now();
  assert.equal(await textOf('fetch 1, want 2 0 0, start, copy 2 0 5000, say',
    { paths: ['/?n=30&ms=10'] }), `${lines(30)}END`);
  assert.ok(Date.now() - begun < 2000, 'nothing is held after the end');
});

test('what is held goes out in a pause, and is not lost when the upstream breaks', async () => {
  const answer = await ask('fetch 1, want 2 0 0, start, copy 2 0 100, say',
    { paths: ['/?n=40&ms=5&stall=39&silence=2500'] });
  const begun = Date.now();
  let text = '';
  let seen;
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.endsWith('line 38\n')) seen = Date.now();
  }
  assert.equal(text, `${lines(40)}END`);
  assert.ok(seen - begun < 2000, 'in the pause');
  assert.ok(Date.now() - begun > 2500);
  const early = Date.now();
  assert.equal(await textOf('fetch 1, want 2 0 0, start, copy 2 0 5000, say',
    { paths: ['/?n=40&ms=5&cut=39'] }), `${lines(39)}FAILED`);
  assert.ok(Date.now() - early < 4000, 'at once');
});

test('a deadline passes without losing what was being read', async () => {
  const paths = ['/?n=3&stall=1&silence=300'];
  assert.equal(await textOf('fetch 1, want 2 0 0, start, want 2 0 0, emit, want 2 50 0, say, '
    + 'copy 2 0 0, say', { paths }), `${lines(1)}nothing${lines(2, 1)}END`);
});

test('PIPE hands the rest over', async () => {
  for (const hold of [0, 30, 5000]) {
    const first = 'fetch 1, want 2 0 0, start';
    assert.equal(await textOf(`${first}, want 2 0 0, emit, pipe 1, look 2 0 ${hold}, say`,
      { paths: ['/?n=20'] }), `${lines(20)}END`);
    assert.equal(await textOf(`${first}, pipe 1, look 2 0 ${hold}, say`, { paths: ['/?cut=4'] }),
      `${lines(4)}FAILED`);
  }
});

test('PIPE after a deadline gives the pending read first', async () => {
  const script = 'fetch 1, want 2 0 0, start, want 2 0 0, emit, want 2 50 0, pipe 1, '
    + 'look 2 0 20, say';
  assert.equal(await textOf(script, { paths: ['/?n=5&stall=1&silence=200'] }), `${lines(5)}END`);
  assert.equal(await textOf(script, { paths: ['/?n=1&ms=300'] }), `${lines(1)}END`);
  assert.equal(await textOf(script, { paths: ['/?n=2&cut=1&ms=300'] }), `${lines(1)}FAILED`);
});

test('an attempt that is not in the mask is aborted', async () => {
  const paths = ['/slow?first=3000', '/fast?n=2'];
  assert.equal(await textOf('fetch 1, fetch 2, want 6 0 0, start, copy 4 0 0, say', { paths }),
    `${lines(2)}END`);
  assert.equal(await endOf(paths[0]), 'aborted');
});

test('EMIT and DONE end a pipe, when all has gone out or before the end', async () => {
  const text = await textOf(`${PIPED}, want 2 100 5000, say`, { paths: ['/?n=1000&ms=10'] });
  const [, said] = text.split('nothing');
  assert.equal(said, '');
  assert.match(text, /^line 0\nline 1\n/);
  assert.equal(await textOf(`${PIPED}, want 2 100 5000`, { paths: ['/?n=3&stall=2&silence=900'] }),
    lines(2));
  assert.equal(await textOf(`${PIPED}, look 2 0 5000`, { paths: ['/?n=300&ms=0'] }), lines(300));
});

test('a small body that tells its length is piped as well', async () => {
  assert.equal(await textOf(`${PIPED}, look 2 0 20, say`, { paths: ['/?n=1&whole=1'] }),
    `${lines(1)}END`);
});

test('a client that leaves takes its upstreams with it', async () => {
  const cases = {
    'before the head': ['fetch 1, want 2 0 0, start', '/left1?first=3000'],
    'in the stream': ['fetch 1, want 2 0 0, start, copy 2 0 0', '/left2?n=1000&ms=20'],
    'in silence': ['fetch 1, want 2 0 0, start, copy 2 0 0', '/left3?stall=2&silence=3000'],
    'in a pipe': [`${PIPED}, look 2 0 5000`, '/left4?n=1000&ms=20'],
    'in a silent pipe': [`${PIPED}, look 2 0 0`, '/left5?stall=2&silence=3000'],
    'in a wait': ['fetch 1, wait 3000', '/left6?first=3000'],
  };
  for (const [name, [script, path]] of Object.entries(cases)) {
    await hangUp(200, script, [path]);
    assert.equal(await endOf(path), 'aborted', name);
  }
});

test('requests do not meet', async () => {
  const answers = Array.from({ length: SLOTS }, (_, i) => textOf(
    'fetch 1, want 2 0 0, start, copy 2 0 0, say', { paths: [`/?n=${i + 5}&ms=3`] }));
  for (const [i, text] of (await Promise.all(answers)).entries()) {
    assert.equal(text, `${lines(i + 5)}END`);
  }
});

// The log's lines of requests that ended with |status|.
async function linesOf(status) {
  await sleep(100);
  return worker.logs.join('').split('\n')
    .filter((line) => line.startsWith('{"event":"request"'))
    .map((line) => JSON.parse(line))
    .filter((line) => line.status === status);
}

test('one too many is told so, and a place comes free again', async () => {
  const answers = Array.from({ length: SLOTS + 4 }, () => ask('wait 300, reply 200'));
  const full = (await Promise.all(answers)).filter(({ status }) => status === 503);
  assert.equal(full.length, 4);
  const { error } = await full[0].json();
  assert.equal(error.code, 'server_is_overloaded');
  assert.equal((await ask('reply 200')).status, 200);
  assert.equal((await linesOf(503)).length, 4);
});

test('who is answered and still sending takes nobody\'s place', async () => {
  const { hostname, port } = new URL(worker.url);
  const sockets = Array.from({ length: SLOTS + 4 }, () => {
    const socket = connect(port, hostname).on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nx-script: reply 401\r\nContent-Length: 9\r\n\r\n{');
    return socket;
  });
  await sleep(300);
  assert.equal((await ask('reply 200')).status, 200);
  const answers = sockets.map(async (socket) => (await once(socket, 'data')).toString());
  for (const socket of sockets) socket.write('12345678');
  for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1.1 401 /);
  for (const socket of sockets) socket.destroy();
});

test('DONE logs its head', async () => {
  await textOf('reply 200, log');
  await sleep(100);
  assert.match(worker.logs.join(''), /^over$/m);
});

test('a trap ends in 502, and the next request works', async () => {
  const before = (await linesOf(502)).length;
  const answer = await ask('trap');
  assert.equal(answer.status, 502);
  assert.equal((await answer.json()).error.code, 'internal_error');
  assert.equal((await ask('reply 200')).status, 200);
  const [line, ...others] = (await linesOf(502)).slice(before);
  assert.deepEqual(others, []);
  assert.deepEqual([line.outcome, line.code], ['failed', 'internal_error']);
});

test('a trap ends a stream of events with response.failed, another stream by a cut', async () => {
  const text = await textOf('fetch 1, want 2 0 0, start, want 2 0 0, emit, trap', { paths: ['/'] });
  const [first, , , ...frames] = text.split('\n');
  assert.equal(first, 'line 0');
  const events = frames.filter((line) => line.startsWith('event: '));
  assert.deepEqual(events, ['event: error', 'event: response.failed']);
  const plain = await ask('fetch 1, want 2 0 0, plain, want 2 0 0, emit, trap', { paths: ['/'] });
  await assert.rejects(plain.text());
});

test('a trap ends its neighbours too, but not what is piped', async () => {
  const paths = ['/?n=20&ms=20'];
  const stream = textOf('fetch 1, want 2 0 0, start, copy 2 0 0, say', { paths });
  const pipe = textOf('fetch 1, want 2 0 0, start, pipe 1, look 2 0 5000, say', { paths });
  const waiting = ask('wait 200, reply 200');
  await sleep(100);
  await ask('trap');
  assert.match(await stream, /event: response.failed/);
  assert.equal(await pipe, lines(20));
  assert.equal((await waiting).status, 502);
});

test('a plan that cannot be carried out ends in 502', async () => {
  assert.equal((await ask('want 2 0 0')).status, 502);
  assert.equal((await ask('pipe 1')).status, 502);
});

test('a module grown large is made anew when it is idle', async () => {
  const count = () => worker.logs.join('').match(/^configured$/gm).length;
  const had = count();
  const answer = await ask('body, reply 200', { body: Buffer.alloc(32 << 20) });
  await answer.arrayBuffer();
  await sleep(100);
  await textOf('reply 200');
  await sleep(100);
  assert.equal(count(), had + 1);
});
