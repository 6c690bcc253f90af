// conversation.js -- a Durable Object with the stored turns of one conversation; wasm/plan.h
// describes its commands.
import { DurableObject } from 'cloudflare:workers';
import { ANSWER_MAX, ROW_MAX, cut, join, linesOf, partsOf } from './rows.js';
import { Runs } from './runs.js';

const LEDGER = 'ledger'; // the object that knows the size of all others
const REPORT_STEP = 64 * 1024; // growth in bytes after which an object reports its size again

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS turns (node TEXT PRIMARY KEY, previous TEXT NOT NULL,
    until INTEGER NOT NULL, size INTEGER NOT NULL, text BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS parts (node TEXT NOT NULL, part INTEGER NOT NULL,
    text BLOB NOT NULL, PRIMARY KEY (node, part)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sizes (name TEXT PRIMARY KEY, size INTEGER NOT NULL,
    reported INTEGER NOT NULL) WITHOUT ROWID;`;

// When the next turn expires. Rows that are no turns have names that no hexadecimal number has.
const NEXT = `SELECT coalesce(min(CASE WHEN node < 'g' THEN until END), min(until)) AS next
  FROM turns`;

const encoder = new TextEncoder();
const NEWLINE = encoder.encode('\n');
const GONE = encoder.encode('gone\n');

export class Conversation extends DurableObject {
  #sql;
  #made = false; // the tables exist
  #size = 0; // bytes of all turns, and of what their runs emitted
  #reported = 0;
  #runs; // the requests that run here
  #waiting = new Set(); // to be called when a turn has been written

  constructor(context, env) {
    super(context, env);
    this.#sql = context.storage.sql;
    this.#runs = new Runs(context, env, {
      isStored: (node) => this.#read(node).length > 0,
      run: (lines) => this.run(lines),
      grew: (bytes) => { this.#size += bytes; },
    });
  }

  // Carry out |lines|, bytes. An answer has "NODE PREVIOUS TEXT" for each turn that was asked for.
  async run(lines) {
    const answers = [];
    for (const line of linesOf(lines)) {
      const { words: [verb], rest } = cut(line, 1);
      switch (verb) {
        case 'turn': this.#write(rest); break;
        case 'chain': answers.push(...await this.#find(rest, (node) => this.#chain(node))); break;
        case 'read': answers.push(...await this.#look(rest)); break;
        case 'need':
          if (!(await this.#find(rest, (node) => this.#chain(node))).length) return GONE;
          break;
        case 'all': answers.push(...this.#all()); break;
        case 'drop': answers.push(...this.#drop(cut(rest, 1).words[0])); break;
        case 'wipe': await this.wipe(); break;
        case 'begin': await this.#begin(rest); break;
        case 'asked': answers.push(...await this.#asked(rest)); break;
        case 'cancel':
          await this.#runs.cancel(cut(rest, 1).words[0]);
          answers.push(...await this.#look(rest));
          break;
        case 'limit': await this.#limit(cut(rest, 3).words); break;
        default: break;
      }
    }
    return join(answers);
  }

  // A Response: what the run of |node| has emitted after event number |after|, and what it will.
  // With |go|, it begins now.
  follow(node, after, go) {
    return this.#runs.follow(node, after, go);
  }

  // Delete everything. |tell|: report this to the ledger, which is not needed if it asked for it.
  async wipe(tell = true) {
    const [self] = this.#exists() ? this.#sql.exec('SELECT name FROM sizes') : [];
    if (self && tell) await this.#ledger().report(self.name, 0);
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.#runs.reset();
    this.#made = false;
    this.#size = this.#reported = 0;
  }

  // Runs continue while the handler lasts. Expired turns are deleted, and with the last of them the
  // whole object. Rows that are no turns stay as long as there is a turn.
  async alarm() {
    await this.#runs.keepAwake();
    this.#make();
    const over = this.#sql.exec(`SELECT node FROM turns WHERE until <= ?1 AND (node < 'g'
      OR NOT EXISTS (SELECT 1 FROM turns WHERE node < 'g' AND until > ?1))`, Date.now());
    for (const { node } of [...over]) this.#remove(node);
    const [{ next }] = this.#sql.exec(NEXT);
    const due = Math.min(next ?? Infinity, this.#runs.forgetsAt);
    if (this.#runs.areBusy) await this.ctx.storage.setAlarm(Date.now());
    else if (due < Infinity) await this.ctx.storage.setAlarm(due);
    else await this.wipe();
  }

  // Called on the ledger: the object |name| has |size| bytes. If |max| is given, the objects that
  // reported longest ago are wiped until all together have no more than that.
  async report(name, size, max) {
    this.#make();
    this.#noteSize(name, size);
    if (!max) return;
    let [{ sum }] = this.#sql.exec('SELECT sum(size) AS sum FROM sizes');
    if (sum <= max) return;
    for (const oldest of [...this.#sql.exec('SELECT name, size FROM sizes ORDER BY reported')]) {
      if (sum <= max) break;
      await this.env.CONVERSATIONS.getByName(oldest.name).wipe(false);
      this.#sql.exec('DELETE FROM sizes WHERE name = ?', oldest.name);
      sum -= oldest.size;
    }
  }

  #ledger() {
    return this.env.CONVERSATIONS.getByName(LEDGER);
  }

  #noteSize(name, size) {
    this.#sql.exec(`INSERT INTO sizes VALUES (?, ?, ?) ON CONFLICT DO UPDATE
      SET size = excluded.size, reported = excluded.reported`, name, size, Date.now());
    this.#sql.exec('DELETE FROM sizes WHERE name = ? AND size = 0', name);
  }

  // A query must not create tables, so that an object that was only asked takes no disk space.
  #exists() {
    if (this.#made) return true;
    const [row] = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'turns'");
    if (row) this.#make();
    return this.#made;
  }

  #make() {
    if (this.#made) return;
    this.#sql.exec(SCHEMA);
    [{ size: this.#size }] = this.#sql.exec('SELECT coalesce(sum(size), 0) AS size FROM turns');
    this.#size += this.#runs.size;
    this.#reported = this.#size;
    this.#made = true;
  }

  #write(line) {
    const { words: [node, previous, until], rest } = cut(line, 3);
    this.#make();
    this.ctx.storage.transactionSync(() => {
      const [had] = this.#sql.exec('SELECT until FROM turns WHERE node = ?', node);
      this.#forget(node);
      const [[, first], ...more] = partsOf(rest);
      this.#sql.exec('INSERT INTO turns VALUES (?, ?, ?, ?, ?)', node, previous,
        Number(until) || had?.until || 0, rest.length, first);
      for (const [part, text] of more) {
        this.#sql.exec('INSERT INTO parts VALUES (?, ?, ?)', node, part, text);
      }
    });
    this.#size += rest.length;
    for (const wake of this.#waiting) wake();
  }

  async #begin(line) {
    const { words: [node, kind, until, size], rest } = cut(line, 4);
    await this.#runs.begin(node, kind, Number(until), rest, Number(size));
  }

  // The request of a run, or the line of the turn that it has made.
  async #asked(line) {
    const asked = this.#runs.asked(cut(line, 1).words[0]);
    return asked.length ? asked : this.#look(line);
  }

  // The line of a turn, or of the run that will make it.
  async #look(line) {
    const progress = await this.#runs.progress(cut(line, 1).words[0]);
    return progress.length ? progress : this.#find(line, (node) => this.#read(node));
  }

  // A requested turn may not have been written yet: wait for it, |ms| at most.
  async #find(line, find) {
    const { words: [node, ms = 0] } = cut(line, 2);
    const deadline = Date.now() + Number(ms);
    for (;;) {
      const found = find(node);
      const left = deadline - Date.now();
      if (found.length || left <= 0) return found;
      await this.#written(left);
    }
  }

  #written(ms) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
    });
  }

  // The turns from the first to |node|; nothing when one of them is missing.
  #chain(node) {
    const turns = [];
    let size = 0;
    for (let at = node; at !== '-';) {
      const [turn] = this.#exists()
        ? this.#sql.exec('SELECT previous, size FROM turns WHERE node = ?', at) : [];
      size += turn?.size ?? 0;
      if (!turn || size > ANSWER_MAX || turns.includes(at)) return [];
      turns.unshift(at);
      at = turn.previous;
    }
    return turns.flatMap((one) => this.#read(one));
  }

  #all() {
    if (!this.#exists()) return [];
    const rows = [...this.#sql.exec("SELECT node, size FROM turns WHERE node < 'g' ORDER BY node")];
    const size = rows.reduce((n, row) => n + row.size, 0);
    if (size > ANSWER_MAX) throw new Error(`${size} bytes are more than can be read at once`);
    return rows.flatMap(({ node }) => this.#read(node));
  }

  #read(node) {
    if (!this.#exists()) return [];
    const [turn] = this.#sql.exec('SELECT previous, text FROM turns WHERE node = ?', node);
    if (!turn) return [];
    const parts = [...this.#sql.exec('SELECT text FROM parts WHERE node = ? ORDER BY part', node)];
    const texts = [turn, ...parts].map(({ text }) => new Uint8Array(text));
    return [encoder.encode(`${node} ${turn.previous} `), ...texts, NEWLINE];
  }

  // Delete a turn. "NODE" if it existed.
  #drop(node) {
    if (!this.#exists() || !this.#remove(node)) return [];
    return [encoder.encode(`${node}\n`)];
  }

  // Delete a turn and the events of its run.
  #remove(node) {
    this.#runs.forget(node);
    return this.#forget(node);
  }

  #forget(node) {
    const [turn] = this.#sql.exec('SELECT size FROM turns WHERE node = ?', node);
    if (!turn) return false;
    this.#sql.exec('DELETE FROM turns WHERE node = ?', node);
    if (turn.size > ROW_MAX) this.#sql.exec('DELETE FROM parts WHERE node = ?', node);
    this.#size -= turn.size;
    return true;
  }

  // Keep at most |max| bytes here by deleting the oldest turns, and |all| bytes in all objects.
  // |name| is this object's.
  async #limit([max, all, name]) {
    this.#make();
    if (this.#size > Number(max)) {
      const turns = this.#sql.exec("SELECT node FROM turns WHERE node < 'g' ORDER BY node");
      for (const { node } of [...turns]) {
        if (this.#size <= Number(max)) break;
        this.#remove(node);
      }
    }
    // While a run is under way, an alarm is due already, or sets the next one at its end.
    if (!this.#runs.areBusy && await this.ctx.storage.getAlarm() === null) {
      const [{ next }] = this.#sql.exec(NEXT);
      if (next) await this.ctx.storage.setAlarm(next);
    }
    if (this.#size < this.#reported * 1.5 + (this.#reported && REPORT_STEP)) return;
    this.#reported = this.#size;
    this.#noteSize(name, this.#size); // to know its own name
    await this.#ledger().report(name, this.#size, Number(all));
  }
}
