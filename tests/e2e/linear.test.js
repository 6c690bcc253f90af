// linear.test.js -- large requests and answers take time in proportion to their size: one of twice
// the size takes about twice as long.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startGateway } from './harness.js';
import { glm, startRoutes } from './client.js';
import { startScripted } from './scripted.js';

const REQUEST_SIZES = [4000, 16_000];
const ANSWER_SIZES = [2000, 8000];

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

// Answers with |n| sources and a text that cites each of them, as [lines, content type].
const linkOf = (i) => `https://example.com/page/${i}`;
const markOf = (i) => `[ref_${i}]`;
const sentenceOf = (i) => `Sentence ${i} of a long text cites its source ${markOf(i)}. `;
const annotationOf = (i) => {
  const start = numbers(i % 10).join('').length;
  const place = { start_index: start, end_index: start + 5 };
  return { type: 'url_citation', url_citation: { url: linkOf(i), title: `Page ${i}`, ...place } };
};
const sourceOf = (i) => ({ title: `Page ${i}`, link: linkOf(i), refer: `ref_${i}`, content: 'x' });
const textOf = (n) => numbers(n).map(sentenceOf).join('');

const whole = (message, more) => [JSON.stringify({
  id: 'x',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
  ...more,
})];
const chunk = (delta, finish = null, more = {}) => {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'x', choices, ...more })}\n`;
};
const streamOf = (chunks) => [...chunks, chunk({}, 'stop'), 'data: [DONE]\n'];

const ANSWERS = {
  'annotations of an answer in one piece': (n) => (
    whole({ content: textOf(n), annotations: numbers(n).map(annotationOf) })),
  'annotations in a stream': (n) => streamOf(numbers(n).map((i) => (
    chunk({ content: sentenceOf(i), annotations: [annotationOf(i)] })))),
  'annotations at the end of a stream': (n) => streamOf([
    ...numbers(n).map((i) => chunk({ content: sentenceOf(i) })),
    chunk({ annotations: numbers(n).map(annotationOf) })]),
  'sources of an answer in one piece': (n) => (
    whole({ content: textOf(n) }, { web_search: numbers(n).map(sourceOf) })),
  'sources at the front of a stream': (n) => streamOf([
    chunk({}, null, { web_search: numbers(n).map(sourceOf) }),
    ...numbers(n).map((i) => chunk({ content: sentenceOf(i) }))]),
  'sources that the text never cites': (n) => streamOf([
    chunk({}, null, { web_search: numbers(n).map(sourceOf) }),
    chunk({ content: `${'[[ref_'.repeat(n)} ${'x'.repeat(10 * n)}` })]),
};

const isStream = (lines) => lines[0].startsWith('data:');

let gateway;
let answering; // another, whose upstream gives ANSWERS
let upstreams;
before(async () => {
  gateway = await startRoutes({ brain: [glm('', { model: 'glm-4.6' })] });
  const scripts = Object.fromEntries(Object.values(ANSWERS).flatMap((make, i) => (
    ANSWER_SIZES.map((n) => {
      const lines = make(n);
      const type = isStream(lines) ? 'text/event-stream' : 'application/json';
      return [`a${i}-${n}`, ['=== x', '200', `content-type: ${type}`, '', ...lines, ''].join('\n')];
    }))));
  upstreams = await startScripted(scripts);
  const routes = Object.fromEntries(Object.keys(scripts).map((name) => [name, {
    providers: [{ provider: 'zhipu', model: 'glm-4.6', apiKeys: ['K'],
      endpoint: `${upstreams.url}/${name}/x/api/paas/v4` }],
  }]));
  answering = await startGateway({ routes, env: { K: 'sk-of-a-test' } });
});
after(async () => {
  await gateway?.stop();
  await answering?.stop();
  await upstreams?.close();
});

async function timeOf({ url, token }, path, body) {
  const text = JSON.stringify({ model: 'brain', ...body });
  const began = performance.now();
  const response = await fetch(url + path, {
    method: 'POST', headers: { authorization: `Bearer ${token}` }, body: text,
  });
  const answer = await response.text();
  assert.equal(response.status, 200, answer);
  return [performance.now() - began, answer];
}

// Four times as long is linear, sixteen times the square; small times are not measured well.
async function checkLinear(t, sizes, timeOfSize) {
  const times = {};
  for (const n of sizes) {
    const tries = [];
    for (let i = 0; i < 3; i += 1) tries.push(await timeOfSize(n));
    times[n] = Math.min(...tries);
  }
  t.diagnostic(JSON.stringify(times));
  const [few, many] = sizes.map((n) => times[n]);
  assert.ok(many < 9 * Math.max(few, 20), JSON.stringify(times));
}

for (const [name, make] of Object.entries(REQUESTS)) {
  test(name, (t) => checkLinear(t, REQUEST_SIZES, async (n) => (
    (await timeOf(gateway, '/v1/responses', make(n)))[0])));
}

const ASKED = {
  responses: ['/v1/responses', { input: 'Hi', tools: [{ type: 'web_search' }] }],
  chat: ['/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }] }],
};

for (const [i, [name, make]] of Object.entries(ANSWERS).entries()) {
  for (const [client, [path, body]] of Object.entries(ASKED)) {
    test(`${name}, ${client}`, (t) => checkLinear(t, ANSWER_SIZES, async (n) => {
      const stream = isStream(make(1));
      const [ms, answer] = await timeOf(answering, path, { ...body, model: `a${i}-${n}`, stream });
      assert.ok(answer.includes(linkOf(n - 1)), 'the last source has arrived');
      return ms;
    }));
  }
}
