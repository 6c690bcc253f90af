// lint.js -- check the coding rules; prints each violation, and exits non-zero if there is one.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { floorProblems } from './floors.js';

const LINE_MAX = 100;
const FUNCTION_MAX = 60;

// Functions of C that are not used here: they check no bounds, have hidden state, or use memory
// outside the arenas.
const BANNED = new RegExp(`\\b(${[
  'strcpy', 'strncpy', 'strcat', 'strncat', 'sprintf', 'vsprintf', 'snprintf', 'gets', 'fgets',
  'scanf', 'sscanf', 'strtok', 'strlen', 'strdup', 'atoi', 'atol', 'atof', 'strtol', 'strtoul',
  'strtod', 'printf', 'fprintf', 'puts', 'malloc', 'calloc', 'realloc', 'free', 'alloca', 'setjmp',
  'longjmp', 'rand', 'srand', 'time', 'getenv', 'exit', 'abort', 'assert', 'goto',
].join('|')})\\b(?=\\s*\\()`);
const ALLOWED = { 'wasm/base/pool.c': ['malloc', 'free'] };

const problems = [];
const report = (file, line, what) => problems.push(`${file}:${line}: ${what}`);

const list = (folder, pattern) => readdirSync(folder, { recursive: true })
  .map((name) => `${folder}/${name}`)
  .filter((file) => pattern.test(file));
const c = list('wasm', /\.[ch]$/);
const testsInC = list('tests', /\.[ch]$/);
const js = [...list('shim', /\.js$/), ...list('scripts', /\.js$/), ...list('tests', /\.js$/)];
const texts = new Map([...c, ...testsInC, ...js, 'Makefile', 'wrangler.toml']
  .map((file) => [file, readFileSync(file, 'utf8')]));

// Replace comments and strings by spaces, so that only code is left, on the same lines.
const codeOf = (text) => text.replace(
  /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
  (match) => match.replace(/[^\n]/g, ' '),
);

function checkLines(file) {
  texts.get(file).split('\n').forEach((line, i) => {
    if (/[ \t\r]$/.test(line)) report(file, i + 1, 'white space at the end of the line');
    if (file.endsWith('.js') && line.length > LINE_MAX) report(file, i + 1, 'the line is too long');
  });
}

function checkHeader(file) {
  const name = basename(file);
  const [first] = texts.get(file).replace(/^#!.*\n/, '').split('\n', 1);
  if (!first.includes(` ${name} -- `)) report(file, 1, `does not begin with "${name} -- "`);
}

function checkBanned(file) {
  codeOf(texts.get(file)).split('\n').forEach((line, i) => {
    const word = line.match(BANNED)?.[1];
    if (word && !ALLOWED[file]?.includes(word)) report(file, i + 1, `${word}() is not used here`);
  });
}

// This relies on where clang-format puts the braces of a function.
function checkFunctions(file) {
  let start = 0;
  codeOf(texts.get(file)).split('\n').forEach((line, i) => {
    if (/^[a-z].*\) \{\s*$/.test(line) || /^    .*\) \{\s*$/.test(line) && !start) start = i + 1;
    if (/^\}/.test(line)) {
      const n = i + 1 - start;
      if (start && n > FUNCTION_MAX) report(file, start, `a function of ${n} lines`);
      start = 0;
    }
  });
}

// clang-format's output changes a little with its version, so only version 14 is used.
function checkFormat(files) {
  const names = ['clang-format-14', 'clang-format'];
  const ours = names.find((name) => {
    const { stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
    return stdout?.includes('version 14.');
  });
  if (ours) runTool(ours, ['--dry-run', '-Werror', ...files]);
  else console.log('lint: clang-format 14 is not here, so the format of C is not checked');
}

// actionlint would call other tools if they are installed; they are off, so that the result is the
// same on all machines.
function checkWorkflows() {
  const actionlint = 'build/actionlint/actionlint';
  if (existsSync(actionlint)) runTool(actionlint, ['-no-color', '-shellcheck=', '-pyflakes=']);
  else console.log('lint: actionlint is not here, so the workflows are not checked');
}

// A tool prints its findings itself.
function runTool(program, args) {
  try {
    execFileSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (error) {
    report(program, 0, error.code ?? `exit status ${error.status}`);
  }
}

for (const file of texts.keys()) checkLines(file);
const headers = c.filter((name) => name.endsWith('.h'));
for (const file of [...headers, ...testsInC, ...js]) checkHeader(file);
for (const file of c) checkBanned(file);
for (const file of [...c, ...testsInC]) checkFunctions(file);
for (const [file, line, what] of floorProblems(new Map(c.map((file) => [file, texts.get(file)])))) {
  report(file, line, what);
}
checkFormat([...c, ...testsInC]);
checkWorkflows();
for (const file of js) runTool('node', ['--check', file]);

for (const problem of problems) console.error(problem);
console.log(`lint: ${texts.size} files, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
