/* server.js -- both upstreams on one port, for `make run` and for the tests.
 *
 *   node scripts/fake-upstreams/server.js [--port 9100] [--host 127.0.0.1] [--pace 15] [--quiet]
 *
 * OpenAI is at /v1, GLM at /api/paas/v4 and /api/coding/paas/v4, and any key will do. Failures are
 * asked for with the key or a header, see faults.js. GET /_requests shows what was received,
 * POST /_reset forgets it.
 */
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { FaultCounters, FaultSpecError, chooseFaults } from './faults.js';
import { Refusal } from './errors.js';
import { damage, errorOptions } from './frame-faults.js';
import { deliver } from './delivery.js';
import { glm } from './glm.js';
import { openai } from './openai.js';
import { OpenaiMemory } from './openai-memory.js';
import { recordedAnswer } from './recordings.js';

export { listRecordings, readRecording } from './recordings.js';

const UPSTREAMS = [glm, openai];

const HTML = '<html>\r\n<head><title>Bad Gateway</title></head>\r\n' +
  '<body>nginx</body>\r\n</html>\r\n';

/* Ids look random and are the same in every run. */
class Ids {
  #n = 0;

  reset() {
    this.#n = 0;
  }

  /** The next |n| hexadecimal digits, at most 128. */
  next(n) {
    this.#n += 1;
    return createHash('sha512').update(String(this.#n)).digest('hex').slice(0, n);
  }
}

/* What the upstreams remember between requests. */
class World {
  requests = [];
  open = new Set();
  ids = new Ids();
  counters = new FaultCounters();
  requestIds = new Set();
  memory = new OpenaiMemory();

  constructor(script) {
    this.script = script;
  }

  reset() {
    this.requests.length = 0;
    this.ids.reset();
    this.counters.reset();
    this.requestIds.clear();
    this.memory.reset();
  }
}

async function readBody(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function jsonAnswer(status, value) {
  const body = Buffer.from(JSON.stringify(value));
  return { status, headers: { 'content-type': 'application/json' }, body };
}

function asked(faults) {
  return faults.glm ?? faults.openai ?? faults['error-in-200'] ?? faults.status;
}

/* glm= and openai= speak for that upstream wherever they are used. */
function errorFault(faults, upstream) {
  const fault = asked(faults);
  const speaker = faults.glm ? glm : faults.openai ? openai : upstream;
  const named = faults.glm ?? faults.openai;
  const code = named?.value ?? (faults['error-in-200']?.value || fault.code);
  const status = faults.status?.value ?? errorOptions(fault).status;
  return { speaker, code: code || faults.status?.code, how: { ...errorOptions(fault), status } };
}

const BODIES = { html: [HTML, 'text/html'], empty: ['', 'text/plain'] };

function errorHeaders(fault) {
  const headers = { ...fault.headers };
  for (const name of ['retry-after', 'retry-after-ms']) {
    if (fault[name]) headers[name] = fault[name];
  }
  return headers;
}

function failingAnswer(faults, upstream, world) {
  const fault = asked(faults);
  const { speaker, code, how } = errorFault(faults, upstream);
  const answer = speaker.errorAnswer(speaker.makeError(code, how), world);
  const [text, type] = BODIES[fault.body] ?? [];
  const status = faults['error-in-200'] ? 200 : answer.status;
  const headers = { ...answer.headers, ...(type && { 'content-type': type }) };
  const body = type ? Buffer.from(text) : answer.body;
  return { ...answer, status, headers: { ...headers, ...errorHeaders(fault) }, body };
}

function ordinaryAnswer(entry, faults, upstream, world) {
  try {
    return upstream.answer(entry, world, faults);
  } catch (why) {
    if (why instanceof Refusal) return upstream.errorAnswer(why.error, world);
    throw why;
  }
}

function answerFor(entry, faults, upstream, world) {
  if (faults.recording) return recordedAnswer(faults.recording.value);
  if (asked(faults)) return failingAnswer(faults, upstream, world);
  return ordinaryAnswer(entry, faults, upstream, world);
}

function openEntry(req) {
  const { pathname } = new URL(req.url, 'http://fake');
  return {
    method: req.method,
    path: pathname.replace(/(?<=.)\/$/, ''),
    url: req.url,
    headers: req.headers,
    key: req.headers.authorization?.match(/^Bearer\s+(.+)$/i)?.[1],
    time: Date.now(),
    sent: 0,
    aborted: false,
    closed: false,
  };
}

/* Tell a client that left from a connection that we destroyed. */
function watch(res, entry, open = new Set()) {
  const over = new AbortController();
  open.add(entry);
  res.on('close', () => {
    open.delete(entry);
    entry.closed = true;
    if (!res.writableFinished && !entry.cut) {
      entry.aborted = true;
      entry.abortedAt = Date.now();
    }
    over.abort();
  });
  return { res, entry, signal: over.signal };
}

function control(req, world) {
  if (req.url === '/_requests') return jsonAnswer(200, world.requests);
  if (req.url === '/_reset' && req.method === 'POST') {
    world.reset();
    return jsonAnswer(200, {});
  }
  return null;
}

async function exchangeFor(req, res, world, pace) {
  const entry = openEntry(req);
  world.requests.push(entry);
  const exchange = watch(res, entry, world.open);
  const upstream = UPSTREAMS.find((one) => one.owns(entry.path)) ?? openai;
  const stored = entry.method === 'GET' && entry.path.startsWith('/v1/responses/');
  const { spec, faults } = chooseFaults(req.headers, world.counters, stored);
  Object.assign(entry, { upstream: upstream.name, fault: spec });
  if (faults.refuse) {
    entry.cut = true;
    req.socket.destroy();
    return;
  }
  entry.text = await readBody(req);
  entry.body = parseJson(entry.text);
  const answer = damage(answerFor(entry, faults, upstream, world), faults, upstream);
  await deliver(exchange, answer, faults, pace);
}

const NO_FAULTS = { headers: {} };

/* A mistake in a test must not look like one of the failures that it asked for. */
function excuse(res, why) {
  if (res.headersSent || res.destroyed) return res.destroy();
  const status = why instanceof FaultSpecError ? 501 : 500;
  const { headers, body } = jsonAnswer(status, { error: { message: why.message } });
  return res.writeHead(status, headers).end(body);
}

async function serve(req, res, world, { pace, log }) {
  const reply = control(req, world);
  if (reply) {
    await deliver(watch(res, { sent: 0 }), reply, NO_FAULTS, 0);
    return;
  }
  try {
    await exchangeFor(req, res, world, pace);
  } catch (why) {
    if (why.code !== 'ECONNRESET') excuse(res, why);
  }
  log(`${req.method} ${req.url} ${res.statusCode}`);
}

function listen(server, port, host) {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, host, done);
  });
}

function close(server) {
  return new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
}

/* ms. workerd closes an idle connection after 5 s, as Node does by default: were both the same, a
 * request could be sent on a connection that is just being closed, and a healthy key would fail. */
const KEEP_ALIVE = 60_000;

/**
 * Start both upstreams on one port.
 * @param {object} [how] port (0: any free one), host, pace (ms between events), log (a function
 *   over one line for each request), script (a function over a prompt, see prompt.js, that answers
 *   with the tools to call, [{name, input}], or with undefined where the fake is to decide)
 * @returns {Promise<{url, port, requests, openConnections, reset, close}>}
 *   requests: what was received, in order: {method, path, url, headers, key, body (parsed, or
 *   undefined), context (of the Responses API: all items that the model reads), text, time,
 *   upstream, fault, status, sent (bytes of body), cut (by us), aborted (by the client),
 *   abortedAt, closed}.
 *   openConnections(): requests that are neither answered nor given up.
 *   reset(): forget requests, ids, counters and stored responses.
 *   close(): destroy every connection and stop.
 * Rejects if the port cannot be had.
 */
export async function startFakeUpstreams({
  port = 0, host = '127.0.0.1', pace = 0, log = () => {}, script,
} = {}) {
  const world = new World(script);
  const server = createServer((req, res) => serve(req, res, world, { pace, log }));
  server.keepAliveTimeout = KEEP_ALIVE;
  await listen(server, port, host);
  const bound = server.address().port;
  return {
    url: `http://${host}:${bound}`,
    port: bound,
    requests: world.requests,
    openConnections: () => world.open.size,
    reset: () => world.reset(),
    close: () => close(server),
  };
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9100' },
      host: { type: 'string', default: '127.0.0.1' },
      pace: { type: 'string', default: '15' },
      quiet: { type: 'boolean', default: false },
    },
  });
  const log = values.quiet ? undefined : (line) => console.log(`fake upstream: ${line}`);
  const { port, pace } = values;
  const fake = await startFakeUpstreams({ ...values, port: Number(port), pace: Number(pace), log });
  console.log(`fake upstreams: OpenAI ${fake.url}/v1, GLM ${fake.url}/api/paas/v4`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((why) => {
    console.error(`fake upstreams: ${why.message}`);
    process.exitCode = 1;
  });
}
