/* hold.js -- how long the gateway holds a byte, whatever the upstream does.
 *
 * The upstream writes into each piece of text when it was written, the client looks when it
 * came. Prints for each way in which an upstream behaves
 *
 *   hold.WAY.p50, .p99   milliseconds between the two
 *   hold.WAY.first       ... of the first piece, the longest
 *   hold.WAY.lost        pieces that never came, of all requests
 *   hold.WAY.failed      answers that were whole and did not end in response.completed
 */
import { createServer, request as open } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleModules, TOKEN } from '../e2e/harness.js';
import { startWorkerd } from '../e2e/workerd.js';

const TOGETHER = 8;
const ROUNDS = 3;

// [pieces, ms before each] in turn, then what becomes of the connection.
const WAYS = {
  steady: [[[200, 20]]],
  slow: [[[12, 300]]],
  fast: [[[800, 2]]],
  pause: [[[60, 2], [1, 1500], [60, 2], [1, 1500], [60, 5]]],
  open: [[[60, 2]], (res) => sleep(1500).then(() => res.end())],
  reset: [[[60, 2]], (res) => sleep(4).then(() => res.socket.resetAndDestroy())],
};

const clock = () => performance.timeOrigin + performance.now();
const frame = (choice, rest) => `data: ${JSON.stringify({
  id: 'x', created: 1763900000, object: 'chat.completion.chunk', model: 'glm-4.7',
  choices: [{ index: 0, ...choice }], ...rest,
})}\n\n`;

async function answer(res, [beats, end = () => res.end()]) {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [n, ms] of beats) {
    for (let i = 0; i < n; i += 1) {
      await sleep(ms);
      res.write(frame({ delta: { role: 'assistant', content: `@${clock().toFixed(2)} ` } }));
    }
  }
  res.write(`${frame({ finish_reason: 'stop', delta: { content: '' } }, {
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  })}data: [DONE]\n\n`);
  await end(res);
}

const startUpstream = () => new Promise((resolve) => {
  const server = createServer((req, res) => {
    req.resume().once('end', () => answer(res, WAYS[req.url.split('/')[1]]));
  });
  server.listen(0, '127.0.0.1', () => {
    resolve({ server, url: `http://127.0.0.1:${server.address().port}` });
  });
});

const routesAt = (url) => Object.fromEntries(Object.keys(WAYS).map((way) => [way, {
  providers: [{
    provider: 'zhipu', model: 'glm-4.7', apiKeys: ['ZHIPU_KEY_1'], endpoint: `${url}/${way}`,
  }],
}]));

// What came, and how long each of its pieces took.
function ask(url, model) {
  return new Promise((resolve, reject) => {
    let text = '';
    let seen = 0;
    const waits = [];
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const request = open(`${url}/v1/responses`, { method: 'POST', headers }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        const now = clock();
        text += piece;
        const cut = text.lastIndexOf('\n\n');
        for (const [, then] of text.slice(seen, cut).matchAll(/"delta":"@([\d.]+) "/g)) {
          waits.push(now - Number(then));
        }
        seen = Math.max(cut, seen);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ waits, text }));
    });
    request.on('error', reject);
    request.end(JSON.stringify({ model, input: 'Hi', stream: true }));
  });
}

const atPart = (values, part) => (
  values.toSorted((a, b) => a - b)[Math.floor(part * (values.length - 1))]
);

async function measure(url, way) {
  const answers = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    answers.push(...await Promise.all(Array.from({ length: TOGETHER }, () => ask(url, way))));
  }
  const waits = answers.flatMap((one) => one.waits);
  const sent = WAYS[way][0].reduce((sum, [n]) => sum + n, 0);
  return {
    p50: atPart(waits, 0.5),
    p99: atPart(waits, 0.99),
    first: Math.max(...answers.map((one) => one.waits[0])),
    lost: answers.length * sent - waits.length,
    failed: answers.filter(({ text }) => !text.includes('event: response.completed\n')).length,
  };
}

export async function printHold() {
  const upstream = await startUpstream();
  const gateway = await startWorkerd({
    modules: await bundleModules(),
    env: { PROXY_AUTH_TOKEN: TOKEN, ZHIPU_KEY_1: 'key', ROUTES_CONFIG: routesAt(upstream.url) },
  });
  try {
    for (const way of Object.keys(WAYS)) {
      for (const [what, value] of Object.entries(await measure(gateway.url, way))) {
        console.log(`hold.${way}.${what} ${value.toFixed(0)}`);
      }
    }
  } finally {
    await gateway.stop();
    upstream.server.closeAllConnections();
    upstream.server.close();
  }
}
