// run.js -- `make run`: the gateway under wrangler dev, and fake upstreams when there is no key.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { parseEnv } from 'node:util';
import { startFakeUpstreams } from './fake-upstreams/server.js';

const PORT = process.env.PORT ?? '8787';
const PACE = 15; // milliseconds between the fakes' events, so that the stream is visible
const WRANGLER = 'node_modules/wrangler/bin/wrangler.js';

const ownVars = existsSync('.dev.vars') ? parseEnv(readFileSync('.dev.vars', 'utf8')) : {};
const token = ownVars.PROXY_AUTH_TOKEN || 'local-token';
const routes = readRoutes(ownVars.ROUTES_CONFIG || readFileSync('build/routes.json', 'utf8'));
const providersOf = (route) => (Array.isArray(route) ? route : route?.providers ?? []);
const providers = Object.values(routes ?? {}).flatMap(providersOf);
const keys = [...new Set(providers.flatMap((one) => one.apiKeys ?? one.api_keys ?? []))];
const fake = routes !== null && !keys.some((name) => ownVars[name]);

// Problems of a configuration are reported by the gateway, not here.
function readRoutes(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// The fake upstreams' path for a provider's API.
const fakePath = ({ provider, api }) => (
  provider === 'zhipu' && api !== 'responses' ? '/api/paas/v4/' : '/v1'
);

// The same routes, but with fake providers, and with a value for every key.
function fakeVars(url) {
  for (const provider of providers) provider.endpoint = url + fakePath(provider);
  const fakeKeys = Object.fromEntries(keys.map((name) => [name, `fake-${name.toLowerCase()}`]));
  return { ...ownVars, ...fakeKeys, ROUTES_CONFIG: JSON.stringify(routes) };
}

// wrangler reads the variables from a file, so that secrets are on no command line.
function writeVars(vars) {
  const lines = Object.entries(vars).map(([name, value]) => {
    const mark = [`'`, '`', '"'].find((one) => !value.includes(one)) ?? '';
    return `${name}=${mark}${value}${mark}\n`;
  });
  writeFileSync('build/run.vars', lines.join(''), { mode: 0o600 });
}

const isTaken = (port) => new Promise((resolve) => {
  const socket = connect({ port, host: 'localhost' }, () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

async function ready(url, child) {
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/health`).catch(() => null);
    if (answer) return;
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
}

const model = Object.keys(routes ?? {}).find((name) => providersOf(routes[name]).length > 0)
  ?? 'super-brain';
const some = keys.slice(0, 3).join(', ') || 'a key of the routes';
const why = `, with fake upstreams: .dev.vars has no value for ${some}`;
const greeting = (url) => `
The gateway is at ${url}${fake ? why : ''}.

  curl -N ${url}/v1/responses \\
    -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' \\
    -d '{"model": "${model}", "input": "Tell me a story.", "stream": true}'

A browser finds the console at the same address; its token is ${token}.
`;

// Otherwise what listens there would be taken for the gateway.
if (await isTaken(PORT)) {
  console.error(`Port ${PORT} is in use. Stop what listens there, or set PORT to another one.`);
  process.exit(1);
}

const fakes = fake ? await startFakeUpstreams({ pace: PACE }) : null;
writeVars({ ...(fakes ? fakeVars(fakes.url) : ownVars), PROXY_AUTH_TOKEN: token });

const wrangler = spawn(process.execPath, [
  WRANGLER, 'dev', '--port', PORT, '--env-file', 'build/run.vars',
  '--show-interactive-dev-session=false',
], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false' }, // nothing here reads request.cf
});
// Ctrl-C also reaches wrangler; the fake upstreams run until it has stopped.
let asked = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    asked = true;
    wrangler.kill(signal);
  });
}
wrangler.once('exit', async (status) => {
  await fakes?.close();
  process.exit(asked ? 0 : status ?? 1);
});

const url = `http://localhost:${PORT}`;
await ready(url, wrangler);
console.log(greeting(url));
