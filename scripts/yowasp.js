// yowasp.js -- compile C to WebAssembly with Node alone: clang and its linker are WebAssembly too.
//
//   node scripts/yowasp.js OUT.wasm FILE.c...
//
// They come from the npm package @yowasp/clang. An object is compiled again when its source, a
// header or a flag has changed. The objects are in build/yowasp/objects; a hash of these inputs is
// part of their names.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'node_modules/@yowasp/clang';
const OBJECTS = 'build/yowasp/objects';
const LIBRARIES = '/usr/lib/wasm32-wasip1'; // in the package's own files

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

// Compile |sources| with the same flags, in one call: clang is WebAssembly too, and to optimize it,
// which the engine does while it runs, takes longer than all files. A number as a name keeps the
// objects apart: files in two folders may have one name.
async function compile(sources, flags) {
  const { clang } = await loadClang();
  const tree = treeOf(headers());
  sources.forEach((source, i) => {
    put(tree, `${i}.c`, `#line 1 "${source}"\n${readFileSync(source, 'utf8')}`);
  });
  const made = await clang([...flags, '-c', ...sources.map((_, i) => `${i}.c`)], tree);
  return sources.map((_, i) => made[`${i}.o`]);
}

// Compile |jobs|, each { source, object }; those with the same flags together.
async function compileAll(jobs, flags) {
  const groups = {};
  for (const job of jobs) (groups[moreFlags(job.source)] ??= []).push(job);
  for (const group of Object.values(groups)) {
    const sources = group.map(({ source }) => source);
    const objects = await compile(sources, [...flags, ...moreFlags(sources[0])]);
    group.forEach(({ object }, i) => writeFileSync(object, objects[i]));
  }
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
  await link(objects, [...flags.LINK_FLAGS, ...flags.INLINE_FLAGS], linked);
  if (quick) copyFileSync(linked, out);
  else await optimize(linked, out, flags.WASM_OPT_FLAGS);
  refuseImports(out);
}

async function main([out, ...sources]) {
  try {
    await makeModule(out, sources);
  } catch (error) {
    console.error(`yowasp: ${error.message}`);
    process.exitCode = 1;
  }
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}
