// variants.js -- the Workers that are measured side by side, each in a workerd of its own.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { bundleModules, TOKEN } from '../e2e/harness.js';
import { startWorkerd } from '../e2e/workerd.js';

const root = new URL('../../', import.meta.url).pathname;

// The documented routes, all of their providers being at |url|, and one that gathers for longer.
async function routesAt(url) {
  const routes = JSON.parse(await readFile(`${root}scripts/routes.example.json`, 'utf8'));
  for (const provider of Object.values(routes).flatMap(({ providers }) => providers)) {
    provider.endpoint = `${url}/${provider.provider === 'zhipu' ? 'glm' : 'openai'}`;
  }
  routes['zhipu-250'] = { ...routes['zhipu-boost'], coalesceMs: 250 };
  return routes;
}

async function startGateway(upstream, modules) {
  const env = {
    PROXY_AUTH_TOKEN: TOKEN, OPENAI_KEY_1: 'key', ZHIPU_KEY_1: 'key', ZHIPU_KEY_2: 'key',
    ROUTES_CONFIG: await routesAt(upstream),
  };
  return startWorkerd({ modules, env });
}

async function startPlain(name, env) {
  const content = await readFile(new URL(`workers/${name}.js`, import.meta.url));
  return startWorkerd({ modules: { [`${name}.js`]: { type: 'esModule', content } }, env });
}

// The bundle that another checkout has built.
async function modulesOf(checkout) {
  const harness = await import(resolve(checkout, 'tests/e2e/harness.js'));
  return harness.bundleModules();
}

async function modelsOf({ url }) {
  const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${TOKEN}` } });
  return answer.text();
}

// By name, { url, pid, stop() }: gateway, untouched, receiving, translating and, with |beside|, the
// folder of another checkout of this project, beside. |upstream| is its address.
export async function startVariants(upstream, beside) {
  const gateway = await startGateway(upstream, await bundleModules());
  const env = { UPSTREAM: upstream, MODELS: await modelsOf(gateway) };
  return {
    gateway,
    gateway250: gateway,
    untouched: await startPlain('untouched', env),
    receiving: await startPlain('receiving', env),
    translating: await startPlain('translating', env),
    ...(beside && { beside: await startGateway(upstream, await modulesOf(beside)) }),
  };
}
