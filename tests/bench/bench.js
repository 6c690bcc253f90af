/* bench.js -- what the gateway costs, as a multiple of what doing nothing costs: `make bench`.
 *
 *   node tests/bench/bench.js [--quick] [--only CASE] [--verbose] [--rounds N] [--pace MS]
 *                             [--beside FOLDER]
 *
 *   --quick    2 short rounds instead of 7, for a first look
 *   --only     one of translated-stream, passed-stream, small-json, models
 *   --verbose  CPU and waiting in milliseconds too, each as median (least-most)
 *   --pace     between two chunks of the upstream, 2 unless given; 0 is full speed
 *   --beside   another checkout of this project, its bundle built: its figures come beside ours
 *
 * Prints a line for each case: its name and the ratio of CPU, untouched = 1. The cases:
 *
 *   translated-stream  GLM's chat stream of 500 chunks as Responses events
 *   passed-stream      OpenAI's Responses stream, handed on
 *   small-json         a small GLM answer, not streamed, translated
 *   models             GET /v1/models; the untouched Worker answers the same bytes, a constant
 *
 * and js-translated-stream is what a plain translating Worker in JavaScript needs for the first.
 *
 * How it measures. Each Worker runs in a raw workerd of its own (variants.js), so that its CPU
 * can be told apart: user and system time of all threads, from /proc/PID/stat (cpu.js). The
 * upstream (upstream.js) and the clients (load.js, 8 requests at once) are other processes and
 * do not count. After a warm-up the variants take turns in every round, first one, then the
 * other way round; a figure is the median over the rounds of our cost divided by the untouched
 * Worker's in the same round. Ratios hold; milliseconds are those of this machine, today.
 *
 * Every answer is checked (checks.js), and a wrong one fails the benchmark. No time does.
 */
import { parseArgs } from 'node:util';
import { CASES } from './cases.js';
import { Child } from './child.js';
import { cpuOf } from './cpu.js';
import { ratioOf, spreadOf } from './figures.js';
import { startVariants } from './variants.js';

const TOGETHER = 8;
const ROUNDS = 7;
const QUICK_ROUNDS = 2;
const PACE = 2;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    pace: { type: 'string', default: String(PACE) },
    beside: { type: 'string' },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? QUICK_ROUNDS : ROUNDS));
const cases = CASES.filter(({ name }) => !options.only || name === options.only)
  .map((one) => ({ ...one, ...(options.beside && { beside: one.gateway }) }));

// What a variant's figures are called, in the order in which they are printed.
const TITLES = { gateway: '', beside: 'beside-', translating: 'js-' };

const variantsOf = (one) => [...Object.keys(TITLES), 'untouched'].filter((name) => one[name]);

const countOf = ({ batches }) => TOGETHER * (options.quick ? Math.ceil(batches / 2) : batches);

// Milliseconds for each request: CPU, and what the client waited for first and last byte.
async function measure(one, name, { url, pid }, load) {
  const [request, check] = one[name];
  const count = countOf(one);
  const before = cpuOf(pid);
  load.send({ url, request, check, count, together: TOGETHER });
  const { times } = await load.heard();
  const cpu = (cpuOf(pid) - before) / count;
  const { wrong } = await load.heard();
  if (wrong) throw new Error(`${one.name}, ${name}: ${wrong}`);
  return { cpu, times };
}

// By variant, the measurements of all rounds.
async function measureAll(one, variants, load) {
  const names = variantsOf(one);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await measure(one, name, variants[name], load);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 ? names.toReversed() : names) {
      results[name].push(await measure(one, name, variants[name], load));
    }
  }
  return results;
}

const costs = (measurements) => measurements.map(({ cpu }) => cpu);

function print({ name }, { untouched, ...results }) {
  for (const [variant, measurements] of Object.entries(results)) {
    const ratio = ratioOf(costs(measurements), costs(untouched));
    console.log(`${TITLES[variant]}${name} ${ratio.toFixed(2)}`);
  }
}

function printMore(results) {
  for (const [variant, measurements] of Object.entries(results)) {
    const times = measurements.flatMap((one) => one.times);
    const parts = [
      `CPU ${spreadOf(costs(measurements))}`,
      `first byte ${spreadOf(times.map(({ first }) => first))}`,
      `last byte ${spreadOf(times.map(({ last }) => last))}`,
    ];
    console.log(`  ${variant.padEnd(12)}${parts.join('  ')} ms`);
  }
}

async function main() {
  if (!cases.length) throw new Error(`no such case: ${options.only}`);
  const [upstream, load] = [new Child('upstream.js', options.pace), new Child('load.js')];
  let variants = {};
  try {
    variants = await startVariants((await upstream.heard()).url, options.beside);
    for (const one of cases) {
      const results = await measureAll(one, variants, load);
      print(one, results);
      if (options.verbose) printMore(results);
    }
  } finally {
    await Promise.all(Object.values(variants).map((variant) => variant.stop()));
    for (const child of [upstream, load]) child.stop();
  }
}

main().catch((error) => {
  console.error(`bench: ${error.stack}`);
  process.exitCode = 1;
});
