// coding.test.js -- request bodies that the client compressed.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { glm, openai, startRoutes } from './client.js';

const BODY_MAX = 4 * 1024 * 1024;
const CODINGS = {
  gzip: gzipSync, 'x-gzip': gzipSync, deflate: deflateSync, zstd: zstdCompressSync,
};

let gateway;
before(async () => {
  gateway = await startRoutes({ glm: [glm()], openai: [openai()] }, {
    env: { MAX_BODY_BYTES: String(BODY_MAX) },
  });
});
after(() => gateway?.stop());

const bodyOf = (model, input) => Buffer.from(JSON.stringify({ model, input }));

async function send(coding, body, headers = {}) {
  const response = await fetch(`${gateway.url}/v1/responses`, {
    method: 'POST', body, duplex: 'half',
    headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json',
      'content-encoding': coding, ...headers },
  });
  return { status: response.status, body: await response.json() };
}
const textOf = ({ output }) => output.flatMap(({ content = [] }) => content)
  .map(({ text = '' }) => text).join('');

for (const [coding, compress] of Object.entries(CODINGS)) {
  describe(coding, () => {
    for (const model of ['glm', 'openai']) {
      test(`a small body, route ${model}`, async () => {
        const { status, body } = await send(coding, compress(bodyOf(model, 'Hello, 世界.')));
        assert.equal(status, 200, JSON.stringify(body));
        assert.match(textOf(body), /Hello, 世界\./);
        const { headers } = gateway.requests(model).at(-1);
        assert.equal(headers['content-encoding'], undefined);
      });
    }

    test('a large one, of which nobody knows how long it is', async () => {
      const input = `${'word '.repeat(60_000)}The end.`;
      const stream = new Blob([compress(bodyOf('glm', input))]).stream();
      const { status, body } = await send(coding, stream);
      assert.equal(status, 200, JSON.stringify(body).slice(0, 300));
      assert.match(JSON.stringify(gateway.requests('glm').at(-1).body), /word The end\./);
    });

    test('a body that is larger than it may be', async () => {
      const { status, body } = await send(coding, compress(bodyOf('glm', 'a'.repeat(BODY_MAX))));
      assert.deepEqual([status, body.error.code], [413, 'request_too_large']);
    });

    test('a bomb', async () => {
      const { status, body } = await send(coding, bomb(compress));
      assert.deepEqual([status, body.error.code], [413, 'request_too_large']);
      const peak = Number(readFileSync(`/proc/${gateway.pid}/status`, 'utf8')
        .match(/VmHWM:\s+(\d+)/)[1]);
      assert.ok(peak < 400 * 1024, `${peak} KiB`);
    });

    for (const [name, broken] of [
      ['half of it', (body) => body.subarray(0, body.length / 2)],
      ['what is not coded', () => bodyOf('glm', 'Hello.')],
      ['nothing', () => Buffer.alloc(0)],
    ]) {
      test(name, async () => {
        const { status, body } = await send(coding, broken(compress(bodyOf('glm', 'Hello.'))));
        assert.equal(status, 400);
        assert.match(body.error.code, /^invalid_(content_encoding|json)$/);
      });
    }
  });
}

// 256 MiB of nothing.
const bombs = new Map();
function bomb(compress) {
  if (!bombs.has(compress)) bombs.set(compress, compress(Buffer.alloc(256 * 1024 * 1024)));
  return bombs.get(compress);
}

test('a zstd frame that asks for a large window', async () => {
  // RFC 8878: magic number, no flags, the window, and one raw block, which is the last.
  const content = bodyOf('glm', 'Hello.');
  const block = (content.length << 3) | 1;
  const frameOf = (log) => Buffer.concat([
    Buffer.from([0x28, 0xB5, 0x2F, 0xFD, 0, (log - 10) << 3, block & 255, block >> 8, 0]), content,
  ]);
  assert.equal((await send('zstd', frameOf(23))).status, 200);
  const { status, body } = await send('zstd', frameOf(24));
  assert.deepEqual([status, body.error.code], [400, 'invalid_content_encoding']);
});

test('what the gateway cannot undo', async () => {
  for (const coding of ['br', 'gzip, zstd', 'compress']) {
    const { status, body } = await send(coding, brotliCompressSync(bodyOf('glm', 'Hello.')));
    assert.deepEqual([status, body.error.code], [415, 'unsupported_content_encoding']);
  }
  assert.equal((await send('Identity', bodyOf('glm', 'Hello.'))).status, 200);
});

test('a client that leaves in the middle', async () => {
  const whole = gzipSync(bodyOf('glm', 'Hello.'));
  const agent = new Agent();
  const call = request(`${gateway.url}/v1/responses`, {
    method: 'POST', agent,
    headers: { authorization: `Bearer ${gateway.token}`, 'content-encoding': 'gzip',
      'content-length': whole.length },
  });
  call.on('error', () => {});
  await new Promise((resolve) => { call.write(whole.subarray(0, 10), resolve); });
  call.destroy();
  assert.equal((await send('gzip', whole)).status, 200);
  assert.doesNotMatch(gateway.logs.join(''), /Uncaught|unreachable|TypeError/);
});
