// codex.test.js -- turns of the Codex CLI, with its own tools, in a folder of its own.
import { after, afterEach, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { glm, openai, startRoutes } from './client.js';
import { CODEX, noCodex as skip, runProgram } from './program.js';

// Codex chooses its tools by the catalogue; its own one, where it does not read ours, has no 'glm'
// and warns of that.
const ROUTES = {
  'gpt-5.5': [openai('', { model: 'gpt-5.1' })],
  'gpt-5.5-glm': [glm()],
  glm: [glm()],
};
const PATCHES = ['gpt-5.5', 'gpt-5.5-glm'];

const PATCH = `*** Begin Patch
*** Update File: greeting.txt
@@
-Hello
+Hello, "世界" \\ 🎉
*** End Patch
`;
const STEP = [{ name: 'exec_command', input: { cmd: 'echo step >>steps.txt' } }];
const STEPS = {
  'Take two steps.': [STEP],
  'Count the words.': [[{ name: 'exec_command', input: { cmd: 'wc -w <words.txt >count.txt' } }]],
  'Mend the greeting.': [[{ name: 'apply_patch', input: PATCH }]],
};
// A conversation that was compacted goes on with one command, until it was compacted twice.
const SUMMARY = /^The conversation up to here was replaced by this summary/;
const ORDER = /^Write a hand-over summary/;
const lastOf = ({ body: { messages } }) => String(messages.at(-1).content);
const orders = () => gateway.requests('gpt-5.5-glm').filter((one) => ORDER.test(lastOf(one)));
function script({ user, rounds }) {
  if (SUMMARY.test(user)) return rounds === 0 && orders().length < 2 ? STEP : [];
  return STEPS[user]?.[rounds] ?? [];
}

// The settings of the documents, for this gateway and |model|; and what keeps a test to itself.
const page = readFileSync(new URL('../../.github/docs/clients.md', import.meta.url), 'utf8');
const [, settings] = page.match(/^```toml\n([^]*?)^```$/m);
const configOf = (url, model) => `
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
${settings.replaceAll('https://ai-worker-proxy.YOUR-NAME.workers.dev', url)
    .replace('model = "super-brain"', `model = "${model}"`)}
request_max_retries = 0
stream_max_retries = 0
[analytics]
enabled = false
`;

let gateway;
let folder;
before(async () => { if (!skip) gateway = await startRoutes(ROUTES, { upstreams: { script } }); });
after(() => gateway?.stop());
afterEach(() => folder && rm(folder, { recursive: true, force: true }));

// One turn about |files|; gives how to read what has become of them, and what Codex printed.
async function turn(model, prompt, files, change = (config) => config) {
  folder = await mkdtemp(join(tmpdir(), 'gateway-codex-'));
  const [home, project] = [join(folder, 'home'), join(folder, 'project')];
  await Promise.all([home, project].map((one) => mkdir(one)));
  await writeFile(join(home, 'config.toml'), change(configOf(gateway.url, model)));
  await Promise.all(Object.entries(files).map(([name, text]) => (
    writeFile(join(project, name), text)
  )));
  const env = { PATH: process.env.PATH, HOME: home, CODEX_HOME: home };
  const { status, output } = await runProgram(CODEX, ['exec', '--skip-git-repo-check', prompt], {
    cwd: project, env: { ...env, GATEWAY_TOKEN: gateway.token },
  });
  assert.equal(status, 0, output);
  return { output, read: (name) => readFile(join(project, name), 'utf8') };
}

for (const route of Object.keys(ROUTES)) {
  test(`a turn that runs a command, route ${route}`, { skip }, async () => {
    const { output, read } = await turn(route, 'Count the words.', { 'words.txt': 'a b c' });
    assert.equal((await read('count.txt')).trim(), '3');
    assert.match(output, /The tool answered: /);
  });
}

for (const route of PATCHES) {
  test(`a turn that applies a patch, route ${route}`, { skip }, async () => {
    const files = { 'greeting.txt': 'Hello\n' };
    const { output, read } = await turn(route, 'Mend the greeting.', files);
    assert.equal(await read('greeting.txt'), 'Hello, "世界" \\ 🎉\n');
    assert.match(output, /The tool answered: .*Success/s);
  });
}

test('the catalogue is read: no warning, and its tools', { skip }, async () => {
  const { output } = await turn('glm', 'Count the words.', { 'words.txt': 'a b c' });
  assert.doesNotMatch(output, /Model metadata for|is ignored/);
  const { body } = gateway.requests('glm').at(-1);
  const names = body.tools.map((tool) => tool.function?.name);
  assert.ok(names.includes('apply_patch'), names.join());
});

test('GLM is sent the thoughts, the call and its result', { skip }, async () => {
  await turn('gpt-5.5-glm', 'Mend the greeting.', { 'greeting.txt': 'Hello\n' });
  const [call, result] = gateway.requests('gpt-5.5-glm').at(-1).body.messages.slice(-2);
  assert.match(call.reasoning_content, /让我想想/);
  const { name, arguments: text } = call.tool_calls[0].function;
  assert.equal(name, 'apply_patch');
  assert.deepEqual(Object.values(JSON.parse(text)), [PATCH]);
  assert.match(result.content, /Success/);
});

test('a turn that is compacted twice goes on', { skip }, async () => {
  const from = gateway.requests('gpt-5.5-glm').length;
  const { output, read } = await turn('gpt-5.5-glm', 'Take two steps.', {}, (config) => (
    `model_auto_compact_token_limit = 120\n${config.replace(/^name = .*$/m, 'name = "OpenAI"')}`
  ));
  assert.equal(await read('steps.txt'), 'step\nstep\n');
  assert.equal(output.match(/^context compacted$/mg)?.length, 2, output);
  const requests = gateway.requests('gpt-5.5-glm').slice(from);
  assert.equal(orders().length, 2);
  assert.equal(requests.length, 5);
  const said = requests.at(-1).body.messages.map(({ content }) => String(content));
  assert.equal(said.filter((text) => SUMMARY.test(text)).length, 1);
  assert.equal(said.filter((text) => text === 'Take two steps.').length, 1);
});
