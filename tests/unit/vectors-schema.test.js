// vectors-schema.test.js -- what the vectors expect is valid itself; and the judge is no friend.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { checkError } from '../e2e/client.js';
import { checkCompaction, checkResponse, checkStream, hasSchema } from '../e2e/schema.js';

const ROOT = new URL('../vectors/', import.meta.url).pathname;

const read = (name) => readFileSync(ROOT + name, 'utf8');
const bodyOf = (text) => text.slice(text.indexOf('\n\n') + 2);

const files = readdirSync(ROOT, { recursive: true });
const replies = files.filter((name) => name.endsWith('.reply')).sort();

// A reply that the gateway translated: asked for on one API, fetched from another.
function isTranslated(name) {
  const request = read(name.replace('.reply', '.request'));
  const start = name.replace(/reply$/, '');
  const fetches = files.filter((file) => file.startsWith(start) && file.endsWith('.fetch')).sort();
  const last = fetches.length ? read(fetches.at(-1)) : '';
  return /^(@.*\n)?POST (\/v1)?\/responses/.test(request) &&
    /^POST .*\/chat\/completions\n/.test(last);
}

const isMessage = (name) => /^(@.*\n)?MESSAGE /.test(read(name.replace('.reply', '.request')));

// Lines of JSON to a WebSocket: the events of a stream, each with the lane's name or none.
function checkLines(status, body) {
  const lines = body.trim().split('\n');
  const events = lines.map((line) => JSON.parse(line));
  assert.equal(new Set(events.map(({ stream_id: lane }) => lane)).size, 1);
  const [{ type, error }] = events;
  if (status >= 400) {
    assert.match(type, /^(error|response\.steer\.failed)$/);
    if (type === 'error') assert.equal(events[0].status, status);
    assert.deepEqual(Object.keys(error).slice(0, 3), ['type', 'code', 'message']);
    return;
  }
  const frames = lines.map((line) => line.replace(/,"stream_id":"[^"]*"\}$/, '}'));
  checkStream(frames.map((line, i) => `event: ${events[i].type}\ndata: ${line}\n\n`)
    .concat('data: [DONE]\n\n').join(''));
}

function check(name) {
  const reply = read(name);
  const request = read(name.replace('.reply', '.request'));
  const status = Number(reply.split('\n', 1)[0]);
  const body = bodyOf(reply);
  if (isMessage(name)) {
    if (!name.startsWith('socket/native/')) checkLines(status, body);
    return;
  }
  if (status === 101) return;
  if (status >= 400) checkError(JSON.parse(body), {});
  else if (!isTranslated(name)) return;
  else if (reply.includes('\ncontent-type: text/event-stream\n')) checkStream(body);
  else if (/^POST .*\/compact\n/.test(request)) checkCompaction(JSON.parse(body));
  else checkResponse(JSON.parse(body));
}

const skip = !hasSchema && '../shared/spec/openapi.json is absent';
test('the schema is there', { skip }, () => {});

describe('expected replies are valid', () => {
  for (const name of replies) test(name, () => check(name));
});

// What must not pass: a good stream with one thing wrong.
const good = bodyOf(read('glm/stream-tools/1.reply'));
const frame = (type) => new RegExp(`event: ${type}\\ndata: .*\\n\\n`);
const swap = (from, to) => (stream) => stream.replace(from, to);
const drop = (type) => swap(frame(type), '');

const BREAKS = {
  'no [DONE]': swap('data: [DONE]\n\n', ''),
  'a line that ends in CR LF': swap('\n', '\r\n'),
  'an id line': swap('event: response.created', 'id: 1\nevent: response.created'),
  'an event line that says another type': swap('event: response.created', 'event: response.queued'),
  'no response.created': drop('response\\.created'),
  'no response.in_progress': drop('response\\.in_progress'),
  'a sequence number twice': swap('"sequence_number":5', '"sequence_number":4'),
  'a sequence that begins with 1': swap('"sequence_number":0', '"sequence_number":1'),
  'no output_item.added': drop('response\\.output_item\\.added'),
  'no content_part.added': drop('response\\.content_part\\.added'),
  'no output_text.done': drop('response\\.output_text\\.done'),
  'no output_item.done': drop('response\\.output_item\\.done'),
  'a delta lost': drop('response\\.function_call_arguments\\.delta'),
  'no end': drop('response\\.completed'),
  'two ends': (stream) => stream.replace(frame('response\\.completed'), '$&$&'),
  'a response without store': (stream) => stream.replaceAll('"store":false,', ''),
  'usage before it is known': swap('"usage":null', '"usage":{}'),
  'another item in the end': (stream) => stream.replace(/(.*)call_a/s, '$1call_c'),
  'an error without a failed response': swap('event: response.completed',
    'event: error\ndata: {"type":"error","sequence_number":20}\n\nevent: response.completed'),
};

// These only the schema sees.
const SCHEMA_BREAKS = {
  'a member that nobody knows': swap('"item_id"', '"colour":"red","item_id"'),
  'an event that nobody knows': swap(frame('response\\.in_progress'),
    '$&event: response.thought\ndata: {"type":"response.thought","sequence_number":1.5}\n\n'),
  'a tool without parameters': (stream) => (
    stream.replaceAll(/"parameters":.*?,"strict"/g, '"strict"')
  ),
  'a part without annotations': swap('"annotations":[],', ''),
  'usage without its details': swap(/"input_tokens_details":\{.*?\},/, ''),
};

describe('the judge rejects', () => {
  test('nothing that is right', () => {
    const { events, response } = checkStream(good);
    assert.ok(events.length > 20);
    assert.deepEqual(response.output.map(({ type }) => type),
      ['reasoning', 'message', 'function_call', 'function_call']);
  });
  const table = { ...BREAKS, ...(hasSchema && SCHEMA_BREAKS) };
  for (const [name, spoil] of Object.entries(table)) {
    test(name, () => {
      assert.notEqual(spoil(good), good, 'this test changes the stream');
      assert.throws(() => checkStream(spoil(good)), assert.AssertionError);
    });
  }
});
