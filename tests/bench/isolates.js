// isolates.js -- simulate N isolates that share key health through the store: how many calls are
// wasted on a key after it has died?
//
//   node tests/bench/isolates.js [--isolates 1,10,100,1000] [--hours 2] [--rate 10]
//
// Each isolate is an instance of build/gateway.wasm; store, upstream and clock are played here. A
// route has two keys. The first one dies for good (401) when every isolate has used it once, and
// requests go on coming to isolates at random, |rate| a second in all. Prints `name value` lines.
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
const STEPS_MAX = 1000;

// The lines of wasm/plan.h, as far as key health needs them; counters are not kept.
class Store {
  calls = 0;
  #texts = new Map();

  run(lines) {
    this.calls += 1;
    return lines.split('\n').map((line) => this.#carryOut(line)).join('');
  }

  #carryOut(line) {
    const [, verb, key, rest] = line.match(/^(\w+) ([^ ]*) ?(.*)$/) ?? [];
    const had = this.#texts.get(key);
    if (verb === 'set') this.#texts.set(key, rest);
    if (verb === 'raise' && !(Number.parseInt(had, 10) > Number.parseInt(rest, 10))) {
      this.#texts.set(key, rest);
    }
    if (verb !== 'get') return '';
    return [...this.#texts].filter(([name]) => name.startsWith(key))
      .map(([name, text]) => `${name} ${text}\n`).join('');
  }
}

class Isolate {
  wasted = 0;
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
    const handle = this.#gw.gw_open(now, seed) >>> 0;
    const told = [[0, PUT_HEAD, HEAD]]; // what the module asked for, in its order
    const body = [[0, PUT_BODY, BODY], [0, PUT_END, '']];
    let status = 0;
    for (let i = 0; i < STEPS_MAX; i += 1) {
      while (told.length) this.#put(handle, ...told.shift());
      const plan = this.#plan(this.#gw.gw_next(handle, now) >>> 0);
      if (plan.op === OP_DONE) break;
      if (plan.op === OP_WANT && plan.mask & 1) told.push(body.shift());
      else if (plan.op === OP_FETCH) this.#answer(plan, body);
      else if (plan.op === OP_WANT) told.push(body.shift());
      else if (plan.op === OP_WAIT) now += plan.ms;
      else if (plan.op === OP_LOAD) told.push([0, PUT_STORED, this.#store.run(plan.body)]);
      else if (plan.op === OP_SAVE) this.#store.run(plan.body);
      status ||= plan.status;
    }
    this.#gw.gw_close(handle);
    return status === 200;
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

// After a first, good request of each isolate the key dies; then |hours| pass.
export function simulate(module, { isolates: n, hours, rate, random = Math.random }) {
  const store = new Store();
  const upstream = { dead: false };
  const isolates = Array.from({ length: n }, () => new Isolate(module, store, upstream));
  const run = { requests: 0, lost: 0 };
  const ask = (isolate, now) => {
    run.requests += 1;
    if (!isolate.request(now, run.requests)) run.lost += 1;
  };
  for (const isolate of isolates) ask(isolate, START);
  upstream.dead = true;
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
  };
}

function main() {
  const { values } = parseArgs({
    options: {
      isolates: { type: 'string', default: '1,10,100,1000' },
      hours: { type: 'string', default: '2' },
      rate: { type: 'string', default: '10' },
    },
  });
  const module = new WebAssembly.Module(readFileSync('build/gateway.wasm'));
  const [hours, rate] = [Number(values.hours), Number(values.rate)];
  for (const n of values.isolates.split(',').map(Number)) {
    const run = simulate(module, { isolates: n, hours, rate });
    for (const [name, value] of Object.entries(run)) console.log(`isolates-${n}.${name} ${value}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
