// python.test.js -- the Responses API, asked with Python's openai package and agent frameworks; see
// python_client.py and python_frameworks.py.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { conversationIn, glm, openai, startRoutes } from './client.js';
import {
  FRAMEWORKS, LLAMAINDEX, PYTHON, noFrameworks, noLlamaIndex, noPython, runProgram,
} from './program.js';

const pathOf = (name) => new URL(name, import.meta.url).pathname;

// The first provider's key fails between two turns, or between a call and its result; the other
// goes on.
const KINDS = {
  glm: [glm()],
  openai: [openai()],
  'openai-fails': [openai('every=3;openai=insufficient_quota'), glm()],
  'glm-fails': [glm('every=4;glm=1113'), openai()],
};
const FAILING = { 'openai-fails': 2, 'glm-fails': 3 };

// Each class of python_frameworks.py; |chains|: it goes on by previous_response_id alone. |group|:
// who runs in one process, since it takes seconds to import them.
const agents = { group: 'agents', program: FRAMEWORKS, skip: noFrameworks };
const others = { group: 'others', program: FRAMEWORKS, skip: noFrameworks };
const CLIENTS = {
  OpenAIAgentsPreviousResponse: agents,
  OpenAIAgentsChain: { ...agents, chains: true },
  OpenAIAgentsConversation: agents,
  OpenAIAgentsSession: agents,
  OpenAIAgentsCompaction: { ...agents, check: checkSummary },
  PydanticAIHistory: agents,
  PydanticAIPreviousResponse: { ...agents, chains: true },
  LangChain: { ...agents, chains: true },
  LiteLLMResponses: { ...others, chains: true },
  LiteLLMCompletion: others,
  Agno: others,
  AgnoChain: { ...others, chains: true, model: 'gpt-5' },
  LlamaIndex: { group: 'llamaindex', program: LLAMAINDEX, skip: noLlamaIndex, chains: true },
};
// Some behave by the model's name: the compaction session takes OpenAI's alone.
const routeOf = (client, kind) => `${CLIENTS[client].model ?? 'gpt'}-${client}-${kind}`;
const routesOf = (client) => Object.keys(KINDS).map((kind) => routeOf(client, kind));

const QUESTIONS = ['The weather in Berlin?', 'The weather in Paris?', 'Thanks'];
const RESULTS = ['21 °C in Berlin', '21 °C in Paris'];

let gateway;
before(async () => {
  const routes = Object.keys(CLIENTS).flatMap((client) => (
    Object.entries(KINDS).map(([kind, providers]) => [routeOf(client, kind), providers])));
  gateway = await startRoutes({ glm: [glm()], openai: [openai()], ...Object.fromEntries(routes) });
});
after(() => gateway?.stop());

const run = (program, args, env) => runProgram(program, args, {
  env: {
    PATH: process.env.PATH,
    OPENAI_BASE_URL: `${gateway.url}/v1`,
    OPENAI_API_BASE: `${gateway.url}/v1`, // LlamaIndex's name for it
    OPENAI_API_KEY: gateway.token,
    LITELLM_LOCAL_MODEL_COST_MAP: 'True', // or it fetches its prices when it is imported
    ...env,
  },
});

for (const route of ['glm', 'openai']) {
  test(`create, stream, parse, a tool loop, what is stored, route ${route}`, { skip: noPython },
    async () => {
      const { status, output } = await run(PYTHON, [pathOf('python_client.py')], { ROUTE: route });
      assert.equal(status, 0, output);
      assert.match(output, /^Ran [1-9]\d* tests/m);
    });
}

function checkWhole({ users, calls, results }) {
  assert.deepEqual(users, QUESTIONS);
  assert.deepEqual(results.map(({ text }) => text), RESULTS);
  assert.deepEqual(results.map(({ id }) => id), calls.map(({ id }) => id));
}

// What came before the last question is the user's words and a summary.
function checkSummary({ users, assistants, calls }) {
  assert.equal(users.at(-1), QUESTIONS[2]);
  for (const question of QUESTIONS) assert.equal(users.join('\n').split(question).length, 2);
  assert.match(users.at(-2), /^The conversation up to here was replaced by this summary of it\./);
  assert.deepEqual([assistants, calls], [[], []]);
}

function checkRoute(client, kind) {
  const { chains, check = checkWhole } = CLIENTS[client];
  const requests = gateway.requests(routeOf(client, kind));
  const failing = FAILING[kind];
  const failed = requests.findIndex(({ status }) => status !== 200);
  assert.equal(failed, failing ?? -1);
  const expected = requests.map((_, i) => (
    i <= (failing ?? Infinity) === kind.startsWith('glm') ? 'glm' : 'openai'));
  assert.deepEqual(requests.map(({ upstream }) => upstream), expected);
  check(conversationIn(requests.at(-1)));
  if (!chains || kind !== 'openai') return;
  for (const { body } of requests.slice(1)) {
    assert.match(body.previous_response_id, /^resp_/);
    assert.ok(typeof body.input === 'string' || body.input.length === 1, 'only what is new');
  }
}

const membersOf = (group) => (
  Object.keys(CLIENTS).filter((client) => CLIENTS[client].group === group));

// What a group's process printed; it runs once.
const outputs = {};
function outputOf(group, program) {
  const members = membersOf(group);
  const ROUTES = JSON.stringify(Object.fromEntries(members.map((one) => [one, routesOf(one)])));
  outputs[group] ??= run(program, [pathOf('python_frameworks.py'), ...members], { ROUTES });
  return outputs[group];
}

describe('conversations with tools, over providers that fail', { concurrency: true }, () => {
  for (const [client, { group, program, skip }] of Object.entries(CLIENTS)) {
    test(client, { skip }, async () => {
      const { output } = await outputOf(group, program);
      assert.match(output, new RegExp(`^Ran ${membersOf(group).length} test`, 'm'), output);
      assert.doesNotMatch(output, new RegExp(`^(ERROR|FAIL): .*\\.${client}\\b`, 'm'), output);
      for (const kind of Object.keys(KINDS)) checkRoute(client, kind);
    });
  }
});
