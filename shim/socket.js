// socket.js -- a client's WebSocket, in an object of its own: each message is an exchange.
//
// The object hibernates between messages and loses its memory, so whatever has to last is attached
// to the socket or stored in a row.
import { DurableObject } from 'cloudflare:workers';
import { failedEvent, logFailed } from './fallback_response.js';
import { begin } from './gateway.js';
import { requestOf } from './head.js';
import { Lanes } from './lanes.js';
import { ANSWER_MAX, cut, join, linesOf, partsOf } from './rows.js';
import { TERMS } from './socket_client.js';

const BACKSTOP = 60_000; // ms after the socket's end until its rows are deleted in any case
const GOING_AWAY = 1001; // clients connect again
const TRY_LATER = 1013;
const NO_CODE = 1005; // the client's close frame had none
const CUT_OFF = 1006; // there was no close frame

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS turns (node TEXT NOT NULL, part INTEGER NOT NULL,
    previous TEXT NOT NULL, text BLOB NOT NULL, PRIMARY KEY (node, part)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS latest (lane TEXT PRIMARY KEY, id TEXT NOT NULL,
    node TEXT NOT NULL, place TEXT NOT NULL) WITHOUT ROWID;`;

// Delete the turns that lead to none of the latest responses.
const SWEEP = `
  WITH RECURSIVE alive(node) AS (
    SELECT node FROM latest
    UNION SELECT turns.previous FROM turns JOIN alive ON turns.node = alive.node
  ) DELETE FROM turns WHERE node NOT IN (SELECT node FROM alive)`;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Socket extends DurableObject {
  #sql;
  #lanes = null;
  #underWay = new Set(); // an AbortController for each message
  #held = 0; // bytes of their bodies

  constructor(context, env) {
    super(context, env);
    this.#sql = context.storage.sql;
  }

  // A client connects.
  async fetch(request) {
    const terms = decodeURIComponent(request.headers.get(TERMS));
    const [ms, held, farewell] = terms.split('\n', 3);
    const head = terms.split('\n').slice(3).join('\n');
    const due = Date.now() + Number(ms);
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment({ due, held: Number(held), farewell, head, lanes: [] });
    this.#sql.exec(SCHEMA);
    await this.ctx.storage.setAlarm(due);
    return new Response(null, { status: 101, webSocket: client });
  }

  async webSocketMessage(socket, message) {
    const { due, held, head, lanes } = socket.deserializeAttachment();
    const bytes = typeof message === 'string' ? encoder.encode(message) : new Uint8Array(message);
    this.#lanes ??= new Lanes(lanes, (names) => {
      socket.serializeAttachment({ ...socket.deserializeAttachment(), lanes: names });
    });
    if (Date.now() >= due) {
      this.#sayFarewell(socket);
    } else if (this.#held + bytes.length > held) {
      socket.close(TRY_LATER, 'more messages at once than can be held');
    } else {
      await this.#answer(socket, head, bytes);
    }
  }

  async webSocketClose(socket, code, reason) {
    this.#close(socket, code === NO_CODE || code === CUT_OFF ? 1000 : code, reason);
    await this.#forget();
  }

  async webSocketError() {
    await this.#forget();
  }

  // The socket's time is over: close it, but not in the middle of a response.
  async alarm() {
    const [socket] = this.ctx.getWebSockets();
    if (!socket) {
      await this.#forget();
      return;
    }
    await this.ctx.storage.setAlarm(Date.now() + BACKSTOP);
    if (!this.#underWay.size) this.#sayFarewell(socket);
  }

  #sayFarewell(socket) {
    this.#send(socket, socket.deserializeAttachment().farewell);
    if (!this.#underWay.size) this.#close(socket, GOING_AWAY, '');
  }

  // The socket is closed, which cancels its messages.
  async #forget() {
    for (const controller of this.#underWay) controller.abort();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  // Send to the client, unless it has left.
  #send(socket, text) {
    try {
      socket.send(text);
    } catch {
      // webSocketClose() will be called
    }
  }

  #close(socket, code, reason) {
    try {
      socket.close(code, reason);
    } catch {
      // it is closed already
    }
  }

  async #answer(socket, head, bytes) {
    const controller = new AbortController();
    const place = this.#lanes.arrive();
    this.#underWay.add(controller);
    this.#held += bytes.length;
    try {
      const message = this.#messageOf(socket, head, bytes, controller.signal);
      const env = { ...this.env, SOCKET: { run: (lines) => this.#run(lines, place) } };
      const exchange = begin(message, env, this.ctx);
      const response = exchange ? await exchange.answer : message.failed();
      if (response.body) this.#send(socket, await response.text());
      await exchange?.over;
    } catch (error) {
      console.error(error?.stack ?? error);
      logFailed();
      this.#send(socket, failedEvent);
    }
    this.#underWay.delete(controller);
    this.#held -= bytes.length;
    this.#lanes.leave(place);
    if (Date.now() >= socket.deserializeAttachment().due) this.#sayFarewell(socket);
  }

  // A message in the form of a Request, and where its reply goes.
  #messageOf(socket, head, bytes, signal) {
    const { method, url, headers: common } = requestOf(head);
    const { body } = new Response(bytes);
    const headers = new Headers(common);
    headers.set('content-length', bytes.length);
    return {
      method,
      url: `https://socket${url}`,
      headers,
      body,
      bytes: async () => bytes,
      signal,
      failed: () => new Response(failedEvent),
      writable: new WritableStream({
        write: (lines) => {
          for (const line of decoder.decode(lines).split('\n')) {
            if (line) this.#send(socket, line);
          }
        },
        abort: () => this.#send(socket, failedEvent),
      }),
    };
  }

  // Carry out |lines|, bytes, for the message at |place|: see "socket" in wasm/plan.h.
  async #run(lines, place) {
    const answers = [];
    for (const line of linesOf(lines)) {
      const { words: [verb], rest } = cut(line, 1);
      const { words } = cut(rest, 5);
      switch (verb) {
        case 'enter': {
          const [lane, ...numbers] = words;
          const word = await this.#lanes.enter(place, lane, ...numbers.map(Number));
          answers.push(encoder.encode(`${word}\n`));
          if (word !== 'ok') return join(answers);
          break;
        }
        case 'find': answers.push(...this.#tryToFind(words[0])); break;
        case 'turn': this.#write(rest); break;
        case 'latest': this.#setLatest(...words); break;
        case 'evict': this.#evict(words[0]); break;
        default: break;
      }
    }
    return join(answers);
  }

  // What cannot be read is as good as gone, but the store of conversations may have it.
  #tryToFind(id) {
    try {
      return this.#find(id);
    } catch (error) {
      console.error(error?.stack ?? error);
      return [];
    }
  }

  // The turns from the first one stored here to the response |id|.
  #find(id) {
    const [latest] = this.#sql.exec('SELECT node, place FROM latest WHERE id = ?', id);
    if (!latest) return [];
    const turns = [];
    let size = 0;
    for (let { node } = latest; ;) {
      const parts = [...this.#sql.exec(
        'SELECT previous, text FROM turns WHERE node = ? ORDER BY part', node,
      )];
      if (!parts.length) break;
      const [{ previous }] = parts;
      const texts = parts.map(({ text }) => new Uint8Array(text));
      turns.unshift([encoder.encode(`${node} ${previous} `), ...texts, encoder.encode('\n')]);
      size += texts.reduce((n, { length }) => n + length, 0);
      if (size > ANSWER_MAX) return [];
      node = previous;
    }
    return [encoder.encode(`r/${id} - ${latest.place}\n`), ...turns.flat()];
  }

  #write(line) {
    const { words: [node, previous], rest } = cut(line, 3);
    for (const [part, text] of partsOf(rest)) {
      this.#sql.exec('INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?)',
        node, part, previous, text);
    }
  }

  #setLatest(lane, id, tree, node, key) {
    const [had] = this.#sql.exec('SELECT node FROM latest WHERE lane = ?', lane);
    this.#sql.exec('INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?)', lane, id, node,
      `${tree} ${node} ${key}`);
    const [turn] = this.#sql.exec('SELECT previous FROM turns WHERE node = ? AND part = 0', node);
    if (had && had.node !== turn?.previous) this.#sql.exec(SWEEP);
  }

  #evict(id) {
    const { rowsWritten } = this.#sql.exec('DELETE FROM latest WHERE id = ?', id);
    if (rowsWritten) this.#sql.exec(SWEEP);
  }
}
