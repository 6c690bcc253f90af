// exchange.js -- carry out the plans of one client request, one after the other.
import {
  OP_CLOSE, OP_DONE, OP_EMIT, OP_FETCH, OP_LOAD, OP_PAGE, OP_PIPE, OP_REPLY, OP_SAVE, OP_SEAL,
  OP_START, OP_UNSEAL, OP_WAIT, OP_WANT, PUT_BODY, PUT_END, PUT_FAILED, PUT_HEAD, PUT_LEFT,
  PUT_STORED,
} from './abi.js';
import checker from '../build/checker.wasm.gz';
import page from '../build/console.html.gz';
import { Deadline } from './deadline.js';
import { failed, failedStream, logFailed } from './fallback_response.js';
import { flushLater } from './flush.js';
import { headBytes, headersOf, targetOf } from './head.js';
import { seal, unseal } from './seal.js';
import { load, save } from './store_client.js';
import { Source } from './source.js';
import { Upstream } from './upstream.js';

const PAGES = [page, checker]; // in gzip
const BODY = 0; // the client's, among the attempts
const WHOLE = Infinity; // nothing can be done before its end, so it is read in large pieces
const PATIENCE = 30_000; // ms for a body that nobody wants
const NOTHING = new Uint8Array(0);
const LATE = { kind: PUT_FAILED };
const encoder = new TextEncoder();

async function drained(source) {
  const deadline = new Deadline();
  await Promise.race([source.drain(), deadline.wait(PATIENCE)]);
  deadline.stop();
  source.abort();
}

export class Exchange {
  #core;
  #handle;
  #request;
  #env;
  #context;
  #sources = new Map(); // by attempt; none that is over
  #deadline = new Deadline();
  #answer = Promise.withResolvers();
  #answered = false;
  #writable = null; // of a streamed answer
  #writer = null;
  #lastWords = null; // what ends it when C no longer can; null: cut it off
  #gone = false; // the client has left
  #served = false; // it has all, and can leave no more

  constructor(core, handle, request, env, context) {
    this.#core = core;
    this.#handle = handle;
    this.#request = request;
    this.#env = env;
    this.#context = context;
    this.#sources.set(BODY, new Source(BODY, PUT_BODY, request));
    request.signal.addEventListener('abort', () => this.#leave());
  }

  // A Response, as soon as there is one.
  get answer() {
    return this.#answer.promise;
  }

  async run() {
    try {
      const { method, url, headers } = this.#request;
      this.#put(BODY, PUT_HEAD, headBytes(`${method} ${targetOf(url)}`, headers));
      while (!this.#gone && await this.#carryOut(this.#core.next(this.#handle)));
      if (this.#gone) await this.#farewell();
    } catch (error) {
      await this.#apologize(error);
    } finally {
      this.#drop();
      // To nobody: the client left before there was an answer.
      if (!this.#answered) this.#respond(failed());
      this.#core.close(this.#handle);
    }
  }

  #respond(response) {
    this.#answered = true;
    this.#answer.resolve(response);
  }

  // C may have something to log of a client that left.
  async #farewell() {
    this.#put(BODY, PUT_LEFT, NOTHING);
    await this.#carryOut(this.#core.next(this.#handle));
  }

  // False when the exchange is over.
  async #carryOut(plan) {
    switch (plan.op) {
      case OP_WANT: await this.#want(plan); break;
      case OP_FETCH: this.#fetch(plan); break;
      case OP_WAIT: await this.#deadline.wait(plan.ms); break;
      case OP_START: this.#start(plan); break;
      case OP_EMIT: await this.#emit(plan.body); break;
      case OP_PIPE: await this.#pipe(plan); break;
      case OP_REPLY: this.#reply(plan); break;
      case OP_LOAD: await this.#ask(load(this.#env, plan.body), plan.ms); break;
      case OP_SAVE: this.#later(save(this.#env, plan.body)); break;
      case OP_SEAL: await this.#ask(seal(this.#env, plan.body)); break;
      case OP_UNSEAL: await this.#ask(unseal(this.#env, plan.body)); break;
      case OP_PAGE: this.#page(plan); break;
      case OP_CLOSE: await this.#close(); break;
      case OP_DONE: await this.#done(plan); break;
      default: throw new Error(`no such plan: ${plan.op}`);
    }
    return plan.op !== OP_DONE;
  }

  async #want({ mask, ms, least }) {
    const waits = [this.#deadline.wait(ms)];
    for (const [attempt, source] of this.#sources) {
      if ((mask >>> attempt) & 1) waits.push(source.event(attempt === BODY ? WHOLE : least));
      else if (attempt !== BODY) this.#abort(source);
    }
    if (waits.length === 1 && !ms) throw new Error(`nothing to wait for: ${mask}`);
    const event = await Promise.race(waits);
    if (event && !this.#gone) this.#happened(event);
  }

  #fetch(plan) {
    this.#sources.set(plan.attempt, new Upstream(plan));
  }

  #start({ status, head }) {
    const { readable, writable } = new IdentityTransformStream();
    const headers = headersOf(head);
    const events = head.includes('content-type: text/event-stream');
    this.#writable = writable;
    this.#writer = writable.getWriter();
    this.#lastWords = events ? failedStream : null;
    this.#respond(new Response(readable, { status, headers }));
  }

  // The client's pace is ours: a write is over when it has been read.
  async #emit(bytes) {
    await this.#writer.write(bytes).catch(() => this.#leave());
  }

  async #pipe({ attempt }) {
    const source = this.#sources.get(attempt);
    const event = await source.pending; // a read whose deadline passed
    if (event?.kind === PUT_END || event?.kind === PUT_FAILED) {
      this.#happened(event);
      return;
    }
    source.take();
    if (event) await this.#emit(event.bytes);
    await this.#pour(source);
  }

  async #pour(source) {
    this.#writer.releaseLock();
    const why = await source.pipe(this.#writable).then(() => null, String);
    this.#writer = this.#writable.getWriter();
    if (why === null) this.#lastWords = NOTHING; // all has been said
    if (this.#gone) return;
    if (why === null) this.#happened({ source, kind: PUT_END });
    else this.#happened({ source, kind: PUT_FAILED, bytes: encoder.encode(why) });
  }

  // An answer that overtakes the client's body is lost: the runtime closes the connection on
  // what the client is still sending. The exchange itself need not last so long: who has no
  // token, or no end, would keep others out.
  #reply({ status, head, body, encodeBody }) {
    const bytes = body.length ? body : null; // 204 and 304 must have none
    const response = new Response(bytes, { status, headers: headersOf(head), encodeBody });
    const unread = this.#sources.get(BODY);
    this.#sources.delete(BODY);
    this.#respond(unread?.exists ? drained(unread).then(() => response) : response);
  }

  #page({ attempt, status, head }) {
    this.#reply({
      status,
      head: `${head}content-encoding: gzip\n`,
      body: new Uint8Array(PAGES[attempt]),
      encodeBody: 'manual',
    });
  }

  // Wait for |answer|, |ms| at most when that is not 0, and put it.
  async #ask(answer, ms = 0) {
    const event = answer.then(
      (bytes) => ({ kind: PUT_STORED, bytes }),
      (error) => ({ kind: PUT_FAILED, bytes: encoder.encode(error) }),
    );
    const { kind, bytes } = await Promise.race([event, this.#deadline.wait(ms)]) ?? LATE;
    if (!this.#gone) this.#put(BODY, kind, bytes);
  }

  #later(promise) {
    this.#context.waitUntil(promise);
  }

  async #done({ head, ms }) {
    if (head) console.log(head);
    if (ms) this.#later(flushLater(this.#env, this.#core, ms));
    await this.#close();
  }

  async #close() {
    await this.#writer?.close().catch(() => {});
    this.#writer = null;
    this.#served = true;
  }

  #happened({ source, kind, bytes }) {
    source.take();
    if (kind === PUT_END || kind === PUT_FAILED) this.#sources.delete(source.attempt);
    this.#put(source.attempt, kind, bytes);
  }

  #put(attempt, kind, bytes) {
    this.#core.put(this.#handle, attempt, kind, bytes);
  }

  #abort(source) {
    this.#sources.delete(source.attempt);
    source.abort();
  }

  // The client has left: whatever is being waited for ends now.
  #leave() {
    if (this.#served) return;
    this.#gone = true;
    this.#drop();
    this.#deadline.ring();
  }

  #drop() {
    this.#deadline.stop();
    for (const source of this.#sources.values()) this.#abort(source);
  }

  // C trapped, or asked for what cannot be.
  async #apologize(error) {
    console.error(error?.stack ?? error);
    logFailed();
    if (!this.#answered) this.#respond(failed());
    if (!this.#writer) return;
    if (this.#lastWords === null) {
      await this.#writer.abort(error).catch(() => {});
      return;
    }
    if (this.#lastWords.length) await this.#emit(this.#lastWords);
    await this.#writer.close().catch(() => {});
  }
}
