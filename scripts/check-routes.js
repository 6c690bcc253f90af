// check-routes.js -- report the problems of a ROUTES_CONFIG, by the gateway's own code.
//
//   node scripts/check-routes.js [--json] FILE
//
// Prints a line for each problem, "file:line:column: error|warning: path: message"; with --json, an
// array; in GitHub Actions, annotations. Exits with 1 if there is an error, with 2 if the file
// could not be read. A problem without a position gets that of the beginning of the file.
import { Buffer, isUtf8 } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CONFIG_CHECK, CONFIG_ROUTES, CONFIG_VARIABLE } from '../shim/abi.js';
import { Core } from '../shim/core.js';

const fault = (message, line = 0, column = 0) => ({
  level: 'error', path: '$', line, column, message,
});

// Only the Worker knows which secrets exist. Here every word that could be a secret's name counts
// as an existing secret, so that none is reported as missing.
function settingsFor(text) {
  const literals = Array.from(text.matchAll(/"(?:\w|\\u[\da-f]{4}){1,999}"/gi), String);
  const names = new Set(['PROXY_AUTH_TOKEN', ...literals.map((literal) => JSON.parse(literal))]);
  const secrets = [...names].map((name) => [CONFIG_VARIABLE, `${name}\n1`]);
  return [[CONFIG_ROUTES, text], [CONFIG_CHECK, ''], ...secrets];
}

// A problem at the position after the bytes |before|; columns are counted as editors do.
function faultAfter(before, message) {
  const lines = before.toString('utf8').split('\n');
  return fault(message, lines.length, lines.at(-1).length + 1);
}

// The first invalid UTF-8 in |bytes|. C cannot find it: what JavaScript passes on is always valid.
function firstOdd(bytes) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let at = 0;
  try {
    for (; at < bytes.length; at += 1) decoder.decode(bytes.subarray(at, at + 1), { stream: true });
  } catch {
    // |at| is where it is
  }
  return faultAfter(bytes.subarray(0, at), 'ROUTES_CONFIG is not UTF-8 here.');
}

// Invalid UTF-8 in the environment has become U+FFFD in |text|, which would be deployed changed.
// The problem with its position, or nothing.
export function lostBytes(text) {
  const at = text.indexOf('\ufffd');
  if (at < 0) return [];
  const message = 'ROUTES_CONFIG has bytes here that are not UTF-8, or U+FFFD in place of them.';
  return [faultAfter(Buffer.from(text.slice(0, at)), message)];
}

// The problems of |bytes|, as reported by |module|, which is gateway.wasm.
export function checkRoutes(module, bytes) {
  if (!isUtf8(bytes)) return [firstOdd(bytes)];
  const text = bytes.toString('utf8');
  let problems = [];
  const take = (line) => { ({ problems } = JSON.parse(line)); };
  const core = new Core(module, settingsFor(text), take);
  if (!core.open()) return [fault('ROUTES_CONFIG is larger than the gateway can hold.')];
  return problems;
}

export const hasErrors = (problems) => problems.some(({ level }) => level === 'error');

// ---- output ----

const escapeData = (text) => text
  .replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text) => escapeData(String(text))
  .replaceAll(':', '%3A').replaceAll(',', '%2C');

// A workflow command: GitHub shows it above the run, and its message in the log.
export function annotation(level, properties, message) {
  const pairs = Object.entries(properties);
  const list = pairs.map(([name, value]) => `${name}=${escapeProperty(value)}`).join(',');
  return `::${level} ${list}::${escapeData(message)}`;
}

const placeOf = ({ line, column }) => [Math.max(line, 1), Math.max(column, 1)];

// Control characters are escaped, so that they cannot move a terminal's cursor.
const printable = (text) => text.replace(
  /[\0-\x1f\x7f-\x9f]/g,
  (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
);

export function plainLine(file, problem) {
  const { level, path, message } = problem;
  return printable(`${[file, ...placeOf(problem)].join(':')}: ${level}: ${path}: ${message}`);
}

export function githubLine(file, problem) {
  const { level, path, message } = problem;
  const [line, col] = placeOf(problem);
  const title = `${file}, line ${line}, column ${col}`;
  const text = `${file}:${line}:${col}: ${path}: ${message}`;
  return annotation(level, { file, line, col, title }, text);
}

const count = (n, word) => `${n} ${word}${n === 1 ? '' : 's'}`;

function summary(problems) {
  const errors = problems.filter(({ level }) => level === 'error').length;
  if (problems.length === 0) return 'good';
  const warnings = count(problems.length - errors, 'warning');
  return errors ? `${count(errors, 'error')} to mend, ${warnings}` : `good, ${warnings}`;
}

// All problems as one text, for a terminal or for GitHub.
export function reportOf(file, problems, github = process.env.GITHUB_ACTIONS === 'true') {
  const lineOf = github ? githubLine : plainLine;
  const lines = problems.map((problem) => lineOf(file, problem));
  return [...lines, `${printable(file)}: ${summary(problems)}`].join('\n');
}

// ---- the command ----

const MODULE = 'build/gateway.wasm';

export function loadGateway() {
  if (!existsSync(MODULE)) throw new Error(`${MODULE} is missing: npm run build makes it`);
  return new WebAssembly.Module(readFileSync(MODULE));
}

function main() {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (positionals.length !== 1) throw new Error('one file: make check-routes FILE=routes.json');
  const [file] = positionals;
  const problems = checkRoutes(loadGateway(), Buffer.from(readFileSync(file)));
  console.log(values.json ? JSON.stringify(problems, null, 2) : reportOf(file, problems));
  return hasErrors(problems) ? 1 : 0;
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main();
  } catch (error) {
    console.error(`check-routes: ${error.message}`);
    process.exitCode = 2;
  }
}
