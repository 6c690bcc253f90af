// smoke.js -- send a plain and a streamed request to the bundle in build/worker, in workerd.
//
// The first is relayed to a fake OpenAI, the second translated for a fake GLM. Then the bundle is
// started with its own routes, and must list them.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../tests/e2e/harness.js';

const KEY = 'SMOKE_KEY';
const PATIENCE = 20_000; // ms for each answer

const routesAt = (url) => ({
  passed: { providers: [
    { provider: 'openai', model: 'gpt-4.1', apiKeys: [KEY], endpoint: `${url}/v1` },
  ] },
  translated: { providers: [
    { provider: 'zhipu', model: 'glm-4.7', apiKeys: [KEY], endpoint: `${url}/api/paas/v4` },
  ] },
});

function expect(met, what, text) {
  if (!met) throw new Error(`${what}: ${text.slice(0, 500)}`);
}

async function textOf(gateway, path, body) {
  const answer = await fetch(gateway.url + path, {
    method: body ? 'POST' : 'GET',
    headers: { 'authorization': `Bearer ${gateway.token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const text = await answer.text();
  expect(answer.ok, `${path} answers ${answer.status}`, text);
  return text;
}

async function askFakes(gateway) {
  const question = { input: 'Is anybody there?' };
  const plain = await textOf(gateway, '/v1/responses', { ...question, model: 'passed' });
  expect(JSON.parse(plain).status === 'completed', 'a plain request is not answered', plain);
  const stream = await textOf(gateway, '/v1/responses',
    { ...question, model: 'translated', stream: true });
  const events = Array.from(stream.matchAll(/^event: (.*)$/gm), ([, name]) => name);
  const answered = events.includes('response.output_text.delta')
    && events.at(-1) === 'response.completed';
  expect(answered, 'a streamed request is not answered', stream);
}

async function askForRoutes(gateway) {
  const { data } = JSON.parse(await textOf(gateway, '/v1/models'));
  const routes = JSON.parse(readFileSync('build/routes.json', 'utf8').replace('\ufeff', ''));
  const names = Object.keys(routes).filter((name) => routes[name].providers || name !== '$clients');
  const missing = names.filter((name) => !data.some(({ id }) => id === name));
  expect(missing.length === 0, 'these routes are not known', missing.join(', '));
}

async function withGateway(options, what) {
  const gateway = await startGateway({ store: false, ...options });
  try {
    await what(gateway);
  } finally {
    await gateway.stop();
  }
}

// Throws if the bundle does not work; otherwise returns a sentence that says so.
export async function smoke() {
  const began = Date.now();
  await withGateway({ routes: routesAt, env: { [KEY]: 'smoke' } }, askFakes);
  await withGateway({}, askForRoutes);
  return `The bundle answers in workerd (${Date.now() - began} ms).`;
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) console.log(await smoke());
