// isolates.js -- simulate N isolates that share key health and usage through the store.
//
//   node tests/bench/isolates.js [--isolates 1,10,100,1000] [--hours 2] [--rate 10] [--healthy]
//
// Each isolate is an instance of build/gateway.wasm; store, upstream and clock are played here.
// Requests come to isolates at random, |rate| a second in all. A route has two keys. The first one
// dies for good (401) when every isolate has used it once: how many calls are wasted on it?
// With --healthy no key dies: what do the isolates cost in calls of the store and rows written?
// Prints `name value` lines.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  CONFIG_READY, CONFIG_ROUTES, CONFIG_STORE, CONFIG_VARIABLE, OP_DONE, OP_FETCH, OP_LOAD, OP_SAVE,
  OP_WAIT, OP_WANT, PLAN_PARTS, PUT_ANSWER_HEAD, PUT_BODY, PUT_CHUNK, PUT_END, PUT_HEAD, PUT_STORED,
} from '../../shim/abi.js';

const DYING = 'dying-key';
const ROUTES = JSON.stringify({
  r: [{ provider: 'openai', model: 'gpt-4.1', apiKeys: ['FIRST', 'SECOND'] }],
});
const VARIABLES = ['PROXY_AUTH_TOKEN\nt', `FIRST\n${DYING}`, 'SECOND\nlive-key'];
const HEAD = 'POST /v1/responses\nauthorization: Bearer t\n';
const BODY = '{"model":"r","input":"hi"}';
const REFUSED = '{"error":{"message":"bad key","type":"invalid_request_error",'
  + '"param":null,"code":"invalid_api_key"}}';
const ANSWER = '{"id":"resp_1","object":"response","status":"completed","output":[{"id":"msg_1",'
  + '"type":"message","status":"completed","role":"assistant","content":[{"type":"output_text",'
  + '"text":"hi","annotations":[],"logprobs":[]}]}],"usage":{"input_tokens":1,"output_tokens":1,'
  + '"total_tokens":2}}';
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const COUNTED_MS = 30_000; // of shim/store.js
const STEPS_MAX = 1000;

// The lines of wasm/plan.h. Counters are not kept, but counted: the store writes them together.
class Store {
  calls = 0;
  rows = 0; // written or deleted, which costs the same
  #texts = new Map();
  #counted = new Set(); // keys
  #writeAt = 0;

  run(lines, now) {
    this.calls += 1;
    if (this.#writeAt <= now) this.#writeCounted(now);
    return lines.split('\n').map((line) => this.#carryOut(line)).join('');
  }

  #carryOut(line) {
    const [, verb, key, rest] = line.match(/^(\w+) ([^ ]*) ?(.*)$/) ?? [];
    const had = this.#texts.get(key);
    if (verb === 'set') this.#write(key, rest);
    if (verb === 'raise' && !(Number.parseInt(had, 10) > Number.parseInt(rest, 10))) {
      this.#write(key, rest);
    }
    if (verb === 'add') this.#counted.add(key);
    if (verb === 'keep') this.#keep(key, Number(rest));
    if (verb !== 'get') return '';
    return this.#startingWith(key).map((name) => `${name} ${this.#texts.get(name)}\n`).join('');
  }

  #write(key, text) {
    if (this.#texts.get(key) === text) return;
    this.#texts.set(key, text);
    this.rows += 1;
  }

  #writeCounted(now) {
    this.rows += this.#counted.size;
    this.#counted.clear();
    this.#writeAt = now + COUNTED_MS;
  }

  #keep(prefix, count) {
    for (const name of this.#startingWith(prefix).sort().slice(0, -count)) {
      this.#texts.delete(name);
      this.rows += 1;
    }
  }

  #startingWith(prefix) {
    return [...this.#texts.keys()].filter((name) => name.startsWith(prefix));
  }
}

class Isolate {
  wasted = 0;
  #flushAt = Infinity;
  #gw;
  #store;
  #upstream;

  constructor(module, store, upstream) {
    this.#upstream = upstream;
    this.#gw = new WebAssembly.Instance(module).exports;
    this.#store = store;
    this.#configure(CONFIG_ROUTES, ROUTES);
    for (const variable of VARIABLES) this.#configure(CONFIG_VARIABLE, variable);
    this.#gw.gw_config(CONFIG_STORE, 0, 0);
    this.#gw.gw_config(CONFIG_READY, 0, 0);
  }

  // One request at |now|; true when it was answered well.
  request(now, seed) {
    if (this.#flushAt <= now) this.#flush();
    const handle = this.#gw.gw_open(now, seed) >>> 0;
    const told = [[0, PUT_HEAD, HEAD]]; // what the module asked for, in its order
    const body = [[0, PUT_BODY, BODY], [0, PUT_END, '']];
    let status = 0;
    for (let i = 0; i < STEPS_MAX; i += 1) {
      while (told.length) this.#put(handle, ...told.shift());
      const plan = this.#plan(this.#gw.gw_next(handle, now) >>> 0);
      if (plan.op === OP_DONE) {
        if (plan.ms) this.#flushAt = Math.min(this.#flushAt, now + plan.ms);
        break;
      }
      if (plan.op === OP_WANT && plan.mask & 1) told.push(body.shift());
      else if (plan.op === OP_FETCH) this.#answer(plan, body);
      else if (plan.op === OP_WANT) told.push(body.shift());
      else if (plan.op === OP_WAIT) now += plan.ms;
      else if (plan.op === OP_LOAD) told.push([0, PUT_STORED, this.#store.run(plan.body, now)]);
      else if (plan.op === OP_SAVE) this.#store.run(plan.body, now);
      status ||= plan.status;
    }
    this.#gw.gw_close(handle);
    return status === 200;
  }

  #flush() {
    const plan = this.#plan(this.#gw.gw_flush(this.#flushAt) >>> 0);
    if (plan.op === OP_SAVE) this.#store.run(plan.body, this.#flushAt);
    this.#flushAt = Infinity;
  }

  #answer({ attempt, head }, queue) {
    const dead = this.#upstream.dead && head.includes(DYING);
    if (dead) this.wasted += 1;
    queue.push(
      [attempt, PUT_ANSWER_HEAD, `${dead ? 401 : 200}\ncontent-type: application/json\n`],
      [attempt, PUT_CHUNK, dead ? REFUSED : ANSWER],
      [attempt, PUT_END, ''],
    );
  }

  #lay(handle, text) {
    if (!text) return 0;
    const at = this.#gw.gw_room(handle, text.length) >>> 0;
    Buffer.from(this.#gw.memory.buffer, at, text.length).write(text, 'latin1');
    return at;
  }

  #configure(kind, text) {
    this.#gw.gw_config(kind, this.#lay(0, text), text.length);
  }

  #put(handle, attempt, kind, text) {
    this.#lay(handle, text);
    this.#gw.gw_put(handle, attempt, kind, text.length);
  }

  #plan(at) {
    const words = new Uint32Array(this.#gw.memory.buffer, at, 8 + 2 * PLAN_PARTS);
    const text = (i) => Buffer.from(this.#gw.memory.buffer, words[i], words[i + 1]).toString();
    return {
      op: words[0], attempt: words[1], mask: words[2], ms: words[3], status: words[5],
      head: text(6), body: text(8),
    };
  }
}

// After a first, good request of each isolate the key dies, unless all is |healthy|; then |hours|
// pass.
export function simulate(module, { isolates: n, hours, rate, healthy, random = Math.random }) {
  const store = new Store();
  const upstream = { dead: false };
  const isolates = Array.from({ length: n }, () => new Isolate(module, store, upstream));
  const run = { requests: 0, lost: 0 };
  const ask = (isolate, now) => {
    run.requests += 1;
    if (!isolate.request(now, run.requests)) run.lost += 1;
  };
  for (const isolate of isolates) ask(isolate, START);
  upstream.dead = !healthy;
  const pause = () => -Math.log(1 - random()) * 1000 / rate;
  for (let now = START + pause(); now < START + hours * HOUR; now += pause()) {
    ask(isolates[Math.floor(random() * n)], Math.floor(now));
  }
  const wasted = isolates.map((isolate) => isolate.wasted);
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  return {
    ...run,
    // Nobody can tell an isolate that a key died while it was not asking: one call finds out.
    wastedFirst: sum(wasted.map((count) => Math.min(count, 1))),
    wastedLater: sum(wasted.map((count) => Math.max(count - 1, 0))),
    storeCalls: store.calls,
    storeRows: store.rows,
  };
}

function main() {
  const { values } = parseArgs({
    options: {
      isolates: { type: 'string', default: '1,10,100,1000' },
      hours: { type: 'string', default: '2' },
      rate: { type: 'string', default: '10' },
      healthy: { type: 'boolean', default: false },
    },
  });
  const module = new WebAssembly.Module(readFileSync('build/gateway.wasm'));
  const [hours, rate] = [Number(values.hours), Number(values.rate)];
  for (const n of values.isolates.split(',').map(Number)) {
    const run = simulate(module, { isolates: n, hours, rate, healthy: values.healthy });
    for (const [name, value] of Object.entries(run)) console.log(`isolates-${n}.${name} ${value}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
