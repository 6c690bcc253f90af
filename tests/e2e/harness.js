// harness.js -- the gateway as it is deployed, with fake upstreams beside it, for one test file.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeUpstreams } from '../../scripts/fake-upstreams/server.js';
import { startWorkerd } from './workerd.js';

const bundle = new URL('../../build/worker/', import.meta.url).pathname;
const TYPES = { js: 'esModule', wasm: 'wasm', json: 'text', gz: 'data' };

export const TOKEN = 'test-token';

// The modules that `make bundle` wrote, entry first, as startWorkerd() takes them.
export async function bundleModules() {
  const names = (await readdir(bundle)).filter((name) => TYPES[name.split('.').pop()]);
  names.sort((a, b) => b.endsWith('.js') - a.endsWith('.js'));
  const entries = names.map(async (name) => [name, {
    type: TYPES[name.split('.').pop()],
    content: await readFile(join(bundle, name)),
  }]);
  return Object.fromEntries(await Promise.all(entries));
}

// Start the gateway with |env| and fake upstreams with |upstreams|, or beside those that are
// running already, which stay. |routes| is ROUTES_CONFIG, as
// a text, an object, or a function of the upstreams' address; without it the bundle's hold.
// |store| is a folder for the store, which stays; without it one that goes; false for no store.
// There may be several |isolates| that share it. |entry| is the text of a module to begin with
// instead of worker.js. |inspect|: see startWorkerd().
// Returns { url, urls, token, upstreams, logs, pid, inspector, stop() }; logs is an array of texts.
export async function startGateway({
  env = {}, routes, upstreams: options = {}, store, isolates = 1, entry, inspect,
} = {}) {
  const running = options.url ? options : null;
  const upstreams = running ?? await startFakeUpstreams(options);
  const config = typeof routes === 'function' ? routes(upstreams.url) : routes;
  const bindings = { PROXY_AUTH_TOKEN: TOKEN, ROUTES_CONFIG: config ?? '', ...env };
  const own = store === undefined ? await mkdtemp(join(tmpdir(), 'gateway-store-')) : null;
  const disk = own ?? store;
  const first = entry && { 'entry.js': { type: 'esModule', content: entry } };
  const modules = { ...first, ...await bundleModules() };
  const gateway = await startWorkerd({ modules, env: bindings, disk, isolates, inspect });
  const stop = async () => {
    await gateway.stop();
    if (!running) await upstreams.close();
    if (own) await rm(own, { recursive: true, force: true });
  };
  return { ...gateway, token: TOKEN, upstreams, stop };
}
