// codex-socket.test.js -- the Codex CLI over the WebSocket, and where it has to do without.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { glm, openai, startRoutes } from './client.js';
import { TOKEN } from './harness.js';
import { CODEX, noCodex as skip, runProgram } from './program.js';

const ROUTES = { glm: [glm()], 'gpt-5.5': [openai('', { model: 'gpt-5.1' })] };
const PROMPT = 'Count the words.';
const LOOPS = 3;
const RESTART_AT = 2; // tool results that the upstream has seen
const MESSAGE_MAX = '00016384'; // Codex's first message is larger, and its later ones, too

let gateway;
let proxy;
let atRound = () => {};
const script = ({ user, rounds }) => {
  if (user !== PROMPT) return [];
  atRound(rounds);
  return rounds < LOOPS
    ? [{ name: 'exec_command', input: { cmd: `wc -w <words.txt >count${rounds}.txt` } }] : [];
};
const start = (store) => startRoutes(ROUTES, { store, upstreams: { script } });

// A port that stays while gateways come and go behind it: |to| is their URL, or will be.
// |change| is made to what they send.
async function startProxy() {
  const one = { to: null, change: (bytes) => bytes };
  const server = createServer(async (client) => {
    const { hostname, port } = new URL(await one.to);
    const upstream = connect(port, hostname);
    client.pipe(upstream).on('error', () => client.destroy());
    upstream.on('data', (bytes) => client.write(one.change(bytes))).on('error', () => {});
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  one.url = `http://127.0.0.1:${server.address().port}`;
  one.stop = () => server.close();
  return one;
}

let disk;
before(async () => {
  if (skip) return;
  disk = await mkdtemp(join(tmpdir(), 'gateway-codex-'));
  proxy = await startProxy();
  gateway = await start(disk);
  proxy.to = gateway.url;
});
after(async () => {
  proxy?.stop();
  await gateway?.stop();
  if (disk) await rm(disk, { recursive: true, force: true });
});

const CONFIGS = {
  'supports_websockets': (url) => `
model_provider = "gateway"
[model_providers.gateway]
name = "AI Worker Proxy"
base_url = "${url}/v1"
env_key = "GATEWAY_TOKEN"
wire_api = "responses"
model_catalog_url = "${url}/v1/models"
supports_websockets = true
request_max_retries = 4
stream_max_retries = 4
`,
  'openai_base_url': (url) => `openai_base_url = "${url}/v1"`,
};

// A turn of |LOOPS| commands. Returns the methods of the requests that were answered.
async function turn(model, config) {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-codex-'));
  const [home, project] = [join(folder, 'home'), join(folder, 'project')];
  await Promise.all([home, project].map((one) => mkdir(one)));
  await writeFile(join(home, 'config.toml'), `
model = "${model}"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
${CONFIGS[config](proxy.url)}
[analytics]
enabled = false
`);
  await writeFile(join(project, 'words.txt'), 'a b c');
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    CODEX_HOME: home,
    GATEWAY_TOKEN: TOKEN,
    CODEX_API_KEY: TOKEN,
  };
  gateway.logs.length = 0;
  const { status, output } = await runProgram(CODEX, ['exec', '--skip-git-repo-check', PROMPT], {
    cwd: project, env,
  });
  assert.equal(status, 0, output);
  for (let i = 0; i < LOOPS; i += 1) {
    assert.equal((await readFile(join(project, `count${i}.txt`), 'utf8')).trim(), '3');
  }
  await rm(folder, { recursive: true });
  return gateway.logs.join('').split('\n').filter((line) => line.startsWith('{"event":"request"'))
    .map((line) => JSON.parse(line)).filter(({ path }) => path === '/v1/responses')
    .map(({ method, status: of }) => `${method} ${of}`);
}

for (const config of Object.keys(CONFIGS)) {
  for (const route of Object.keys(ROUTES)) {
    test(`a tool loop, ${config}, route ${route}`, { skip }, async () => {
      const lines = await turn(route, config);
      // The first prepares; none goes over HTTP.
      assert.deepEqual(lines, ['GET 101', ...Array(LOOPS + 2).fill('MESSAGE 200')]);
      const { body } = gateway.requests(route).at(-1);
      const results = (body.messages ?? body.input)
        .filter(({ role, type }) => role === 'tool' || type === 'function_call_output');
      assert.equal(results.length, LOOPS);
    });
  }
}

test('workerd is killed in the middle of a tool loop', { skip }, async () => {
  let restarted = null;
  atRound = (rounds) => {
    if (rounds < RESTART_AT || restarted) return;
    const old = gateway;
    process.kill(old.pid, 'SIGKILL');
    restarted = start(disk).then((next) => {
      gateway = next;
      return old.stop();
    });
    proxy.to = restarted.then(() => gateway.url);
  };
  const lines = await turn('glm', 'supports_websockets');
  atRound = () => {};
  assert.ok(restarted);
  await restarted;
  assert.ok(lines.includes('GET 101') && lines.includes('MESSAGE 200'), lines.join());
});

test('what is larger than a message may be goes over HTTP', { skip }, async () => {
  const name = 'x-codex-websocket-max-message-bytes: ';
  proxy.change = (bytes) => {
    const at = bytes.indexOf(name, 0, 'latin1');
    if (at >= 0) bytes.write(MESSAGE_MAX, at + name.length, 'latin1');
    return bytes;
  };
  const lines = await turn('glm', 'supports_websockets');
  proxy.change = (bytes) => bytes;
  assert.ok(lines.includes('POST 200'), lines.join());
  assert.ok(lines.includes('GET 101'), lines.join());
});
