// exchange.js -- carry out the plans of one client request, one after the other.
import {
  OP_CLOSE, OP_DONE, OP_EMIT, OP_FETCH, OP_FOLLOW, OP_LOAD, OP_PAGE, OP_PIPE, OP_REPLY, OP_SAVE,
  OP_SEAL, OP_START, OP_UNSEAL, OP_UPGRADE, OP_WAIT, OP_WANT, PUT_BODY, PUT_CANCEL, PUT_END,
  PUT_FAILED, PUT_HEAD, PUT_LEFT, PUT_RUN, PUT_STORED,
} from './abi.js';
import checker from '../build/checker.wasm.gz';
import page from '../build/console.html.gz';
import { write } from './core.js';
import { Deadline } from './deadline.js';
import { failed, failedStream, logFailed } from './fallback_response.js';
import { flushLater } from './flush.js';
import { headOf, headersOf, targetOf } from './head.js';
import { seal, unseal } from './seal.js';
import { openSocket } from './socket_client.js';
import { follow, load, save } from './store_client.js';
import { Source } from './source.js';
import { Upstream } from './upstream.js';

const PAGES = [page, checker]; // in gzip
const BODY = 0; // the number of the client's body among the attempts
const PATIENCE = 30_000; // ms for reading the rest of a body that is not needed
const DRAINS = 4; // how many such bodies are read at once, unless they take long
const DRAIN_POLL = 10; // ms
const DRAIN_POLLS = 200;
const NOTHING = new Uint8Array(0);
const EMIT_SLACK = 1024; // bytes by which the buffer is larger than what it was made for
const EMIT_KEPT = 64 * 1024; // bytes: a larger buffer is not kept while the stream is open
const encoder = new TextEncoder();
const decoder = new TextDecoder();

let draining = 0; // how many bodies are being drained, in all requests

// Few bodies are drained at once, since V8 collects the buffers late. A request polls for its turn,
// since the platform forbids that one request resolves another's promise.
async function placeToDrain() {
  for (let i = 0; draining >= DRAINS && i < DRAIN_POLLS; i += 1) {
    await new Promise((resolve) => { setTimeout(resolve, DRAIN_POLL); });
  }
}

async function drained(source) {
  let timer;
  await placeToDrain();
  draining += 1;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, PATIENCE); });
  await Promise.race([source.drain().catch(() => {}), late]);
  draining -= 1;
  clearTimeout(timer);
  source.abort();
}

// Each callback from the runtime costs CPU time. So plans are carried out in a loop of plain calls,
// which stops only where something has to be awaited; its callback starts the loop again.
export class Exchange {
  #core;
  #handle;
  #request;
  #env;
  #context;
  #run; // a text: this exchange runs in an object, without a client
  #sources = new Map(); // by attempt, without the ended ones
  #mask = 0; // the sources that are awaited, as bits
  #turn = 0; // incremented by each event, so that callbacks of older awaits are ignored
  #now = 0; // the time: it passes only between two events
  #deadline = new Deadline();
  #answer = Promise.withResolvers();
  #answered = false;
  #isOver = false;
  #over = null; // resolves at the end
  #writable = null; // of a streamed reply
  #writer = null;
  #write = null; // the last one
  #emitted = NOTHING.buffer; // the bytes of the last one
  #piped = null; // the source that the runtime pipes to the client
  #pipe = null; // resolves when the piping has ended
  #lastWords = null; // bytes that end the reply properly after a trap; null: abort it
  #awaited = null; // the source to be piped when its current read has ended
  #gone = false; // the client has left
  #served = false; // the client has the whole reply

  constructor(core, handle, request, env, context, run = null) {
    this.#core = core;
    this.#handle = handle;
    this.#request = request;
    this.#env = env;
    this.#context = context;
    this.#run = run;
    this.#sources.set(BODY, new Source(BODY, PUT_BODY, this.#happened, request));
  }

  // A Response, as soon as there is one.
  get answer() {
    return this.#answer.promise;
  }

  // Resolves when nothing is left to be done.
  get over() {
    return this.#over?.promise;
  }

  // Carry out plans. Many exchanges end in the first call; only the others need an abort listener
  // and waitUntil().
  run() {
    const { signal } = this.#request;
    this.#go(() => {
      if (this.#run) this.#put(BODY, PUT_RUN, encoder.encode(this.#run));
      else this.#put(BODY, PUT_HEAD, this.#head());
    });
    if (this.#isOver) return;
    this.#over = Promise.withResolvers();
    this.#context.waitUntil(this.#over.promise);
    signal.addEventListener('abort', this.#run ? this.#cancel : this.#leave);
    if (this.#run && signal.aborted) this.#cancel();
  }

  #head() {
    const { method, url, headers } = this.#request;
    return headOf(`${method} ${targetOf(url)}`, headers);
  }

  // Put an event by |tell|, then carry out plans until something has to be awaited.
  #go(tell) {
    this.#turn += 1;
    this.#mask = 0;
    this.#now = Date.now();
    this.#deadline.clear();
    try {
      tell?.();
      while (this.#carryOut(this.#core.next(this.#handle, this.#now)));
    } catch (error) {
      this.#apologize(error);
    }
  }

  #goOn = () => {
    if (!this.#gone) this.#go();
  };

  // Continue when |promise| has settled, unless another event comes first.
  #after(promise, done = null, broken = done) {
    const turn = this.#turn;
    const unless = (tell) => (value) => {
      if (turn === this.#turn) this.#go(tell && (() => tell(value)));
    };
    promise.then(unless(done), unless(broken));
    return false;
  }

  #respond(response) {
    this.#answered = true;
    this.#answer.resolve(response);
  }

  // True when the next plan can be carried out at once.
  #carryOut(plan) {
    switch (plan.op) {
      case OP_WANT: return this.#want(plan);
      case OP_FETCH: return this.#fetch(plan);
      case OP_WAIT: return this.#wait(plan);
      case OP_START: return this.#start(plan);
      case OP_EMIT: return this.#emit(plan.body);
      case OP_PIPE: return this.#handOver(plan);
      case OP_REPLY: return this.#reply(plan);
      case OP_FOLLOW: return this.#follow(plan);
      case OP_LOAD: return this.#ask(load(this.#env, plan.head, plan.body), plan.ms);
      case OP_SAVE: return this.#later(save(this.#env, plan.head, plan.body));
      case OP_SEAL: return this.#ask(seal(this.#env, plan.head, plan.body));
      case OP_UNSEAL: return this.#ask(unseal(this.#env, plan.head, plan.body));
      case OP_PAGE: return this.#page(plan);
      case OP_CLOSE: return this.#endReply();
      case OP_UPGRADE: return this.#upgrade(plan);
      case OP_DONE: return this.#done(plan);
      default: throw new Error(`no such plan: ${plan.op}`);
    }
  }

  #want({ mask, ms, hold, head }) {
    const wanted = [];
    if (head) this.#sources.get(BODY)?.decode(head);
    for (const [attempt, source] of this.#sources) {
      if ((mask >>> attempt) & 1) wanted.push(source);
      else if (attempt !== BODY) this.#abort(source);
    }
    if (!wanted.length && !ms) throw new Error(`nothing to wait for: ${mask}`);
    for (const source of wanted) {
      source.read(source.attempt === BODY, hold);
      if (source.event) {
        this.#take(source);
        return true;
      }
    }
    this.#mask = mask;
    this.#deadline.set(ms, this.#goOn, this.#now);
    return false;
  }

  #happened = (source) => {
    if (source === this.#awaited) {
      this.#awaited = null;
      this.#go(() => this.#beginPipe(source));
    } else if ((this.#mask >>> source.attempt) & 1) {
      this.#go(() => this.#take(source));
    }
  };

  #take(source) {
    const { kind, bytes } = source.take();
    if (kind === PUT_END || kind === PUT_FAILED) this.#sources.delete(source.attempt);
    this.#put(source.attempt, kind, bytes);
  }

  #fetch(plan) {
    this.#sources.set(plan.attempt, new Upstream(plan, this.#happened));
    return true;
  }

  #wait({ ms }) {
    this.#deadline.set(ms, this.#goOn, this.#now);
    return false;
  }

  // The reply of a failure. A request that did not come by HTTP brings its own.
  #failed() {
    return this.#request.failed?.() ?? failed();
  }

  #start({ status, head }) {
    const { writable: own } = this.#request;
    const { readable, writable } = own ? { writable: own } : new IdentityTransformStream();
    const headers = headersOf(head);
    const events = headers['content-type'] === 'text/event-stream';
    this.#writable = writable;
    this.#writer = writable.getWriter();
    this.#lastWords = events ? failedStream : null;
    this.#respond(new Response(readable, { status, headers }));
    return true;
  }

  // Back pressure: a write resolves when the client has read it.
  #emit(body) {
    if (this.#piped) {
      const bytes = body.slice();
      return this.#after(this.#endPipe(), () => {
        this.#writer.write(bytes).catch(this.#leave);
      });
    }
    this.#write = this.#writer.write(this.#copy(body));
    this.#write.then(this.#goOn, this.#leave);
    return false;
  }

  // A stream's writes follow each other, so that they can have one buffer. A WritableStream of our
  // own may keep what it is given.
  #copy(body) {
    const n = body.length;
    if (this.#request.writable || n > EMIT_KEPT) return body.slice();
    if (this.#emitted.byteLength < n) this.#emitted = new ArrayBuffer(n + EMIT_SLACK);
    const bytes = new Uint8Array(this.#emitted, 0, n);
    bytes.set(body);
    return bytes;
  }

  // Pipe the rest of a body to the client. A pending read of this body has to end first.
  #handOver({ attempt }) {
    const source = this.#sources.get(attempt);
    if (!source.isBusy) return this.#beginPipe(source);
    this.#awaited = source;
    return false;
  }

  #beginPipe(source) {
    const { event, isOver } = source;
    if (event?.bytes && event.kind !== PUT_FAILED) {
      this.#writer.write(event.bytes.slice()).catch(this.#leave);
    }
    if (isOver) return true;
    this.#writer.releaseLock();
    this.#piped = source;
    this.#pipe = source.pipe(this.#writable).then((whole) => {
      this.#writer = this.#writable.getWriter();
      if (whole) this.#lastWords = NOTHING;
      else this.#writer.closed.catch(this.#leave); // unless the source broke
    });
    return true;
  }

  // Let the runtime finish sending, unless C ends the reply before the end of the body.
  async #endPipe() {
    if (this.#sources.has(this.#piped.attempt)) this.#piped.stopPipe();
    await this.#pipe;
    this.#piped = null;
  }

  // If the reply were sent before the client's body has been read, the runtime would close the
  // connection, and the reply would be lost: so the body is read to its end first. The exchange
  // itself ends at once, so that such a client does not take room in the module.
  #reply({ status, head, body, encodeBody }) {
    const bytes = body.length ? body : null; // 204 and 304 must have none
    const response = new Response(bytes, { status, headers: headersOf(head), encodeBody });
    const unread = this.#sources.get(BODY);
    this.#sources.delete(BODY);
    this.#respond(unread?.exists ? drained(unread).then(() => response) : response);
    return true;
  }

  #follow({ status, head, body }) {
    return this.#after(
      follow(this.#env, ...decoder.decode(body).split(' ')),
      (response) => {
        const own = { status, headers: headersOf(head) };
        this.#respond(head ? new Response(response.body, own) : response);
        this.#put(BODY, PUT_STORED, NOTHING);
      },
      (error) => this.#put(BODY, PUT_FAILED, encoder.encode(error)),
    );
  }

  #page({ attempt, status, head }) {
    return this.#reply({
      status,
      head: `${head}content-encoding: gzip\n`,
      body: new Uint8Array(PAGES[attempt]),
      encodeBody: 'manual',
    });
  }

  #upgrade(plan) {
    return this.#after(
      openSocket(this.#env, plan),
      (response) => this.#respond(response),
      (error) => this.#put(BODY, PUT_FAILED, encoder.encode(error)),
    );
  }

  // Put the result of |promise|; a failure after |ms|, when that is not 0.
  #ask(promise, ms = 0) {
    const fail = () => this.#put(BODY, PUT_FAILED, NOTHING);
    this.#deadline.set(ms, () => this.#go(fail), this.#now);
    return this.#after(
      promise,
      (bytes) => this.#put(BODY, PUT_STORED, bytes),
      (error) => this.#put(BODY, PUT_FAILED, encoder.encode(error)),
    );
  }

  #later(promise) {
    this.#context.waitUntil(promise);
    return true;
  }

  #done({ head, ms, status }) {
    if (head) write(head, status);
    if (ms) this.#later(flushLater(this.#env, this.#core, ms));
    this.#served = true;
    if (this.#writable) this.#close().then(() => this.#finish());
    else this.#finish();
    return false;
  }

  // The reply is complete: from now on it does not matter if the client leaves.
  #endReply() {
    this.#served = true;
    if (!this.#writable) return true;
    // A pipe of the runtime needs the writable until it is closed.
    return this.#after(this.#close().then(() => { this.#writable = null; }));
  }

  async #close() {
    if (this.#piped) await this.#endPipe();
    await this.#writer.close().catch(() => {});
  }

  #put(attempt, kind, bytes) {
    this.#core.put(this.#handle, attempt, kind, bytes);
  }

  #abort(source) {
    this.#sources.delete(source.attempt);
    source.abort();
  }

  // The client has left: abort everything. C still has to write the log line.
  #leave = () => {
    if (this.#gone || this.#served) return;
    this.#gone = true;
    this.#drop();
    this.#go(() => this.#put(BODY, PUT_LEFT, NOTHING));
  };

  // The run is cancelled: C writes its end, after the write that is under way.
  #cancel = async () => {
    for (let write = null; write !== this.#write;) {
      write = this.#write;
      await write;
    }
    if (this.#served) return;
    this.#drop();
    this.#go(() => this.#put(BODY, PUT_CANCEL, NOTHING));
  };

  // The platform drops a request's timers with it, but one of an object would keep that awake.
  #drop() {
    if (this.#run || this.#request.writable) this.#deadline.stop();
    else this.#deadline.clear();
    for (const source of this.#sources.values()) this.#abort(source);
  }

  #finish() {
    this.#drop();
    // The client left before there was a reply.
    if (!this.#answered) this.#respond(this.#failed());
    this.#core.close(this.#handle);
    this.#isOver = true;
    this.#over?.resolve();
  }

  // C trapped, or gave an invalid plan.
  async #apologize(error) {
    console.error(error?.stack ?? error);
    logFailed();
    this.#served = true;
    if (!this.#answered) this.#respond(this.#failed());
    if (this.#writable) await this.#sayLastWords(error).catch(() => {});
    this.#finish();
  }

  // A pipe of the runtime does not need C, and may end first.
  async #sayLastWords(error) {
    await this.#pipe;
    if (this.#lastWords === null) {
      await this.#writer.abort(error);
    } else {
      if (this.#lastWords.length) await this.#writer.write(this.#lastWords);
      await this.#writer.close();
    }
  }
}
