// deploy.test.js -- any ROUTES_CONFIG arrives in the bundle as it is, or is refused with its place.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  annotation, checkRoutes, githubLine, hasErrors, plainLine, reportOf,
} from '../../scripts/check-routes.js';
import { askHealth } from '../../scripts/deploy.js';
import { keyNames, secretsFor } from '../../scripts/secrets.js';

const root = new URL('../../', import.meta.url).pathname;
const read = (name) => readFile(join(root, name), 'utf8');

// ---- shops: copies of this repository as it is built, so that make has nothing to compile and
// nothing that other tests use is overwritten. wrangler takes seconds, and of the routes it makes
// a copy under another name: in most shops there is one that does no more.

const COPYING_WRANGLER = `#!/bin/sh
set -e
mkdir -p build/worker
cp build/routes.json build/worker/0-routes.json
: >build/worker/worker.js
`;

const LEFT_OUT = ['.git', '.wrangler', '.dev.vars', 'node_modules', 'tests', 'build/native',
  'build/fuzz', 'build/worker', 'build/readme', 'build/bench'].map((name) => join(root, name));

async function openShop() {
  const shop = await mkdtemp(join(tmpdir(), 'deploy-'));
  const filter = (name) => !LEFT_OUT.includes(name);
  await cp(root, shop, { recursive: true, preserveTimestamps: true, filter });
  await mkdir(join(shop, 'node_modules/.bin'), { recursive: true });
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name === '.bin') continue;
    await symlink(join(root, 'node_modules', name), join(shop, 'node_modules', name));
  }
  return shop;
}

const useWrangler = async (shop, script) => {
  const file = join(shop, 'node_modules/.bin/wrangler');
  await rm(file, { force: true });
  if (script) await writeFile(file, script, { mode: 0o755 });
  else await symlink(join(root, 'node_modules/.bin/wrangler'), file);
};

const idle = [];

async function withShop(work, { wrangler = COPYING_WRANGLER } = {}) {
  const shop = idle.pop() ?? await openShop();
  try {
    await rm(join(shop, 'build/worker'), { recursive: true, force: true });
    await useWrangler(shop, wrangler);
    return await work(shop);
  } finally {
    idle.push(shop);
  }
}

after(() => Promise.all(idle.map((shop) => rm(shop, { recursive: true, force: true }))));

// What runs the tests, make or GitHub, has set variables that are not meant for what they start.
const { PATH, HOME } = process.env;
const run = (cwd, program, args, env = {}) => new Promise((resolve) => {
  const how = { cwd, env: { PATH, HOME, ...env }, maxBuffer: 1 << 26 };
  execFile(program, args, how, (error, stdout, stderr) => {
    resolve({ status: error ? error.code ?? 1 : 0, output: stdout + stderr, stdout });
  });
});

const deploy = (shop, env) => run(shop, 'make', ['deploy'], { SKIP_TESTS: '1', ...env });

async function bundledRoutes(shop) {
  const names = await readdir(join(shop, 'build/worker'));
  return readFile(join(shop, 'build/worker', names.find((name) => name.endsWith('routes.json'))));
}

// ---- hostile values ----

const providers = '[{"provider": "openai", "model": "gpt-4.1", "apiKeys": ["OPENAI_KEY_1"]}]';
const routes = (description, name = 'evil') =>
  `{${JSON.stringify(name)}: {"description": ${JSON.stringify(description)}, `
  + `"providers": ${providers}}}`;
const lines = `{\n  "a": {\n    "providers": ${providers}\n  }\n}\n`;
const padding = (n) => routes('x'.repeat(n - routes('').length));
const LEAKED = 'sk-proj-4f9A1b2C3d4E5f6G7h8J9k0L';

const INTACT = {
  'single quotes, as in \'\'\'': routes("'''\n'''; echo '"),
  'double quotes and backslashes': routes('"\\" \\\\ \\n \\u0041 \\'),
  'the end of a here-document': routes('EOF\nEOF\n', 'EOF'),
  'an expression of GitHub\'s': routes('${{ secrets.PROXY_AUTH_TOKEN }} ${{', '${{ github }}'),
  'commands of a shell': routes('$(touch pwned) `touch pwned`; touch pwned | touch pwned > pwned'),
  'functions of make': routes('$(shell touch pwned) $$ $@ $(error x) ${MAKE} #\\\n\ttouch pwned'),
  'variables': routes('$HOME ${HOME} %PATH% $PATH !! ~ * ?', '$HOME'),
  'a template of JavaScript': routes('${process.exit(3)} `${1}` */ // </script><!--'),
  'workflow commands': routes('x\n::error::no\n::stop-commands::x\n##[error]no %0A'),
  'Chinese, emoji, right to left': routes('智谱与 OpenAI：主力 👩‍👩‍👧 ‏עברית‏ é', '智谱-主力'),
  'line separators of Unicode': routes('a\u2028b\u2029c\u0085d\u00a0e'),
  'CRLF': lines.replaceAll('\n', '\r\n'),
  'CR alone': lines.replaceAll('\n', '\r'),
  'a byte order mark': `\ufeff${lines}`,
  'white space around': `\n\n \t ${lines}\n\n\t \n`,
  '48 kB': padding(48 * 1024),
  'controls, escaped': routes('\0\u0001\u001b[31m\u007f\ufeff'),
  'nesting as deep as it may be': routes('').replace('{"desc', `{"metadata": {"a": ${'['.repeat(124)
    + ']'.repeat(124)}}, "desc`),
  'names of JavaScript\'s own': routes('', '__proto__').replace('}}', '}, "constructor": '
    + `{"providers": ${providers}}}`),
  'the older forms': `{"a": ${providers.replace('apiKeys', 'api_keys')}}`,
};

// The place that must be named is behind the mark.
const MARK = '▲';
const REFUSED = {
  'quotes around it all': `▲'${lines}'`,
  'typographic quotes': '{\n  ▲“a”: {}\n}',
  'a comment': '▲# my routes\n{}',
  'a line EOF': '{\n▲EOF\n}',
  'a comma too many': '{\n  "a": {"providers": []},\n▲}',
  'the end missing': '{\n  "a": {▲',
  'something after it': `${lines}▲}`,
  'an array': '▲[]',
  'a raw line break in a string': '{\n"a▲\nb": {}}',
  'half a surrogate pair': `{"a": {\n"description": "▲\\ud800",\n"providers": ${providers}}}`,
  'an expression that nobody resolved': '\n▲${{ vars.ROUTES_CONFIG }}',
  'nesting too deep': `{"a": {"metadata": {"a": ${'['.repeat(125)}▲${'['.repeat(9)}`,
  'a control character': `{"a▲\u0001": {}}`,
  'a thousand opening brackets': `${'['.repeat(128)}▲${'['.repeat(872)}`,
  'a character in place of lost bytes': `{"▲\ufffd": {}}`,
  'no https': lines.replace('"apiKeys"', '"endpoint": ▲"ftp://x", $&'),
  'an unknown provider': lines.replace('"openai"', '▲"openay"'),
  'a key in place of its name': lines.replace('"OPENAI_KEY_1"', `▲"${LEAKED}"`),
};

function placeIn(marked) {
  const before = marked.slice(0, marked.indexOf(MARK)).split('\n');
  return `${before.length}:${before.at(-1).length + 1}`;
}

describe('ROUTES_CONFIG, hostile', { concurrency: 2 }, () => {
  for (const [name, value] of Object.entries(INTACT)) {
    test(`intact: ${name}`, () => withShop(async (shop) => {
      const { status, output } = await deploy(shop, { ROUTES_CONFIG: value, DRY_RUN: '1' });
      assert.equal(status, 0, output);
      assert.deepEqual(await bundledRoutes(shop), Buffer.from(value));
      assert.ok(!(await readdir(shop)).includes('pwned'));
    }));
  }
  for (const [name, marked] of Object.entries(REFUSED)) {
    test(`refused: ${name}`, () => withShop(async (shop) => {
      const ROUTES_CONFIG = marked.replace(MARK, '');
      const { status, output } = await deploy(shop, { ROUTES_CONFIG, DRY_RUN: '1' });
      assert.notEqual(status, 0, output);
      assert.match(output, new RegExp(`^ROUTES_CONFIG:${placeIn(marked)}: error: `, 'm'));
      assert.ok(!output.includes(LEAKED.slice(3)), 'a key was shown');
    }));
  }
});

test('bytes that are not UTF-8 in the environment do not arrive as something else', () => (
  withShop(async (shop) => {
    const value = lines.replace('"a"', '"智\\377a"').replaceAll('\n', '\\n').replaceAll('%', '%%');
    const { status, output } = await run(shop, 'sh', ['-c',
      'ROUTES_CONFIG=$(printf "$VALUE") DRY_RUN=1 SKIP_TESTS=1 make deploy'], { VALUE: value });
    assert.notEqual(status, 0, output);
    assert.match(output, /^ROUTES_CONFIG:2:5: error: .*not UTF-8/m);
  })));

test('all of them at once, in what the real wrangler bundles', () => withShop(async (shop) => {
  const texts = Object.values(INTACT).join('').slice(0, 8000);
  const value = `\ufeff\r\n\t${routes(texts, '智谱 "\'$(x)')}\n${' \r\n'.repeat(12000)}`;
  const { status, output } = await deploy(shop, { ROUTES_CONFIG: value, DRY_RUN: '1' });
  assert.equal(status, 0, output);
  assert.deepEqual(await bundledRoutes(shop), Buffer.from(value));
}, { wrangler: null }));

test('a bundle with any other bytes in it is not deployed', () => withShop(async (shop) => {
  const { status, output } = await deploy(shop, { ROUTES_CONFIG: lines });
  assert.notEqual(status, 0);
  assert.match(output, /the bundle does not hold the routes as they were given/);
}, { wrangler: `${COPYING_WRANGLER}echo >>build/worker/0-routes.json\n` }));

test('building knows neither the routes nor the token', () => withShop(async (shop) => {
  const CLOUDFLARE_API_TOKEN = 'token-of-cloudflare';
  const { status, output } = await deploy(shop, {
    ROUTES_CONFIG: lines, CLOUDFLARE_API_TOKEN, DRY_RUN: '1',
  });
  assert.equal(status, 0, output);
  const env = await readFile(join(shop, 'build/env'), 'utf8');
  assert.ok(!env.includes(CLOUDFLARE_API_TOKEN) && !env.includes('OPENAI_KEY_1'), env);
}, { wrangler: `${COPYING_WRANGLER}env >build/env\n` }));

test('what nobody has set is the documented example', () => withShop(async (shop) => {
  const example = await readFile(join(root, 'scripts/routes.example.json'));
  for (const empty of [{}, { ROUTES_CONFIG: '' }, { ROUTES_CONFIG: ' \ufeff\n' }]) {
    const { status, output } = await deploy(shop, { ...empty, DRY_RUN: '1' });
    assert.equal(status, 0, output);
    assert.deepEqual(await bundledRoutes(shop), example);
  }
}));

test('another file of routes, and back', () => withShop(async (shop) => {
  await writeFile(join(shop, 'own.json'), lines);
  const own = await deploy(shop, { ROUTES: 'own.json', DRY_RUN: '1' });
  assert.equal(own.status, 0, own.output);
  assert.deepEqual(String(await bundledRoutes(shop)), lines);
  await run(shop, 'make', ['bundle']);
  assert.deepEqual(String(await bundledRoutes(shop)), await read('scripts/routes.example.json'));
}));

// ---- the upload, to a Cloudflare of our own ----

const HEALTH = {
  status: 'ok',
  service: 'ai-worker-proxy',
  problems: [{
    level: 'error', path: '$', line: 0, column: 0, message: 'The secret `OPENAI_KEY_1` is not set.',
  }],
};

function resultFor({ url, method }) {
  const { pathname } = new URL(url, 'http://cloudflare');
  if (pathname.endsWith('/workers/subdomain')) return { subdomain: 'somebody' };
  if (pathname.endsWith('/settings')) return { bindings: [{ name: 'STORE' }] };
  if (pathname.endsWith('/deployments')) return { deployments: [] };
  if (pathname.endsWith('/secrets') || pathname.endsWith('/scripts')) return [];
  if (pathname.endsWith('/workers/workers/ai-worker-proxy')) {
    return { subdomain: { enabled: true, previews_enabled: false } };
  }
  return method === 'PUT' ? { id: 'ai-worker-proxy', startup_time_ms: 1 } : {};
}

async function startCloudflare({ isNew: everNew = false, bindings } = {}) {
  const requests = [];
  const server = createServer(async (req, res) => {
    const chunks = await req.toArray();
    requests.push({ method: req.method, url: req.url, headers: req.headers,
      body: Buffer.concat(chunks) });
    const isNew = req.url.endsWith('/services/ai-worker-proxy')
      || everNew && req.url.endsWith('/settings');
    const known = bindings && req.url.endsWith('/settings') ? { bindings } : null;
    const answer = req.url === '/health' ? HEALTH : {
      success: !isNew,
      errors: isNew ? [{ code: 10090, message: 'This service does not exist' }] : [],
      messages: [],
      result: isNew ? null : known ?? resultFor(req),
    };
    res.writeHead(isNew ? 404 : 200, { 'content-type': 'application/json' });
    res.end(JSON.stringify(answer));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, requests, stop: () => new Promise((resolve) => { server.close(resolve); }) };
}

// As the workflow deploys; the summary is in the file |name|.
const deployFromGitHub = (shop, cloudflare, env, name = 'summary.md') => deploy(shop, {
  ROUTES_CONFIG: lines,
  CLOUDFLARE_API_BASE_URL: cloudflare.url,
  CLOUDFLARE_API_TOKEN: 'token-of-cloudflare',
  CLOUDFLARE_ACCOUNT_ID: 'account',
  GATEWAY_URL: `${cloudflare.url}/`,
  GITHUB_ACTIONS: 'true',
  GITHUB_STEP_SUMMARY: join(shop, name),
  ...env,
});

// ---- the smoke test ----

// Smoke a bundle with |bundled| routes where |known| ones are wanted.
async function smoke(shop, bundled, known = bundled) {
  const worker = join(shop, 'build/worker');
  const wanted = join(shop, 'build/routes.json');
  const original = await readFile(wanted);
  await mkdir(join(shop, 'tests/e2e'), { recursive: true });
  for (const name of ['tests/e2e/harness.js', 'tests/e2e/workerd.js', 'build/worker']) {
    await cp(join(root, name), join(shop, name), { recursive: true });
  }
  const workerd = 'node_modules/.bin/workerd';
  await rm(join(shop, workerd), { force: true });
  await symlink(join(root, workerd), join(shop, workerd));
  const name = (await readdir(worker)).find((one) => one.endsWith('routes.json'));
  await writeFile(join(worker, name), JSON.stringify(bundled));
  await writeFile(wanted, JSON.stringify(known));
  try {
    return await run(shop, process.execPath, ['scripts/smoke.js']);
  } finally {
    await writeFile(wanted, original);
  }
}

test('the smoke test finds each route beside `$clients`, and misses one that is away', () => (
  withShop(async (shop) => {
    const entry = { providers: JSON.parse(providers) };
    const $clients = { ALICE: { routes: ['a'], requestsPerMinute: 1 } };
    const all = { $clients, a: entry, b: entry };
    const good = await smoke(shop, all);
    assert.equal(good.status, 0, good.output);
    assert.match(good.output, /^The bundle answers in workerd/m);
    const bad = await smoke(shop, { ...all, b: undefined }, all);
    assert.equal(bad.status, 1, bad.output);
    assert.match(bad.output, /these routes are not known: b$/m);
  })));

test('deploys the bundle, keeps what the dashboard has, tells what is missing', () =>
  withShop(async (shop) => {
    const cloudflare = await startCloudflare();
    const { status, output } = await deployFromGitHub(shop, cloudflare);
    await cloudflare.stop();
    assert.equal(status, 0, output);
    const upload = cloudflare.requests.find(({ method }) => method === 'PUT');
    assert.equal(upload.headers.authorization, 'Bearer token-of-cloudflare');
    assert.ok(upload.body.includes(lines), 'the routes are not in the upload');
    assert.ok(upload.body.includes('"keep_bindings":["plain_text","json","secret_text"'));
    assert.match(output, /^::warning title=ai-worker-proxy::\$: The secret `OPENAI_KEY_1` is not/m);
    const summary = await readFile(join(shop, 'summary.md'), 'utf8');
    assert.ok(summary.includes(`\`${cloudflare.url}/v1\``), summary);
    assert.match(summary, /The secret `OPENAI_KEY_1` is not set\./);
    assert.ok(!`${output}${summary}`.includes('token-of-cloudflare'));
  }, { wrangler: null }));

// ---- secrets that travel with the upload ----

const SECRET = 'sk-of-a-vendor';
const GITHUB_SECRETS = JSON.stringify({
  CLOUDFLARE_API_TOKEN: 'token-of-cloudflare', github_token: 'token-of-github',
  OPENAI_KEY_1: SECRET, OPENAI_KEY_2: 'sk-that-no-route-names',
});
const forUpload = (shop, cloudflare, env) => (
  deployFromGitHub(shop, cloudflare, { GITHUB_SECRETS, ...env }, 'secrets.md')
);

// Keeps the file of secrets that it is given.
const UPLOADING_WRANGLER = `${COPYING_WRANGLER}
echo '{"type":"deploy","targets":[]}' >"$WRANGLER_OUTPUT_FILE_PATH"
rm -f build/seen.json
if [ "$2" = --secrets-file ]; then cp "$3" build/seen.json; fi
env >build/env
`;

async function uploaded(shop, cloudflare, env) {
  await rm(join(shop, 'secrets.md'), { force: true });
  const { status, output } = await forUpload(shop, cloudflare, env);
  await cloudflare.stop();
  assert.equal(status, 0, output);
  const summary = await readFile(join(shop, 'secrets.md'), 'utf8');
  const file = await readFile(join(shop, 'build/seen.json'), 'utf8').catch(() => '{}');
  assert.ok(!(await readdir(join(shop, 'build'))).includes('secrets.json'), 'the file stays');
  return { secrets: JSON.parse(file), summary, output };
}

test('the real wrangler uploads the secrets that the routes name, and no others', () => (
  withShop(async (shop) => {
    const cloudflare = await startCloudflare();
    const { status, output } = await forUpload(shop, cloudflare);
    await cloudflare.stop();
    assert.equal(status, 0, output);
    const { body } = cloudflare.requests.find(({ method }) => method === 'PUT');
    assert.ok(body.includes(`{"name":"OPENAI_KEY_1","type":"secret_text","text":"${SECRET}"}`));
    assert.ok(!/token-of-|sk-that-no-route/.test(body));
    assert.ok(!/token-of-|sk-/.test(output), output);
  }, { wrangler: null })));

test('a missing token is made and shown in a private repository', () => withShop(async (shop) => {
  const cloudflare = await startCloudflare({ isNew: true });
  const { secrets, summary, output } = await uploaded(shop, cloudflare,
    { REPOSITORY_PRIVATE: 'true' });
  assert.deepEqual(Object.keys(secrets), ['OPENAI_KEY_1', 'PROXY_AUTH_TOKEN']);
  assert.match(secrets.PROXY_AUTH_TOKEN, /^[0-9a-f]{64}$/);
  assert.ok(summary.includes(`\`${secrets.PROXY_AUTH_TOKEN}\``));
  assert.ok(!output.includes(secrets.PROXY_AUTH_TOKEN));
  const env = await readFile(join(shop, 'build/env'), 'utf8');
  assert.ok(!env.includes(SECRET) && !env.includes('token-of-github'));
}, { wrangler: UPLOADING_WRANGLER }));

test('in a public repository the summary says how to set it', () => withShop(async (shop) => {
  const cloudflare = await startCloudflare({ isNew: true });
  const { secrets, summary } = await uploaded(shop, cloudflare, { REPOSITORY_PRIVATE: 'false' });
  assert.deepEqual(Object.keys(secrets), ['OPENAI_KEY_1']);
  assert.match(summary, /answers nobody until the secret `PROXY_AUTH_TOKEN` is set/);
}, { wrangler: UPLOADING_WRANGLER }));

test('a token that is there, or may be, is left alone', () => withShop(async (shop) => {
  const there = [{ name: 'PROXY_AUTH_TOKEN', type: 'secret_text' }];
  for (const [cloudflare, more] of [
    [await startCloudflare({ bindings: there }), {}],
    [await startCloudflare(), { CLOUDFLARE_ACCOUNT_ID: '' }],
    [await startCloudflare({ isNew: true }), {
      GITHUB_SECRETS: JSON.stringify({ PROXY_AUTH_TOKEN: 'own' }),
    }],
  ]) {
    const { secrets, summary } = await uploaded(shop, cloudflare,
      { REPOSITORY_PRIVATE: 'true', ...more });
    assert.equal(secrets.PROXY_AUTH_TOKEN, more.GITHUB_SECRETS && 'own');
    assert.ok(!summary.includes('PROXY_AUTH_TOKEN'), summary);
  }
}, { wrangler: UPLOADING_WRANGLER }));

test('the names of secrets in the older forms of a configuration', () => {
  assert.deepEqual(keyNames(`\ufeff{"a": [{"api_keys": ["A", "B"]}], "b": ${providers}, "c": {}}`),
    ['A', 'B', 'OPENAI_KEY_1']);
  assert.deepEqual(secretsFor('{"a": [{"apiKeys": ["a_key", "B"]}]}',
    '{"A_KEY": "1", "PROXY_AUTH_TOKEN_ANN": "2", "PROXY_AUTH_TOKENS": "3"}'),
  { a_key: '1', PROXY_AUTH_TOKEN_ANN: '2' });
});

test('mistakes are in the summary too, and nothing is uploaded', () => withShop(async (shop) => {
  const cloudflare = await startCloudflare();
  const { status, output } = await deploy(shop, {
    ROUTES_CONFIG: '{\n  "a": 1 <b>\n}',
    CLOUDFLARE_API_BASE_URL: cloudflare.url,
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: join(shop, 'mistakes.md'),
  });
  await cloudflare.stop();
  assert.notEqual(status, 0);
  assert.match(output,
    /^::error file=ROUTES_CONFIG,line=2,col=10,title=[^:]*::ROUTES_CONFIG:2:10: \$: /m);
  const summary = await readFile(join(shop, 'mistakes.md'), 'utf8');
  assert.match(summary, /^- ROUTES_CONFIG:2:10: error: /m);
  assert.deepEqual(cloudflare.requests, []);
}));

test('a gateway that does not answer is given up', async () => {
  assert.equal(await askHealth('http://127.0.0.1:9', { patience: 50, pause: 10 }), null);
});

// ---- what check-routes says ----

const gateway = readFile(join(root, 'build/gateway.wasm'))
  .then((bytes) => new WebAssembly.Module(bytes));
const check = async (text) => checkRoutes(await gateway, Buffer.from(text));

test('no secret is missing where none can be known', async () => {
  const named = lines.replace('"OPENAI_KEY_1"', '"OPENAI_KEY_1", "K\\u0045Y_2", "_", "MAX_KEY"');
  assert.deepEqual(await check(named), []);
});

test('a name of the gateway\'s own is refused, and is no setting here', async () => {
  const problems = await check(lines.replace('OPENAI_KEY_1', 'MAX_BODY_BYTES'));
  assert.deepEqual(problems.map(({ path }) => path), ['$.a.providers[0].apiKeys[0]']);
});

test('bytes that are not UTF-8 have a place', async () => {
  const bytes = Buffer.concat([Buffer.from('{\n "甲": '), Buffer.from([0x22, 0xe7, 0x94, 0x22])]);
  const [{ level, line, column }] = await check(bytes);
  assert.deepEqual({ level, line, column }, { level: 'error', line: 2, column: 9 });
});

test('a file may have what no variable can: NUL', async () => {
  const [{ level, line, column }] = await check('{\n "a\0b": 1}');
  assert.deepEqual({ level, line, column }, { level: 'error', line: 2, column: 4 });
});

test('more than C can hold is refused', async (t) => {
  t.mock.method(console, 'error', () => {});
  assert.ok(hasErrors(await check(padding(2 ** 20 + 1))));
  assert.deepEqual(await check(padding(2 ** 20)), []);
});

test('more problems than are shown are counted; warnings alone are no error', async () => {
  const routes = (entry) => JSON.stringify(Object.fromEntries(
    Array.from({ length: 150 }, (_, i) => [`r${i}`, { providers: [{ ...entry, model: `m${i}` }],
      colour: 1 }])));
  const warned = await check(routes({ provider: 'openai', apiKeys: ['K'] }));
  assert.ok(!hasErrors(warned));
  assert.match(warned.at(-1).message, /^There are more problems than the 100 that are shown: 50 /);
  assert.ok(hasErrors(await check(routes({ provider: 'openai' }))));
  const text = routes({ provider: 'openai', apiKeys: ['K'] })
    .replace(/}$/, ',"last":{"providers":5}}');
  const wrong = (await check(text)).filter(({ level }) => level === 'error');
  assert.deepEqual(wrong.map(({ path }) => path), ['$.last.providers']);
});

const problem = {
  level: 'error', path: '$.a["b,c"]', line: 3, column: 14, message: '100%\r\nwrong: \u001b[31m',
};

test('a plain line', () => {
  assert.equal(plainLine('dir/r.json', problem),
    'dir/r.json:3:14: error: $.a["b,c"]: 100%\\x0d\\x0awrong: \\x1b[31m');
  assert.match(plainLine('r.json', { ...problem, line: 0, column: 0 }), /^r\.json:1:1: error: /);
});

test('an annotation, escaped as GitHub\'s runner unescapes it', () => {
  assert.equal(annotation('warning', { file: 'a:b,c%\r\n', line: 1 }, 'x: y, 5%\r\n::z'),
    '::warning file=a%3Ab%2Cc%25%0D%0A,line=1::x: y, 5%25%0D%0A::z');
  const place = 'file=r.json,line=3,col=14,title=r.json%2C line 3%2C column 14';
  assert.equal(githubLine('r.json', problem),
    `::error ${place}::r.json:3:14: $.a["b,c"]: 100%25%0D%0Awrong: \u001b[31m`);
});

test('a report ends with the sum of it', () => {
  const warning = { ...problem, level: 'warning' };
  assert.equal(reportOf('r', [], false), 'r: good');
  assert.match(reportOf('r', [warning], false), /\nr: good, 1 warning$/);
  assert.match(reportOf('r', [problem, problem, warning], true),
    /^::error .*\n::error .*\n::warning .*\nr: 2 errors to mend, 1 warning$/);
});

test('the command: exit status, --json, GitHub', () => withShop(async (shop) => {
  const script = join(root, 'scripts/check-routes.js');
  const command = (...args) => run(shop, 'node', [script, ...args]);
  await writeFile(join(shop, 'good routes\'.json'), lines);
  await writeFile(join(shop, 'bad.json'), '{\n  "a": {"providers": 5}}');
  await writeFile(join(shop, 'warned.json'), lines.replace('"providers"', '"color": 1, $&'));

  const make = await run(shop, 'make', ['check-routes', 'FILE=good routes\'.json']);
  assert.deepEqual([make.status, make.stdout], [0, 'good routes\'.json: good\n'], make.output);
  assert.equal((await run(shop, 'make', ['check-routes', 'FILE=bad.json'])).status, 2); // make's
  assert.equal((await command('warned.json')).status, 0);

  const bad = await command('--json', 'bad.json');
  assert.equal(bad.status, 1);
  const [{ level, path, line, column, message }] = JSON.parse(bad.stdout);
  assert.deepEqual([level, path, line, column], ['error', '$.a.providers', 2, 22]);
  assert.match(message, /`providers` must be an array/);

  const missing = await command('nowhere.json');
  assert.equal(missing.status, 2);
  assert.match(missing.output, /nowhere\.json/);
  assert.equal((await command()).status, 2);
}));

// ---- the workflows ----

const DEPLOY = '.github/workflows/deploy.yml';

// The script of a step, without its indentation.
function scriptOf(workflow, id) {
  const [, indent, script] = workflow.match(
    new RegExp(`- id: ${id}\\n[^]*?\\n( +)run: \\|\\n([^]*?)\\n(?=\\n|\\1?[^ ])`),
  );
  return script.replaceAll(new RegExp(`^${indent}  `, 'gm'), '');
}

test('the workflow goes on with both secrets, and says which is missing', () =>
  withShop(async (shop) => {
    const script = scriptOf(await read(DEPLOY), 'look');
    for (const TOKEN of ['true', 'false']) {
      for (const ACCOUNT of ['true', 'false']) {
        const files = { GITHUB_OUTPUT: join(shop, 'out'), GITHUB_STEP_SUMMARY: join(shop, 'sum') };
        for (const file of Object.values(files)) await writeFile(file, '');
        const { status, output } = await run(shop, 'bash', ['-e', '-c', script],
          { TOKEN, ACCOUNT, ...files });
        const ready = TOKEN === 'true' && ACCOUNT === 'true';
        assert.equal(status, 0, output);
        assert.equal(await readFile(files.GITHUB_OUTPUT, 'utf8'), ready ? 'ready=true\n' : '');
        const summary = await readFile(files.GITHUB_STEP_SUMMARY, 'utf8');
        for (const told of [output, summary]) {
          assert.equal(told.includes(' CLOUDFLARE_API_TOKEN'), TOKEN === 'false');
          assert.equal(told.includes(' CLOUDFLARE_ACCOUNT_ID'), ACCOUNT === 'false');
        }
        if (!ready) assert.match(output, /^::notice title=Not deployed::Nothing was deployed\./);
      }
    }
  }));

test('workflows put nobody\'s text into a script, and name their actions for good', async () => {
  for (const file of [DEPLOY, '.github/workflows/test.yml']) {
    const text = await read(file);
    for (const [, action] of text.matchAll(/uses: (.*)/g)) {
      assert.match(action, /^[\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
    }
    const scripts = text.split('\n').filter((line) => !/^ *[\w-]+: [^|]|^ *if:/.test(line));
    assert.ok(!scripts.some((line) => line.includes('${{')), 'an expression within a script');
    assert.match(text, /^permissions:\n  contents: read\n/m);
  }
});
