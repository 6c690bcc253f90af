/* faults.js -- which failure a request asks for.
 *
 * A client of the gateway chooses with the key: a bearer key `fault:<spec>`, or one that holds it
 * after a prefix, `sk-x.fault:<spec>`. A header `x-fake-fault: <spec>` wins over the key, and
 * `x-fake-recording: <path>` is short for `recording=<path>`.
 *
 *   spec   = part *( ";" part )           part  = name [ "=" value ] *( "," option )
 *   option = name [ "=" value ]           value = text, percent-encoded where it has , ; = or %
 *   stage  = head | preamble | item | reasoning | text | tool | last, then ":N" for the Nth event
 *            of its kind (default 1; preamble is the whole preamble) or ":-1" for the last. A stage
 *            that the answer does not have never comes, and its fault does nothing.
 *
 * Instead of the answer
 *   status=N            an error of this upstream with HTTP status N; its code by the option code
 *   glm=CODE            GLM's error CODE with its usual status; option zh for the Chinese text,
 *                       reset-in=SECONDS for the reset stamp (printed in UTC+8)
 *   openai=CODE         OpenAI's error CODE with its usual status
 *     options of these: code, type, param, message, status, retry-after, retry-after-ms,
 *                       header:<name>, body=html|empty (no JSON at all)
 *   error-in-200[=CODE] the error (of glm=, openai=, status=, or CODE) with HTTP 200
 *   recording=PATH      the recording, byte for byte
 *   refuse              close the connection at once
 *   retry-after=S, retry-after-ms=MS, header:<name>=VALUE   on whatever the answer is
 * In the answer
 *   finish=REASON       network_error, sensitive, length, model_context_window_exceeded, ...
 *   late-usage          usage in a trailing chunk with choices []      no-usage   none at all
 *   think-tag           </think> without its opener in the content     box        box markers
 *   tool-id-change      a tool call's id changes in mid-stream
 *   (these five change made-up answers only, the others recordings too)
 *   no-done             without [DONE]
 *   end-after=STAGE     a clean end with nothing more, not even [DONE]
 *   error-after=STAGE   an error frame there, and the end; options code, message, type
 *   event-error[=STAGE] the same with a line `event: error` also for GLM (default text)
 *   garbage-after=STAGE a frame cut short with the next one spliced into it; JSON: cut short
 *   unknown-event       an event that no schema knows, second in the stream
 *   comments            `: keep-alive` before every event
 *   id-lines            an `id:` line in every event
 *   crlf                CR LF for LF
 * On the wire
 *   cut=N               destroy the connection after N bytes of body, 0 too
 *   cut-after=STAGE     destroy it there
 *   stall=N, stall-after=STAGE   send no more there and stay open; option for=MS: then go on;
 *                       option alive=MS: but a comment all so many ms
 *   stall-head          never send the headers; option for=MS
 *   delay=MS            wait before the headers
 *   chunk=N             writes of N bytes        byte-by-byte   writes of one byte
 *   In JSON answers head is byte 0, last the last byte but one, every other stage the middle.
 * When a stored response is asked for, GET /v1/responses/{id}
 *   stored=SPEC         these faults, percent-encoded, and no others
 * When
 *   fail-first=N        only for the first N requests with this key
 *   every=N             only for each Nth request with this key
 *   p=0.3[,seed=7]      with this probability, from a seeded sequence for this key
 */

const STAGES = ['head', 'preamble', 'item', 'reasoning', 'text', 'tool', 'last'];
const ERROR_OPTIONS = ['code', 'type', 'param', 'message', 'status', 'retry-after',
  'retry-after-ms', 'body', 'zh', 'reset-in'];
const STALL_OPTIONS = ['for', 'alive'];

/** A specification that cannot be read. */
export class FaultSpecError extends Error {}

function fail(message) {
  throw new FaultSpecError(`fake upstream: ${message}`);
}

function numberFrom(low) {
  return (text, name) => {
    const value = Number(text);
    if (text === '' || !(value >= low)) fail(`${name} needs a number from ${low}, not "${text}"`);
    return value;
  };
}

function stage(text, name) {
  const [kind, nth = '1'] = text.split(':');
  if (!STAGES.includes(kind) || !(Number(nth) >= 1 || nth === '-1')) {
    fail(`${name} needs a stage (${STAGES.join(', ')}), not "${text}"`);
  }
  return { kind, nth: Number(nth) };
}

function word(text, name) {
  return text || fail(`${name} needs a value`);
}

function flag(text, name) {
  return text === '' || fail(`${name} takes no value`);
}

const orElse = (read, standard) => (text, name) => read(text === '' ? standard : text, name);

/* name: [how its value is read, the options it takes] */
const PARTS = {
  status: [numberFrom(200), ERROR_OPTIONS],
  glm: [word, ERROR_OPTIONS],
  openai: [word, ERROR_OPTIONS],
  'error-in-200': [(text) => text, ERROR_OPTIONS],
  recording: [word],
  refuse: [flag],
  'retry-after': [word],
  'retry-after-ms': [word],
  finish: [word],
  'late-usage': [flag],
  'no-usage': [flag],
  'think-tag': [flag],
  box: [flag],
  'tool-id-change': [flag],
  'no-done': [flag],
  'end-after': [stage],
  'error-after': [stage, ERROR_OPTIONS],
  'event-error': [orElse(stage, 'text'), ERROR_OPTIONS],
  'garbage-after': [stage],
  'unknown-event': [flag],
  comments: [flag],
  'id-lines': [flag],
  crlf: [flag],
  cut: [numberFrom(0)],
  'cut-after': [stage],
  stall: [numberFrom(0), STALL_OPTIONS],
  'stall-after': [stage, STALL_OPTIONS],
  'stall-head': [flag, STALL_OPTIONS],
  delay: [numberFrom(0)],
  chunk: [numberFrom(1)],
  'byte-by-byte': [flag],
  stored: [word],
  'fail-first': [numberFrom(0)],
  every: [numberFrom(1)],
  p: [numberFrom(0), ['seed']],
};

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail(`"${text}" is not percent-encoded`);
  }
}

function pair(text) {
  const at = text.indexOf('=');
  if (at < 0) return [text.trim(), ''];
  return [text.slice(0, at).trim(), decode(text.slice(at + 1).trim())];
}

function readOption(fault, name, allowed, text) {
  const [option, value] = pair(text);
  if (option.startsWith('header:')) fault.headers[option.slice(7)] = value;
  else if (allowed.includes(option)) fault[option] = value === '' ? true : value;
  else fail(`${name} has no option "${option}"`);
}

function readPart(faults, part) {
  const [first, ...options] = part.split(',');
  const [name, text] = pair(first);
  if (name.startsWith('header:')) {
    faults.headers[name.slice(7)] = text;
    return;
  }
  if (!Object.hasOwn(PARTS, name)) fail(`no fault "${name}"`);
  const [read, allowed = []] = PARTS[name];
  const fault = { value: read(text, name), headers: {} };
  options.forEach((option) => readOption(fault, name, allowed, option));
  faults[name] = fault;
}

/**
 * Read a specification.
 * @param {string} spec '' for none
 * @returns {object} for each part its name: {value, headers, ...options}; and `headers`, to be
 *   put on any answer
 * @throws {FaultSpecError}
 */
export function parseFaults(spec) {
  const faults = { headers: {} };
  spec.split(';').filter((part) => part.trim()).forEach((part) => readPart(faults, part));
  for (const name of ['retry-after', 'retry-after-ms']) {
    if (faults[name]) faults.headers[name] = faults[name].value;
  }
  return faults;
}

/** The specification that a request carries: its header's, else its bearer key's, else ''. */
export function specOf(headers) {
  const recording = headers['x-fake-recording'];
  const asPart = recording === undefined ? '' : `;recording=${encodeURIComponent(recording)}`;
  if (headers['x-fake-fault'] !== undefined) return headers['x-fake-fault'] + asPart;
  return (headers.authorization?.match(/fault:(.*)$/)?.[1] ?? '') + asPart;
}

/* mulberry32: small, and good enough to choose which requests fail */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Counts the requests of each key, for the faults that strike only some of them. */
export class FaultCounters {
  #seen = new Map();

  /** Forget every count and restart every random sequence. */
  reset() {
    this.#seen.clear();
  }

  #of(key, seed) {
    if (!this.#seen.has(key)) this.#seen.set(key, { n: 0, next: random(seed) });
    return this.#seen.get(key);
  }

  /** Whether |faults| strike this request, which is counted for |key|. */
  strike(key, faults) {
    const { every, p } = faults;
    const seen = this.#of(key, Number(p?.seed ?? 1));
    seen.n += 1;
    if (faults['fail-first'] && seen.n > faults['fail-first'].value) return false;
    if (every && seen.n % every.value) return false;
    return !p || seen.next() < p.value;
  }
}

/**
 * The faults of a request.
 * @param {object} headers of the request
 * @param {FaultCounters} counters
 * @param {boolean} stored whether it is for a stored response
 * @returns {{spec: string, faults: object}} none if they do not strike this time
 * @throws {FaultSpecError}
 */
export function chooseFaults(headers, counters, stored = false) {
  const asked = specOf(headers);
  const spec = stored ? parseFaults(asked).stored?.value ?? '' : asked;
  const faults = parseFaults(spec);
  const strikes = spec && counters.strike(`${headers.authorization ?? ''} ${spec}`, faults);
  return { spec, faults: strikes ? faults : parseFaults('') };
}
