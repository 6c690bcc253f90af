// forms.test.js -- the fault matrix, second part: every form of an answer x every way through the
// gateway. forms-table.js says what is to come of each.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { TOKEN, startGateway } from './harness.js';
import { checkStream } from './schema.js';
import { startScripted } from './scripted.js';
import { FORMS, OTHER, TEXT, WAYS, goodAnswer } from './forms-table.js';

const SLOWEST = 15_000; // ms that any cell may take, on a machine that has much to do
const CELLS_MAX = 240; // in one configuration: each has a route and two keys

// Patience with those who fall silent; with all others there is plenty. They are asked all at
// once, so it has to be enough on a machine that has much to do.
const SHORT = { connectMs: 3000, firstTokenMs: 2000, idleMs: 2000, wholeMs: 3000 };

// ---- cells ----

function* cells() {
  for (const [wayName, way] of Object.entries(WAYS)) {
    for (const form of FORMS) {
      if (form.api !== way.api || (way.streams && !form.stream)) continue;
      if ((form.unlessPiped && way.piped) || (form.spelled && way.few)) continue;
      const name = `${wayName}, ${form.stream ? 'SSE' : 'JSON'}: ${form.name}`;
      yield { name, way, form };
    }
  }
}

const CELLS = [...cells()].map((cell, i) => ({ ...cell, id: `c${i}` }));

function* batches() {
  const hangs = (cell) => Boolean(cell.form.hangs);
  const quick = CELLS.filter((cell) => !hangs(cell));
  for (let i = 0; i < quick.length; i += CELLS_MAX) {
    yield { cells: quick.slice(i, i + CELLS_MAX), concurrency: 24 };
  }
  yield { cells: CELLS.filter(hangs), concurrency: CELLS_MAX };
}

function scriptOf({ way, form }) {
  const answer = (tag, { type, lines }) => (
    [`=== ${tag}`, '200', ...type === null ? [] : [`content-type: ${type}`], '', ...lines, '']
  );
  const asked = form.stream || way.streams;
  return [...answer('first', form), ...answer('other', goodAnswer(way.api, asked))].join('\n');
}

const PATHS = { openai: '/v1', zhipu: '/api/paas/v4' };

function routeOf({ id, way, form }, url) {
  const at = (tag) => ({
    ...way.provider,
    endpoint: `${url}/${id}/${tag}${PATHS[way.provider.provider]}`,
    apiKeys: [`${tag}_${id}`.toUpperCase()],
  });
  return {
    ...way.route,
    providers: [
      { ...at('first'), ...form.hangs && { timeouts: SHORT } },
      at('other'),
    ],
  };
}

async function startBatch(batch) {
  const upstreams = await startScripted(
    Object.fromEntries(batch.map((cell) => [cell.id, scriptOf(cell)])));
  const routes = Object.fromEntries(batch.map((cell) => [cell.id, routeOf(cell, upstreams.url)]));
  const keys = batch.flatMap(({ id }) => [`FIRST_${id}`, `OTHER_${id}`]);
  const env = Object.fromEntries(keys.map((key) => [key.toUpperCase(), `sk-${key}-of-a-cell`]));
  const gateway = await startGateway({ routes: JSON.stringify(routes), env });
  const stop = async () => {
    await gateway.stop();
    await upstreams.close();
  };
  return { gateway, upstreams, stop };
}

// ---- replies ----

const dataLines = (text) => text.split('\n').filter((line) => line.startsWith('data:'))
  .map((line) => line.slice(5).trim());

// The JSON in a stream; what a piped one has besides is the upstream's.
function valuesIn(text) {
  return dataLines(text).flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  }).filter((value) => value && typeof value === 'object');
}

const textOf = (output) => output.flatMap(({ content }) => content ?? [])
  .map(({ text }) => text).join('');

const readResponse = ({ status, output, incomplete_details: why, error }) => (
  { ended: why?.reason ?? status, text: textOf(output), code: error?.code }
);

const TERMINAL = /^response\.(completed|incomplete|failed)$/;

function readEvents(text, relayed) {
  const values = valuesIn(text);
  const ends = values.filter(({ type }) => TERMINAL.test(type));
  if (!relayed) checkStream(text);
  const { response } = ends[0] ?? {};
  return {
    ...response && readResponse(response),
    text: values.filter(({ type }) => type === 'response.output_text.delta')
      .map(({ delta }) => delta).join(''),
    ends: ends.length,
    last: TERMINAL.test(values.at(-1)?.type),
    error: values.filter(({ type }) => type === 'error').length,
  };
}

function readChat(choices, error) {
  const reasons = choices.map(({ finish_reason: reason }) => reason).filter(Boolean);
  return {
    text: choices.map(({ delta, message }) => (delta ?? message)?.content ?? '').join(''),
    ended: error ? 'failed' : reasons[0],
    code: error?.code,
    ends: reasons.length + (error ? 1 : 0),
  };
}

function readChunks(text) {
  const values = valuesIn(text);
  const failures = values.filter(({ error }) => error);
  const last = dataLines(text).at(-1);
  return {
    ...readChat(values.flatMap(({ choices }) => choices ?? []), failures[0]?.error),
    done: last === '[DONE]',
    last: last === '[DONE]' || Boolean(values.at(-1)?.error),
  };
}

function read({ way, form }, text) {
  if (way.client === 'responses') {
    return form.stream ? readEvents(text, way.api === way.client) : readResponse(JSON.parse(text));
  }
  return form.stream ? readChunks(text) : readChat(JSON.parse(text).choices);
}

// ---- what is expected ----

const GOOD = { responses: 'completed', chat: 'stop' };
const ENDS = {
  whole: GOOD,
  length: { responses: 'max_output_tokens', chat: 'length' },
  filter: { responses: 'content_filter', chat: 'content_filter' },
  next: GOOD,
  broken: { responses: 'failed', chat: 'failed' },
  silent: { responses: 'failed', chat: 'failed' },
};
const CODES = { broken: 'upstream_error', silent: 'upstream_timeout' };

function checkEnd({ way, form }, got, relayed) {
  const failed = CODES[form.expected];
  if (failed && form.code !== null) assert.equal(got.code, form.code ?? failed);
  // The words of a chat service reach a chat client as they are.
  if (!relayed || (way.client === 'responses' && !form.anyStatus) || failed) {
    assert.equal(got.ended, ENDS[form.expected][way.client]);
  }
  if (!form.stream) return;
  assert.ok(got.last, 'the end is the last that comes');
  if (way.client === 'responses') assert.equal(got.ends, 1, 'one end');
}

async function check({ gateway, upstreams }, cell) {
  const { id, way, form } = cell;
  const input = way.client === 'chat'
    ? { messages: [{ role: 'user', content: 'Hi' }] } : { input: 'Hi' };
  const response = await fetch(
    `${gateway.url}/v1/${way.client === 'chat' ? 'chat/completions' : 'responses'}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: id, stream: form.stream, ...input, ...way.body }),
      signal: AbortSignal.timeout(SLOWEST),
    });
  const text = await response.text();
  const asked = upstreams.requests.filter(({ name }) => name === id).map(({ tag }) => tag);
  assert.equal(response.status, 200, text);
  assert.match(response.headers.get('content-type'),
    form.stream ? /^text\/event-stream/ : /^application\/json/);
  const got = read(cell, text);
  const next = form.expected === 'next';
  const about = `${asked}\n${text}`;
  assert.equal(asked.at(-1), next ? 'other' : 'first', about);
  if (!next || form.once) assert.equal(asked.indexOf('other'), next ? 1 : -1, about);
  if (!next) assert.equal(asked.length, 1, about);
  assert.equal(got.text, next ? OTHER : form.text ?? form.said ?? TEXT, about);
  try {
    checkEnd(cell, got, way.client === way.api && !next);
  } catch (error) {
    error.message += `\n${about}`;
    throw error;
  }
}

for (const [i, batch] of [...batches()].entries()) {
  describe(`forms of answers, part ${i + 1}`, () => {
    let started;
    before(async () => { started = await startBatch(batch.cells); });
    after(() => started?.stop());

    describe('cells', { concurrency: batch.concurrency }, () => {
      for (const cell of batch.cells) test(cell.name, () => check(started, cell));
    });

    test('nothing trapped, and no secret was told', () => {
      assert.doesNotMatch(started.gateway.logs.join(''), /RuntimeError|Uncaught|TypeError|sk-/);
    });
  });
}
