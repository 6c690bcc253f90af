// abort.test.js -- when a client disconnects, at whatever stage, its upstream request is aborted
// within a second, and nothing of it is left.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOKEN } from './harness.js';
import { EXACT, glm, openai, startRoutes, until } from './client.js';

const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';

const output = (text) => /"(content|delta)": ?"\W*\w/.test(text);
const deltas = (text) => text.split('event: response.output_text.delta').length - 1;
const SOON = 1000; // ms
const MANY = 300; // more than the gateway can hold at once
const some = (text) => text.length > 2000; // byte by byte nothing can be read in it

// name: how the upstream is kept, where it goes, and what the client has seen before it leaves
const STAGES = {
  'before the head': [['stall-head'], [RESPONSES, CHAT]],
  'before the head, not streamed': [['stall-head'], [RESPONSES, CHAT], { stream: false }],
  'in an answer that is not streamed': [['stall-after=text'], [RESPONSES, CHAT], { stream: false }],
  'before the first byte': [['stall=0'], [RESPONSES, CHAT]],
  'in the first chunk': [['stall=30'], [RESPONSES, CHAT]],
  'in an error': [['status=400;stall=10'], [RESPONSES, CHAT]],
  'in mid-stream': [['stall-after=text:3'], [RESPONSES, CHAT], { seen: output }],
  'in a slow stream': [['byte-by-byte'], [RESPONSES, CHAT], { seen: some }],
};
const PROVIDERS = { glm, openai };
const ROUTES = {
  hedged: { hedgeMs: 50 },
  continued: { continueOnFailure: true },
  resumed: { continueOnFailure: true },
};

const table = Object.entries(STAGES).flatMap(([name, [keys, paths, how]]) => (
  Object.entries(PROVIDERS).flatMap(([provider, make]) => paths.map((path) => ({
    name: `${name}: ${provider} ${path}`,
    route: `${name} ${provider} ${path}`.replaceAll(/\W+/g, '_'),
    providers: [make(keys)],
    path,
    stream: true,
    ...how,
  })))
));

let gateway;
before(async () => {
  const routes = table.map(({ route, providers }) => [route, providers]);
  gateway = await startRoutes({
    ...Object.fromEntries(routes),
    again: [openai(['status=500', '']), glm()],
    preamble: [openai('stall-after=preamble'), glm()],
    second: [openai('openai=insufficient_quota'), glm('stall-head')],
    hedged: [glm('stall-head'), openai('stall-after=preamble')],
    continued: [glm('cut-after=text:3'), openai('stall-after=preamble')],
    resumed: [glm('cut-after=text:3'), openai('stall-after=text:3')],
    many: [glm('stall-head')],
    unread: [glm('stall-head')],
    trickle: [glm('byte-by-byte')],
    good: [glm()],
  }, { route: (name) => ({ ...EXACT, ...ROUTES[name] }) });
});
after(() => gateway?.stop());

const bodyOf = (path, model, stream = true) => {
  const field = path === RESPONSES ? 'input' : 'messages';
  return { model, stream, [field]: [{ role: 'user', content: 'Hi' }] };
};

// Send a request, disconnect, and check that the upstream's request is aborted. The connection is
// reset: fetch() would send a FIN, which the runtime takes for a half-closed connection.
async function leave({ route, path = RESPONSES, stream, seen = () => true, asked = 1 }) {
  const one = gateway.ask(path, bodyOf(path, route, stream));
  await until(() => gateway.requests(route).length === asked, 'the upstream request');
  await until(() => seen(one.text), 'output');
  const request = gateway.requests(route).at(-1);
  assert.ok(!request.closed, 'it is under way');
  one.socket.resetAndDestroy();
  await until(() => request.closed, 'the end of the upstream request', SOON);
  assert.ok(request.aborted, 'it was aborted');
  assert.equal(gateway.requests(route).length, asked, 'nobody is asked after that');
}

async function checkWorks() {
  const { responses } = gateway.client;
  const answer = await responses.create({ model: 'good', input: 'Hi' });
  assert.match(answer.output_text, /^You said: Hi\./);
}

describe('a client leaves', () => {
  for (const row of table) test(row.name, () => leave(row));

  test('after the preamble', () => leave({ route: 'preamble' }));

  test('while the second provider is asked', () => leave({ route: 'second', asked: 2 }));

  test('while two upstreams race', async () => {
    await leave({ route: 'hedged', asked: 2 });
    assert.ok(gateway.requests('hedged')[0].aborted, 'both are aborted');
  });

  test('while another is asked to go on', () => (
    leave({ route: 'continued', asked: 2, stream: true, seen: output })
  ));

  test('while another goes on', () => (
    leave({ route: 'resumed', asked: 2, stream: true, seen: (text) => deltas(text) > 3 })
  ));

  test('while a wait goes on', async () => {
    const { socket } = gateway.ask(RESPONSES, bodyOf(RESPONSES, 'again'));
    await until(() => gateway.requests('again')[0]?.closed, 'the failure');
    socket.resetAndDestroy();
    await sleep(700); // the wait is 500 ms at most
    assert.equal(gateway.requests('again').length, 1);
  });

  test('while it sends its request', async () => {
    const text = JSON.stringify(bodyOf(RESPONSES, 'unread'));
    const { socket } = gateway.ask(RESPONSES, text);
    const { hostname, port } = new URL(gateway.url);
    const half = connect(port, hostname).on('error', () => {});
    half.write(`POST ${RESPONSES} HTTP/1.1\r\nHost: ${hostname}\r\n` +
      `Authorization: Bearer ${TOKEN}\r\nContent-Length: ${text.length}\r\n\r\n${text.slice(1)}`);
    await until(() => gateway.requests('unread').length === 1, 'the other request');
    half.resetAndDestroy();
    socket.resetAndDestroy();
    await checkWorks();
    assert.equal(gateway.requests('unread').length, 1);
  });

  test('without a reset: the next write tells', async () => {
    const controller = new AbortController();
    const body = bodyOf(RESPONSES, 'trickle');
    const response = await gateway.post(RESPONSES, body, { signal: controller.signal });
    await response.body.getReader().read();
    const [request] = gateway.requests('trickle');
    controller.abort();
    await until(() => request.closed, 'the end of the upstream request');
    assert.ok(request.aborted);
  });

  test('again and again, and none is held', async () => {
    for (let i = 0; i < MANY; i += 10) {
      const body = bodyOf(RESPONSES, 'many');
      const ten = Array.from({ length: 10 }, () => gateway.ask(RESPONSES, body));
      await until(() => gateway.requests('many').length === i + 10, 'ten requests');
      for (const { socket } of ten) socket.resetAndDestroy();
      await until(() => gateway.requests('many').every(({ closed }) => closed), 'their end', SOON);
    }
    const left = () => gateway.logs.join('').match(/^.*"outcome":"left".*"route":"many"/gm);
    await until(() => left()?.length === MANY, 'a line of the log for each');
  });

  test('and the next one is answered, by an instance that forgot the others', async () => {
    await checkWorks();
    await until(() => gateway.upstreams.openConnections() === 0, 'the end of every request');
    assert.doesNotMatch(gateway.logs.join(''), /RuntimeError|Uncaught|TypeError|as many requests/);
  });
});
