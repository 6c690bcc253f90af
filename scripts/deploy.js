// deploy.js -- `make deploy [DRY_RUN=1] [SKIP_TESTS=1]`: check, bundle, try, upload, call /health.
//
//   ROUTES_CONFIG          the routes as JSON; empty: the file that ROUTES names, or the example
//   GITHUB_SECRETS         a JSON object; the secrets that the routes name are uploaded
//   REPOSITORY_PRIVATE     "true" if only its members can read the log of a workflow
//   CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID   as wrangler takes them; else `wrangler login`
//   GATEWAY_URL            the Worker's address, if it is not the one that wrangler prints
//
// ROUTES_CONFIG can contain any text: it is copied from the environment into a file, and never
// passes through a shell, a command line or make.
import { spawnSync } from 'node:child_process';
import { Buffer } from 'node:buffer';
import {
  appendFileSync, copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from './build.js';
import {
  annotation, checkRoutes, hasErrors, loadGateway, lostBytes, plainLine, reportOf,
} from './check-routes.js';
import { TOKEN_NAME, makeToken, missesToken, secretsFor } from './secrets.js';

const EXAMPLE = 'scripts/routes.example.json';
const ROUTES_FILE = 'build/routes.json'; // what the Worker imports
const BUNDLE = 'build/worker';
const GIVEN = 'build/ROUTES_CONFIG';
const SECRETS = 'build/secrets.json';
const OUTPUT = 'build/deploy.ndjson'; // where wrangler writes what it has done
const PATIENCE = 90_000; // ms until a new address answers
const PAUSE = 3_000;
const HOW_TO_SET_TOKEN = `The gateway answers nobody until the secret \`${TOKEN_NAME}\` is set: `
  + 'long and random, such as `openssl rand -hex 32` prints. Add it in this repository (Settings > '
  + 'Secrets and variables > Actions) and run the workflow again, or in the Cloudflare dashboard.';
const DASHBOARD = 'Workers & Pages > ai-worker-proxy > Settings > Variables and Secrets';

const github = process.env.GITHUB_ACTIONS === 'true';
const isSet = (name) => !['', '0', undefined].includes(process.env[name]);

class Failure extends Error {}

// The environment of programs that are called. Bundling needs neither the routes nor a secret, and
// uploading needs only Cloudflare's token. The flags of an outer make must not reach an inner one.
function environment({ withToken = false } = {}) {
  const env = { ...process.env, WRANGLER_OUTPUT_FILE_PATH: OUTPUT };
  const foreign = ['ROUTES_CONFIG', 'ROUTES', 'GITHUB_SECRETS', 'MAKEFLAGS', 'MFLAGS', 'MAKELEVEL'];
  for (const name of foreign) delete env[name];
  if (!withToken) delete env.CLOUDFLARE_API_TOKEN;
  return env;
}

// On Windows npm's programs are shell scripts; no argument here needs quotes.
function wrangler(args, how) {
  const { status, error } = spawnSync('wrangler', args, {
    stdio: 'inherit', env: environment(how), shell: process.platform === 'win32',
  });
  if (error) throw new Failure(error.message);
  if (status !== 0) throw new Failure(`\`wrangler ${args.join(' ')}\` failed`);
}

function note(level, title, message) {
  console.log(github ? annotation(level, { title }, message) : `${level}: ${message}`);
}

// Add |text| to the summary of the workflow run, if there is one.
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

function bundle(file) {
  if (resolve(file) !== resolve(ROUTES_FILE)) copyFileSync(file, ROUTES_FILE);
  rmSync(BUNDLE, { recursive: true, force: true });
  wrangler(['deploy', '--dry-run', '--outdir', BUNDLE]);
}

// Make sure that the bundle contains exactly these bytes; otherwise nothing is uploaded.
function verify(file) {
  const [name] = readdirSync(BUNDLE).filter((one) => one.endsWith('-routes.json'));
  if (!name || !readFileSync(`${BUNDLE}/${name}`).equals(readFileSync(file))) {
    throw new Failure('the bundle does not hold the routes as they were given');
  }
}

// The secrets are passed in a file, so that they are on no command line.
function upload(secrets) {
  rmSync(OUTPUT, { force: true });
  const names = Object.keys(secrets);
  try {
    if (names.length > 0) writeFileSync(SECRETS, JSON.stringify(secrets), { mode: 0o600 });
    const file = names.length > 0 ? ['--secrets-file', SECRETS] : [];
    wrangler(['deploy', ...file], { withToken: true });
  } finally {
    rmSync(SECRETS, { force: true });
  }
  if (names.length > 0) console.log(`secrets uploaded: ${names.join(', ')}`);
  const lines = readFileSync(OUTPUT, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const targets = lines.find(({ type }) => type === 'deploy')?.targets ?? [];
  return process.env.GATEWAY_URL || targets.find((target) => target.startsWith('https://'));
}

// ---- the token that clients send ----

// If no token is set, the run of a private repository makes one and shows it; that of a public one
// explains how to set it.
async function takeToken(secrets) {
  if (!github || !await missesToken(secrets)) return null;
  if (process.env.REPOSITORY_PRIVATE !== 'true') return { text: HOW_TO_SET_TOKEN };
  const token = makeToken();
  return {
    token,
    text: `The API key for your clients, made for you and shown here alone: \`${token}\`\n\n`
      + `It is the Worker's secret \`${TOKEN_NAME}\`. Keep it where you keep passwords, and remove `
      + 'this run when you have it.',
  };
}

// ---- the deployed gateway ----

async function askOnce(url) {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(10_000) });
  const health = await answer.json();
  return health.service === 'ai-worker-proxy' ? health : null;
}

// The reply of /health, or null if there is none for |patience| ms. A new address takes a while to
// be known everywhere, and a new version a moment to be active.
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

// Try the bundle with a plain and a streamed request before it is uploaded.
async function tryBundle() {
  const { smoke } = await import('./smoke.js');
  try {
    console.log(await smoke());
  } catch (error) {
    throw new Failure(`the bundle does not work in workerd: ${error.message}`);
  }
}

async function main() {
  const file = takeRoutes();
  delete process.env.ROUTES_CONFIG; // build() would write it without a check
  await build();
  check(file);
  bundle(file);
  verify(file);
  if (!isSet('SKIP_TESTS')) await tryBundle();
  if (isSet('DRY_RUN')) {
    console.log('DRY_RUN: build/worker is ready, and nothing was uploaded.');
    return;
  }
  const secrets = secretsFor(readFileSync(file, 'utf8'), process.env.GITHUB_SECRETS);
  const own = await takeToken(secrets);
  const url = upload(own?.token ? { ...secrets, [TOKEN_NAME]: own.token } : secrets);
  if (own) summarize(`## ${TOKEN_NAME}\n\n${own.text}`);
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
