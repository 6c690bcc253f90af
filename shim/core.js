// core.js -- the gateway's module and its memory: every call into C is made here.
import {
  ABI_VERSION, CONFIG_READY, LOG_ERROR, LOG_INFO, LOG_WARNING, PLAN_PARTS, PLAN_WORDS, PUT_FAILED,
} from './abi.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NOTHING = new Uint8Array(0);
const seeds = new Uint32Array(256);
let seedsLeft = 0;

// Randomness is dear to ask for, whatever the amount.
function takeSeed() {
  if (seedsLeft === 0) seedsLeft = crypto.getRandomValues(seeds).length;
  seedsLeft -= 1;
  return seeds[seedsLeft];
}

const LOGS = { [LOG_INFO]: 'log', [LOG_WARNING]: 'warn', [LOG_ERROR]: 'error' };

// A line for the log, as loudly as C says.
export const write = (line, level) => console[LOGS[level]](line);

// One instance of the module, configured. A trap leaves it in a state that nobody knows: it is
// |broken| from then on and must not be asked again.
export class Core {
  broken = false;
  #gw;

  // |settings| is a list of [kind, text]; |log| gets what is wrong with them, if anything is.
  constructor(module, settings, log = write) {
    this.#gw = new WebAssembly.Instance(module).exports;
    const abi = this.#call('gw_abi');
    if (abi !== ABI_VERSION) throw new Error(`gateway.wasm speaks ABI ${abi}, not ${ABI_VERSION}`);
    const plans = [...settings, [CONFIG_READY, '']].map(([kind, text]) =>
      this.#configure(kind, encoder.encode(text)));
    const { head, status } = this.#plan(plans.at(-1));
    if (head) log(head, status);
  }

  // A handle for one exchange; 0 when as many are under way as the module can hold.
  open() {
    return this.#call('gw_open', Date.now(), takeSeed());
  }

  put(handle, attempt, kind, bytes = NOTHING) {
    if (this.#lay(handle, bytes)) this.#call('gw_put', handle, attempt, kind, bytes.length);
    else this.#call('gw_put', handle, attempt, PUT_FAILED, 0);
  }

  // The next plan, copied out: the module's memory may move at the next call.
  next(handle) {
    return this.#plan(this.#call('gw_next', handle, Date.now()));
  }

  close(handle) {
    if (!this.broken) this.#call('gw_close', handle);
  }

  // What is to be kept of what was gathered, or null.
  flush() {
    if (this.broken || !this.#gw.gw_flush) return null;
    return this.#plan(this.#call('gw_flush', Date.now()));
  }

  // Nothing is under way and the memory, which never shrinks, has grown large.
  overHighWater() {
    return this.#call('gw_over_high_water') !== 0;
  }

  #configure(kind, bytes) {
    const room = this.#lay(0, bytes);
    if (room) return this.#call('gw_config', kind, room.at, bytes.length);
    console.error(`a setting of ${bytes.length} bytes is more than the gateway takes`);
    return 0;
  }

  // Copy |bytes| to where C wants them: { at }, or null when it refuses.
  #lay(handle, bytes) {
    if (bytes.length === 0) return { at: 0 };
    const at = this.#call('gw_room', handle, bytes.length);
    if (at === 0) return null;
    this.#view(at, bytes.length).set(bytes);
    return { at };
  }

  #plan(at) {
    const words = new Uint32Array(this.#gw.memory.buffer, at, PLAN_WORDS);
    const head = words[7] ? decoder.decode(this.#view(words[6], words[7])) : '';
    return {
      op: words[0],
      attempt: words[1],
      mask: words[2],
      ms: words[3],
      hold: words[4],
      status: words[5],
      head,
      body: this.#join(words.subarray(8)),
    };
  }

  // What the spans are of, copied and joined; mostly it is one span, or none.
  #join(spans) {
    const size = spans[1] + spans[3] + spans[5];
    if (size === 0) return NOTHING;
    if (size === spans[1]) return this.#view(spans[0], size).slice();
    const body = new Uint8Array(size);
    for (let part = 0, n = 0; part < PLAN_PARTS; part += 1) {
      body.set(this.#view(spans[2 * part], spans[2 * part + 1]), n);
      n += spans[2 * part + 1];
    }
    return body;
  }

  #view(at, n) {
    return new Uint8Array(this.#gw.memory.buffer, at, n);
  }

  #call(name, ...args) {
    if (this.broken) throw new Error('the instance was broken by another request');
    try {
      return this.#gw[name](...args) >>> 0;
    } catch (trap) {
      this.broken = true;
      throw trap;
    }
  }
}

// The instance that new requests use: made when first asked for, and made anew when it is
// broken or worn. Exchanges under way keep the one they began with.
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
