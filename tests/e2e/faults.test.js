// faults.test.js -- the fault matrix: every failure x stage x JSON or SSE x who else is left.
//
// fault-table.js says what is to come of each cell. In all of them the client gets the output of
// one upstream, to the byte as far as it came, within its time; and afterwards the gateway has no
// exchange and no upstream request open.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import {
  checkError, EXACT, glm, judge, openai, startRoutes, until,
} from './client.js';
import {
  ACTIONS, ALWAYS, BREAKS, FEW_LEFT, JSON_STAGES, LEFT, MODES, ODDITIES, REFUSALS,
} from './fault-table.js';

const PATHS = { responses: '/v1/responses', chat: '/v1/chat/completions' };
const SLOWEST = 15_000; // ms that any cell may take, on a machine that has much to do
const KEYS_MAX = 500; // in one configuration

// Patience for those who fall silent; for all others there is plenty.
const SHORT = { connectMs: 1000, firstTokenMs: 500, idleMs: 500, wholeMs: 1000 };
// For those who fall silent and go on again, on a machine that has much to do.
const LONG = { connectMs: 5000, firstTokenMs: 2000, idleMs: 2000, wholeMs: 5000 };

function timeoutsFor(spec) {
  if (!spec.includes('stall')) return {};
  return { timeouts: spec.includes('for=') ? LONG : SHORT };
}

// ---- cells ----

const NAMES = { glm: 'zhipu', openai: 'openai' };
const MAKE = { glm, openai: (keys, more) => openai(keys, { model: 'gpt-5', ...more }) };
const OTHER = { glm: 'openai', openai: 'glm' };

function providersOf({ mode, spec, left }) {
  const fault = left === 'itself' ? `${spec};fail-first=1` : spec;
  const keys = left === 'key' || left === 'both' ? [fault, ''] : [fault];
  const api = mode.api === 'chat' ? { api: 'chat' } : {};
  const first = MAKE[mode.first](keys, {
    ...(mode.first === 'openai' && api), ...timeoutsFor(spec),
  });
  if (left !== 'provider' && left !== 'both') return [first];
  return [first, MAKE[OTHER[mode.first]]('', OTHER[mode.first] === 'openai' ? api : {})];
}

// What an action comes to, given who is left.
function answered(left, [action, error]) {
  const asked = ACTIONS[action][left];
  const by = asked.at(-1);
  return by === 1 && !(left === 'itself' && asked.length > 1) ? { asked, error } : { asked, by };
}

function* refusals(modeName) {
  const { first } = MODES[modeName];
  for (const [code, [action, error, inside]] of Object.entries(REFUSALS[first])) {
    const plain = [action, error];
    const ways = [
      [`${first}=${code}`, plain, [false, true], LEFT],
      [`${first}=${code};error-in-200`, inside ?? plain, [false, true], FEW_LEFT],
      [`error-after=head,code=${code}`, inside ?? plain, [true], FEW_LEFT],
    ];
    for (const [spec, outcome, streams, lefts] of ways) {
      for (const stream of streams) {
        for (const left of lefts) {
          yield { modeName, spec, stream, left, expected: answered(left, outcome) };
        }
      }
    }
  }
}

// An error frame stands in a stream only; what is said by the finish_reason has one place.
function stagesOf(fault, { at }, { early, late, last = [] }) {
  if (at) return { json: ['last'], early: [], late: [at], last: [] };
  return { json: /error|alive/.test(fault) ? [] : JSON_STAGES, early, late, last };
}

function* breaks(modeName) {
  const { first, stages, blind } = MODES[modeName];
  for (const [fault, { early, of = first, ...later }] of Object.entries(BREAKS)) {
    if (of !== first) continue;
    const at = (stage) => ({ modeName, spec: fault.replace('STAGE', stage) });
    const { json, ...inStream } = stagesOf(fault, later, stages);
    for (const left of LEFT) {
      const expected = answered(left, early);
      for (const stage of json) yield { ...at(stage), stream: false, left, expected };
      for (const stage of inStream.early) {
        if (stage === later.working) continue;
        yield { ...at(stage), stream: true, left, expected };
      }
    }
    for (const left of FEW_LEFT) {
      const working = inStream.early.filter((stage) => stage === later.working);
      for (const stage of [...working, ...inStream.late]) {
        // Where garbage swallowed the terminal event, a piped stream never says its end.
        const spoilt = later.blind === 'says' && stage.endsWith(':-1');
        const ends = (blind && !spoilt && later.blind) || later.late;
        yield { ...at(stage), stream: true, left, expected: { asked: [1], stage, ends } };
      }
      // A failure that a piped stream tells behind its end is told.
      for (const stage of blind && later.blind === 'tells' ? [] : inStream.last) {
        yield { ...at(stage), stream: true, left, expected: { asked: [1], by: 1 } };
      }
    }
  }
}

function* others(modeName) {
  for (const stream of [false, true]) {
    for (const [spec, outcome] of Object.entries(ALWAYS)) {
      const of = outcome[stream ? 'stream' : 'json'] ?? outcome;
      for (const left of LEFT) {
        yield { modeName, spec, stream, left, expected: answered(left, of) };
      }
    }
    for (const spec of ODDITIES) {
      if (!stream && spec.includes('alive')) continue;
      yield { modeName, spec, stream, left: 'both', expected: { asked: [1], by: 1 } };
    }
  }
}

function cellOf(cell) {
  const { modeName, spec, stream, left } = cell;
  const name = `${modeName} ${stream ? 'SSE' : 'JSON'}: ${spec}, left: ${left}`;
  return {
    ...cell, name, route: name.replaceAll(/\W+/g, '_'), mode: MODES[modeName],
    tools: /=tool/.test(spec),
  };
}

// Each cell has a route of its own, and a configuration holds only so many.
function batchesOf(cells) {
  const batches = [[]];
  let keys = 0;
  for (const cell of cells) {
    const n = providersOf(cell).flatMap((one) => one.keys).length;
    if (keys + n > KEYS_MAX || batches.at(-1).length === 240) {
      batches.push([]);
      keys = 0;
    }
    batches.at(-1).push(cell);
    keys += n;
  }
  return batches;
}

// ---- what is said ----

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const weather = { name: 'get_weather', parameters };
const user = [{ role: 'user', content: 'The weather in Bonn?' }];

const BODIES = {
  responses: (tools) => ({
    input: user,
    reasoning: { effort: 'low', summary: 'auto' },
    ...(tools && { tools: [{ type: 'function', ...weather }] }),
  }),
  chat: (tools) => (
    { messages: user, ...(tools && { tools: [{ type: 'function', function: weather }] }) }
  ),
};
const bodyOf = ({ mode, tools, route, stream }) => (
  JSON.stringify({ model: route, stream, ...BODIES[mode.api](tools) })
);

const KINDS = { reasoning_summary_text: 'reasoning', output_text: 'text',
  function_call_arguments: 'tool' };

function piecesOfEvent({ type, delta, choices }) {
  if (choices) {
    const { reasoning_content: reasoning, content, tool_calls: calls } = choices[0]?.delta ?? {};
    return [['reasoning', reasoning], ['text', content],
      ...(calls ?? []).map((call) => ['tool', call.function.arguments])];
  }
  const [, name] = type.match(/^response\.(.*)\.delta$/) ?? [];
  return name ? [[KINDS[name] ?? name, delta]] : [];
}

// The output of a stream, as it came: [kind, piece]; the frame that is garbage says nothing.
function piecesOf(stream) {
  return stream.split('\n').filter((line) => line.startsWith('data: {')).flatMap((line) => {
    try {
      return piecesOfEvent(JSON.parse(line.slice(6)));
    } catch {
      return [];
    }
  }).filter(([, piece]) => piece);
}

const joined = (pieces) => {
  const said = { reasoning: '', text: '', tool: '' };
  for (const [kind, piece] of pieces) said[kind] += piece;
  return said;
};

function saidInJson({ output, choices }) {
  if (choices) {
    const { reasoning_content: reasoning, content, tool_calls: calls } = choices[0].message;
    return { reasoning: reasoning ?? '', text: content ?? '',
      tool: (calls ?? []).map((call) => call.function.arguments).join('') };
  }
  return joined(output.flatMap((item) => [
    ...(item.summary ?? []).map(({ text }) => ['reasoning', text]),
    ...(item.content ?? []).map(({ text }) => ['text', text]),
    ['tool', item.arguments ?? ''],
  ]));
}

// What |source| says until |stage|: item is what closes the last of it.
function saidUntil(source, stage) {
  if (stage === 'item') return joined([]); // it has been opened, and that is all
  const [kind, nth] = stage.split(':').map((part) => part);
  const ends = source.flatMap(([one], i) => (one === kind ? [i + 1] : []));
  return joined(source.slice(0, nth === '-1' ? source.length : ends[nth - 1]));
}

// ---- a batch of cells, and a gateway for it ----

// What each upstream says when nothing fails, as it says it itself.
async function readSources(gateway) {
  const sources = {};
  const keyOf = (upstream, api, tools) => `${upstream} ${api} ${Boolean(tools)}`;
  for (const upstream of ['glm', 'openai']) {
    for (const api of ['responses', 'chat']) {
      for (const tools of [false, true]) {
        const route = `source-${upstream}-${api}`;
        const had = gateway.requests(route).length;
        await (await gateway.post(PATHS[api],
          bodyOf({ mode: { api }, tools, route, stream: true }))).text();
        const { url, headers, text } = gateway.requests(route)[had];
        const { authorization } = headers;
        const answer = await fetch(gateway.upstreams.url + url,
          { method: 'POST', headers: { authorization }, body: text });
        sources[keyOf(upstream, api, tools)] = piecesOf(await answer.text());
      }
    }
  }
  return ({ mode, tools }, upstream) => sources[keyOf(upstream, mode.api, tools)];
}

async function startBatch(cells) {
  const sources = Object.fromEntries(['glm', 'openai'].flatMap((upstream) => (
    ['responses', 'chat'].map((api) => [`source-${upstream}-${api}`,
      [MAKE[upstream]('', upstream === 'openai' ? { api } : {})]])
  )));
  const gateway = await startRoutes({
    ...Object.fromEntries(cells.map((cell) => [cell.route, providersOf(cell)])), ...sources,
  }, { route: (name) => ({ ...EXACT, ...cells.find(({ route }) => route === name)?.mode.route }) });
  return { ...gateway, sourceOf: await readSources(gateway) };
}

const askedOf = (requests, { mode }) => requests.map(({ upstream, key }) => (
  upstream === mode.first ? Number(key.match(/-(\d+)(\.fault:|$)/)[1]) : 3
));

function checkRefused({ status, headers, text }, { error }) {
  const [expected, code, type] = error;
  assert.match(headers.get('content-type'), /^application\/json/);
  const body = JSON.parse(text);
  checkError(body, {});
  assert.deepEqual([status, body.error.code, body.error.type], [expected, code, type]);
  assert.doesNotMatch(text, /sk-|KEY_\d/);
  assert.equal(headers.get('x-should-retry'), 'false');
}

const ONCE = {
  responses: [/^event: response\.created$/gm, /^event: response\.completed$/gm],
  chat: [/"finish_reason": ?"/g, /^data: \[DONE\]$/gm],
};

function checkWhole({ status, text }, cell, source) {
  assert.equal(status, 200, text);
  judge(text);
  const said = cell.stream ? joined(piecesOf(text)) : saidInJson(JSON.parse(text));
  assert.deepEqual(said, joined(source));
  if (!cell.stream) return;
  assert.doesNotMatch(text, /event: error|response\.failed/);
  const [finish, done] = ONCE[cell.mode.api];
  assert.equal(text.match(finish)?.length, 1, String(finish));
  // A chat stream that is handed on as it is may lack what the upstream did not say.
  const own = cell.mode.api !== 'chat' || cell.expected.by !== 1;
  if (own || text.includes('[DONE]')) assert.equal(text.match(done)?.length, 1, String(done));
}

const framesOf = (text) => text.split('\n\n').filter((frame) => /^(event|data)/m.test(frame));
const dataOf = (frame) => JSON.parse(frame.match(/^data: (.*)$/m)[1]);

// The stream broke after output: it says so itself, and what it said before is right.
function checkBroken(text, code, { mode }) {
  const frames = framesOf(text);
  if (frames.at(-1) === 'data: [DONE]') frames.pop();
  if (mode.api === 'chat') {
    const { error } = dataOf(frames.at(-1));
    assert.equal(error.code, code);
    assert.notEqual(error.message, '');
    if (!mode.blind) assert.doesNotMatch(text, /"finish_reason": ?"/);
    return;
  }
  const [error, failed] = frames.slice(-2).map(dataOf);
  assert.equal(error.type, 'error');
  assert.equal(failed.type, 'response.failed');
  assert.equal(failed.response.status, 'failed');
  assert.equal(failed.response.error.code, code);
  assert.notEqual(failed.response.error.message, '');
}

const BLIND = {
  says: (text) => assert.match(text, /event: response\.completed|"finish_reason": ?"/),
  tells: (text) => assert.match(text, /event: response\.failed|data: \{"error"/),
};

function checkLate({ status, text }, cell, source, request) {
  const { stage, ends } = cell.expected;
  assert.equal(status, 200, text);
  if (ends !== 'says') assert.deepEqual(joined(piecesOf(text)), saidUntil(source, stage));
  if (BLIND[ends]) {
    assert.equal(Buffer.byteLength(text), request.sent, 'every byte of the upstream');
    BLIND[ends](text);
  } else {
    checkBroken(text, ends, cell);
  }
}

async function check(gateway, cell) {
  const signal = AbortSignal.timeout(SLOWEST);
  const response = await gateway.post(PATHS[cell.mode.api], bodyOf(cell), { signal });
  const { status, headers } = response;
  const answer = { status, headers, text: await response.text() };
  const requests = gateway.requests(cell.route);
  const last = requests.at(-1);
  assert.deepEqual(askedOf(requests, cell), cell.expected.asked, answer.text);
  assert.equal(headers.get('x-gateway-attempts'), String(requests.length));
  if (cell.expected.error) {
    checkRefused(answer, cell.expected);
  } else {
    assert.equal(headers.get('x-gateway-provider'), NAMES[last.upstream]);
    const source = gateway.sourceOf(cell, last.upstream);
    if (cell.expected.stage) checkLate(answer, cell, source, last);
    else checkWhole(answer, cell, source);
  }
  await until(() => requests.every(({ closed }) => closed), 'the end of every upstream request');
}

// Before its output a stream is not piped yet, so there is nothing that watching would change.
const CELLS = [
  ...Object.keys(MODES).flatMap((mode) => [...breaks(mode), ...others(mode)]),
  ...['translated', 'piped'].flatMap((mode) => [...refusals(mode)]),
].map(cellOf);

for (const [i, cells] of batchesOf(CELLS).entries()) {
  describe(`fault matrix, part ${i + 1}`, () => {
    let gateway;
    before(async () => { gateway = await startBatch(cells); });
    after(() => gateway?.stop());

    describe('cells', { concurrency: 24 }, () => {
      for (const cell of cells) test(cell.name, () => check(gateway, cell));
    });

    test('nothing is left open', async () => {
      await until(() => gateway.upstreams.openConnections() === 0, 'the end of every request');
      const lines = () => gateway.logs.join('').match(/^\{"event":"request".*$/gm)
        .map((line) => JSON.parse(line));
      await until(() => cells.every(({ route }) => lines().some((line) => line.route === route)),
        'a line of the log for each');
      assert.doesNotMatch(gateway.logs.join(''), /RuntimeError|Uncaught|TypeError|sk-/);
    });
  });
}
