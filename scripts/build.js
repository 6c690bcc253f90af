// build.js -- bring build/ up to date for wrangler: with make if it is installed, else with Node.
//
//   TOOLCHAIN       yowasp: with Node in any case, which compiles everything once, then links the
//                   modules side by side
//   QUICK           do not optimize the modules for size, since they are only for this machine
//   ROUTES_CONFIG   the routes, as JSON, for the bundle; empty: those of the example
//
// wrangler runs it before it bundles, as wrangler.toml says; `npm run build` does too.
// `wrangler dev` puts the Worker's variables into the environment: its ROUTES_CONFIG, which may
// name the fake upstreams, must not become the bundle's, or `wrangler deploy` would upload it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileSources, filesIn, makeModule, readFlags } from './yowasp.js';

const EXAMPLE = 'scripts/routes.example.json';
const GATEWAY = 'build/gateway.wasm';
const CHECKER = 'build/checker.wasm';
const CONSOLE = 'build/console.html.gz';
const ROUTES = 'build/routes.json';
const LARGE = 'build/.large'; // exists if the modules were not optimized for size
const { QUICK, TOOLCHAIN, WRANGLER_COMMAND } = process.env;

export const hasMake = () => spawnSync('make', ['--version'], { stdio: 'ignore' }).status === 0;

// The sources of each file.
const all = () => filesIn('wasm', /\.(c|h|def)$/);
const SOURCES = {
  [GATEWAY]: all,
  [CHECKER]: () => [...all(), 'scripts/checker.c'],
  [CONSOLE]: () => [...filesIn('shim/console', /./), EXAMPLE, CHECKER, 'scripts/build-console.js'],
};

const timeOf = (file) => (existsSync(file) ? statSync(file).mtimeMs : -1);
const isFresh = (file) => (
  existsSync(file) && (QUICK || !existsSync(LARGE))
  && SOURCES[file]().every((source) => timeOf(source) <= timeOf(file))
);

// The flags of an outer make must not reach this one.
function run(program, args) {
  const { MAKEFLAGS, MFLAGS, MAKELEVEL, ...env } = process.env;
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env });
  if (error || status !== 0) throw new Error(error?.message ?? `${program} ${args[0]} failed`);
}

async function buildByNode() {
  const sources = filesIn('wasm', /\.c$/);
  const { CHECKER_FOLDERS: folders } = readFlags();
  const checks = sources.filter((file) => folders.includes(file.split('/')[1]));
  await compileSources([...sources, 'scripts/checker.c']);
  await Promise.all([
    isFresh(GATEWAY) || makeModule(GATEWAY, sources, QUICK),
    isFresh(CHECKER) || makeModule(CHECKER, [...checks, 'scripts/checker.c'], QUICK),
  ]);
  if (QUICK) writeFileSync(LARGE, '');
  else rmSync(LARGE, { force: true });
  if (!isFresh(CONSOLE)) run(process.execPath, ['scripts/build-console.js']);
}

// Existing routes are kept unless others are given.
function placeRoutes(given) {
  mkdirSync('build', { recursive: true });
  if (given.trim() !== '') writeFileSync(ROUTES, given);
  else if (!existsSync(ROUTES)) copyFileSync(EXAMPLE, ROUTES);
}

// Build what is missing or out of date.
export async function build() {
  placeRoutes(WRANGLER_COMMAND === 'dev' ? '' : process.env.ROUTES_CONFIG ?? '');
  if (Object.keys(SOURCES).every(isFresh)) return;
  if (hasMake() && TOOLCHAIN !== 'yowasp') run('make', [GATEWAY, CONSOLE]);
  else await buildByNode();
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  try {
    await build();
  } catch (error) {
    console.error(`build: ${error.message}`);
    process.exitCode = 1;
  }
}
