// core.js -- measure the module without workerd; prints "name value" lines.
//
//   node tests/bench/core.js [gateway.wasm]
//
// The cases of core.c through the shim's own core.js, in the engine that workerd has; and the
// memory that exchanges take of the module.
import { readFileSync } from 'node:fs';
import {
  CONFIG_ROUTES, CONFIG_VARIABLE, OP_DONE, OP_EMIT, OP_FETCH, OP_REPLY, OP_WAIT, OP_WANT,
  PUT_ANSWER_HEAD, PUT_BODY, PUT_CHUNK, PUT_END, PUT_HEAD,
} from '../../shim/abi.js';
import { Core } from '../../shim/core.js';

const module = new WebAssembly.Module(readFileSync(process.argv[2] ?? 'build/gateway.wasm'));
const encoder = new TextEncoder();
const MIB = 1024 * 1024;
const provider = (name, model) => [{ provider: name, model, apiKeys: ['K'] }];
const routes = {
  glm: { providers: provider('zhipu', 'glm-4.7') },
  openai: { providers: provider('openai', 'gpt-4.1') },
};
const settings = [
  [CONFIG_ROUTES, JSON.stringify(routes)],
  [CONFIG_VARIABLE, 'K\nsk-0123456789abcdef'],
  [CONFIG_VARIABLE, 'PROXY_AUTH_TOKEN\nt'],
];

// ---- requests ----

const LINE = 'The quick "brown" fox jumps over the lazy dog again.\n';
const textOf = (n) => LINE.repeat(Math.ceil(n / LINE.length)).slice(0, n);

const tool = (i) => ({
  type: 'function', name: `tool_${i}`, description: textOf(200), strict: false,
  parameters: {
    type: 'object',
    properties: {
      command: { type: 'array', items: { type: 'string' }, description: 'The command to run' },
      workdir: { type: 'string' },
      timeout_ms: { type: 'number', minimum: 0 },
    },
    required: ['command'],
    additionalProperties: false,
  },
});

const item = (i, text, tools) => [
  { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
  {
    type: 'function_call', call_id: `call_${i}`, name: `tool_${i % tools}`,
    arguments: JSON.stringify({ command: ['ls'], workdir: text }),
  },
  { type: 'function_call_output', call_id: `call_${i - 1}`, output: text },
][i % 4];

const bytes = (value) => encoder.encode(JSON.stringify(value));

export const conversation = (model, items, size, tools) => bytes({
  model, stream: true, instructions: 'You are a coding agent.',
  tools: Array.from({ length: tools }, (_, i) => tool(i)),
  input: Array.from({ length: items }, (_, i) => item(i, textOf(size), tools)),
});

const IMAGE = 'data:image/png;base64,';
const image = (model, size) => bytes({
  model, stream: true,
  input: [{
    role: 'user',
    content: [
      { type: 'input_text', text: 'What is it?' },
      { type: 'input_image', image_url: IMAGE + 'iVBORw0KGgo7'.repeat(size / 12) },
    ],
  }],
});

const small = (model, stream) => bytes({ model, input: textOf(60), stream });

const chunk = `data: ${JSON.stringify({
  id: '20250926102412d5e8a0e1f0d14c0f', created: 1758853452, object: 'chat.completion.chunk',
  model: 'glm-4.7',
  choices: [{ index: 0, delta: { role: 'assistant', content: ' some words' } }],
})}\n\n`;
const chunks = (n) => encoder.encode(chunk.repeat(n));
const answer = bytes({
  choices: [{
    finish_reason: 'stop', index: 0,
    message: { content: 'The quick brown fox is quick, brown and a fox.', role: 'assistant' },
  }],
  created: 1758853452, id: '20250926102412d5e8a0e1f0d14c0f', model: 'glm-4.7',
  usage: { completion_tokens: 10, prompt_tokens: 20, total_tokens: 30 },
});

// ---- a host ----

function until(core, h, op) {
  for (;;) {
    const plan = core.next(h, Date.now());
    if (plan.op === op) return plan;
    if (plan.op === OP_DONE || plan.op === OP_REPLY) {
      throw new Error(`over: ${plan.status} ${new TextDecoder().decode(plan.body)}`);
    }
  }
}

function announce(core, body) {
  const h = core.open();
  core.put(h, 0, PUT_HEAD, encoder.encode(`POST /v1/responses
authorization: Bearer t
content-type: application/json
content-length: ${body.length}
`));
  return h;
}

function send(core, h, body) {
  for (let at = 0; at < body.length; at += MIB) {
    until(core, h, OP_WANT);
    core.put(h, 0, PUT_BODY, body.subarray(at, at + MIB));
  }
  until(core, h, OP_WANT);
  core.put(h, 0, PUT_END);
  until(core, h, OP_FETCH);
  until(core, h, OP_WANT);
}

function openRequest(core, body) {
  const h = announce(core, body);
  send(core, h, body);
  return h;
}

function openStream(core, body) {
  const h = openRequest(core, body);
  core.put(h, 1, PUT_ANSWER_HEAD, encoder.encode('200\ncontent-type: text/event-stream\n'));
  until(core, h, OP_WANT);
  return h;
}

// ---- cases ----

const CHUNKS = 2000;
const EACH = 4; // runs in one measurement
const TOGETHER = chunks(8);

function stream(core, body) {
  const h = openStream(core, body);
  for (let i = 0; i < CHUNKS / 8; i += 1) {
    core.put(h, 1, PUT_CHUNK, TOGETHER);
    until(core, h, OP_EMIT);
    until(core, h, OP_WANT);
  }
  core.close(h);
}

function json(core, body) {
  const h = openRequest(core, body);
  core.put(h, 1, PUT_ANSWER_HEAD, encoder.encode('200\ncontent-type: application/json\n'));
  until(core, h, OP_WANT);
  core.put(h, 1, PUT_CHUNK, answer);
  until(core, h, OP_WANT);
  core.put(h, 1, PUT_END);
  while (core.next(h, Date.now()).op !== OP_DONE);
  core.close(h);
}

const request = (core, body) => core.close(openRequest(core, body));

// CPU time, since other programs use this machine too.
function fastest(run, times) {
  let best = Infinity;
  for (let i = 0; i < times; i += 1) {
    const from = process.cpuUsage();
    for (let k = 0; k < EACH; k += 1) run();
    const { user, system } = process.cpuUsage(from);
    best = Math.min(best, (user + system) / 1000 / EACH);
  }
  return best;
}

function measureTimes(core) {
  const cases = [
    ['conversation-0.94MB-to-glm-ms', request, conversation('glm', 2000, 340, 64)],
    ['conversation-0.94MB-relayed-ms', request, conversation('openai', 2000, 340, 64)],
    ['image-10MB-to-glm-ms', request, image('glm', 10 * MIB)],
    ['image-10MB-relayed-ms', request, image('openai', 10 * MIB)],
    ['small-glm-json-ms', json, small('glm', false)],
  ];
  const ms = fastest(() => stream(core, small('glm', true)), 30);
  console.log(`stream-chunks-a-second ${Math.round(CHUNKS / ms * 1000)}`);
  for (const [name, run, body] of cases) {
    console.log(`${name} ${fastest(() => run(core, body), 40).toFixed(3)}`);
  }
}

// ---- memory: the module has what it ever took, in steps of 1 MiB ----

const sizes = [];
const watched = new Proxy(WebAssembly.Instance, {
  construct: (target, args) => {
    const instance = new target(...args);
    sizes.push(instance.exports.memory);
    return instance;
  },
});

function freshCore() {
  const before = WebAssembly.Instance;
  WebAssembly.Instance = watched;
  const core = new Core(module, settings, () => {});
  WebAssembly.Instance = before;
  return [core, sizes.at(-1), sizes.at(-1).buffer.byteLength];
}

function measureStreams(n) {
  const [core, memory, idle] = freshCore();
  for (let i = 0; i < n; i += 1) {
    const h = openStream(core, small('glm', true));
    for (let k = 0; k < 50; k += 1) {
      core.put(h, 1, PUT_CHUNK, TOGETHER);
      until(core, h, OP_EMIT);
      until(core, h, OP_WANT);
    }
  }
  const taken = memory.buffer.byteLength - idle;
  console.log(`open-stream-bytes ${Math.round(taken / n)}`);
  console.log(`open-streams-${n}-MiB ${(memory.buffer.byteLength / MIB).toFixed(1)}`);
}

function measureExchange(name, body, n) {
  const [core, memory, idle] = freshCore();
  for (let i = 0; i < n; i += 1) openRequest(core, body);
  const taken = memory.buffer.byteLength - idle;
  console.log(`exchange-${name}-times ${(taken / n / body.length).toFixed(2)}`);
}

// |n| clients at once: each streams and goes before the next wave. All are answered.
function measureStorm(name, body, n) {
  const [core, memory] = freshCore();
  const waiting = Array.from({ length: n }, () => announce(core, body));
  let answered = 0;
  for (let rounds = 0; waiting.length > 0 && rounds < 10 * n; rounds += 1) {
    const h = waiting.shift();
    if (core.next(h, Date.now()).op === OP_WAIT) {
      waiting.push(h);
      continue;
    }
    send(core, h, body);
    core.put(h, 1, PUT_ANSWER_HEAD, encoder.encode('200\ncontent-type: text/event-stream\n'));
    core.put(h, 1, PUT_CHUNK, TOGETHER);
    until(core, h, OP_EMIT);
    answered += 1;
  }
  console.log(`storm-${name}-answered ${answered}`);
  console.log(`storm-${name}-MiB ${(memory.buffer.byteLength / MIB).toFixed(1)}`);
}

function measureStart() {
  const large = {};
  for (let i = 0; JSON.stringify(large).length < 48_000; i += 1) {
    large[`route-${i}`] = {
      displayName: `Route ${i}`, description: textOf(200), contextWindow: 8192,
      providers: provider('zhipu', `glm-4.${i}`),
    };
  }
  const all = [[CONFIG_ROUTES, JSON.stringify({ ...large, ...routes })], ...settings.slice(1)];
  const start = () => json(new Core(module, all, () => {}), small('glm', false));
  const ms = fastest(start, 20);
  console.log(`start-48kB-first-answer-ms ${ms.toFixed(3)}`);
}

const [core] = freshCore();
measureStart();
measureTimes(core);
measureStreams(1000);
measureExchange('200kB', conversation('glm', 400, 400, 30), 20);
measureExchange('1MB', conversation('glm', 2000, 400, 30), 10);
measureExchange('30MB', conversation('glm', 2000, 14_900, 30), 1);
measureStorm('200x200kB', conversation('glm', 400, 400, 30), 200);
measureStorm('20x10MB', image('glm', 10 * MIB), 20);
