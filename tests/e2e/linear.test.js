// linear.test.js -- large requests take time in proportion to their size: a request of twice the
// size takes about twice as long.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { glm, startRoutes } from './client.js';

let gateway;
before(async () => {
  gateway = await startRoutes({ brain: [glm('', { model: 'glm-4.6' })] });
});
after(() => gateway?.stop());

const numbers = (n) => Array.from({ length: n }, (_, i) => i);
const toolOf = (i) => ({
  type: 'function', name: `tool_${i}`, description: 'x', parameters: { type: 'object' },
});

// By what used to take the square of |n|.
const REQUESTS = {
  'results in the reverse order of their calls': (n) => ({
    input: [
      { role: 'user', content: 'Go on.' },
      ...numbers(n).map((i) => (
        { type: 'function_call', call_id: `c${i}`, name: 'tool_0', arguments: '{}' })),
      ...numbers(n).reverse().map((i) => (
        { type: 'function_call_output', call_id: `c${i}`, output: 'x' })),
    ],
    tools: [toolOf(0)],
  }),
  'allowed tools': (n) => ({
    input: 'Go on.',
    tools: numbers(128).map(toolOf),
    tool_choice: {
      type: 'allowed_tools',
      mode: 'auto',
      tools: numbers(n).map((i) => ({ type: 'function', name: `tool_${i % 128}` })),
    },
  }),
};

async function timeOf(body) {
  const text = JSON.stringify({ model: 'brain', ...body });
  const began = performance.now();
  const response = await fetch(`${gateway.url}/v1/responses`, {
    method: 'POST', headers: { authorization: `Bearer ${gateway.token}` }, body: text,
  });
  assert.equal(response.status, 200, await response.text());
  return performance.now() - began;
}

for (const [name, make] of Object.entries(REQUESTS)) {
  test(name, async (t) => {
    const times = {};
    for (const n of [4000, 16_000]) {
      const tries = [];
      for (let i = 0; i < 3; i += 1) tries.push(await timeOf(make(n)));
      times[n] = Math.min(...tries);
    }
    t.diagnostic(JSON.stringify(times));
    // Four times as long is linear, sixteen times the square; small times are not measured well.
    assert.ok(times[16_000] < 9 * Math.max(times[4000], 20), JSON.stringify(times));
  });
}
