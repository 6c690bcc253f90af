// python.test.js -- the Responses API, asked with Python's openai package; see python_client.py.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { glm, openai, startRoutes } from './client.js';
import { PYTHON, noPython as skip, runProgram } from './program.js';

const CLIENT = new URL('python_client.py', import.meta.url).pathname;

let gateway;
before(async () => {
  if (!skip) gateway = await startRoutes({ glm: [glm()], openai: [openai()] });
});
after(() => gateway?.stop());

for (const route of ['glm', 'openai']) {
  test(`create, stream, parse and a tool loop, route ${route}`, { skip }, async () => {
    const env = { OPENAI_BASE_URL: `${gateway.url}/v1`, OPENAI_API_KEY: gateway.token };
    const { status, output } = await runProgram(PYTHON, [CLIENT], {
      env: { PATH: process.env.PATH, ...env, ROUTE: route },
    });
    assert.equal(status, 0, output);
    assert.match(output, /^Ran [1-9]\d* tests/m);
  });
}
