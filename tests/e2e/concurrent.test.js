// concurrent.test.js -- many requests at once in one isolate do not affect each other.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { checkError, glm, judge, openai, saidIn, startRoutes, until } from './client.js';

const MANY = 50;
const EXCHANGES_MAX = 2000; // of wasm/limits.h
const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';
const ROUTES = {
  glm: [glm()],
  pieces: [glm('chunk=50')],
  openai: [openai()],
  crlf: [openai('crlf')],
  compatible: [openai('', { api: 'chat' })],
  mixed: [openai('openai=insufficient_quota'), glm()],
  cut: [glm('cut=0'), openai()],
  stuck: [openai('stall-head')],
};

let gateway;
before(async () => {
  // Paced, so that all are under way together.
  gateway = await startRoutes(ROUTES, { upstreams: { pace: 2 } });
});
after(() => gateway?.stop());

const tool = {
  name: 'get_weather', description: 'The weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

// The |i|th request: all kinds take turns, each with words of its own.
function requestOf(i) {
  const models = Object.keys(ROUTES).filter((name) => name !== 'stuck');
  const model = models[i % models.length];
  const path = [RESPONSES, CHAT, RESPONSES][i % 3];
  const stream = i % 5 > 0;
  const mark = `Number${i}x${'é世🎉'.repeat(i % 7)}`;
  const wantsTool = i % 4 === 0;
  const city = `City${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`;
  const text = wantsTool ? `${mark}: the weather in ${city}?` : `${mark}: hello`;
  const messages = [{ role: 'user', content: text }];
  const tools = path === CHAT ? [{ type: 'function', function: tool }]
    : [{ type: 'function', ...tool }];
  const body = { model, stream, [path === CHAT ? 'messages' : 'input']: messages };
  return { path, mark, text, city, wantsTool, body: wantsTool ? { ...body, tools } : body };
}

async function run({ path, body }) {
  const response = await gateway.post(path, body);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  judge(text);
  return text;
}

const strip = (text) => text.replaceAll(/\\["n\\]/g, '');

function check({ text, mark, city, wantsTool }, answer, tail) {
  const others = [...answer.matchAll(/Number\d+x/g)].filter(([found]) => !mark.startsWith(found));
  assert.deepEqual(others, [], `${mark} met another`);
  if (!wantsTool) {
    assert.equal(saidIn(answer), `You said: ${text}${tail}`);
    return;
  }
  const cities = new Set(strip(answer).match(/City[a-z]{2}/g));
  // Pieces of a streamed call may cut it; whole, or as the pieces joined, it is there.
  const pieces = [...answer.matchAll(/"(?:arguments|delta)": ?"((?:\\.|[^"\\])*)"/g)]
    .map(([, piece]) => JSON.parse(`"${piece}"`)).join('');
  assert.ok(cities.has(city) || pieces.includes(city), `${mark} has its call: ${pieces}`);
  cities.delete(city);
  assert.deepEqual([...cities].filter((one) => one !== 'Cityes'), [], `${mark} met another's call`);
}

test(`${MANY} at once, streamed and not, on both APIs and both upstreams`, async () => {
  const probe = saidIn(await run({ path: RESPONSES, body: { model: 'glm', input: 'probe' } }));
  const tail = probe.slice('You said: probe'.length);
  assert.match(tail, /🎉/);
  const requests = Array.from({ length: MANY }, (_, i) => requestOf(i));
  const answers = await Promise.all(requests.map(run));
  requests.forEach((request, i) => check(request, answers[i], tail));
  const ids = answers.map((text) => text.match(/"id": ?"([^"]+)"/)[1]);
  assert.equal(new Set(ids).size, MANY);
});

test('more at once than the gateway can hold: who is not served is told so', async () => {
  const body = { model: 'stuck', input: 'Hi' };
  // Who is served may still be counted.
  const ended = () => gateway.logs.join('').match(/^\{"event":"request"/gm).length;
  await until(() => ended() === MANY + 1, 'the end of all before');
  const sockets = Array.from({ length: EXCHANGES_MAX }, () => gateway.ask(RESPONSES, body).socket);
  const { upstreams } = gateway;
  await until(() => upstreams.openConnections() === EXCHANGES_MAX, 'a full house', 60_000);
  const response = await gateway.post(RESPONSES, body);
  assert.equal(response.status, 503);
  assert.match(response.headers.get('retry-after'), /^\d+$/);
  checkError(await response.json(), { code: 'server_is_overloaded' });
  for (const socket of sockets) socket.resetAndDestroy();
  await until(() => upstreams.openConnections() === 0, 'an empty house', 60_000);
  await run(requestOf(0));
});
