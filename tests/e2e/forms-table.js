// forms-table.js -- every form that an answer can have, and what must become of it.
//
// forms.test.js makes cells of it: a form x the way through the gateway. What is expected follows
// from what the form says, not from who reads it:
//   whole       all of the text, a good end, one upstream asked
//   length, filter   the same with an end that is incomplete, for this reason
//   next        nothing true was said: another upstream answers instead
//   broken      half of the text, then an error with the code upstream_error
//   silent      the same with upstream_timeout
// A form is { name, lines, type, expected, ...}: lines as scripted.js plays them.

// ---- the answers of the two APIs, as frames ----

const HALF = 'Half of it';
const REST = ', and the rest.';
export const TEXT = HALF + REST;
export const OTHER = 'From the other.';
export const TEXTS = { half: HALF, whole: TEXT };

const data = (value) => [`data: ${typeof value === 'string' ? value : JSON.stringify(value)}`, ''];
const event = (value) => [`event: ${value.type}`, ...data(value)];

const USAGE = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 };
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'some-model' };
const chunk = (delta, reason = null, more = {}) => (
  { ...head, choices: [{ index: 0, delta, finish_reason: reason }], ...more }
);
const completion = (content, reason, more = {}) => ({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: reason }],
  usage: USAGE,
  ...more,
});

const part = (text) => ({ type: 'output_text', text, annotations: [], logprobs: [] });
const item = (text, status = 'completed') => ({
  type: 'message',
  id: 'msg_1',
  status,
  role: 'assistant',
  content: text === null ? [] : [part(text)],
});
const response = (status, output, more = {}) => ({
  id: 'resp_1', object: 'response', created_at: 1, status, model: 'some-model', output,
  error: null, incomplete_details: null, ...more,
});
const TOKENS = { input_tokens: 3, output_tokens: 5, total_tokens: 8 };
const at = { output_index: 0, item_id: 'msg_1', content_index: 0 };

// Frames in their places: |start| before any output, two |pieces| of text, |close| what closes
// them, |finish| the end of the answer, |tail| what may follow.
const halvesOf = (text) => [text.slice(0, HALF.length), text.slice(HALF.length)];

const CHAT = (text) => ({
  start: [data(chunk({ role: 'assistant', content: '' }))],
  pieces: halvesOf(text).map((content) => data(chunk({ content }))),
  close: [],
  finish: (reason = 'stop') => [data(chunk({}, reason))],
  usage: [data({ ...head, choices: [], usage: USAGE })],
  done: [data('[DONE]')],
});
const RESPONSES = (text) => {
  let n = 0;
  const next = (value) => event({ ...value, sequence_number: n++ });
  const going = response('in_progress', []);
  const start = [
    next({ type: 'response.created', response: going }),
    next({ type: 'response.in_progress', response: going }),
  ];
  const open = [
    next({ type: 'response.output_item.added', output_index: 0, item: item(null, 'in_progress') }),
    next({ type: 'response.content_part.added', ...at, part: part('') }),
  ];
  const pieces = halvesOf(text).map((delta) => (
    next({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })
  ));
  const close = [
    next({ type: 'response.output_text.done', ...at, text, logprobs: [] }),
    next({ type: 'response.content_part.done', ...at, part: part(text) }),
    next({ type: 'response.output_item.done', output_index: 0, item: item(text) }),
  ];
  const finish = (status = 'completed', more = {}, type = status) => [next({
    type: `response.${type}`, response: response(status, [item(text)], { usage: TOKENS, ...more }),
  })];
  return { start, open, pieces, close, finish, usage: [], done: [] };
};
const framesOf = { chat: CHAT, responses: RESPONSES };

// All frames of a good stream of |api|, or those that |keep| chooses.
function frames(api, text = TEXT) {
  const { start, open = [], pieces, close, finish, usage, done } = framesOf[api](text);
  return {
    start, open, half: pieces.slice(0, 1), rest: pieces.slice(1), close, finish, usage, done,
    said: [...start, ...open, ...pieces, ...close],
    before: [...start, ...open],
  };
}

const wholeOf = {
  chat: (text = TEXT) => completion(text, 'stop'),
  responses: (text = TEXT) => response('completed', [item(text)], { usage: TOKENS }),
};

const SSE = 'text/event-stream';
const JSON_TYPE = 'application/json';

const streamLines = (api, text) => {
  const { said, finish, usage, done } = frames(api, text);
  return [...said, ...finish(), ...usage, ...done].flat();
};
const jsonLines = (value) => [JSON.stringify(value), '%nonl'];

/** A good answer, for whoever is asked next. */
export const goodAnswer = (api, stream) => (stream
  ? { type: SSE, lines: streamLines(api, OTHER) }
  : { type: JSON_TYPE, lines: jsonLines(wholeOf[api](OTHER)) });

// ---- words with which an answer ends ----

const WORDS = {
  whole: ['stop', 'STOP', 'end_turn', 'stop_sequence', 'eos', 'eos_token', 'end',
    'done', 'complete', 'completed', 'COMPLETE', 'finished', 'normal'],
  length: ['length', 'max_tokens', 'MAX_TOKENS', 'max-tokens', 'max_output_tokens', 'max_length',
    'model_length', 'token_limit', 'model_context_window_exceeded', 'ERROR_LIMIT'],
  filter: ['content_filter', 'content-filter', 'CONTENT_FILTER', 'sensitive', 'content_filtered',
    'refusal', 'guardrail_intervened', 'SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT',
    'SPII', 'IMAGE_SAFETY', 'ERROR_TOXIC'],
  // Whatever nobody knows may be a cut.
  failure: ['abort', 'error', 'ERROR', 'timeout', 'insufficient_system_resource', 'network_error',
    'OTHER', 'MALFORMED_FUNCTION_CALL', 'FINISH_REASON_UNSPECIFIED', 'cancelled', 'aborted',
    'load_shed', 'server_error', 'stopped_by_nobody', 'x'.repeat(300)],
};

function* words() {
  for (const [kind, list] of Object.entries(WORDS)) {
    for (const word of list) {
      const failed = kind === 'failure';
      const { said, finish, usage, done } = frames('chat');
      yield {
        name: `finish ${word.slice(0, 30)}`, api: 'chat', stream: true, type: SSE,
        lines: [...said, ...finish(word), ...usage, ...done].flat(),
        expected: failed ? 'broken' : kind, said: TEXT,
      };
      yield {
        name: `finish ${word.slice(0, 30)}`, api: 'chat', stream: false, type: JSON_TYPE,
        lines: jsonLines(completion(TEXT, word)), expected: failed ? 'next' : kind,
      };
    }
  }
}

// The same of a Responses upstream: its status, and its last event.
const STATUSES = [
  ['whole', 'completed', {}],
  ['length', 'incomplete', { incomplete_details: { reason: 'max_output_tokens' } }],
  ['filter', 'incomplete', { incomplete_details: { reason: 'content_filter' } }],
  ['failure', 'failed', { error: { code: 'server_error', message: 'Sorry.' } }],
  ['failure', 'failed', {}],
  ['failure', 'cancelled', {}],
  ['failure', 'in_progress', {}],
  ['failure', 'queued', {}],
  ['failure', 'abort', {}],
];

function* statuses() {
  for (const [kind, status, more] of STATUSES) {
    const failed = kind === 'failure';
    const name = `status ${status} ${Object.keys(more)}`;
    yield {
      name, api: 'responses', stream: false, type: JSON_TYPE,
      lines: jsonLines({ ...wholeOf.responses(), status, ...more }),
      expected: failed ? 'next' : kind,
    };
    const types = new Set([status, 'completed']);
    for (const type of types) {
      const { said, finish } = frames('responses');
      // Some leave the status as it was; the event says the end.
      const left = type === 'completed' && /^(in_progress|queued)$/.test(status);
      yield {
        name: `${name} in response.${type}`, api: 'responses', stream: true, type: SSE,
        lines: [...said, ...finish(status, more, type)].flat(),
        expected: left ? 'whole' : failed ? 'broken' : kind, said: TEXT,
        code: more.error ? more.error.code : status === 'failed' ? null : undefined,
        anyStatus: left, unlessPiped: type !== status && /^(cancelled|abort)$/.test(status),
      };
    }
  }
}

// ---- content types, and who says what under them ----

const TYPES = [SSE, 'Text/Event-Stream', 'text/event-stream;charset=UTF-8', JSON_TYPE,
  'Application/JSON; charset=utf-8', 'text/plain', 'application/octet-stream',
  'application/x-ndjson', 'text/html', null];

function* types(api) {
  for (const type of TYPES) {
    for (const stream of [false, true]) {
      yield {
        name: `a stream as ${type}`, api, stream, type, lines: streamLines(api),
        expected: 'whole',
      };
      yield {
        name: `an object as ${type}`, api, stream, type, lines: jsonLines(wholeOf[api]()),
        expected: 'whole',
      };
    }
  }
}

// ---- how a stream ends, and what is in it ----

const TEXT_INSIDE = 'upstream connect error or disconnect/reset before headers';
const HTML_INSIDE = ['<html><body>502 Bad Gateway</body></html>'];
const ERROR = { error: { message: 'Sorry.', type: 'server_error', code: 'server_error' } };
const errorOf = {
  chat: data(ERROR), responses: ['event: error', ...data({ type: 'error', ...ERROR })],
};

// Each form of a stream: name, expected, lines. |said|: what the client has had when it breaks.
function streamForms(api) {
  const { before, said, half, rest, close, finish, usage, done } = frames(api);
  const all = streamLines(api);
  const ended = [...said, ...finish(), ...usage].flat();
  const early = before.flat();
  const late = [...before, ...half].flat();
  const content = [...before, ...half, ...rest].flat();
  const unfinished = [...said, ...usage].flat();
  const chat = api === 'chat';
  const framed = [...said, ...finish(), ...usage, ...done];
  const sooner = [
    ['as it should be', 'whole', all],
    ['without [DONE]', 'whole', ended],
    ['with [DONE]', 'whole', [...ended, ...data('[DONE]')]],
    ['with [DONE] twice', 'whole', [...ended, ...data('[DONE]'), ...data('[DONE]')]],
    ['no blank line at the end', 'whole', [...ended, '%nonl']],
    ['no line end at the end', 'whole', [...ended, '%nonl', '%nonl']],
    ['no line end behind [DONE]', 'whole', [...ended, ...data('[DONE]'), '%nonl', '%nonl']],
    ['one newline between frames', 'whole', all.filter((line) => line !== '')],
    ['lines that end in CR LF', 'whole', ['%crlf', ...all]],
    ['a byte order mark', 'whole', ['%raw efbbbf', ...all]],
    ['comments', 'whole', framed.flatMap((frame) => [': keep-alive', '', ...frame])],
    ['empty data', 'whole', framed.flatMap((frame) => ['data:', '', ...frame])],
    ['ids and retry', 'whole', framed.flatMap((frame, i) => [`id: ${i}`, 'retry: 10', ...frame])],
    ['no space behind the colon', 'whole', all.map((line) => line.replace(': ', ':'))],
    ['an unknown event', 'whole',
      [...early, 'event: progress_notice', 'data: "Processing"', '', ...all.slice(early.length)]],
    ['each frame by itself', 'whole', framed.flatMap((frame) => [...frame, '%flush'])],
    // No end.
    ['[DONE] without a finish', chat ? 'whole' : 'broken', [...unfinished, ...data('[DONE]')],
      { said: TEXT }],
    ['half, then [DONE]', chat ? 'whole' : 'broken', [...late, ...data('[DONE]')],
      { said: HALF, text: HALF }],
    ['a clean end without a finish', 'broken', content, { said: TEXT }],
    ['a clean end in the middle', 'broken', late, { said: HALF }],
    ['a clean end before any output', 'next', early],
    ['a clean end in a frame', 'broken', [...late, rest[0][0].slice(0, 30), '%nonl'],
      { said: HALF }],
    ['nothing at all', 'next', []],
    ['only comments', 'next', [': keep-alive', '', ': keep-alive', '']],
    ['only [DONE]', 'next', data('[DONE]')],
    ['only line ends', 'next', ['', '', '']],
    ['a reset before any output', 'next', [...early, '%cut']],
    ['a reset in the middle', 'broken', [...late, '%cut'], { said: HALF }],
    ['a reset before the finish', 'broken', [...said.flat(), '%cut'], { said: TEXT }],
    // Text.
    ['text before any output', 'next', [...early, ...data(TEXT_INSIDE)]],
    ['text in the middle, and the end', 'broken', [...late, ...data(TEXT_INSIDE)], { said: HALF }],
    ['a bare line in the middle, and the end', 'broken', [...late, TEXT_INSIDE, ''],
      { said: HALF }],
    ['a page in the middle, and the end', 'broken', [...late, ...HTML_INSIDE, ''], { said: HALF }],
    ['text instead of a stream', 'next', [TEXT_INSIDE]],
    ['a page instead of a stream', 'next', HTML_INSIDE],
    ['an error before any output', 'next', [...early, ...errorOf[api]]],
    ['an error in the middle', 'broken', [...late, ...errorOf[api]],
      { said: HALF, code: 'server_error' }],
    ['an error in the middle, and [DONE]', 'broken',
      [...late, ...errorOf[api], ...data('[DONE]')], { said: HALF, code: 'server_error' }],
    ['no output, but a finish', 'next', [...frames(api).start, ...emptyFinish(api)].flat()],
    // What follows the end.
    ['a reset behind the finish', 'whole', [...ended, '%cut']],
    ['a reset behind [DONE]', 'whole', [...ended, ...data('[DONE]'), '%cut']],
    ['text behind the finish', 'whole', [...ended, ...data(TEXT_INSIDE)]],
    ['a bare line behind [DONE]', 'whole', [...ended, ...data('[DONE]'), TEXT_INSIDE]],
    ['half a frame behind the finish', 'whole',
      [...ended, 'data: {"id":"x","cho', '%nonl', '%cut']],
    ['an error behind the finish', 'whole', [...ended, ...errorOf[api]], { unlessPiped: true }],
  ];
  const hanging = [
    ['silence instead of a stream', 'next', ['%hang'], { once: true }],
    ['silence before any output', 'next', [...frames(api).start.flat(), '%hang'], { once: true }],
    ['silence in the middle', 'silent', [...late, '%hang'], { said: HALF }],
    ['silence before the finish', 'silent', [...said.flat(), '%hang'], { said: TEXT }],
    ['silence in a frame', 'silent', [...late, rest[0][0].slice(0, 30), '%nonl', '%hang'],
      { said: HALF }],
    ['a finish, then silence', 'whole', [...said, ...finish(), '%hang'].flat()],
    ['a finish and usage, then silence', 'whole', [...ended, '%hang']],
    ['[DONE], then silence', 'whole', [...ended, ...data('[DONE]'), '%hang']],
    // Who has opened an item may think for longer than firstTokenMs, and open a part meanwhile.
    ...!chat ? [['an opened item, a long pause, the rest', 'whole',
      [...early.slice(0, -3), '%delay 3000', ...early.slice(-3), '%delay 500',
        ...half.flat(), '%delay 500', ...all.slice(late.length)]]] : [],
    ['a pause before any output, too long', 'next',
      [...frames(api).start.flat(), '%delay 3000', ...all.slice(frames(api).start.flat().length)],
      { once: true }],
    ['a pause in the middle', 'whole', [...late, '%delay 1000', ...all.slice(late.length)]],
    ['an error in the middle, then silence', 'broken', [...late, ...errorOf[api], '%hang'],
      { said: HALF, code: 'server_error' }],
    ['text behind the finish, then silence', 'whole', [...ended, ...data(TEXT_INSIDE), '%hang']],
  ];
  return [
    ...sooner, ...hanging.map(([name, expected, lines, more]) => (
      [name, expected, lines, { ...more, hangs: true }])),
  ];
}

const emptyFinish = (api) => (api === 'chat'
  ? [...frames(api).finish(), ...frames(api).done]
  : [event({ type: 'response.completed', response: response('completed', []) })]);

// ---- answers in one piece ----

const NO_ANSWERS = {
  'an empty object': {},
  'a message alone': { message: 'Internal server error' },
  'no success': { success: false },
  'an error with 200': ERROR,
  'an error as a string': { error: 'model not found' },
  'an array': [],
  'a string': 'Internal server error',
  null: null,
};
const EMPTY = {
  chat: {
    'no content': completion('', 'stop'),
    'null for content': completion(null, 'stop'),
    'calls without a call': completion(null, 'tool_calls'),
    'no choices': { ...completion('', 'stop'), choices: [] },
    'null for choices': { ...completion('', 'stop'), id: '', choices: null },
    'another API': wholeOf.responses(),
  },
  responses: {
    'no output': response('completed', []),
    'an empty message': response('completed', [item('')]),
    'another API': wholeOf.chat(),
    'no output member': { ...response('completed', []), output: undefined },
    'null for output': { ...response('completed', []), output: null },
  },
};

function jsonForms(api) {
  const text = JSON.stringify(wholeOf[api]());
  return [
    ['as it should be', 'whole', [text, '%nonl']],
    ['printed over several lines', 'whole',
      JSON.stringify(wholeOf[api](), null, 2).split('\n')],
    ['line ends around it', 'whole', ['', '', text, '', '']],
    ['a byte order mark', 'whole', ['%raw efbbbf', text]],
    ['[DONE] behind it', 'whole', [text, 'data: [DONE]', '']],
    ...Object.entries({ ...NO_ANSWERS, ...EMPTY[api] })
      .map(([name, value]) => [name, 'next', jsonLines(value)]),
    ['nothing at all', 'next', []],
    ['half of it', 'next', [text.slice(0, text.length / 2), '%nonl']],
    ['a reset in the middle', 'next', [text.slice(0, text.length / 2), '%nonl', '%cut']],
    ['text', 'next', [TEXT_INSIDE]],
    ['a page', 'next', HTML_INSIDE],
    ['silence', 'next', ['%hang'], { once: true, hangs: true }],
    ['silence in the middle', 'next', [text.slice(0, text.length / 2), '%nonl', '%hang'],
      { once: true, hangs: true }],
  ];
}

function* forms() {
  for (const form of [...words(), ...statuses(), ...types('chat'), ...types('responses')]) {
    yield { ...form, spelled: true };
  }
  for (const api of ['chat', 'responses']) {
    for (const [make, stream, type] of [[streamForms, true, SSE], [jsonForms, false, JSON_TYPE]]) {
      for (const [name, expected, lines, more] of make(api)) {
        yield { name, api, stream, type, lines, expected, ...more };
      }
    }
  }
}

export const FORMS = [...forms()];


// ---- ways through the gateway ----

const CHAT_API = { provider: 'openai', api: 'chat', model: 'some-model' };
const GLM = { provider: 'zhipu', model: 'glm-4.7' };
const NATIVE = { provider: 'openai', model: 'gpt-4.1' };

// |api|: what the upstream speaks; |client|: what the client asks for; |piped|: bytes of a stream
// reach the client as they are; |few|: words and content types are read as on another way.
export const WAYS = {
  'chat to responses': { api: 'chat', client: 'responses', provider: CHAT_API },
  'GLM to responses': { api: 'chat', client: 'responses', provider: GLM, few: true },
  'chat piped': { api: 'chat', client: 'chat', provider: CHAT_API, piped: true },
  'chat read': { api: 'chat', client: 'chat', provider: CHAT_API, route: { watch: true } },
  'responses to chat': {
    api: 'responses', client: 'chat', provider: { ...GLM, api: 'responses', model: 'glm-5.3' },
  },
  'responses piped': { api: 'responses', client: 'responses', provider: NATIVE, piped: true },
  'responses read': {
    api: 'responses', client: 'responses', provider: NATIVE, route: { watch: true },
  },
  'chat resumable': {
    api: 'chat', client: 'responses', provider: CHAT_API, route: { resumable: true }, streams: true,
    few: true,
  },
  'responses resumable': {
    api: 'responses', client: 'responses', provider: NATIVE, route: { resumable: true },
    streams: true, few: true,
  },
};
