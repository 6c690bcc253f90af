// python.test.js -- the Responses API, asked with Python's openai package and agent frameworks; see
// python_client.py and python_frameworks.py.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { glm, openai, startRoutes } from './client.js';
import { FRAMEWORKS, PYTHON, noFrameworks, noPython, runProgram } from './program.js';

const pathOf = (name) => new URL(name, import.meta.url).pathname;

let gateway;
before(async () => {
  gateway = await startRoutes({ glm: [glm()], openai: [openai()] });
});
after(() => gateway?.stop());

async function run(program, script, route) {
  const env = { OPENAI_BASE_URL: `${gateway.url}/v1`, OPENAI_API_KEY: gateway.token };
  const { status, output } = await runProgram(program, [pathOf(script)], {
    env: { PATH: process.env.PATH, ...env, ROUTE: route },
  });
  assert.equal(status, 0, output);
  assert.match(output, /^Ran [1-9]\d* tests/m);
}

for (const route of ['glm', 'openai']) {
  test(`create, stream, parse, a tool loop, what is stored, route ${route}`, { skip: noPython },
    () => run(PYTHON, 'python_client.py', route));
}

test('openai-agents and pydantic-ai: conversations', { skip: noFrameworks },
  () => run(FRAMEWORKS, 'python_frameworks.py', 'glm'));
