// recordings.test.js -- every recorded answer, replayed as the upstream, arrives whole.
//
// What a recording says is taken from it by code of its own, here, and compared with what the
// client got: from the deltas, from output_item.done and from the last response.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { listRecordings, readRecording } from '../../scripts/fake-upstreams/server.js';
import { checkError, glm, judge, openai, saidIn, startRoutes } from './client.js';
import { parseStream } from './schema.js';

const RESPONSES = '/v1/responses';
const CHAT = '/v1/chat/completions';

const recordings = listRecordings();
const skip = recordings.length === 0 && '../shared/recordings is absent';

// ---- what a chat recording says ----

const stringOf = (value) => (typeof value === 'string' ? value : '');

function addCall(calls, piece, position) {
  const index = piece.index ?? position;
  let call = calls.find((one) => one.index === index);
  if (!call) calls.push(call = { index, id: '', name: '', arguments: '' });
  const { name, arguments: text } = piece.function ?? {};
  call.id ||= stringOf(piece.id);
  call.name ||= stringOf(name);
  call.arguments += typeof text === 'object' && text ? JSON.stringify(text) : stringOf(text);
}

// A whole message is a stream of one chunk.
function chunksOf(text) {
  if (text.trimStart().startsWith('{')) return [JSON.parse(text)];
  return text.split(/\r?\n\r?\n/)
    .map((frame) => frame.split(/\r?\n/).filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).trimStart()).join('\n'))
    .filter((data) => data && data !== '[DONE]')
    .map((data) => JSON.parse(data));
}

function storyOf(text) {
  const story = { text: '', reasoning: '', calls: [], reason: null, usage: null, model: null };
  for (const { choices = [], usage, model } of chunksOf(text)) {
    story.usage = usage ?? story.usage;
    story.model ??= model;
    for (const { index = 0, delta, message, finish_reason: reason } of choices) {
      if (index !== 0) continue;
      const said = delta ?? message ?? {};
      story.text += stringOf(said.content);
      story.reasoning += stringOf(said.reasoning_content ?? said.reasoning);
      (said.tool_calls ?? []).forEach((call, i) => addCall(story.calls, call, i));
      story.reason ??= reason ?? null;
    }
  }
  return story;
}

const usageOf = (usage) => usage && {
  input_tokens: usage.prompt_tokens,
  input_tokens_details: {
    cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    cache_write_tokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
  },
  output_tokens: usage.completion_tokens,
  output_tokens_details: {
    reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  },
  total_tokens: usage.total_tokens,
};

const STATUS = { length: 'incomplete', sensitive: 'incomplete', content_filter: 'incomplete' };

// ---- what the client got ----

const joined = (items, type, member) => items.filter((item) => item.type === type)
  .flatMap((item) => item[member].map(({ text }) => text)).join('');

const callsOf = (items) => items.filter(({ type }) => type === 'function_call')
  .map(({ call_id: id, name, arguments: text }) => ({ id, name, arguments: text }));

const outputOf = (items) => ({
  text: joined(items, 'message', 'content'),
  reasoning: joined(items, 'reasoning', 'summary'),
  calls: callsOf(items),
});

// The same, from the deltas alone.
function deltasOf(events) {
  const of = (type) => events.filter((event) => event.type === `response.${type}`);
  const join = (list) => list.map(({ delta }) => delta).join('');
  const items = of('output_item.added').filter(({ item }) => item.type === 'function_call');
  return {
    text: join(of('output_text.delta')),
    reasoning: join(of('reasoning_summary_text.delta')),
    calls: items.map(({ item: { call_id: id, name, id: item } }) => ({
      id,
      name,
      arguments: join(of('function_call_arguments.delta').filter((one) => one.item_id === item)),
    })),
  };
}

function checkOutput(output, story) {
  assert.equal(output.text, story.text);
  assert.equal(output.reasoning, story.reasoning);
  // An upstream that numbers no call leaves that to the gateway.
  const ids = output.calls.map(({ id }, i) => story.calls[i]?.id || id);
  const expected = story.calls.map(({ name, arguments: text }, i) => (
    { id: ids[i], name, arguments: text }
  ));
  assert.deepEqual(output.calls, expected);
  for (const { id } of output.calls) assert.notEqual(id, '');
}

function checkAnswer(answer, story) {
  const response = judge(answer);
  assert.ok(response, 'the gateway wrote it');
  checkOutput(outputOf(response.output), story);
  assert.deepEqual(response.usage, usageOf(story.usage));
  assert.equal(response.status, STATUS[story.reason] ?? 'completed');
  if (story.model) assert.equal(response.model, story.model);
  if (answer.startsWith('{')) return;
  const events = parseStream(answer);
  const done = events.filter(({ type }) => type === 'response.output_item.done');
  checkOutput(outputOf(done.map(({ item }) => item)), story);
  checkOutput(deltasOf(events), story);
}

// ---- which are replayed, and how ----

const under = (...folders) => recordings.filter(({ path, status }) => (
  status === 200 && folders.some((folder) => path.startsWith(`${folder}/`))
));
const isQuoted = ({ path }) => path.includes('/errors-quoted/');

// A stream comes in one more way on the wire, in turn. Many small writes take long: the larger
// recordings are not cut quite as small.
const WIRES = ['byte-by-byte', 'crlf', 'comments', 'id-lines'];
const SMALL = 10_000;

function wiresOf({ path, kind }, i) {
  const wire = WIRES[i % WIRES.length];
  const cut = wire === 'byte-by-byte' && readRecording(path).length > SMALL ? 'chunk=17' : wire;
  return kind === 'sse' ? ['', cut] : [''];
}

function rows(list, make) {
  return list.flatMap((recording, i) => {
    const { path } = recording;
    return wiresOf(recording, i).map((wire) => ({
      ...recording,
      wire,
      name: wire ? `${path} (${wire})` : path,
      route: `${path} ${wire}`.replaceAll(/\W+/g, '_'),
      providers: [make(`recording=${encodeURIComponent(path)};${wire}`)],
    }));
  });
}

const compatible = (keys) => openai(keys, { api: 'chat', model: 'some-model' });
const chatRows = [
  ...rows(under('glm').filter((one) => !isQuoted(one)), glm),
  ...rows(under('chat-compat'), compatible),
];
// Counted tokens and compacted conversations are answers of other endpoints.
const isOfAnother = (path) => path.includes('/count-tokens/') || (path.endsWith('.json')
  && /"object": ?"response\.(input_tokens|compaction)"/.test(readRecording(path)));
const ofResponses = under('openai-responses').filter(({ path }) => !isOfAnother(path));
const responsesRows = rows(ofResponses, openai);

async function startRows(list, options) {
  const routes = list.map(({ route, providers }) => [route, providers]);
  return startRoutes(Object.fromEntries(routes), options);
}

// One gateway for each table, since a configuration has at most 256 routes.
function suite(name, list, body, options) {
  // A suite that is skipped is not counted; a test is.
  if (skip) {
    test(name, { skip }, () => {});
    return;
  }
  describe(name, { concurrency: 8 }, () => {
    const held = {};
    before(async () => { held.gateway = await startRows(list, options); });
    after(() => held.gateway?.stop());
    body(held);
  });
}

async function ask({ gateway }, path, { route, kind }, more) {
  const field = path === CHAT ? 'messages' : 'input';
  const response = await gateway.post(path, {
    model: route, stream: kind === 'sse', [field]: [{ role: 'user', content: 'Replay.' }], ...more,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

suite('chat recordings through the Responses API', chatRows, (held) => {
  for (const row of chatRows) {
    test(row.name, async () => {
      const { status, text } = await ask(held, RESPONSES, row);
      assert.equal(status, 200, text);
      checkAnswer(text, storyOf(readRecording(row.path).toString()));
    });
  }
});

suite('chat recordings through Chat Completions', chatRows, (held) => {
  for (const row of chatRows.filter(({ wire }) => !wire)) {
    test(row.name, async () => {
      const { status, text } = await ask(held, CHAT, row);
      assert.equal(status, 200, text);
      assert.deepEqual(storyOf(text), storyOf(readRecording(row.path).toString()));
    });
  }
});

const KEYS = `id object created_at completed_at status incomplete_details model
  previous_response_id instructions output error tools tool_choice truncation parallel_tool_calls
  text top_p presence_penalty frequency_penalty top_logprobs temperature reasoning usage
  max_output_tokens max_tool_calls store background service_tier metadata safety_identifier
  prompt_cache_key`.split(/\s+/);

const isOwn = (key) => (value) => JSON.stringify(JSON.parse(value)[key]);

suite('OpenAI\'s recordings pass', responsesRows, (held) => {
  for (const row of responsesRows.filter(({ kind }) => kind === 'sse')) {
    test(row.name, async () => {
      const { status, text } = await ask(held, RESPONSES, row);
      assert.equal(status, 200, text);
      const recorded = readRecording(row.path).toString();
      const dialect = row.wire === 'crlf' ? recorded.replace(/\r?\n/g, '\r\n') : recorded;
      if (!['comments', 'id-lines'].includes(row.wire)) assert.equal(text, dialect);
      assert.equal(saidIn(text), saidIn(recorded));
    });
  }
  for (const row of responsesRows.filter(({ kind }) => kind === 'json')) {
    test(row.name, async () => {
      const { status, text } = await ask(held, RESPONSES, row);
      assert.equal(status, 200, text);
      const recorded = readRecording(row.path).toString();
      for (const key of Object.keys(JSON.parse(recorded))) {
        assert.equal(isOwn(key)(text), isOwn(key)(recorded), key);
      }
    });
  }
});

const eventsIn = (stream) => stream.split(/\r?\n/)
  .filter((line) => line.startsWith('data: {'))
  .map((line) => JSON.parse(line.slice(6)));

// A watched stream is as it was, but for what its responses lacked.
function checkWatched(told, recorded) {
  const { response: full, ...event } = told;
  const { response, ...same } = recorded;
  assert.deepEqual(event, same);
  if (!response) return;
  const own = Object.keys(response).map((key) => [key, full[key]]);
  assert.deepEqual(Object.fromEntries(own), response);
  const lacking = KEYS.filter((key) => !(key in full));
  assert.deepEqual(lacking, []);
}

suite('OpenAI\'s recorded streams, watched', responsesRows, (held) => {
  for (const row of responsesRows.filter(({ kind }) => kind === 'sse')) {
    test(row.name, async () => {
      const { status, text } = await ask(held, RESPONSES, row);
      assert.equal(status, 200, text);
      const told = eventsIn(text);
      const recorded = eventsIn(readRecording(row.path).toString());
      assert.equal(told.length, recorded.length);
      recorded.forEach((event, i) => checkWatched(told[i], event));
    });
  }
}, { route: { watch: true } });

// A route that goes on after a failure translates: its items are the upstream's all the same.
// Encrypted reasoning is bound to its id; another id may be the gateway's.
function itemOf({ type, id, content, summary, phase, encrypted_content: sealed, ...rest }) {
  if (type === 'reasoning') {
    const parts = content?.length ? content : summary;
    const text = parts.map((part) => part.text).join('\n\n');
    return { type, text, ...sealed && { id, sealed } };
  }
  if (type === 'message') {
    return { type, phase, text: content.map(({ text, refusal }) => text ?? refusal).join('') };
  }
  const { call_id: call, name, arguments: text, input } = rest;
  return { type, call, name, text: text ?? input };
}

const TRANSLATED = ['message', 'reasoning', 'function_call', 'custom_tool_call'];
const doneIn = (text) => eventsIn(text)
  .filter(({ type }) => type === 'response.output_item.done').map(({ item }) => itemOf(item));
// Some recordings are several responses, of which only the first would be read.
function isTranslated({ kind, wire, path }) {
  if (kind !== 'sse' || wire) return false;
  const events = eventsIn(readRecording(path).toString());
  return events.filter(({ type }) => type === 'response.created').length === 1
    && events.at(-1).response.output.every(({ type }) => TRANSLATED.includes(type));
}
const translatedRows = responsesRows.filter(isTranslated);

suite('OpenAI\'s recorded streams, translated', translatedRows, (held) => {
  for (const row of translatedRows) {
    test(row.name, async () => {
      const { status, text } = await ask(held, RESPONSES, row, {
        store: false, include: ['reasoning.encrypted_content'],
      });
      assert.equal(status, 200, text);
      const expected = doneIn(readRecording(row.path).toString());
      assert.deepEqual(doneIn(text), expected);
      assert.deepEqual(judge(text).output.map(itemOf), expected);
    });
  }
}, { route: { continueOnFailure: true } });

// ---- errors ----

const ERRORS = {
  'glm/errors-quoted/400-1210': { status: 400, code: 'invalid_request' },
  'glm/errors-quoted/400-1214-unknown-model': { status: 404, code: 'model_not_found' },
  'glm/errors-quoted/400-1214': { status: 400, code: 'invalid_request' },
  'glm/errors-quoted/400-1261': { status: 400, code: 'context_length_exceeded' },
  'glm/errors-quoted/401': { status: 502, code: 'upstream_auth_failed' },
  'glm/errors-quoted/429-1113': { status: 429, code: 'insufficient_quota', retry: true },
  'glm/errors-quoted/429-1302': { status: 429, code: 'rate_limit_exceeded', retry: true },
  'glm/errors-quoted/429-1308': { status: 429, code: 'insufficient_quota', retry: true },
  'glm/errors-quoted/500-1234': { status: 500, code: 'upstream_error' },
  'glm/errors-quoted/200-corrupt': { status: 502, code: 'upstream_error' },
  'glm/errors-quoted/200-progress': { status: 502, code: 'upstream_error' },
  'chat-compat/crmne-chat_real_error': { status: 400, code: 'context_length_exceeded' },
  'openai-responses/': { status: 400, code: '', passes: true },
};
const expectedOf = ({ path }) => {
  const name = Object.keys(ERRORS).find((prefix) => path.startsWith(prefix));
  return ERRORS[name] ?? assert.fail(`no expectation for ${path}`);
};
const makers = { glm, 'chat-compat': compatible, 'openai-responses': openai };
// The gateway waits for a limit to pass, unless it is told to wait for longer than it would.
const hurry = ({ path }) => (path.includes('/429-1302') ? ';retry-after=120' : '');
const errorRows = recordings.filter((one) => one.status !== 200 || isQuoted(one)).flatMap((one) => (
  [RESPONSES, CHAT].flatMap((api) => ['json', 'sse'].map((kind) => ({
    ...one,
    api,
    kind: one.kind === 'sse' ? 'sse' : kind,
    route: `${one.path} ${api} ${kind}`.replaceAll(/\W+/g, '_'),
    name: `${one.path} ${api}${kind === 'sse' ? ', streamed' : ''}`,
    providers: [makers[one.path.split('/')[0]](
      `recording=${encodeURIComponent(one.path)}${hurry(one)}`,
    )],
  })))
));

suite('recorded errors', errorRows, (held) => {
  for (const row of errorRows) {
    test(row.name, async () => {
      const { status, code, retry, passes } = expectedOf(row);
      const answer = await ask(held, row.api, row);
      assert.equal(answer.status, status, answer.text);
      checkError(JSON.parse(answer.text), { code });
      assert.equal(answer.headers.get('x-should-retry'), 'false');
      assert.equal(answer.headers.has('retry-after'), Boolean(retry));
      if (!passes) return;
      const { error } = JSON.parse(readRecording(row.path));
      assert.equal(JSON.parse(answer.text).error.message, error.message);
    });
  }
});
