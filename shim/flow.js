// flow.js -- a stream that goes on natively while nobody looks.
//
// To enter the isolate is what costs, so it is entered rarely. The body is split in two branches.
// The runtime itself reads the one: it hands it to the client, or lets it vanish. All that it has
// read meanwhile waits in the other, where one read gets it. Whatever the body does, pause, stay
// open or break, nothing waits for longer than we do, and nothing is lost.

const UNREAD_MAX = 16 * 1024; // bytes that may wait in the branch that is read
const nothing = () => {};

export class Flow {
  waiting; // what was not looked at yet, a stream
  over; // resolves when the runtime reads no more: true if all is well
  #isOver = false;
  #controller = null;
  #hole = null; // where the other branch vanishes
  #full = false; // and with it the stream stops, until what waits has been read
  #timer = null;
  #then = null;

  // |body| is nobody else's from now on. Without |writable| what the runtime reads vanishes; else
  // it goes there, and |writable| is then neither closed nor aborted.
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

  // Call |then| after |ms|, or as soon as there is nothing to wait for.
  hold(ms, then) {
    if (this.#full) this.#swallow(new ArrayBuffer(UNREAD_MAX));
    this.#then = then;
    if (this.#isOver) this.#go();
    else this.#timer = setTimeout(this.#go, ms);
  }

  // Break off what goes to the writable.
  stop() {
    this.#controller.abort();
  }

  #go = () => {
    const then = this.#then;
    if (!then) return;
    this.#then = null;
    clearTimeout(this.#timer);
    then();
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

  // One read that the runtime fills without entering the isolate.
  #swallow(buffer) {
    this.#full = false;
    this.#hole.readAtLeast(UNREAD_MAX, new Uint8Array(buffer)).then(this.#swallowed, nothing);
  }

  #swallowed = () => {
    this.#full = true;
    this.#go();
  };
}
