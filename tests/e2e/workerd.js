// workerd.js -- run a Worker in the real runtime, alone: no Node stands in its path.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

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

// Isolate 0 has the store, the others use it there.
const storage = `
  durableObjectNamespaces = [
    (className = "Store", uniqueKey = "store", enableSql = true),
    (className = "Conversation", uniqueKey = "conversation", enableSql = true),
    (className = "Socket", uniqueKey = "socket", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "disk"),`;
const objects = ({ name, className }) => (`(name = "${name}",
  durableObjectNamespace = (className = "${className}", serviceName = "worker0"))`);
const storeBindings = [
  { name: 'STORE', className: 'Store' },
  { name: 'CONVERSATIONS', className: 'Conversation' },
  { name: 'SOCKETS', className: 'Socket' },
].map(objects).join(', ');

const workerOf = (i, { modules, bindings, compatible, disk }) => `
const worker${i} :Workerd.Worker = (
  modules = [${modules.map(([name, type]) => `
    (name = ${quote(name)}, ${type} = embed ${quote(name)})`).join(',')}
  ],
  bindings = [${[...bindings, disk && storeBindings].filter(Boolean).join(', ')}],${
  disk && i === 0 ? storage : ''}
  ${compatible},
);
`;

const configOf = (isolates, { disk, flags, ...worker }) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = [${flags.map(quote).join(', ')}],
  services = [${isolates.map((i) => `
    (name = "worker${i}", worker = .worker${i}),`).join('')}
    (name = "internet", network = (allow = ["public", "local", "private"])),${disk ? `
    (name = "disk", disk = (path = ${quote(disk)}, writable = true)),` : ''}
  ],
  sockets = [${isolates.map((i) => `
    (name = "${i}", address = "127.0.0.1:0", http = (), service = "worker${i}"),`).join('')}
  ],
);
${isolates.map((i) => workerOf(i, { disk, ...worker })).join('')}`;

// Serve |modules|: { name: { type, content } }, type being esModule, wasm, text or data and
// the entry first. |disk| is a folder for the store; without it there is none. There may be several
// |isolates|, all with the same store. With |inspect| there is an inspector, and the Worker has
// gc(). Returns { url, urls, inspector, pid, logs, stop() }: one of |urls| for each isolate, |url|
// being the first; |inspector| is its port; |logs| grows with what the Worker writes.
export async function startWorkerd({ modules, env = {}, disk, isolates = 1, inspect = false }) {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const list = Object.entries(modules);
  await Promise.all(list.map(([name, { content }]) => writeFile(join(folder, name), content)));
  const types = list.map(([name, { type }]) => [name, type]);
  const config = join(folder, 'config.capnp');
  const numbers = Array.from({ length: isolates }, (_, i) => i);
  await writeFile(config, configOf(numbers, {
    modules: types,
    bindings: Object.entries(env).map(binding),
    compatible: await compatibility(),
    disk,
    flags: inspect ? ['--expose-gc'] : [],
  }));
  const inspecting = inspect ? ['--inspector-addr=127.0.0.1:0'] : [];
  const child = spawn(PROGRAM, ['serve', config, '--control-fd=3', ...inspecting], {
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
  const ports = await Promise.race([listening(child.stdio[3], isolates), over.then(() => null)]);
  if (!ports) throw new Error(`workerd did not start:\n${logs.join('')}`);
  const urls = numbers.map((i) => `http://127.0.0.1:${ports[i]}`);
  return { url: urls[0], urls, inspector: ports.inspector, pid: child.pid, logs, stop };
}

// workerd reports the ports that it was given on its control channel, one on each line: the
// inspector's first, then those of |n| sockets.
function listening(channel, n) {
  const ports = {};
  const open = () => Object.keys(ports).filter((name) => name !== 'inspector').length;
  return new Promise((resolve) => {
    createInterface({ input: channel }).on('line', (line) => {
      const { event, socket, port } = JSON.parse(line);
      if (event === 'listen-inspector') ports.inspector = port;
      if (event === 'listen') ports[socket] = port;
      if (open() === n) resolve(ports);
    });
  });
}
