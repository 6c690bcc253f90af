// store.js -- the Durable Object that all isolates share: texts and rows of counters; wasm/plan.h
// describes its commands.
import { DurableObject } from 'cloudflare:workers';

// In bytes, so that a row stays below the platform's 2 MB; larger ones are not stored.
const KEY_MAX = 1024;
const TEXT_MAX = 1024 * 1024;
const COUNTERS_MAX = 64;
const ANSWER_MAX = 8 * 1024 * 1024; // characters of one line's answer, which is cut there

// Counters are added up in memory first, since each row that is written costs and many isolates
// add to the same. An object without requests is kept in memory for 70 seconds at least:
// https://developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle/
const COUNTED_MS = 30_000;
const COUNTED_MAX = 1000; // rows

// Without a rowid the table is its own index, and a write counts as one row instead of two.
const TABLES = ['texts', 'counters'].map((table) => `
  CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`).join('');

// SQLite compares text by bytes: a prefix followed by the last Unicode character sorts after all
// keys with this prefix.
const AFTER = '?1 || char(0x10FFFF)';
const LINE = /^([a-z]+) ([^ ]*) ?(.*)$/s;
const COUNT = /^-?\d{1,15}$/;

const encoder = new TextEncoder();
const fits = (text, max) => text.length * 3 <= max || encoder.encode(text).length <= max;
const plus = (a = 0, b = 0) => BigInt(a) + BigInt(b);

function sumOf(a, b) {
  const longer = a.length > b.length ? a : b;
  return longer.map((_, i) => plus(a[i], b[i]));
}

export class Store extends DurableObject {
  #sql;
  #counted = new Map(); // what is not written yet: numbers by key
  #timer;

  constructor(context, env) {
    super(context, env);
    this.#sql = context.storage.sql;
    this.#sql.exec(TABLES);
  }

  // Carry out all |lines|, or none when one fails.
  run(lines) {
    return this.#atOnce(() => (
      lines.split('\n').map((line) => this.#carryOut(line) ?? '').join('')
    ));
  }

  #atOnce(change) {
    const before = new Map(this.#counted);
    try {
      return this.ctx.storage.transactionSync(change);
    } catch (error) {
      this.#counted = before;
      throw error;
    }
  }

  #carryOut(line) {
    const [, verb, key, rest] = line.match(LINE) ?? [];
    switch (verb) {
      case 'set': return this.#set(key, rest);
      case 'raise': return this.#raise(key, rest);
      case 'drop': return this.#drop(key, rest);
      case 'get': return this.#list('texts', key);
      case 'last': return this.#last(key, ...rest.split(' '));
      case 'keep': return this.#keep(key, rest);
      case 'add': return this.#add(key, rest.split(' '));
      case 'sum': return this.#sum(key);
      case 'cut': return this.#cut(key, rest);
      default: return '';
    }
  }

  #set(key, text) {
    if (text === '') this.#sql.exec('DELETE FROM texts WHERE key = ?', key);
    else if (fits(text, TEXT_MAX)) this.#write('texts', key, text);
  }

  // An isolate with an older state must not overwrite a newer one.
  #raise(key, text) {
    const less = 'CAST(value AS INTEGER) <= CAST(excluded.value AS INTEGER)';
    if (fits(text, TEXT_MAX)) this.#write('texts', key, text, less);
  }

  #drop(prefix, number) {
    if (!COUNT.test(number)) return;
    this.#sql.exec(`DELETE FROM texts WHERE key >= ?1 AND key < ${AFTER}
      AND value GLOB '[0-9]*' AND CAST(value AS INTEGER) < ?2`, prefix, Number(number));
  }

  // Rows newest first; the row that exceeds |size| characters in all is the last.
  #last(prefix, upTo, size) {
    let answer = '';
    const rows = this.#sql.exec(`SELECT key, value FROM texts
      WHERE key >= ?1 AND key <= min(?2, ${AFTER}) ORDER BY key DESC`, prefix, upTo);
    for (const { key, value } of rows) {
      answer += `${key} ${value}\n`;
      if (answer.length >= Math.min(Number(size), ANSWER_MAX)) break;
    }
    return answer;
  }

  #keep(prefix, number) {
    if (!COUNT.test(number)) return;
    this.#sql.exec(`DELETE FROM texts WHERE key >= ?1 AND key < (SELECT key FROM texts
      WHERE key >= ?1 AND key < ${AFTER} ORDER BY key DESC LIMIT 1 OFFSET ?2)`,
    prefix, Number(number) - 1);
  }

  #add(key, counts) {
    if (counts.length > COUNTERS_MAX || !counts.every((count) => COUNT.test(count))) return;
    this.#counted.set(key, sumOf(this.#counted.get(key) ?? [], counts));
    if (this.#counted.size > COUNTED_MAX) this.#writeCounted();
    this.#timer ??= setTimeout(() => this.#countedLongEnough(), COUNTED_MS);
  }

  // What cannot be written is kept for the next time.
  #countedLongEnough() {
    this.#timer = undefined;
    try {
      this.#atOnce(() => this.#writeCounted());
    } catch (error) {
      console.warn(`the usage was not written: ${error.message}`);
    }
  }

  #writeCounted() {
    for (const [key, counts] of this.#counted) {
      const [row] = this.#sql.exec('SELECT value FROM counters WHERE key = ?', key);
      this.#write('counters', key, sumOf(row?.value.split(' ') ?? [], counts).join(' '));
    }
    this.#counted.clear();
  }

  #sum(prefix) {
    this.#writeCounted();
    return this.#list('counters', prefix);
  }

  #cut(prefix, key) {
    if ([...this.#counted.keys()].some((one) => one.startsWith(prefix) && one < key)) {
      this.#writeCounted();
    }
    this.#sql.exec(`DELETE FROM counters WHERE key >= ?1 AND key < min(?2, ${AFTER})`, prefix, key);
  }

  // An unchanged value is not written again.
  #write(table, key, value, where = 'TRUE') {
    if (key === '' || !fits(key, KEY_MAX)) return;
    this.#sql.exec(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT DO UPDATE
      SET value = excluded.value WHERE value <> excluded.value AND ${where}`, key, value);
  }

  #list(table, prefix) {
    let answer = '';
    const rows = this.#sql.exec(`SELECT key, value FROM ${table}
      WHERE key >= ?1 AND key < ${AFTER} ORDER BY key`, prefix);
    for (const { key, value } of rows) {
      if (answer.length + value.length > ANSWER_MAX) break;
      answer += `${key} ${value}\n`;
    }
    return answer;
  }
}
