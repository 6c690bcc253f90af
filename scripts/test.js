// test.js -- `make test`: run every suite, add up their results, and fail if any test failed.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const module = (toolchain) => `build/${toolchain}/gateway.wasm`;
const files = (folder, end) => (existsSync(folder) ? readdirSync(folder, { recursive: true }) : [])
  .filter((name) => name.endsWith(end))
  .map((name) => `${folder}/${name}`);
// Without files, node would search for tests itself.
const nodeTests = (tests, ...how) => (
  tests.length ? ['node', '--test', ...how, ...tests] : ['false']
);

// The native vectors take longest, and are done in parts.
const PARTS = 4;
const areas = readdirSync('tests/vectors', { withFileTypes: true })
  .filter((entry) => entry.isDirectory()).map(({ name }) => `tests/vectors/${name}`);
const nativeVectors = Array.from({ length: PARTS }, (_, part) => (
  [`vectors, native, part ${part + 1} of ${PARTS}`, 'build/native/vectors',
    ...areas.filter((_area, i) => i % PARTS === part)]
));

// These leave a processor to others.
const SUITES = [
  ...nativeVectors,
  ['lint', 'node', 'scripts/lint.js'],
  ...files('tests/unit', '.c').map((source) => {
    const program = source.replace('tests/', 'build/native/').replace(/\.c$/, '');
    return [source, program];
  }),
  ['vectors, wasi', 'node', 'tests/vectors.js', module('wasi')],
  ['vectors, Emscripten', 'node', 'tests/vectors.js', module('emscripten')],
  ['vectors, yowasp', 'node', 'tests/vectors.js', module('yowasp')],
];

// These wait for timers most of the time, and so are run beside the unit tests.
const waits = (file) => /\/(store|failing-store|usage|doctor|health)\.test\.js$/.test(file);
const endToEnd = (tests) => nodeTests(tests, '--test-concurrency=1');
const BESIDE = [
  ['unit tests of scripts and shim', ...nodeTests(files('tests/unit', '.test.js'))],
  ['end to end, what waits', ...endToEnd(files('tests/e2e', '.test.js').filter(waits))],
];

// These need all processors: a gateway shares two with its fake upstreams, so it is one at a time.
const ALONE = [
  ['end to end', ...endToEnd(files('tests/e2e', '.test.js').filter((file) => !waits(file)))],
];

// The last line of a suite: that of the C tests and the vectors, or node's.
const TOTALS = [
  [/^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm, ['passed', 'failed', 'skipped']],
  [/^(?:#|ℹ) pass (\d+)$/gm, ['passed']],
  [/^(?:#|ℹ) fail (\d+)$/gm, ['failed']],
  [/^(?:#|ℹ) cancelled (\d+)$/gm, ['failed']],
  [/^(?:#|ℹ) skipped (\d+)$/gm, ['skipped']],
];

function countsIn(output) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [pattern, names] of TOTALS) {
    for (const match of output.matchAll(pattern)) {
      names.forEach((name, i) => { counts[name] += Number(match[i + 1] ?? 0); });
    }
  }
  return counts;
}

// Run a suite; what it writes comes at once, or when it has ended.
function run([name, program, ...args], atOnce) {
  return new Promise((resolve) => {
    if (atOnce) console.log(`\n== ${name}`);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const [from, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      from.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (atOnce) to.write(text);
      });
    }
    child.once('error', (error) => { output += error.message; });
    child.once('close', (status) => {
      if (!atOnce) console.log(`\n== ${name}\n${output}`);
      resolve({ name, status, output });
    });
  });
}

const total = { passed: 0, failed: 0, skipped: 0 };
const broken = [];

function count({ name, status, output }) {
  const counts = countsIn(output);
  // A suite that crashes, or fails without a count, counts as one failure.
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  if (status === 0 && counts.passed + counts.failed === 0) counts.passed = 1;
  if (counts.failed > 0) broken.push(`${name} (${counts.failed})`);
  for (const key of Object.keys(total)) total[key] += counts[key];
}

const queue = [...SUITES];
async function takeFromQueue() {
  for (let suite = queue.shift(); suite; suite = queue.shift()) count(await run(suite, false));
}
await Promise.all(Array.from({ length: availableParallelism() }, takeFromQueue));
(await Promise.all(BESIDE.map((suite) => run(suite, false)))).forEach(count);
for (const suite of ALONE) count(await run(suite, true));

if (broken.length > 0) console.log(`\nFailed: ${broken.join(', ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);
