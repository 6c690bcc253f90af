// flow.js -- a stream that the runtime moves natively, and that is read here in few large reads.
//
// Each entry into the isolate costs CPU time, so it is entered rarely. The body is split by tee().
// The runtime itself reads one branch, and sends it to the client or discards it. The same bytes
// are buffered in the other branch until one read here gets all of them. No byte waits longer than
// the time given to hold(), and none is lost, also if the body pauses, stays open or breaks.

const UNREAD_MAX = 16 * 1024; // bytes that may be buffered in the branch that is read here
const nothing = () => {};

export class Flow {
  waiting; // the branch that is read here, a stream
  over; // resolves when the runtime has stopped reading: true without an error
  #isOver = false;
  #controller = null;
  #hole = null; // reads the branch that is discarded
  #full = false; // the stream is stopped until the buffered bytes have been read
  #timer = null;
  #then = null;

  // |body| must not be used elsewhere. The runtime's branch is piped to |writable|, which is
  // neither closed nor aborted; without a |writable| the branch is discarded.
  constructor(body, writable) {
    const [sent, waiting] = body.tee();
    this.waiting = waiting;
    const over = writable ? this.#pipeTo(sent, writable) : sent.pipeTo(this.#dig());
    this.over = over.then(() => true, () => false);
    this.over.then(() => {
      this.#isOver = true;
      this.#go();
    });
  }

  // Call |then| after |ms|, or earlier when the stream has ended or is stopped.
  hold(ms, then) {
    if (this.#full) this.#swallow(new ArrayBuffer(UNREAD_MAX));
    this.#then = then;
    if (this.#isOver) this.#go();
    else this.#timer = setTimeout(this.#ring, ms);
  }

  // Stop the pipe to the writable.
  stop() {
    this.#controller.abort();
  }

  #go() {
    clearTimeout(this.#timer);
    this.#ring();
  }

  #ring = () => {
    const then = this.#then;
    this.#then = null;
    then?.();
  };

  #pipeTo(stream, writable) {
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    return stream.pipeTo(writable, { preventClose: true, preventAbort: true, signal });
  }

  #dig() {
    const { readable, writable } = new IdentityTransformStream();
    this.#hole = readable.getReader({ mode: 'byob' });
    this.#swallow(new ArrayBuffer(UNREAD_MAX));
    return writable;
  }

  // Discard with large reads, which the runtime fills without entering the isolate.
  #swallow(buffer) {
    this.#full = false;
    this.#hole.readAtLeast(UNREAD_MAX, new Uint8Array(buffer)).then(this.#swallowed, nothing);
  }

  #swallowed = () => {
    this.#full = true;
    this.#go();
  };
}
