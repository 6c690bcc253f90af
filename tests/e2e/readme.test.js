// readme.test.js -- the documents' examples, run against a gateway as `make run` starts it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { startGateway } from './harness.js';
import { PYTHON, noPython } from './program.js';

const root = new URL('../../', import.meta.url).pathname;
const work = join(root, 'build/readme');
const run = promisify(execFile);

const LOCAL = 'http://localhost:8787';
const DEPLOYED = 'https://ai-worker-proxy.YOUR-NAME.workers.dev';
const LOCAL_TOKEN = 'local-token'; // of `make run`
const PATHS = { openai: '/v1', zhipu: '/api/paas/v4/' };
const KEYS = { OPENAI_KEY_1: 'sk-one', ZHIPU_KEY_1: 'one', ZHIPU_KEY_2: 'two' };
const readRoutes = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const example = readRoutes('scripts/routes.example.json');
const larger = readRoutes('tests/e2e/documented-routes.json');

// Documented routes, with the fakes in place of every upstream.
const routesAt = (routes) => (url) => JSON.stringify(routes, (key, value) => (
  value?.provider ? { ...value, endpoint: url + PATHS[value.provider] } : value
));

let gateway;
before(async () => {
  mkdirSync(work, { recursive: true });
  gateway = await startGateway({
    routes: routesAt(example),
    env: { ...KEYS, PROXY_AUTH_TOKEN: LOCAL_TOKEN },
  });
});
after(() => gateway?.stop());

// The pages with examples, and the README first.
const PAGES = ['clients.md', 'deploy.md'];
const DOCUMENTS = {
  English: ['README.md', ...PAGES.map((name) => `.github/docs/${name}`)],
  Chinese: ['README.zh-CN.md', ...PAGES.map((name) => `.github/docs/zh-CN/${name}`)],
};
const textOf = (language) => DOCUMENTS[language]
  .map((name) => readFileSync(join(root, name), 'utf8')).join('\n');

// An example as it stands, but for the port.
function examples(documents, language, mark) {
  const text = textOf(documents);
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))]
    .map(([, code]) => code).filter((code) => code.includes(mark));
  assert.ok(blocks.length > 0, `no example in ${language}`);
  for (const code of blocks) assert.ok(code.includes(LOCAL), code);
  return blocks.map((code) => code.replaceAll(LOCAL, gateway.url));
}

const linesOf = (stdout) => stdout.split('\n').filter((line) => line.trim() !== '');

for (const readme of Object.keys(DOCUMENTS)) {
  describe(readme, () => {
    test('curl', async () => {
      const [stream, whole, models, doctor] = await Promise.all(
        examples(readme, 'sh', 'curl ').map((code) => run('bash', ['-e', '-c', code])),
      );
      const { status, output, model } = JSON.parse(whole.stdout);
      assert.equal(status, 'completed');
      assert.match(model, /^gpt-4\.1/);
      assert.notEqual(output.at(-1).content[0].text, '');
      assert.match(stream.stdout, /^event: response\.created$/m);
      assert.match(stream.stdout, /^event: response\.output_text\.delta$/m);
      assert.match(stream.stdout, /^event: response\.completed$/m);
      const { data } = JSON.parse(models.stdout);
      assert.deepEqual(data.map(({ id }) => id), Object.keys(example));
      const { probes } = JSON.parse(doctor.stdout);
      assert.ok(probes.length > 0 && probes.every(({ ok }) => ok), doctor.stdout);
    });

    test('JavaScript', async () => {
      const [code] = examples(readme, 'js', 'import OpenAI');
      const file = join(work, 'example.mjs');
      writeFileSync(file, code);
      const { stdout } = await run('node', [file]);
      assert.ok(linesOf(stdout).length >= 2, stdout);
    });

    test('the AI SDK', async () => {
      const [, code] = textOf(readme).match(/^```ts\n([^]*?)^```$/m);
      const file = join(work, 'ai-sdk.mjs');
      writeFileSync(file, code.replace(DEPLOYED, gateway.url));
      const env = { ...process.env, GATEWAY_TOKEN: LOCAL_TOKEN };
      const { stdout } = await run('node', [file], { env });
      assert.ok(linesOf(stdout).length >= 1, stdout);
    });

    test('Python', { skip: noPython }, async () => {
      const [code] = examples(readme, 'python', 'from openai');
      const { stdout } = await run(PYTHON, ['-c', code]);
      assert.ok(linesOf(stdout).length >= 2, stdout);
    });
  });
}

async function eachRouteAnswers(routes, env) {
  const other = await startGateway({ routes: routesAt(routes), env });
  try {
    for (const model of Object.keys(routes)) {
      const answer = await fetch(`${other.url}/v1/responses`, {
        method: 'POST',
        headers: { 'authorization': `Bearer ${other.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, input: 'Tell me a story.' }),
      });
      const { status } = await answer.json();
      assert.deepEqual([model, answer.status, status], [model, 200, 'completed']);
    }
  } finally {
    await other.stop();
  }
}

test('every route of the larger example answers', () => eachRouteAnswers(larger, KEYS));

test('the deployed example needs one key: with GLM\'s every route answers', () => (
  eachRouteAnswers(example, { ZHIPU_KEY_1: 'one' })));
