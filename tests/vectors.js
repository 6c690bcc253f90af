// vectors.js -- run the cases under tests/vectors through gateway.wasm, as vectors.c does natively.
//
//   node tests/vectors.js MODULE.wasm... [FOLDER...]
//
// vectors.c says what a case is. Here each runs whole, byte by byte, and cut in two at a number of
// places, in a new instance every time. Modules that are named together must also make the same
// plans, one for one.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  CONFIG_LIMITER, CONFIG_MEMORY, CONFIG_READY, CONFIG_ROUTES, CONFIG_SOCKETS, CONFIG_STORE,
  CONFIG_VARIABLE,
  OP_CLOSE, OP_DONE, OP_EMIT, OP_FETCH, OP_FOLLOW, OP_LOAD, OP_PAGE, OP_PIPE,
  OP_REPLY, OP_SAVE, OP_SEAL, OP_START, OP_UNSEAL, OP_UPGRADE, OP_WAIT, OP_WANT,
  PLAN_PARTS, PLAN_WORDS, PUT_ANSWER_HEAD, PUT_BODY, PUT_CANCEL, PUT_CHUNK, PUT_END, PUT_FAILED,
  PUT_HEAD, PUT_RUN, PUT_STORED,
} from '../shim/abi.js';

const ROOT = 'tests/vectors';
const SPLITS = 24; // enough to test the host; vectors.c cuts at every byte
const STEPS_MAX = 200_000;
const ATTEMPTS = 32;
const START = 1_700_000_000_000;
const SEED = 7;
const NOTHING = Buffer.alloc(0);
const isRefusal = (answer) => answer.toString().startsWith('refused');
const sealFor = ({ head }) => Buffer.from(`sealed-${head}`);
const PAGE = Buffer.from('the page\n');

// ---- a case ----

// A head and a body, cut at the empty line; the head keeps its last line end.
function messageOf(bytes) {
  const gap = bytes.indexOf('\n\n');
  if (gap < 0) return { head: bytes.toString('latin1'), body: NOTHING };
  return { head: bytes.toString('latin1', 0, gap + 1), body: bytes.subarray(gap + 2) };
}

// With "@5000" before the head, 5000 ms pass first.
function requestOf(bytes) {
  const { head, body } = messageOf(bytes);
  const [first] = head.split('\n', 1);
  if (!first.startsWith('@')) return { wait: 0, head, body };
  return { wait: Number.parseFloat(first.slice(1)), head: head.slice(first.length + 1), body };
}

// What the upstream answers. The header "x-end" is for this program: how the connection ends.
function answerOf(bytes) {
  const { head, body } = messageOf(bytes);
  const lines = head.split('\n').filter((line) => line && !line.startsWith('x-end: '));
  const end = head.match(/\nx-end: (.*)/)?.[1] ?? 'close';
  return { head: lines.map((line) => `${line}\n`).join(''), body, end };
}

// |name| in |folder| or the nearest above, up to the current one.
function nearest(folder, name) {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return readFileSync(join(at, name));
    if (at === dirname(at)) return NOTHING;
  }
}

function settingsOf(folder) {
  const lines = nearest(folder, 'env').toString('latin1').split('\n');
  const variables = lines.filter((line) => line.includes('='))
    .map((line) => line.replace('=', '\n'));
  return [
    [CONFIG_ROUTES, nearest(folder, 'routes.json')],
    ...variables.map((text) => [CONFIG_VARIABLE, Buffer.from(text, 'latin1')]),
    ...(existsSync(join(folder, 'store')) ? [[CONFIG_STORE, null]] : []),
    ...(existsSync(join(folder, 'memory')) ? [[CONFIG_MEMORY, null]] : []),
    ...(existsSync(join(folder, 'sockets')) ? [[CONFIG_SOCKETS, null]] : []),
    ...(existsSync(join(folder, 'limiter')) ? [[CONFIG_LIMITER, null]] : []),
    [CONFIG_READY, null],
  ];
}

function readCase(folder) {
  const files = new Map(readdirSync(folder).map((name) => [name, join(folder, name)]));
  const read = (end) => new Map([...files].filter(([name]) => name.endsWith(end))
    .map(([name, path]) => [name, readFileSync(path)]));
  const answers = new Map([...read('.answer')].map(([name, bytes]) => [name, answerOf(bytes)]));
  const requests = [];
  for (let i = 1; files.has(`${i}.request`); i += 1) {
    requests.push(requestOf(readFileSync(files.get(`${i}.request`))));
  }
  const bodies = [...requests, ...answers.values()].map(({ body }) => body.length);
  return {
    folder,
    requests,
    answers,
    store: read('store').get('store') ?? NOTHING,
    stored: read('.stored'),
    expected: new Map([...read('.reply'), ...read('.fetch'), ...read('.store'), ...read('.log')]),
    settings: settingsOf(folder),
    longest: Math.max(0, ...bodies),
  };
}

// ---- the module ----

// A configured instance, like shim/core.js in the Worker, but with time and seed as arguments.
class Core {
  constructor(module, settings) {
    this.gw = new WebAssembly.Instance(module, {}).exports;
    for (const [kind, bytes] of settings) this.#configure(kind, bytes);
  }

  #configure(kind, bytes) {
    if (bytes === null) {
      this.log = this.#text(this.gw.gw_config(kind, 0, 0) >>> 0);
      return;
    }
    const at = this.#lay(0, bytes);
    if (at) this.gw.gw_config(kind, at, bytes.length);
  }

  #lay(handle, bytes) {
    const at = this.gw.gw_room(handle, bytes.length) >>> 0;
    if (at) new Uint8Array(this.gw.memory.buffer, at, bytes.length).set(bytes);
    return at;
  }

  #text(at) {
    return at ? this.#planAt(at).head : '';
  }

  put(handle, attempt, kind, bytes = NOTHING) {
    if (this.#lay(handle, bytes)) this.gw.gw_put(handle, attempt, kind, bytes.length);
  }

  next(handle, now) {
    return this.#planAt(this.gw.gw_next(handle, now) >>> 0);
  }

  #copy(at, n) {
    return n ? Buffer.from(this.gw.memory.buffer.slice(at, at + n)) : NOTHING;
  }

  #planAt(at) {
    const words = new Uint32Array(this.gw.memory.buffer, at, PLAN_WORDS).slice();
    const [op, attempt, mask, ms, , status, headAt, headSize] = words;
    const head = headSize ? this.#copy(headAt, headSize).toString('latin1') : '';
    const parts = [];
    for (let i = 8; i < 8 + 2 * PLAN_PARTS; i += 2) {
      if (words[i + 1]) parts.push(this.#copy(words[i], words[i + 1]));
    }
    const body = parts.length ? Buffer.concat(parts) : NOTHING;
    return { op, attempt, mask, ms, status, head, body };
  }
}

// ---- a run ----

// One case, once. |step| cuts every body into pieces of so many bytes, |split| each in two there.
class Run {
  problems = [];
  came = new Map(); // the actual results, by the names of the files with the expected ones
  plans = [];
  #core;
  #case;
  #cut;
  #now = START;
  #number = 0;
  #handle = 0;
  #sent = 0; // of the request's body
  #attempts = new Map();
  #reply = [];
  #objects = 0; // that were asked for this request

  constructor(module, one, cut) {
    this.#case = one;
    this.#cut = cut;
    this.#core = new Core(module, one.settings);
    this.plans.push(this.#core.log);
  }

  all() {
    for (const request of this.#case.requests) {
      this.#now += request.wait;
      this.#number += 1;
      this.#one(request);
      if (this.problems.length) return;
    }
  }

  #one(request) {
    this.#sent = 0;
    this.#attempts.clear();
    this.#objects = 0;
    this.#reply = [];
    this.#handle = this.#core.gw.gw_open(this.#now, SEED) >>> 0;
    if (this.#handle) this.#carryOut(request);
    else this.problems.push(`${this.#number}.request was refused a handle`);
    this.came.set(`${this.#number}.reply`, Buffer.concat(this.#reply));
  }

  #carryOut(request) {
    const handed = request.head.startsWith('run ');
    const head = handed ? request.head.slice(4, -1) : request.head;
    this.#put(0, handed ? PUT_RUN : PUT_HEAD, Buffer.from(head, 'latin1'));
    for (let i = 0; i < STEPS_MAX; i += 1) {
      const plan = this.#core.next(this.#handle, this.#now);
      this.plans.push(plan);
      if (plan.op === OP_DONE) {
        this.#core.gw.gw_close(this.#handle);
        this.#checkLog(plan.head);
        this.#checkFrames();
        return;
      }
      if (!this.#step(plan, request)) break;
    }
    this.problems.push(`${this.#number}.request never ends`);
  }

  // False when nothing is left to do, or nothing can be done.
  #step(plan, request) {
    switch (plan.op) {
      case OP_WANT: return this.#want(plan, request);
      case OP_FETCH: this.#fetch(plan); break;
      case OP_WAIT: this.#now += plan.ms; break;
      case OP_START: this.#replyHead(plan); break;
      case OP_EMIT: this.#reply.push(plan.body); break;
      case OP_PIPE: this.#pipe(plan.attempt); break;
      case OP_SEAL: this.#put(0, PUT_STORED, Buffer.concat([sealFor(plan), plan.body])); break;
      case OP_UNSEAL: this.#unseal(plan); break;
      case OP_CLOSE: break;
      case OP_LOAD:
        if (plan.head) this.#askObject(plan);
        else this.#tellStore('load', plan.body);
        if (!plan.head) this.#put(0, PUT_STORED, this.#case.store);
        break;
      case OP_SAVE: this.#tellStore(plan.head ? `object ${plan.head}` : 'save', plan.body); break;
      case OP_REPLY: this.#takeReply(plan); break;
      case OP_UPGRADE:
        if (isRefusal(this.#objectAnswer())) this.#put(0, PUT_FAILED);
        else this.#takeReply(plan);
        break;
      case OP_FOLLOW:
        this.#replyHead(plan);
        this.#reply.push(Buffer.concat([Buffer.from('follow '), plan.body, Buffer.from('\n')]));
        this.#put(0, PUT_STORED);
        break;
      case OP_PAGE:
        this.#replyHead(plan);
        this.#reply.push(PAGE);
        break;
      default: return false;
    }
    return true;
  }

  #put(attempt, kind, bytes) {
    this.#core.put(this.#handle, attempt, kind, bytes);
  }

  #piece(body, done) {
    const { step, split } = this.#cut;
    const left = body.length - done;
    if (step && left > step) return body.subarray(done, done + step);
    if (split > done && split < body.length) return body.subarray(done, split);
    return body.subarray(done);
  }

  #want({ mask, ms }, request) {
    if (mask & 1) {
      if (this.#sent < request.body.length) {
        const piece = this.#piece(request.body, this.#sent);
        this.#put(0, PUT_BODY, piece);
        this.#sent += piece.length;
      } else {
        this.#put(0, PUT_END);
      }
      return true;
    }
    for (let a = 1; a < ATTEMPTS; a += 1) {
      if ((mask >>> a) & 1 && this.#feed(a)) return true;
    }
    this.#now += ms;
    return ms > 0; // else nothing would ever wake it
  }

  // Put the next piece from attempt |a|; false when it is silent.
  #feed(a) {
    const attempt = this.#attempts.get(a);
    if (!attempt?.answer || attempt.answer.head.startsWith('refused')) {
      this.#put(a, PUT_FAILED, Buffer.from('refused'));
      return true;
    }
    const { head, body, end } = attempt.answer;
    if (head.startsWith('silent')) return false;
    if (!attempt.begun) {
      attempt.begun = true;
      this.#put(a, PUT_ANSWER_HEAD, Buffer.from(head, 'latin1'));
      return true;
    }
    if (attempt.sent < body.length) {
      const piece = this.#piece(body, attempt.sent);
      attempt.sent += piece.length;
      this.#put(a, PUT_CHUNK, piece);
      return true;
    }
    if (end === 'silent') return false;
    if (end === 'cancel') this.#put(0, PUT_CANCEL);
    else this.#put(a, end === 'cut' ? PUT_FAILED : PUT_END);
    return true;
  }

  #fetch({ attempt: a, head, body }) {
    const name = `${this.#number}.${a}`;
    const answer = this.#case.answers.get(`${name}.answer`);
    this.#attempts.set(a, { answer, begun: false, sent: 0 });
    this.came.set(`${name}.fetch`, Buffer.concat([Buffer.from(`${head}\n`, 'latin1'), body]));
  }

  #unseal(plan) {
    const { body } = plan;
    const seal = sealFor(plan);
    const ours = body.subarray(0, seal.length).equals(seal);
    if (ours) this.#put(0, PUT_STORED, body.subarray(seal.length));
    else this.#put(0, PUT_FAILED);
  }

  #objectAnswer() {
    this.#objects += 1;
    return this.#case.stored.get(`${this.#number}.${this.#objects}.stored`) ?? NOTHING;
  }

  #askObject({ head, body }) {
    this.#tellStore(`object ${head}`, body);
    const answer = this.#objectAnswer();
    this.#put(0, isRefusal(answer) ? PUT_FAILED : PUT_STORED, answer);
  }

  #takeReply(plan) {
    this.#replyHead(plan);
    this.#reply.push(plan.body);
  }

  #tellStore(what, body) {
    const name = `${this.#number}.store`;
    const before = this.came.get(name) ?? NOTHING;
    this.came.set(name, Buffer.concat([before, Buffer.from(`${what}\n`), body]));
  }

  #replyHead({ status, head }) {
    this.#reply.push(Buffer.from(`${status}\n${head}\n`, 'latin1'));
  }

  // The client has the rest long before the gateway reads its copy.
  #pipe(a) {
    const { answer, sent } = this.#attempts.get(a);
    this.#reply.push(answer.body.subarray(sent));
  }

  // The log is only compared if the case has a file for it.
  #checkLog(line) {
    const name = `${this.#number}.log`;
    if (this.#case.expected.has(name)) this.came.set(name, Buffer.from(`${line}\n`, 'latin1'));
  }

  // Each write of a translated stream must have whole frames, since a proxy before the client may
  // forward each write by itself. A relayed stream has the upstream's own pieces.
  #checkFrames() {
    const plans = this.plans.slice(this.plans.findLastIndex(({ op }) => op === OP_FETCH));
    const translated = plans[0]?.head?.includes('/chat/completions\n') &&
      this.#case.requests[this.#number - 1].head.includes('/responses\n');
    if (!translated) return;
    const message = this.#case.requests[this.#number - 1].head.startsWith('MESSAGE ');
    const end = message ? '\n' : '\n\n';
    const half = plans.find(({ op, body }) => op === OP_EMIT && !body.toString().endsWith(end));
    if (half) this.problems.push(`${this.#number}.reply: half a frame in a write`);
  }
}

// ---- what is expected ----

function difference(wanted, got) {
  let at = 0;
  while (at < wanted.length && wanted[at] === got[at]) at += 1;
  const around = (bytes) => JSON.stringify(bytes.toString('utf8', Math.max(0, at - 60), at + 60));
  return `differs at byte ${at}\n  expected ${around(wanted)}\n  came     ${around(got)}`;
}

function compare(one, run) {
  const problems = [...run.problems];
  for (const name of new Set([...one.expected.keys(), ...run.came.keys()])) {
    const wanted = one.expected.get(name);
    const got = run.came.get(name);
    if (!wanted) problems.push(`${name} is missing; it came as\n${got}`);
    else if (!got) problems.push(`${name} is expected and did not come`);
    else if (!wanted.equals(got)) problems.push(`${name} ${difference(wanted, got)}`);
  }
  return problems;
}

function runOnce(module, one, cut) {
  try {
    const run = new Run(module, one, cut);
    run.all();
    return { run, problems: compare(one, run) };
  } catch (trap) {
    return { run: null, problems: [trap.stack] };
  }
}

// Compare the plans themselves, which have more than the client sees: deadlines, waits and the log.
function samePlan(a, b) {
  const rest = ({ body, ...words }) => JSON.stringify(words);
  return a === b || (a.body?.equals(b.body) && rest(a) === rest(b));
}

function samePlans([{ run: first }, ...others]) {
  return others.every(({ run }) => run?.plans.length === first?.plans.length &&
    run?.plans.every((plan, i) => samePlan(plan, first.plans[i])) !== false);
}

function cutsOf({ longest }) {
  const n = Math.min(SPLITS, Math.max(longest - 1, 0));
  const splits = Array.from({ length: n }, (_, i) => 1 + Math.floor((i * (longest - 1)) / n));
  return [{}, { step: 1 }, ...splits.map((split) => ({ split }))];
}

// What is wrong with a case in each module, at the first cut that shows it.
function check(modules, one) {
  const found = modules.map(() => null);
  for (const cut of cutsOf(one)) {
    const results = modules.map(({ module }) => runOnce(module, one, cut));
    results.forEach(({ problems }, i) => {
      if (problems.length) found[i] ??= { cut, problems };
    });
    if (!samePlans(results)) {
      found[found.length - 1] ??= { cut, problems: ['the modules make different plans'] };
    }
    if (found.some(Boolean)) break;
  }
  return found;
}

function foldersUnder(folder) {
  if (existsSync(join(folder, '1.request'))) return [folder];
  return readdirSync(folder).sort().map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory())
    .flatMap(foldersUnder);
}

function main(args) {
  const modules = args.filter((arg) => arg.endsWith('.wasm')).map((path) => (
    { path, module: new WebAssembly.Module(readFileSync(path)) }
  ));
  const named = args.filter((arg) => !arg.endsWith('.wasm'));
  const folders = (named.length ? named : [ROOT]).flatMap(foldersUnder);
  let failed = 0;
  for (const folder of folders) {
    check(modules, readCase(folder)).forEach((fault, i) => {
      if (!fault) return;
      failed += 1;
      const { cut, problems } = fault;
      console.log(`FAILED ${folder} in ${modules[i].path}, cut ${JSON.stringify(cut)}`);
      for (const problem of problems) console.log(problem);
    });
  }
  const passed = folders.length * modules.length - failed;
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0;
}

process.exitCode = main(process.argv.slice(2)) ? 1 : 0;
