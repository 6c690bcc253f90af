/* bench.js -- what the gateway costs, beside Workers that do less: `make bench`.
 *
 *   node tests/bench/bench.js [--quick] [--only PREFIX] [--pace MS] [--rounds N] [--verbose]
 *                             [--beside FOLDER] [--keep FOLDER]
 *
 *   --quick    one round, for a first look
 *   --only     the cases whose name begins so
 *   --pace     the streams of this pace, in milliseconds between two chunks of the upstream
 *   --verbose  least and most, and what the clients waited for, as well
 *   --beside   another checkout of this project, its bundle built: its figures come beside ours
 *   --keep     write the samples there, for `perf report -i`
 *
 * Prints lines "name value". For a case (cases.js) and a variant (variants.js):
 *
 *   CASE.VARIANT.process   CPU of the whole process for a request, ms
 *   CASE.VARIANT.isolate   what of it passed inside of the isolate, where perf is there
 *   CASE.VARIANT.ratio     process CPU, untouched = 1
 *   CASE.VARIANT.above     isolate CPU beyond the untouched Worker's; for large requests process
 *                          CPU beyond the one that receives and sends
 *
 * How it measures. Each Worker runs in a raw workerd of its own, so that its CPU can be told
 * apart: what its threads ran, from /proc (cpu.js), and where, by samples (isolate.js). The
 * upstream (upstream.js) and the clients (load.js, 8 requests at once) are other processes and
 * do not count. After a warm-up the variants take turns in every round, first one, then the
 * other way round; a figure is the median over the rounds, a ratio that of our cost divided by
 * the untouched Worker's in the same round. Ratios hold; milliseconds are those of this machine,
 * today.
 *
 * Every answer is checked (checks.js), and a wrong one fails the benchmark. No time does. How
 * long a byte is held is measured last (hold.js).
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CASES } from './cases.js';
import { Child } from './child.js';
import { cpuOf } from './cpu.js';
import { differenceOf, median, ratioOf, spreadOf } from './figures.js';
import { printHold } from './hold.js';
import { startSampling } from './isolate.js';
import { startVariants } from './variants.js';

const TOGETHER = 8;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    pace: { type: 'string' },
    beside: { type: 'string' },
    keep: { type: 'string' },
  },
});

const isWanted = ({ name, pace }) => (
  name.startsWith(options.only) && (options.pace === undefined || pace === Number(options.pace))
);
const cases = CASES.filter(isWanted)
  .map((one) => ({ ...one, ...(options.beside && { beside: one.gateway }) }));
const isHoldWanted = 'hold'.startsWith(options.only) && options.pace === undefined;

const VARIANTS = ['gateway', 'beside', 'gateway250', 'translating', 'receiving', 'untouched'];
const variantsOf = (one) => VARIANTS.filter((name) => one[name]);

const roundsOf = ({ rounds }) => Number(options.rounds ?? (options.quick ? 1 : rounds));

// Milliseconds for each request: CPU, and what the client waited for first and last byte.
async function measure(one, name, { url, pid }, load) {
  const { together = TOGETHER, batches } = one;
  const [request, check] = one[name];
  const count = together * batches;
  const keep = options.keep && join(options.keep, `${one.name}.${name}.perf`);
  const stop = await startSampling(pid, keep);
  const before = cpuOf(pid);
  load.send({ url, request, check, count, together });
  const { times } = await load.heard();
  const process = (cpuOf(pid) - before) / count;
  const share = await stop();
  const { wrong } = await load.heard();
  if (wrong) throw new Error(`${one.name}, ${name}: ${wrong}`);
  return { process, isolate: share === null ? null : share * process, times };
}

// By variant, the measurements of all rounds.
async function measureAll(one, variants, { upstream, load }) {
  const names = variantsOf(one);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  upstream.send({ pace: 0 });
  for (const name of names) await measure(one, name, variants[name], load);
  upstream.send({ pace: one.pace ?? 0 });
  for (let round = 0; round < roundsOf(one); round += 1) {
    for (const name of round % 2 ? names.toReversed() : names) {
      results[name].push(await measure(one, name, variants[name], load));
    }
  }
  return results;
}

const isLarge = (one) => Boolean(one.receiving);

// "name value" of all that is known of |variant|.
function figuresOf(one, variant, results) {
  const of = (name, what) => results[name].map((measurement) => measurement[what]);
  const figures = { process: median(of(variant, 'process')) };
  const sampled = of(variant, 'isolate').every((ms) => ms !== null);
  if (sampled) figures.isolate = median(of(variant, 'isolate'));
  if (variant === 'untouched') return figures;
  figures.ratio = ratioOf(of(variant, 'process'), of('untouched', 'process'));
  if (isLarge(one)) {
    figures.above = differenceOf(of(variant, 'process'), of('receiving', 'process'));
  } else if (sampled) {
    figures.above = differenceOf(of(variant, 'isolate'), of('untouched', 'isolate'));
  }
  return figures;
}

function print(one, results) {
  for (const variant of Object.keys(results)) {
    for (const [what, value] of Object.entries(figuresOf(one, variant, results))) {
      console.log(`${one.name}.${variant}.${what} ${value.toFixed(2)}`);
    }
  }
}

function printMore(results) {
  for (const [variant, measurements] of Object.entries(results)) {
    const times = measurements.flatMap((one) => one.times);
    const parts = [
      `process ${spreadOf(measurements.map(({ process }) => process))}`,
      `isolate ${spreadOf(measurements.map(({ isolate }) => isolate ?? 0))}`,
      `first byte ${spreadOf(times.map(({ first }) => first))}`,
      `last byte ${spreadOf(times.map(({ last }) => last))}`,
    ];
    console.log(`  ${variant.padEnd(12)}${parts.join('  ')} ms`);
  }
}

async function main() {
  if (!cases.length && !isHoldWanted) throw new Error(`no such case: ${options.only}`);
  const [upstream, load] = [new Child('upstream.js'), new Child('load.js')];
  let variants = {};
  try {
    variants = await startVariants((await upstream.heard()).url, options.beside);
    for (const one of cases) {
      const results = await measureAll(one, variants, { upstream, load });
      print(one, results);
      if (options.verbose) printMore(results);
    }
    if (isHoldWanted) await printHold();
  } finally {
    await Promise.all(Object.values(variants).map((variant) => variant.stop()));
    for (const child of [upstream, load]) child.stop();
  }
}

main().catch((error) => {
  console.error(`bench: ${error.stack}`);
  process.exitCode = 1;
});
