// wire.test.js -- however an upstream puts an answer on the wire, the client gets the same one.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { glm, judge, openai, saidIn, startRoutes } from './client.js';

// Byte by byte is for the recordings and the vectors: it is slow.
const WIRES = ['crlf', 'comments', 'id-lines', 'chunk=11', 'chunk=1000', 'unknown-event', 'no-done',
  'late-usage', 'no-usage', 'delay=50', 'crlf;comments;id-lines;chunk=100',
  'stall-after=text:3,for=50', 'stall-head,for=50', 'stall=1,for=50'];
const PROVIDERS = {
  glm,
  openai,
  compatible: (keys) => openai(keys, { api: 'chat' }),
};
const APIS = { '/v1/responses': 'input', '/v1/chat/completions': 'messages' };

const rows = Object.keys(PROVIDERS).flatMap((provider) => ['', ...WIRES].map((wire) => (
  { provider, wire, route: `${provider}_${wire}`.replaceAll(/\W+/g, '_') }
)));

let gateway;
before(async () => {
  gateway = await startRoutes({
    ...Object.fromEntries(rows.map(({ route, provider, wire }) => (
      [route, [PROVIDERS[provider](wire)]]
    ))),
    tag: [glm('think-tag')],
    box: [glm('box')],
  });
});
after(() => gateway?.stop());

const question = [{ role: 'user', content: 'Hello 世界' }];
const ask = async (route, path, stream) => {
  const response = await gateway.post(path, { model: route, stream, [APIS[path]]: question });
  assert.equal(response.status, 200);
  const text = await response.text();
  judge(text);
  return text;
};

for (const path of Object.keys(APIS)) {
  describe(path, { concurrency: 4 }, () => {
    for (const { route, provider, wire } of rows.filter((row) => row.wire)) {
      test(`${provider}: ${wire}`, async () => {
        for (const stream of [true, false]) {
          const [plain, other] = await Promise.all([
            ask(`${provider}_`, path, stream), ask(route, path, stream),
          ]);
          assert.match(saidIn(other), /^You said: Hello 世界\. .*🎉.*It ends here\.$/s);
          assert.equal(saidIn(other), saidIn(plain));
        }
      });
    }
  });
}

describe('marks that models leave in their text', () => {
  for (const stream of [true, false]) {
    test(`</think> without an opener${stream ? ', streamed' : ''}`, async () => {
      const said = saidIn(await ask('tag', '/v1/responses', stream));
      assert.match(said, /You said: Hello 世界\./);
      assert.doesNotMatch(said, /<\/?think>/);
    });

    test(`a box${stream ? ', streamed' : ''}`, async () => {
      const said = saidIn(await ask('box', '/v1/responses', stream));
      assert.match(said, /^You said: Hello 世界\. .*It ends here\.$/s);
    });
  }
});
