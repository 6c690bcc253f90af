// setup.test.js -- `make run` in a fresh clone installs what is missing before it uses it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url).pathname;

// What make would do if nothing had been made yet, in its order.
function commandsOf(target, toolchain) {
  const { MAKEFLAGS, MAKELEVEL, MFLAGS, ...env } = process.env;
  return execFileSync('make', ['--dry-run', '--always-make', target], {
    cwd: root, env: { ...env, TOOLCHAIN: toolchain }, encoding: 'utf8',
  }).split('\n');
}

const skip = spawnSync('make', ['--version']).status !== 0 && 'make is not here';

for (const toolchain of ['wasi', 'yowasp', 'emscripten']) {
  for (const target of ['run', 'wasm', 'bundle', 'test']) {
    test(`make ${target}, ${toolchain}`, { skip }, () => {
      const commands = commandsOf(target, toolchain);
      const setup = commands.findIndex((line) => line.includes('scripts/setup.sh'));
      const uses = commands.findIndex((line) => (
        / -c wasm\/|scripts\/(build-console|yowasp)\.js|^wasm-(ld|opt)|^wrangler/.test(line)
      ));
      assert.ok(uses > 0, 'it builds something');
      assert.ok(setup >= 0 && setup < uses, 'after the setup');
    });
  }
}
