// workerd.js -- run a Worker in the real runtime, alone: no Node stands in its path.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const PROGRAM = join(root, 'node_modules/.bin/workerd');

// Cap'n Proto's texts are escaped as JSON's are, as far as we use them.
const quote = JSON.stringify;
const binding = ([name, value]) => (typeof value === 'string'
  ? `(name = ${quote(name)}, text = ${quote(value)})`
  : `(name = ${quote(name)}, json = ${quote(JSON.stringify(value))})`);

async function compatibility() {
  const toml = await readFile(join(root, 'wrangler.toml'), 'utf8');
  const [, date] = toml.match(/^compatibility_date = (.*)$/m);
  const [, flags = '[]'] = toml.match(/^compatibility_flags = (.*)$/m) ?? [];
  return `compatibilityDate = ${date}, compatibilityFlags = ${flags}`;
}

const configOf = (modules, env, compatible) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "local", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules.map(([name, type]) => `
    (name = ${quote(name)}, ${type} = embed ${quote(name)})`).join(',')}
  ],
  bindings = [${Object.entries(env).map(binding).join(', ')}],
  ${compatible},
);
`;

// Serve |modules|: { name: { type, content } }, type being esModule, wasm or text and the entry
// first. Returns { url, pid, logs, stop() }; |logs| grows with what the Worker writes.
export async function startWorkerd({ modules, env = {} }) {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const list = Object.entries(modules);
  await Promise.all(list.map(([name, { content }]) => writeFile(join(folder, name), content)));
  const types = list.map(([name, { type }]) => [name, type]);
  const config = join(folder, 'config.capnp');
  await writeFile(config, configOf(types, env, await compatibility()));
  const child = spawn(PROGRAM, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const logs = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => logs.push(text));
  }
  const over = new Promise((resolve) => { child.once('exit', resolve); });
  const stop = async () => {
    child.kill('SIGKILL');
    await over;
    await rm(folder, { recursive: true, force: true });
  };
  const port = await Promise.race([listening(child.stdio[3]), over.then(() => null)]);
  if (!port) throw new Error(`workerd did not start:\n${logs.join('')}`);
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, logs, stop };
}

// workerd tells on its control channel which port it was given.
function listening(channel) {
  return new Promise((resolve) => {
    channel.setEncoding('utf8').on('data', (line) => {
      const { event, port } = JSON.parse(line);
      if (event === 'listen') resolve(port);
    });
  });
}
