// source.js -- a body that is being read: one read under way at most, none ever lost.
import { PUT_END, PUT_FAILED } from './abi.js';
import { saysSmall } from './head.js';

const encoder = new TextEncoder();
const SMALL = 4 * 1024; // bytes; most bodies are no larger, and room has to be cleared
const LARGE = 1024 * 1024;

export class Source {
  #kind;
  #message = null; // whose body it is; to ask for that is dear, so only when it must be
  #small = false; // not worth more than one read
  #reader = null;
  #buffer = null;
  #size = SMALL; // of the next buffer
  #event = null;

  // |kind| is what the module calls a piece of this body; |message| has it, a Request or Response.
  constructor(attempt, kind, message = null) {
    this.attempt = attempt;
    this.#kind = kind;
    if (message) this.begin(message);
  }

  // The next thing to happen: { source, kind, bytes }, never a rejection. Until it is taken,
  // every call returns the same promise; |least| counts for the call that began the read.
  event(least) {
    this.#event ??= this.expect(this.#read(least));
    return this.#event;
  }

  // The event that was asked for and not yet taken, or null.
  get pending() {
    return this.#event;
  }

  // Its bytes hold until the next event() or pipe().
  take() {
    this.#event = null;
  }

  get exists() {
    return this.#small || Boolean(this.#message?.body);
  }

  // Read to the end and forget it.
  async drain() {
    for (let kind; kind !== PUT_END && kind !== PUT_FAILED; this.take()) {
      ({ kind } = await this.event(Infinity));
    }
  }

  // Hand the rest over natively; nothing may be pending.
  pipe(writable) {
    this.#reader?.releaseLock();
    return this.#message.body.pipeTo(writable, { preventClose: true, preventAbort: true });
  }

  abort() {
    this.#reader?.cancel().catch(() => {});
  }

  // The message is here.
  begin(message) {
    this.#message = message;
    this.#small = saysSmall(message.headers);
  }

  // Make |promise| the pending event, whatever comes of it.
  expect(promise) {
    this.#event = promise.catch((error) => this.happened(PUT_FAILED, encoder.encode(error)));
    return this.#event;
  }

  happened(kind, bytes) {
    return { source: this, kind, bytes };
  }

  async #readWhole() {
    const bytes = await this.#message.bytes();
    this.#message = null; // the end comes next
    this.#small = false;
    return this.happened(this.#kind, bytes);
  }

  // Waking JavaScript is what costs, so let the runtime gather |least| bytes first; or, when that
  // is infinite, as many as there is room for, and make more room each time it is filled.
  async #read(least) {
    if (this.#small) return this.#readWhole();
    if (!this.#reader && !this.exists) return this.happened(PUT_END);
    this.#reader ??= this.#message.body.getReader({ mode: 'byob' });
    const size = least === Infinity ? this.#size : Math.max(least, this.#size);
    const room = this.#buffer?.byteLength >= size ? this.#buffer : new ArrayBuffer(size);
    const enough = Math.max(Math.min(least, size), 1);
    const { done, value } = await this.#reader.readAtLeast(enough, new Uint8Array(room));
    if (value?.length >= size) this.#size = Math.min(8 * this.#size, LARGE);
    this.#buffer = value?.buffer ?? null;
    return done ? this.happened(PUT_END) : this.happened(this.#kind, value);
  }
}
