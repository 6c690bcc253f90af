// run.test.js -- what the README promises a stranger: one command, and a request that works.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { hasMake } from '../../scripts/build.js';
import { until } from './client.js';

const root = new URL('../../', import.meta.url).pathname;
const run = promisify(execFile);
const PATIENCE = 600_000; // ms: a clone is compiled, and wrangler takes its time

const skip = existsSync(`${root}.dev.vars`) && 'with .dev.vars it may ask the real services';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

// Is anything left of the process group?
function isAlive(group) {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

const children = [];
after(() => {
  for (const { pid } of children) if (isAlive(pid)) process.kill(-pid, 'SIGKILL');
});

// Start |program| in |cwd|, a process group of its own; seen() waits for what it prints. What runs
// the tests is a make, whose flags are not for this one.
async function start(program, args, { cwd, PATH }) {
  const env = { PATH, HOME: process.env.HOME, PORT: String(await freePort()) };
  const child = spawn(program, args, { cwd, env, detached: true });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => { output += text; });
  }
  const seen = async (pattern) => {
    for (const end = Date.now() + PATIENCE; Date.now() < end && child.exitCode === null;) {
      const match = output.match(pattern);
      if (match) return match;
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    return assert.fail(output);
  };
  return { pid: child.pid, seen };
}

// The request that it prints is answered, in a stream; Ctrl-C ends all of it. The addresses of the
// fake upstreams must not be left in the routes that a later `wrangler deploy` uploads.
async function answersAndEnds({ pid, seen }, cwd) {
  const [, , request] = await seen(/^The gateway is at (\S+).*\n\n( {2}curl [^]*?)\n\n/m);
  const { stdout } = await run('bash', ['-e', '-c', request]);
  assert.match(stdout, /^event: response\.created$/m);
  assert.match(stdout, /^event: response\.output_text\.delta$/m);
  assert.match(stdout, /^event: response\.completed$/m);
  process.kill(-pid, 'SIGINT');
  await until(() => !isAlive(pid), 'all that it started has ended', 15_000);
  assert.equal(await readFile(join(cwd, 'build/routes.json'), 'utf8'),
    await readFile(join(cwd, 'scripts/routes.example.json'), 'utf8'));
}

const noMake = !hasMake() && 'make is not here';

test('a port that is in use is named', { skip }, async () => {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const PORT = String(server.address().port);
  try {
    await assert.rejects(
      run(process.execPath, ['scripts/run.js'], { cwd: root, env: { ...process.env, PORT } }),
      ({ code, stdout, stderr }) => (
        code === 1 && stdout === '' && stderr.startsWith(`Port ${PORT} is in use.`)),
    );
  } finally {
    server.close();
  }
});

test('make run', { skip: skip || noMake }, async () => {
  await answersAndEnds(await start('make', ['run'], { cwd: root, PATH: process.env.PATH }), root);
});

// ---- with Node alone ----

// A clone as a stranger has it after `npm ci`. Compiled objects are taken over, where there are
// any, since compiling takes minutes of a small machine.
async function cloneTo(folder) {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others',
    '--exclude-standard'], { cwd: root });
  for (const file of stdout.split('\0').filter((name) => name && existsSync(join(root, name)))) {
    await cp(join(root, file), join(folder, file));
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const objects = 'build/yowasp/objects';
  if (existsSync(join(root, objects))) {
    await cp(join(root, objects), join(folder, objects), { recursive: true });
  }
}

// A folder with what a machine has that has Node, and no more: no make, no clang.
async function programsIn(folder) {
  await mkdir(folder, { recursive: true });
  for (const name of ['node', 'npm', 'sh', 'env', 'uname']) {
    const { stdout } = await run('sh', ['-c', `command -v ${name}`]);
    await symlink(await realpath(stdout.trim()), join(folder, name));
  }
  return folder;
}

test('from a clone to a streamed answer with Node alone', { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clone-'));
  try {
    await cloneTo(folder);
    const PATH = await programsIn(join(folder, 'build/bin'));
    await answersAndEnds(await start('npm', ['start'], { cwd: folder, PATH }), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
