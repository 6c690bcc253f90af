// runs.js -- requests that run in a conversation's object, independently of their clients. They are
// stored on disk until they have ended, and their events until the turn is deleted. C decides all
// that a run does (exchange/run.h); this file handles only rows and frames.
import { begin } from './gateway.js';
import { join, partsOf } from './rows.js';

const EVENTS_MAX = 128 * 1024; // bytes of events that are collected for one row
const JUMP = 1_000_000; // skips the numbers of events that an interrupted run did not store
const TRIES_MAX = 5; // then a run is given up
const READ = 64 * 1024; // bytes at a time
const AWAKE = 14 * 60_000; // ms of one alarm: the platform ends it after 15 minutes
const ROOM = 1000; // ms until the module is asked again whether it has room
const WAITS = 60_000; // ms until a run that nobody has followed is forgotten
const AGAIN = 500; // ms until a run without an end is begun again
const UNFOLLOWED = 10_000; // ms that the reply's head waits for the client's exchange to follow

const SCHEMA = `
  -- tries: how often it was begun; negative: the time since which it waits to be followed
  CREATE TABLE IF NOT EXISTS runs (node TEXT PRIMARY KEY, kind TEXT NOT NULL,
    tries INTEGER NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS requests (node TEXT NOT NULL, part INTEGER NOT NULL,
    text BLOB NOT NULL, PRIMARY KEY (node, part)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (node TEXT NOT NULL, first INTEGER NOT NULL,
    part INTEGER NOT NULL, n INTEGER NOT NULL, text BLOB NOT NULL,
    PRIMARY KEY (node, first, part)) WITHOUT ROWID;`;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LF = 10;
const COLON = 58;
const DONE_SIZE = 'data: [DONE]\n\n'.length; // no event is as short
const NOTHING = new Uint8Array(0);
const LINE_END = encoder.encode('\n');

// Resolves after |ms|, or with |promise|.
async function within(ms, promise = new Promise(() => {})) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, ms); });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

// The frames in |bytes|: each is followed by an empty line.
function* framesOf(bytes) {
  let from = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] !== LF) continue;
    yield bytes.subarray(from, at + 2);
    from = at + 2;
  }
}

// Comments and "data: [DONE]" have no number.
const isComment = (frame) => frame[0] === COLON;
const isNumbered = (frame) => !isComment(frame) && frame.length !== DONE_SIZE;

const countOf = (bytes) => framesOf(bytes).filter(isNumbered).reduce((n) => n + 1, 0);

function withoutComments(bytes) {
  const frames = [...framesOf(bytes)];
  return frames.some(isComment) ? join(frames.filter((frame) => !isComment(frame))) : bytes;
}

// The part of |bytes|, whose first event has number |first|, that comes after number |after|.
function behind(bytes, first, after) {
  let number = first;
  let from = 0;
  for (const frame of framesOf(bytes)) {
    if (number > after) break;
    if (isNumbered(frame)) number += 1;
    from += frame.length;
  }
  return bytes.subarray(from);
}

// One run under way.
class Run {
  times = 0; // how many tries its next beginning counts as
  started = false;
  ended = false; // no more events come
  keeps = false; // its events are stored, and can be followed
  isStream = false; // false: its reply is an error
  controller = new AbortController(); // cancels it
  answered = Promise.withResolvers(); // resolves with its Response, or null if it has none
  followed = Promise.withResolvers(); // resolves when the client's exchange has that Response
  over = null; // resolves when its end is stored
  gone = null; // ... and nobody waits for it any more
  first = 0; // number of the first event in |open|
  n = 0; // the number of events in |open|
  size = 0; // the bytes in |open|
  open = []; // frames that are in no row yet
  rows = 0; // how many were written
  queues = new Set(); // one for each follower: a list of [number of the first event, frames]
  #changed = Promise.withResolvers();

  get changed() {
    return this.#changed.promise;
  }

  tell(bytes) {
    for (const queue of this.queues) queue.push([this.first + this.n, bytes]);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

export class Runs {
  #context;
  #env;
  #sql;
  #isStored;
  #grew;
  #made = null; // do the tables exist? null: not known
  #under = new Map(); // runs under way, by node
  #later = new Set(); // other promises that an alarm has to wait for

  // |isStored| says whether a node has a turn; |run| carries out lines in this object; |grew| is
  // called with the number of bytes by which the stored events grew.
  constructor(context, env, { isStored, run, grew }) {
    this.#context = context;
    this.#sql = context.storage.sql;
    this.#isStored = isStored;
    this.#grew = grew;
    this.#env = { ...env, CONVERSATIONS: this.#around(env.CONVERSATIONS, run) };
  }

  // Store the run, then begin it: from then on it survives a restart. A run that its client follows
  // waits for that: without an answer in time, the request is served elsewhere, and must not run
  // here as well.
  async begin(node, kind, until, rest, size) {
    if (Date.now() > until) throw new Error('it is too late to begin');
    const { storage } = this.#context;
    const waits = kind !== 'b';
    this.#make();
    storage.transactionSync(() => {
      const tries = waits ? -Date.now() : 0;
      this.#sql.exec('INSERT INTO runs VALUES (?, ?, ?, ?)', node, kind, tries, size);
      for (const [part, text] of partsOf(rest)) {
        this.#sql.exec('INSERT INTO requests VALUES (?, ?, ?)', node, part, text);
      }
    });
    if (!waits) {
      await this.#go(node);
      return;
    }
    const due = Date.now() + WAITS;
    if ((await storage.getAlarm() ?? Infinity) > due) await storage.setAlarm(due);
  }

  async #go(node) {
    this.#start(node, 0);
    await this.#context.storage.setAlarm(Date.now());
  }

  // "NODE queued RUN" in pieces; nothing if there is no such run, or it has ended.
  async progress(node) {
    const row = this.#row(node);
    if (!row) return [];
    const run = this.#start(node);
    if (run.ended) {
      await run.over;
      return [];
    }
    const state = run.started ? 'in_progress' : 'queued';
    const told = this.#request(node).subarray(0, row.size);
    return [encoder.encode(`${node} ${state} `), told, LINE_END];
  }

  // "NODE - BODY" in pieces: what was asked; nothing if there is no such run, or it has ended.
  asked(node) {
    const row = this.#row(node);
    if (!row) return [];
    return [encoder.encode(`${node} - `), this.#request(node).subarray(row.size), LINE_END];
  }

  // Cancel a run, and wait until its end is stored.
  async cancel(node) {
    if (this.#exists()) this.#forgetWaiting('node = ?', node);
    if (!this.#row(node)) return;
    const run = this.#start(node);
    run.controller.abort();
    await run.over;
  }

  // A Response: the events of a run after number |after|, and those that follow. With |go|, begin
  // the run, which waits for that.
  async follow(node, after, go) {
    if (go) {
      const { rowsWritten } = this.#sql.exec(
        'UPDATE runs SET tries = 0 WHERE node = ? AND tries < 0', node,
      );
      if (!rowsWritten) throw new Error('there is no such run');
      await this.#go(node);
    }
    const run = this.#row(node) ? this.#start(node) : this.#under.get(node);
    const reply = run && await run.answered.promise;
    run?.followed.resolve();
    if (reply && !run.isStream) return reply;
    const { readable, writable } = new IdentityTransformStream();
    this.#serve(node, run, after, writable.getWriter()).catch(() => {});
    return new Response(readable, reply && { status: reply.status, headers: reply.headers });
  }

  // For the handler of an alarm: continue all unfinished runs, and keep the object alive meanwhile.
  async keepAwake() {
    if (!this.#exists()) return;
    this.#forgetWaiting('tries >= ?', WAITS - Date.now());
    const runs = this.#sql.exec('SELECT node FROM runs WHERE tries >= 0');
    for (const { node } of [...runs]) this.#start(node);
    const all = [...this.#under.values()].map(({ gone }) => gone);
    await within(AWAKE, Promise.all([...all, ...this.#later]));
  }

  // When the oldest run that nobody has followed is to be forgotten; Infinity: there is none.
  get forgetsAt() {
    const [{ since }] = this.#exists()
      ? this.#sql.exec('SELECT max(tries) AS since FROM runs WHERE tries < 0') : [{}];
    return since ? WAITS - since : Infinity;
  }

  // Are there runs that have not ended?
  get areBusy() {
    return this.#under.size > 0;
  }

  // The bytes of all events.
  get size() {
    const [sum] = this.#exists()
      ? this.#sql.exec('SELECT coalesce(sum(length(text)), 0) AS size FROM events') : [];
    return sum?.size ?? 0;
  }

  // The turn of |node| is deleted.
  forget(node) {
    if (!this.#exists()) return;
    const [{ size }] = this.#sql.exec(
      'SELECT coalesce(sum(length(text)), 0) AS size FROM events WHERE node = ?', node,
    );
    this.#sql.exec('DELETE FROM events WHERE node = ?', node);
    this.#grew(-size);
  }

  // Forget the runs for which |condition| holds and which nobody has followed.
  #forgetWaiting(condition, value) {
    const waiting = `FROM runs WHERE tries < 0 AND ${condition}`;
    this.#sql.exec(`DELETE FROM requests WHERE node IN (SELECT node ${waiting})`, value);
    this.#sql.exec(`DELETE ${waiting}`, value);
  }

  // Everything has been deleted.
  reset() {
    this.#made = null;
  }

  // Calls that a run makes to its own object are carried out right here.
  #around(all, run) {
    const { id } = this.#context;
    const getByName = (name) => (all.idFromName(name).equals(id) ? { run } : all.getByName(name));
    return { getByName };
  }

  #exists() {
    const [table] = this.#made === null
      ? this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'runs'") : [];
    this.#made ??= Boolean(table);
    return this.#made;
  }

  #make() {
    if (this.#made !== true) this.#sql.exec(SCHEMA);
    this.#made = true;
  }

  #row(node) {
    const [row] = this.#exists()
      ? this.#sql.exec('SELECT * FROM runs WHERE node = ? AND tries >= 0', node) : [];
    return row ?? null;
  }

  // The run of |node|. If it is not under way, since the object was restarted, begin it again.
  #start(node, times = 1) {
    const known = this.#under.get(node);
    if (known) return known;
    const run = new Run();
    run.times = times;
    this.#under.set(node, run);
    run.over = this.#carryOut(node, run).catch((error) => {
      console.error(error?.stack ?? error);
    });
    run.gone = run.over.then(() => this.#leave(node, run));
    return run;
  }

  async #leave(node, run) {
    run.ended = true;
    run.answered.resolve(null);
    run.tell(NOTHING);
    if (run.keeps) await within(UNFOLLOWED, run.followed.promise);
    this.#under.delete(node);
  }

  // Run it until its end is stored. If it is interrupted, begin it again; C decides whether it can
  // be repeated. An end that followers were told is the end, even if it could not be stored.
  async #carryOut(node, run) {
    await null; // so that the caller first learns that it is queued
    for (let row = this.#row(node); row; row = this.#row(node)) {
      await this.#once(node, row, run);
      const stored = this.#isStored(node);
      if (stored || run.keeps || row.tries >= TRIES_MAX) this.#end(node, stored);
      else await within(AGAIN);
    }
  }

  async #once(node, { kind, tries, size }, run) {
    const [{ last }] = this.#sql.exec(
      'SELECT max(first + n) AS last FROM events WHERE node = ?', node,
    );
    const times = tries + run.times;
    if (run.times) this.#sql.exec('UPDATE runs SET tries = ? WHERE node = ?', times, node);
    run.times = 1;
    run.keeps = kind !== 'b';
    run.first = last ? last + JUMP : 0;
    const context = { waitUntil: (promise) => this.#wait(promise) };
    const request = this.#request(node);
    const line = `${run.first} ${times} ${decoder.decode(request.subarray(0, size))}`;
    const post = this.#post(request.subarray(size), run.controller);
    const open = () => begin(post, this.#env, context, line);
    let exchange;
    for (exchange = open(); !exchange; exchange = open()) await within(ROOM);
    const reply = await exchange.answer;
    run.started = true;
    run.isStream = reply.headers.get('content-type') === 'text/event-stream';
    run.answered.resolve(reply);
    if (run.isStream) await this.#read(node, run, reply.body.getReader({ mode: 'byob' }));
    run.ended = true;
    await exchange.over;
  }

  #wait(promise) {
    this.#later.add(promise);
    promise.finally(() => this.#later.delete(promise)).catch(() => {});
  }

  // The request that was handed over: RUN and BODY.
  #request(node) {
    const parts = this.#sql.exec('SELECT text FROM requests WHERE node = ? ORDER BY part', node);
    return join([...parts].map(({ text }) => new Uint8Array(text)));
  }

  #post(body, { signal }) {
    const headers = { 'content-length': String(body.length) };
    return new Request('https://run/', { method: 'POST', headers, body, signal });
  }

  // An exchange writes whole frames, so bytes that end with an empty line can be passed on.
  async #read(node, run, reader) {
    let pieces = [];
    let last = 0;
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(READ));
      if (done) break;
      const ends = value.at(-1) === LF && (value.length > 1 ? value.at(-2) : last) === LF;
      last = value.at(-1);
      pieces.push(value);
      if (!ends) continue;
      this.#take(node, run, join(pieces));
      pieces = [];
    }
    this.#store(node, run);
  }

  // The first output is stored at once, so that an interrupted run does not begin again after a
  // client has seen output.
  #take(node, run, bytes) {
    run.tell(bytes);
    const kept = withoutComments(bytes);
    if (!run.keeps || !kept.length) return;
    run.open.push(kept);
    run.n += countOf(kept);
    run.size += kept.length;
    if (run.size >= EVENTS_MAX || (run.rows === 0 && run.first + run.n > 1)) this.#store(node, run);
  }

  #store(node, run) {
    if (!run.size) return;
    for (const [part, text] of partsOf(join(run.open))) {
      this.#sql.exec('INSERT INTO events VALUES (?, ?, ?, ?, ?)', node, run.first, part,
        part ? 0 : run.n, text);
      run.rows += 1;
      this.#grew(text.length);
    }
    run.first += run.n;
    run.n = run.size = 0;
    run.open = [];
  }

  #end(node, stored) {
    this.#sql.exec('DELETE FROM runs WHERE node = ?', node);
    this.#sql.exec('DELETE FROM requests WHERE node = ?', node);
    if (!stored) this.forget(node);
  }

  // Write the events in rows, then those in no row yet, then the new ones.
  async #serve(node, run, after, writer) {
    const queue = [];
    const open = run ? [run.first, join(run.open)] : null;
    run?.queues.add(queue);
    try {
      await this.#replay(node, after, run?.first ?? Infinity, writer);
      if (open) queue.unshift(open);
      while (queue.length || (run && !run.ended)) {
        if (!queue.length) await run.changed;
        for (const [first, bytes] of queue.splice(0)) await this.#hand(writer, bytes, first, after);
      }
      await run?.over;
      await writer.close();
    } finally {
      run?.queues.delete(queue);
    }
  }

  // Write the rows whose events come before number |until|.
  async #replay(node, after, until, writer) {
    if (!this.#exists()) return;
    const rows = [...this.#sql.exec(`SELECT first FROM events WHERE node = ? AND part = 0
      AND first + n > ? AND first < ? ORDER BY first`, node, after + 1, until)];
    for (const { first } of rows) {
      const parts = this.#sql.exec(
        'SELECT text FROM events WHERE node = ? AND first = ? ORDER BY part', node, first,
      );
      const bytes = join([...parts].map(({ text }) => new Uint8Array(text)));
      await this.#hand(writer, bytes, first, after);
    }
  }

  async #hand(writer, bytes, first, after) {
    const rest = behind(bytes, first, after);
    if (rest.length) await writer.write(rest);
  }
}
