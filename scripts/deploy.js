// deploy.js -- `make deploy [DRY_RUN=1] [SKIP_TESTS=1]`: check, test, bundle, upload, ask /health.
//
//   ROUTES_CONFIG          the routes as JSON; empty: the file that ROUTES names, or the example
//   CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID   as wrangler takes them; else `wrangler login`
//   GATEWAY_URL            where the Worker answers, if not at the address that wrangler tells
//
// ROUTES_CONFIG is anybody's text: it goes from the environment into a file, and never through a
// shell, a command line or make.
import { spawnSync } from 'node:child_process';
import { Buffer } from 'node:buffer';
import {
  appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  annotation, checkRoutes, hasErrors, loadGateway, lostBytes, plainLine, reportOf,
} from './check-routes.js';

const EXAMPLE = 'scripts/routes.example.json';
const GIVEN = 'build/ROUTES_CONFIG';
const OUTPUT = 'build/deploy.ndjson'; // where wrangler tells what it has done
const PATIENCE = 90_000; // ms until a new address answers
const PAUSE = 3_000;
const DASHBOARD = 'Workers & Pages > ai-worker-proxy > Settings > Variables and Secrets';

const github = process.env.GITHUB_ACTIONS === 'true';
const isSet = (name) => !['', '0', undefined].includes(process.env[name]);

class Failure extends Error {}

// Building and testing need neither the routes nor Cloudflare's token; a make below make would
// take this one's flags for its own.
function environment({ withToken = false } = {}) {
  const env = { ...process.env, WRANGLER_OUTPUT_FILE_PATH: OUTPUT };
  const foreign = ['ROUTES_CONFIG', 'ROUTES', 'MAKEFLAGS', 'MFLAGS', 'MAKELEVEL'];
  for (const name of foreign) delete env[name];
  if (!withToken) delete env.CLOUDFLARE_API_TOKEN;
  return env;
}

function run(program, args, how) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env: environment(how) });
  if (error) throw new Failure(error.message);
  if (status !== 0) throw new Failure(`\`${program} ${args.join(' ')}\` failed`);
}

const make = (...args) => run('make', [`-j${availableParallelism()}`, ...args]);

function note(level, title, message) {
  console.log(github ? annotation(level, { title }, message) : `${level}: ${message}`);
}

// The text below a run, where there is one.
export function summarize(text, file = process.env.GITHUB_STEP_SUMMARY) {
  if (file) appendFileSync(file, `${text}\n`);
}

const asMarkdown = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

// The file with the routes to be deployed.
function takeRoutes() {
  const { ROUTES_CONFIG: given = '', ROUTES } = process.env;
  if (given.replace('\ufeff', '').trim() === '') {
    const file = ROUTES || EXAMPLE;
    note('notice', 'ROUTES_CONFIG', `ROUTES_CONFIG is empty: the routes are those of ${file}.`);
    return file;
  }
  mkdirSync('build', { recursive: true });
  writeFileSync(GIVEN, given);
  return GIVEN;
}

function check(file) {
  const bytes = Buffer.from(readFileSync(file));
  const lost = file === GIVEN ? lostBytes(bytes.toString('utf8')) : [];
  const problems = [...lost, ...checkRoutes(loadGateway(), bytes)];
  const name = file === GIVEN ? 'ROUTES_CONFIG' : file;
  console.log(reportOf(name, problems));
  if (!hasErrors(problems)) return;
  const lines = problems.map((problem) => `- ${asMarkdown(plainLine(name, problem))}`);
  summarize(`## Not deployed: ROUTES_CONFIG has mistakes\n\n${lines.join('\n')}`);
  throw new Failure(`${name} has mistakes`);
}

// What is uploaded holds exactly these bytes, or nothing is uploaded.
function verify(file) {
  const [name] = readdirSync('build/worker').filter((one) => one.endsWith('-routes.json'));
  if (!name || !readFileSync(`build/worker/${name}`).equals(readFileSync(file))) {
    throw new Failure('the bundle does not hold the routes as they were given');
  }
}

function upload() {
  rmSync(OUTPUT, { force: true });
  run('wrangler', ['deploy'], { withToken: true });
  const lines = readFileSync(OUTPUT, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const targets = lines.find(({ type }) => type === 'deploy')?.targets ?? [];
  return process.env.GATEWAY_URL || targets.find((target) => target.startsWith('https://'));
}

// ---- the deployed gateway ----

async function askOnce(url) {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(10_000) });
  const health = await answer.json();
  return health.service === 'ai-worker-proxy' ? health : null;
}

// What /health says, or null when it says nothing for |patience| ms. A new address needs a while
// until it is known everywhere, and a new version a moment until it answers there.
export async function askHealth(url, { patience = PATIENCE, pause = PAUSE } = {}) {
  const end = Date.now() + patience;
  for (;;) {
    await sleep(pause);
    const health = await askOnce(url).catch(() => null);
    if (health || Date.now() + pause > end) return health;
  }
}

function tellSilence(url) {
  const message = `Deployed, but ${url}/health does not answer yet. A new workers.dev address can `
    + 'take some minutes: open it in a browser, or run this again.';
  note('warning', 'No answer yet', message);
  summarize(`## Deployed to ${url}\n\n${message}`);
}

function tellHealth(url, { problems = [] }) {
  for (const { level, path, message } of problems) {
    note(level === 'error' ? 'warning' : 'notice', 'ai-worker-proxy', `${path}: ${message}`);
  }
  const list = problems.map(({ level, path, message }) =>
    `- **${level}** \`${path.replaceAll('`', "'")}\`: ${asMarkdown(message)}`);
  const todo = problems.length
    ? `/health says:\n\n${list.join('\n')}\n\nSecrets are added in the Cloudflare dashboard under `
      + `${DASHBOARD}; nothing needs to be deployed again after that.`
    : '/health has nothing to complain of.';
  summarize(`## Deployed to ${url}\n\nBase URL for clients: \`${url}/v1\`\n\n${todo}`);
  console.log(problems.length ? `/health names ${problems.length} to mend.` : '/health is good.');
}

export async function tell(url, how) {
  const health = await askHealth(url, how);
  if (health) tellHealth(url, health);
  else tellSilence(url);
}

// ---- the command ----

async function main() {
  const file = takeRoutes();
  check(file);
  if (!isSet('SKIP_TESTS')) make('test');
  make('bundle', `ROUTES=${file}`);
  verify(file);
  if (isSet('DRY_RUN')) {
    console.log('DRY_RUN: build/worker is ready, and nothing was uploaded.');
    return;
  }
  const url = upload();
  if (url) await tell(url.replace(/\/+$/, ''));
  else note('warning', 'No address', 'Deployed, but wrangler tells no address of the Worker.');
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    note('error', 'Not deployed', `deploy: ${error.message}`);
    process.exitCode = 1;
  }
}
