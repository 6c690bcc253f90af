// core.js -- instances of the WebAssembly module: all calls of its exports are here.
import {
  ABI_VERSION, CONFIG_READY, LOG_ERROR, LOG_INFO, LOG_WARNING, OP_EMIT, OP_FETCH, OP_REPLY,
  PLAN_PARTS, PLAN_WORDS, PUT_FAILED,
} from './abi.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NOTHING = new Uint8Array(0);
const seeds = new Uint32Array(256);
let seedsLeft = 0;

// A call for random numbers is expensive however many it returns, so many are fetched at once.
function takeSeed() {
  if (seedsLeft === 0) seedsLeft = crypto.getRandomValues(seeds).length;
  seedsLeft -= 1;
  return seeds[seedsLeft];
}

const LENT = new Set([OP_EMIT, OP_FETCH, OP_REPLY]); // whose body is not copied

const LOGS = { [LOG_INFO]: 'log', [LOG_WARNING]: 'warn', [LOG_ERROR]: 'error' };

// Log a line at the level that C gives.
export const write = (line, level) => console[LOGS[level]](line);

// A configured instance of the module. A trap leaves it in an unknown state: it is |broken| then
// and must not be called again.
export class Core {
  broken = false;
  #gw;
  #views = null;

  // |settings| is a list of [kind, text]; |log| is called with their problems, if there are any.
  constructor(module, settings, log = write) {
    this.#gw = new WebAssembly.Instance(module).exports;
    const abi = this.#call('gw_abi');
    if (abi !== ABI_VERSION) throw new Error(`gateway.wasm speaks ABI ${abi}, not ${ABI_VERSION}`);
    const plans = [...settings, [CONFIG_READY, '']].map(([kind, text]) =>
      this.#configure(kind, encoder.encode(text)));
    const { head, status } = this.#plan(plans.at(-1));
    if (head) log(head, status);
  }

  // The handle of a new exchange; 0 when the module cannot hold more.
  open() {
    return this.#call('gw_open', Date.now(), takeSeed());
  }

  // |data| is bytes, or a short text.
  put(handle, attempt, kind, data = NOTHING) {
    const n = typeof data === 'string' ? this.#encode(handle, data) : this.#lay(handle, data);
    if (n < 0) this.#call('gw_put', handle, attempt, PUT_FAILED, 0);
    else this.#call('gw_put', handle, attempt, kind, n);
  }

  // The next plan at the time |now|, copied out: the module's memory may move at the next call.
  // Only the body of an EMIT, FETCH or REPLY may be the memory itself, and has to be used up before
  // that: a Request and a Response copy what they are made of.
  next(handle, now) {
    return this.#plan(this.#call('gw_next', handle, now));
  }

  close(handle) {
    if (!this.broken) this.#call('gw_close', handle);
  }

  // The plan that writes what the module has collected for the store, or null.
  flush() {
    if (this.broken || !this.#gw.gw_flush) return null;
    return this.#plan(this.#call('gw_flush', Date.now()));
  }

  // True when no exchange is open and the memory, which never shrinks, has grown large.
  overHighWater() {
    return this.#call('gw_over_high_water') !== 0;
  }

  #configure(kind, bytes) {
    if (bytes.length === 0) return this.#call('gw_config', kind, 0, 0);
    const at = this.#call('gw_room', 0, bytes.length);
    if (at !== 0) {
      this.#memory().bytes.set(bytes, at);
      return this.#call('gw_config', kind, at, bytes.length);
    }
    console.error(`a setting of ${bytes.length} bytes is more than the gateway takes`);
    return 0;
  }

  // Copy |bytes| into the module. Returns how many; -1 when it refuses them.
  #lay(handle, bytes) {
    const n = bytes.length;
    const at = n && this.#call('gw_room', handle, n);
    if (at) this.#memory().bytes.set(bytes, at);
    return at || !n ? n : -1;
  }

  // The same for |text|, in UTF-8, which takes at most three bytes for each of its units.
  #encode(handle, text) {
    const most = 3 * text.length;
    const at = this.#call('gw_room', handle, most);
    return at ? encoder.encodeInto(text, this.#view(at, most)).written : -1;
  }

  #plan(at) {
    const { words } = this.#memory();
    const i = at / 4;
    const length = words[i + 7];
    return {
      op: words[i],
      attempt: words[i + 1],
      mask: words[i + 2],
      ms: words[i + 3],
      hold: words[i + 4],
      status: words[i + 5],
      head: length ? decoder.decode(this.#view(words[i + 6], length)) : '',
      body: this.#join(words[i], i + 8),
    };
  }

  // The parts of a body in one; mostly there is one, or none.
  #join(op, i) {
    const { words } = this.#memory();
    const n = words[i + 1];
    const size = n + words[i + 3] + words[i + 5];
    if (size === 0) return NOTHING;
    if (size > n) return this.#copyParts(words.subarray(i), size);
    const body = this.#view(words[i], n);
    return LENT.has(op) ? body : body.slice();
  }

  #copyParts(words, size) {
    const body = new Uint8Array(size);
    for (let part = 0, n = 0; part < PLAN_PARTS; part += 1) {
      const [at, length] = words.subarray(2 * part);
      body.set(this.#view(at, length), n);
      n += length;
    }
    return body;
  }

  #view(at, n) {
    return new Uint8Array(this.#memory().bytes.buffer, at, n);
  }

  // Views of the module's memory. When that has grown, the older ones are empty.
  #memory() {
    if (this.#views?.bytes.length) return this.#views;
    const { buffer } = this.#gw.memory;
    this.#views = { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer) };
    return this.#views;
  }

  #call(name, a, b, c, d) {
    if (this.broken) throw new Error('the instance was broken by another request');
    try {
      return this.#gw[name](a, b, c, d) >>> 0;
    } catch (trap) {
      this.broken = true;
      throw trap;
    }
  }
}

// Holds the instance that new requests use; replaces it when it is broken or has grown large.
// An exchange keeps the instance with which it began.
export class Gateway {
  #module;
  #settings;
  #core = null;

  constructor(module, settings) {
    this.#module = module;
    this.#settings = settings;
  }

  core() {
    if (!this.#core || this.#core.broken || this.#core.overHighWater()) {
      this.#core = new Core(this.#module, this.#settings);
    }
    return this.#core;
  }
}
