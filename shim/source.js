// source.js -- read a body: at most one read is pending, and its result is never lost.
import { PUT_END, PUT_FAILED } from './abi.js';
import { decoded } from './coding.js';
import { Flow } from './flow.js';
import { saysSmall } from './head.js';

const encoder = new TextEncoder();
const SMALL = 4 * 1024; // bytes; most pieces are no larger, and a new buffer has to be cleared
const LARGE = 1024 * 1024;
const PLAIN_MAX = 4 * 1024; // bytes that a default read gives at most
const PIPED = 64 * 1024; // bytes of a piped body in one read: what is sent in some seconds
const DRAINED = 16 * 1024; // bytes of a discarded body in one read

export class Source {
  event = null; // { kind, bytes }: an event that was not taken yet
  #kind;
  #listener;
  #message = null; // has the body; reading message.body is expensive, so only when needed
  #busy = false; // a read or fetch is pending
  #over = false; // the body has ended
  #body = null; // the stream that is read
  #reader = null;
  #coded = false; // the body is encoded, and is decoded before it is read
  #plain = false; // default reads instead of BYOB ones: cheaper while pieces are small
  #flow = null;
  #piped = false;
  #buffer = null;
  #size = SMALL; // of the next buffer
  #enough = 0; // the minimum of bytes of the pending read
  #more = false; // the last buffer was filled: more may be available at once

  // |kind| is the PUT_ of a piece of this body; |message|, a Request or Response, has the body.
  // |listener| is called with this source when an event comes later.
  constructor(attempt, kind, listener, message = null) {
    this.attempt = attempt;
    this.#kind = kind;
    this.#listener = listener;
    if (message) this.begin(message);
  }

  // Start a read, unless one is pending. The event is set at once, or the listener is called later.
  // It has the next piece; with |hold|, everything that arrives within that many ms; with |whole|,
  // as much as fits into the buffer, since nothing can be done before the end of the body.
  read(whole, hold) {
    if (this.event || this.#busy) return;
    if (this.#over) {
      this.event = { kind: PUT_END };
      return;
    }
    this.#busy = true;
    if (hold) this.#split(null);
    if (hold && !this.#more) this.#flow.hold(hold, this.#look);
    else this.#get(whole);
  }

  // Take the event. Its bytes are valid until the next read().
  take() {
    const { event } = this;
    this.event = null;
    return event;
  }

  get isBusy() {
    return this.#busy;
  }

  // True when nothing follows the current event.
  get isOver() {
    return this.#over || this.event?.kind === PUT_FAILED;
  }

  // Is this a client's body of which something is unread? An encoded one is not drained, since
  // decoding it to the end would be too much work.
  get exists() {
    return !this.#over && !this.#coded && Boolean(this.#message?.body);
  }

  // What is read is the body without its |coding|: see coding.js.
  decode(coding) {
    if (this.#coded || !this.#message.body) return;
    this.#coded = true;
    this.#body = decoded(this.#message.body, coding);
  }

  // Read to the end and discard it.
  async drain() {
    const reader = this.#reader ?? this.#message.body.getReader({ mode: 'byob' });
    let buffer = new ArrayBuffer(DRAINED);
    for (let done = false; !done;) {
      const read = await reader.readAtLeast(DRAINED, new Uint8Array(buffer));
      done = read.done || read.value.length < DRAINED;
      buffer = read.value?.buffer;
    }
  }

  // Pipe the rest to |writable| natively; read() gives copies of the same bytes. Resolves at the
  // end: true if there was no error.
  pipe(writable) {
    this.#piped = true;
    this.#size = PIPED;
    this.#split(writable);
    return this.#flow.over;
  }

  stopPipe() {
    this.#flow.stop();
  }

  abort() {
    this.#reader?.cancel().catch(() => {});
  }

  // The Request or Response with the body is available.
  begin(message) {
    this.#message = message;
  }

  // An operation is pending that will call happened() or failed().
  expect() {
    this.#busy = true;
  }

  happened(kind, bytes) {
    this.#busy = false;
    this.event = { kind, bytes };
    this.#listener(this);
  }

  failed = (error) => this.happened(PUT_FAILED, encoder.encode(error));

  #split(writable) {
    if (this.#flow) return;
    this.#reader?.releaseLock();
    this.#flow = new Flow(this.#body ?? this.#message.body, writable);
    this.#body = this.#flow.waiting;
    this.#open(!this.#piped);
  }

  #open(plain) {
    this.#plain = plain;
    this.#reader = plain ? this.#body.getReader() : this.#body.getReader({ mode: 'byob' });
  }

  #get(whole) {
    if (whole && !this.#body && saysSmall(this.#message.headers)) {
      this.#message.bytes().then(this.#gotAll, this.failed);
      return;
    }
    this.#body ??= this.#message.body;
    if (!this.#body) {
      this.#busy = false;
      this.event = { kind: PUT_END };
      return;
    }
    if (!this.#reader) this.#open(!whole);
    if (this.#plain) this.#reader.read().then(this.#gotPlain, this.failed);
    else this.#fill(whole);
  }

  #fill(whole) {
    if (!(this.#buffer?.byteLength >= this.#size)) this.#buffer = new ArrayBuffer(this.#size);
    const room = new Uint8Array(this.#buffer);
    this.#enough = whole ? room.length : 1;
    this.#reader.readAtLeast(this.#enough, room).then(this.#got, this.failed);
  }

  #gotPlain = (read) => {
    this.#enough = 1;
    if (read.value?.length >= PLAIN_MAX) {
      this.#reader.releaseLock();
      this.#open(false);
    }
    this.#got(read);
  };

  #look = () => this.#get(false);

  #gotAll = (bytes) => {
    this.#over = true;
    if (bytes.length) this.happened(this.#kind, bytes);
    else this.happened(PUT_END);
  };

  // A read returned. If it has fewer bytes than the minimum, they are the last.
  #got = ({ done, value }) => {
    const n = value?.length ?? 0;
    this.#more = n >= PLAIN_MAX && n === value.buffer.byteLength;
    // A piped body is read rarely: no buffer is kept until then.
    this.#buffer = this.#piped ? null : value?.buffer;
    if (this.#more && !this.#piped) this.#size = Math.min(8 * this.#size, LARGE);
    this.#over = done || n < this.#enough;
    if (n) this.happened(this.#kind, value);
    else this.happened(PUT_END);
  };
}
