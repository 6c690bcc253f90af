// yowasp.js -- compile C to WebAssembly with Node alone: clang and its linker are WebAssembly too.
//
//   node scripts/yowasp.js OUT.wasm FILE.c...
//
// They come from the npm package @yowasp/clang. An object is compiled again when its source, a
// header or a flag has changed. The objects are in build/yowasp/objects; a hash of these inputs is
// part of their names.
import { createHash } from 'node:crypto';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync,
} from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'node_modules/@yowasp/clang';
const OBJECTS = 'build/yowasp/objects';
const LIBRARIES = '/usr/lib/wasm32-wasip1'; // in the package's own files
const MEMORY = 700e6; // of a process that compiles
const PROCESSES_MAX = 4;
const SHARE = '--share'; // what a process that compiles is started with
const here = fileURLToPath(import.meta.url);

// ---- the flags ----

// The variables of toolchain.mk, each a list of words.
export function readFlags() {
  const flags = {};
  const text = readFileSync('scripts/toolchain.mk', 'utf8').replaceAll('\\\n', ' ');
  for (const [, name, value] of text.matchAll(/^(\w+) *[:?]= *(.*)$/gm)) {
    const words = value.replace(/\$\((\w+)\)/g, (_, other) => flags[other].join(' '));
    flags[name] = words.split(/\s+/).filter((word) => word !== '');
  }
  return flags;
}

const compileFlags = ({ C_FLAGS, WASM_FLAGS, PASS_PARTS }) => (
  ['--target=wasm32-wasip1', '-flto', ...PASS_PARTS, ...WASM_FLAGS, ...C_FLAGS]
);

// ---- files in the package's form: folders are objects ----

export const filesIn = (folder, pattern) => (existsSync(folder)
  ? readdirSync(folder, { recursive: true }) : [])
  .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
  .filter((file) => pattern.test(file))
  .sort();

function put(tree, path, content) {
  const folders = path.split('/');
  const name = folders.pop();
  let at = tree;
  for (const folder of folders) at = at[folder] ??= {};
  at[name] = content;
}

function treeOf(paths) {
  const tree = {};
  for (const path of paths) put(tree, path, readFileSync(path, 'utf8'));
  return tree;
}

const headers = () => filesIn('wasm', /\.(h|def)$/);

// ---- compiling ----

// The package's commands, loaded without output on the terminal.
async function loadClang() {
  const { commands } = await import('@yowasp/clang');
  await commands.clang(null, {}, { fetchProgress() {} });
  return commands;
}

// A test's module defines its exports without a header; hot files are optimized for speed.
function moreFlags(source) {
  const { HOT, HOT_FLAGS } = readFlags();
  if (source.startsWith('tests/')) return ['-Wno-missing-prototypes'];
  return HOT.some((name) => source === `wasm/${name}.c`) ? HOT_FLAGS : [];
}

// Compile |jobs|, each { source, object }, one after the other.
async function compile(jobs, flags) {
  const { clang } = await loadClang();
  const tree = treeOf([...headers(), ...jobs.map(({ source }) => source)]);
  for (const { source, object } of jobs) {
    const args = [...flags, ...moreFlags(source), '-c', source, '-o', 'out.o'];
    const made = await clang(args, tree);
    writeFileSync(object, made['out.o']);
  }
}

// In a process of its own: with clang in several threads of one, V8 was seen to crash.
const inProcess = (jobs, flags) => new Promise((done, failed) => {
  const child = fork(here, [SHARE]);
  child.once('message', (failure) => (failure ? failed(new Error(failure)) : done()));
  child.once('error', failed);
  child.once('exit', (status) => failed(new Error(`a compiling process ended with ${status}`)));
  child.send({ jobs, flags });
});

// Distribute |jobs| over as many processes as processors and memory allow.
async function compileAll(jobs, flags) {
  const room = Math.floor(freemem() / MEMORY);
  const n = Math.max(1, Math.min(availableParallelism(), PROCESSES_MAX, room, jobs.length));
  const shares = Array.from({ length: n }, (_, i) => jobs.filter((_job, j) => j % n === i));
  await Promise.all(shares.map((share) => inProcess(share, flags)));
}

function objectName(source, flags, rest) {
  const hash = createHash('sha256').update(flags.join(' ')).update(rest)
    .update(readFileSync(source)).digest('hex').slice(0, 24);
  return `${OBJECTS}/${basename(source, '.c')}-${hash}.o`;
}

// The objects of |sources|; missing ones are compiled.
async function objectsOf(sources, flags) {
  mkdirSync(OBJECTS, { recursive: true });
  const common = createHash('sha256');
  for (const file of [`${PACKAGE}/package.json`, ...headers()]) common.update(readFileSync(file));
  const digest = common.digest();
  const jobs = sources.map((source) => (
    { source, object: objectName(source, [...flags, ...moreFlags(source)], digest) }));
  const missing = jobs.filter(({ object }) => !existsSync(object));
  if (missing.length > 0) {
    console.log(`compiling ${missing.length} files with @yowasp/clang ...`);
    await compileAll(missing, flags);
  }
  return jobs.map(({ object }) => object);
}

// ---- linking ----

async function link(objects, flags, out) {
  const { 'wasm-ld': ld } = await loadClang();
  const tree = Object.fromEntries(objects.map((file, i) => [`${i}.o`, readFileSync(file)]));
  const args = [...flags, ...Object.keys(tree), `-L${LIBRARIES}`, '-lc', '-o', 'out.wasm'];
  const made = await ld(args, tree);
  writeFileSync(out, made['out.wasm']);
}

// --converge would take twice as long, and save less than a thousandth.
async function optimize(from, to, flags) {
  const some = flags.filter((flag) => flag !== '--converge');
  const child = spawn(process.execPath,
    ['node_modules/binaryen/bin/wasm-opt', ...some, from, '-o', to], { stdio: 'inherit' });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`wasm-opt of ${from} failed`);
}

function refuseImports(file) {
  const [first] = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(file)));
  if (first) throw new Error(`${file} imports ${first.module}.${first.name}`);
}

// Compile |sources|, so that several modules can be linked from them in parallel.
export const compileSources = (sources) => objectsOf(sources, compileFlags(readFlags()));

// Make |out|, a module without imports, from the C files |sources|. A |quick| one is larger but
// works the same: optimizing for size takes as long as everything else.
export async function makeModule(out, sources, quick = false) {
  if (!existsSync(PACKAGE)) throw new Error('@yowasp/clang is not here: run `npm install`');
  const flags = readFlags();
  const objects = await objectsOf(sources, compileFlags(flags));
  mkdirSync(dirname(out), { recursive: true });
  const linked = join(dirname(out), `${basename(out, '.wasm')}-linked.wasm`);
  await link(objects, flags.LINK_FLAGS, linked);
  if (quick) copyFileSync(linked, out);
  else await optimize(linked, out, flags.WASM_OPT_FLAGS);
  refuseImports(out);
}

async function compileShare({ jobs, flags }) {
  const failure = await compile(jobs, flags).then(() => null, String);
  process.send(failure, () => process.exit());
}

async function main([out, ...sources]) {
  try {
    await makeModule(out, sources);
  } catch (error) {
    console.error(`yowasp: ${error.message}`);
    process.exitCode = 1;
  }
}

if (resolve(process.argv[1] ?? '') === here) {
  if (process.argv[2] === SHARE) process.once('message', compileShare);
  else await main(process.argv.slice(2));
}
