// guesses.test.js -- wrong tokens are counted for all isolates where the platform has a limiter.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { TOKEN, startGateway } from './harness.js';

const LIMIT = 4;
// workerd has no limiter: this one counts in the store, and answers as Cloudflare's does.
const entry = `
  import worker from './worker.js';
  export { Conversation, Socket, Store } from './worker.js';
  let asked = 0;
  const limiter = (store) => ({
    async limit({ key }) {
      asked += 1;
      const row = 'limiter/' + key;
      const told = await store.getByName('limiter').run('add ' + row + ' 1\\nsum ' + row + '\\n');
      return { success: Number(told.split(' ')[1]) <= ${LIMIT} };
    },
  });
  export default {
    fetch: (request, env, context) => (request.url.endsWith('/asked')
      ? new Response(asked)
      : worker.fetch(request, { ...env, GUESSES: limiter(env.STORE) }, context)),
  };`;

let gateway;
before(async () => { gateway = await startGateway({ entry, isolates: 2 }); });
after(() => gateway?.stop());

async function ask(isolate, token, address = '192.0.2.1') {
  const response = await fetch(`${gateway.urls[isolate]}/v1/models`, {
    headers: { authorization: `Bearer ${token}`, 'cf-connecting-ip': address },
  });
  await response.arrayBuffer();
  return response;
}
async function statuses(...requests) {
  const all = [];
  for (const request of requests) all.push((await ask(...request)).status);
  return all;
}

test('guesses at two isolates count together', async () => {
  assert.deepEqual(await statuses([0, 'a'], [0, 'b'], [0, TOKEN], [0, 'c'], [1, 'd']),
    [401, 401, 200, 401, 401]);
  const refused = await ask(1, 'e');
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '60']);
  // From now on no token helps at this isolate; the other one learns of it by the next guess.
  assert.deepEqual(await statuses([1, TOKEN], [0, 'f'], [0, TOKEN]), [429, 429, 429]);
  assert.deepEqual(await statuses([0, TOKEN, '192.0.2.2'], [1, 'a', '192.0.2.2']), [200, 401]);
});

test('a right token, or the same wrong one again, asks for nothing', async () => {
  const asked = async () => Number(await (await fetch(`${gateway.url}/asked`)).text());
  await statuses([0, 'old', '192.0.2.3']);
  const first = await asked();
  assert.deepEqual(await statuses([0, TOKEN, '192.0.2.3'], [0, 'old', '192.0.2.3'],
    [0, 'new', '192.0.2.3']), [200, 401, 401]);
  assert.equal(await asked() - first, 1);
});
