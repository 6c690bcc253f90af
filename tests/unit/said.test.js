// said.test.js -- the console knows in Chinese whatever C can say to an operator.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkRoutes } from '../../scripts/check-routes.js';
import { inChinese } from '../../shim/console/said.js';

const root = new URL('../../', import.meta.url).pathname;
const read = (name) => readFileSync(join(root, name), 'utf8');
const joined = (text) => [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, s]) => s).join('')
  .replaceAll('\\"', '"');

// What is still English: words in a row, but for names that stand in the dashboards.
const DASHBOARDS = /Settings > [\w >&-]*|Workers & Pages|Worker |"Deploy to Cloudflare"/g;
function check(english) {
  const chinese = inChinese(english);
  assert.match(chinese, /[\u4e00-\u9fff]/, english);
  const plain = chinese.replace(/`[^`]*`/g, '').replace(DASHBOARDS, '');
  assert.doesNotMatch(plain, /[a-z]+ [a-z]+/, `${english}\n${chinese}`);
  return chinese;
}

test('every problem of a configuration', () => {
  const problems = [...read('wasm/config/problem.def')
    .matchAll(/^PROBLEM\(\w+, (?:true|false), (".*")\)$/gm)].map(([, text]) => joined(text));
  assert.ok(problems.length >= 40);
  for (const problem of problems) {
    let n = 0;
    const chinese = check(problem.replace(/%/g, () => `WORD_${n += 1}`));
    for (let i = 1; i <= n; i += 1) assert.ok(chinese.includes(`WORD_${i}`), problem);
  }
});

test('every advice about a key', () => {
  const table = read('wasm/provider/outcome.c');
  const advice = [...table.matchAll(/\.advice = ([^]*?"),\n/g)].map(([, text]) => joined(text));
  assert.equal(advice.length, 19);
  for (const one of advice) check(one);
  assert.equal(new Set(advice.map(inChinese)).size, advice.length, 'each is told apart');
});

test('every advice about a refused request', () => {
  const advice = [...read('wasm/report/advice.c').matchAll(/\{"\w+",\s+("[^]*?")\},\n/g) ].map(
      ([, text ]) => joined(text));
  assert.ok(advice.length >= 8);
  for (const one of advice)
    check(one);
  assert.equal(new Set(advice.map(inChinese)).size, advice.length, 'each is told apart');
});

const GOOD = { provider: 'openai', model: 'gpt-4.1', apiKeys: ['KEY'] };
const ROUTES = {
  other: { url: 1, wire_api: 1, temperature: 1, maxRetries: 1, fallbacks: 1, rpm: 1,
    providers: [{ ...GOOD, model: 'glm-5' }, { ...GOOD, provider: 'z.ai' },
      { ...GOOD, endpoint: 'https://api.openai.com' },
      { ...GOOD, provider: 'zhipu', endpoint: 'https://api.z.ai/api/v1' }] },
  $clients: { a: { routs: [], routes: ['aa'], requestsPerMinute: 0, spendPerDay: 1 },
    b: { routes: 1, spendPerDay: { usd: 1 } }, c: 1 },
  a: { strateggy: 1, stratgy: 'x', displayName: 1, flags: [1], metadata: 1, contextWindow: -1,
    inputPricePer1m: -1, watch: 1, hedgeMs: -1, strategy: 'ordr', weight: 1, providers: [GOOD] },
  b: { providers: [{ ...GOOD, endpoint: 'ftp://x' }, { ...GOOD, endpoint: 'http://x.example' },
    { ...GOOD, endpoint: 'https://' }, { ...GOOD, endpoint: 'https://a:b@x' },
    { ...GOOD, endpoint: 'https://x?y' }, { ...GOOD, endpoint: 'https://x y' },
    { ...GOOD, endpoint: `https://x/${'y'.repeat(1024)}` }, { ...GOOD, api: 'chatt', hedgeMs: 1 },
    { ...GOOD, timeouts: 1, colour: 1 }, { ...GOOD, timeouts: { idleMs: 1, colour: 1 } },
    { ...GOOD, apiKeys: 1 }, { provider: 'openai' }, { ...GOOD, model: '' },
    { ...GOOD, provider: 'sk-proj-4f9A1b2C3d4E5f' }] },
  c: { providers: [] }, d: {}, ' e': [GOOD], A: [GOOD],
};
const TEXTS = ['a:\n  b', 'model_list:\n', 'KEY=1', '{a', '{\u00a0', '{"a\n', '{"a": ...}', '[1]',
  '{"providers":[{}]}', JSON.stringify({ a: { keys: 1, providers: [{ ...GOOD, model: 'ａ' }] } }),
  JSON.stringify({ a: [{ ...GOOD, endpoint: 'https://x.example/anthropic' }] }),
  `{"${GOOD.model}":[{"key":"sk-${'x'.repeat(20)}"}]}`,
  '{\\"a', '{"a" "b"}', '{"a":True}',
  '', '{}', '[]', "{'", '{“', '{"a":1,}', '{"a": //', '{', '{"\\ud800":1}',
  '['.repeat(200), JSON.stringify(ROUTES)];

test('whatever the checker puts into them', () => {
  const gateway = new WebAssembly.Module(readFileSync(join(root, 'build/gateway.wasm')));
  const messages = TEXTS.flatMap((text) => checkRoutes(gateway, Buffer.from(text)))
    .map(({ message }) => message);
  assert.ok(messages.length > 40, `${messages.length}`);
  for (const message of messages) check(message);
});

test('where a secret is added', () => {
  const hint = 'Add it in the Cloudflare dashboard: Workers & Pages > ai-worker-proxy > Settings > '
    + 'Variables and Secrets, as a secret of this name.';
  assert.match(check(hint), /Workers & Pages > ai-worker-proxy > Settings > Variables and Secrets/);
});

test('what is not known stays as it is', () => {
  assert.equal(inChinese('From here to there.'), 'From here to there.');
});
