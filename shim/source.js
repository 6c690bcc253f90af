// source.js -- a body that is being read: one read under way at most, none ever lost.
import { PUT_END, PUT_FAILED } from './abi.js';
import { decoded } from './coding.js';
import { Flow } from './flow.js';
import { saysSmall } from './head.js';

const encoder = new TextEncoder();
const SMALL = 4 * 1024; // bytes; most pieces are no larger, and room has to be cleared
const LARGE = 1024 * 1024;
const PLAIN_MAX = 4 * 1024; // bytes that a read into a buffer of the runtime's own gives
const DRAINED = 16 * 1024; // of a body that nobody wants, at a time

export class Source {
  event = null; // { kind, bytes }: what has happened and was not taken yet
  #kind;
  #listener;
  #message = null; // whose body it is; to ask for that is dear, so only when it must be
  #busy = false; // something is under way
  #over = false; // there is no more to read
  #body = null; // the stream that is read
  #reader = null;
  #coded = false; // it is, and is decoded before it is read
  #plain = false; // it reads into buffers of the runtime's own: cheaper, as long as they do
  #flow = null;
  #buffer = null;
  #size = SMALL; // of the next buffer
  #enough = 0; // bytes that the read under way was to give
  #more = false; // the last one was filled: there may be more at once

  // |kind| is what the module calls a piece of this body; |message| has it, a Request or Response.
  // |listener| is called with this when something has happened later.
  constructor(attempt, kind, listener, message = null) {
    this.attempt = attempt;
    this.#kind = kind;
    this.#listener = listener;
    if (message) this.begin(message);
  }

  // Have something happen, unless it is about to: the event is there at once, or told later. It is
  // the next piece; what has come within |hold| ms, when that is not 0; or, where nothing can be
  // done before the |whole| is here, as much as there is room for.
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

  // The event, once. Its bytes hold until the next read().
  take() {
    const { event } = this;
    this.event = null;
    return event;
  }

  get isBusy() {
    return this.#busy;
  }

  // Nothing comes after the event, if one is there.
  get isOver() {
    return this.#over || this.event?.kind === PUT_FAILED;
  }

  // A client's, as yet unread. What is decoded has no end that is worth the work.
  get exists() {
    return !this.#over && !this.#coded && Boolean(this.#message?.body);
  }

  // What is read is the body without its |coding|: see coding.js.
  decode(coding) {
    if (this.#coded || !this.#message.body) return;
    this.#coded = true;
    this.#body = decoded(this.#message.body, coding);
  }

  // Read to the end and forget it.
  async drain() {
    const reader = this.#reader ?? this.#message.body.getReader({ mode: 'byob' });
    let buffer = new ArrayBuffer(DRAINED);
    for (let done = false; !done;) {
      const read = await reader.readAtLeast(DRAINED, new Uint8Array(buffer));
      done = read.done || read.value.length < DRAINED;
      buffer = read.value?.buffer;
    }
  }

  // Hand the rest over to |writable| natively, from now on; what is read is the same bytes again.
  // Resolves when all is over, with whether the body, or else the writable, came to its end.
  pipe(writable) {
    this.#split(writable);
    return this.#flow.over;
  }

  stopPipe() {
    this.#flow.stop();
  }

  abort() {
    this.#reader?.cancel().catch(() => {});
  }

  // The message is here.
  begin(message) {
    this.#message = message;
  }

  // Something is under way that will end in happened() or failed().
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
    this.#open(true);
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

  // Fewer bytes than were asked for are the last.
  #got = ({ done, value }) => {
    const n = value?.length ?? 0;
    this.#buffer = value?.buffer ?? null;
    this.#more = n >= PLAIN_MAX && n === this.#buffer.byteLength;
    if (this.#more) this.#size = Math.min(8 * this.#size, LARGE);
    this.#over = done || n < this.#enough;
    if (n) this.happened(this.#kind, value);
    else this.happened(PUT_END);
  };
}
