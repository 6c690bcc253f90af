// start.js -- `npm start`, `npm test`: run make's targets, or what Node alone can do of them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';

const MODULE = 'build/gateway.wasm';
const STAND_IN = ['build/stand-in.wasm', 'tests/e2e/stand-in.c', 'wasm/base/str.c'];
const windows = process.platform === 'win32';
const bin = resolve('node_modules/.bin');

// npm's own node may be newer than the one that runs this.
const ownNode = `node_modules/node/bin/node${windows ? '.exe' : ''}`;

// The exit status of |program|; null if it did not run.
function statusOf(program, ...args) {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  // On Windows npm and wrangler are scripts of its shell, which would cut a path at a space.
  const shell = windows && !isAbsolute(program);
  return spawnSync(program, args, { stdio: 'inherit', env, shell }).status;
}

function run(program, ...args) {
  const status = statusOf(program, ...args);
  if (status !== 0) process.exit(status ?? 1);
}

const nodeProgram = () => (existsSync(ownNode) ? resolve(ownNode) : process.execPath);
const node = (...args) => run(nodeProgram(), ...args);

// Run every suite, also after one that failed.
function runAll(suites) {
  const failed = suites.filter((args) => statusOf(nodeProgram(), ...args) !== 0);
  for (const args of failed) console.error(`failed: node ${args.slice(0, 3).join(' ')} ...`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

// deploy.test.js tests make's targets.
const testsIn = (folder) => readdirSync(folder)
  .filter((name) => name.endsWith('.test.js') && name !== 'deploy.test.js')
  .map((name) => `${folder}/${name}`);

// Without make, the native tests and those of the other toolchains are left out.
const WITHOUT_MAKE = {
  run() {
    install('wrangler', '--omit=dev');
    process.env.QUICK = 1;
    node('scripts/build.js');
    node('scripts/run.js');
  },
  test() {
    install('playwright-core');
    console.log('make is not here: what runs natively, and make\'s targets, are not tested.');
    node('scripts/build.js');
    node('scripts/yowasp.js', ...STAND_IN);
    run('wrangler', 'deploy', '--dry-run', '--outdir', 'build/worker');
    runAll([
      ['tests/vectors.js', MODULE],
      ['--test', ...testsIn('tests/unit')],
      ['--test', '--test-concurrency=1', ...testsIn('tests/e2e')],
    ]);
  },
};

function install(needed, ...options) {
  if (existsSync(`node_modules/${needed}`)) return;
  console.log('installing npm packages ...');
  run('npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error', ...options);
}

const [target] = process.argv.slice(2);
if (!Object.hasOwn(WITHOUT_MAKE, target)) throw new Error('node scripts/start.js run|test');
if (spawnSync('make', ['--version']).status === 0) {
  run('make', target);
} else {
  WITHOUT_MAKE[target]();
}
