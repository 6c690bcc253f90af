// run.test.js -- what the README promises a stranger: one command, and a request that works.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { until } from './client.js';

const root = new URL('../../', import.meta.url).pathname;
const run = promisify(execFile);
const PATIENCE = 60_000; // ms: wrangler takes its time

const skip = existsSync(`${root}.dev.vars`) && 'with .dev.vars it may ask the real services';

let child;
let output = '';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

// What runs the tests is a make, whose flags are not for this one.
before(async () => {
  if (skip) return;
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, PORT: String(await freePort()) };
  child = spawn('make', ['run'], { cwd: root, env, detached: true });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => { output += text; });
  }
});
after(() => {
  if (child && isAlive(child.pid)) process.kill(-child.pid, 'SIGKILL');
});

// Is anything left of the process group?
function isAlive(group) {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

async function seen(pattern) {
  for (const end = Date.now() + PATIENCE; Date.now() < end && child.exitCode === null;) {
    const match = output.match(pattern);
    if (match) return match;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  return assert.fail(output);
}

test('make run prints a request that is answered; Ctrl-C ends it', { skip }, async () => {
  const [, , request] = await seen(/^The gateway is at (\S+).*\n\n( {2}curl [^]*?)\n\n/m);
  const { stdout } = await run('bash', ['-e', '-c', request]);
  assert.match(stdout, /^event: response\.created$/m);
  assert.match(stdout, /^event: response\.output_text\.delta$/m);
  assert.match(stdout, /^event: response\.completed$/m);
  process.kill(-child.pid, 'SIGINT');
  await until(() => !isAlive(child.pid), 'all that it started has ended', 15_000);
});
