// instructions.js -- count the instructions of core.c's cases, and compare with the known numbers.
//
//   node tests/bench/instructions.js [--update]
//
// callgrind counts, so the figures are the same on a busy machine. They hold for one compiler:
// instructions.txt says which. A case that takes more than TOLERANCE more fails.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const CORE = 'build/bench/core';
const KNOWN = 'tests/bench/instructions.txt';
const TOLERANCE = 0.05;
const CASES = [
  'stream-chunks-a-second', 'json-parse-0.94MB-us', 'conversation-0.94MB-to-glm-us',
  'conversation-0.94MB-relayed-us', 'image-10MB-to-glm-us', 'image-10MB-relayed-us',
  'small-glm-json-us',
];

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${command}: ${error ?? stderr}`);
  return stdout + stderr;
}

const collected = (name, times) => Number(run('valgrind',
  ['--tool=callgrind', '--callgrind-out-file=/dev/null', CORE, name, `${times}`],
).match(/Collected : (\d+)/)[1]);

// The instructions of one run: by the difference, without the start and the preparation.
const count = (name) => collected(name, 2) - collected(name, 1);

const compiler = run('clang', ['--version']).split('\n')[0];
const counts = new Map(CASES.map((name) => [name, count(name)]));
for (const [name, n] of counts) console.log(`${name} ${n}`);

if (process.argv.includes('--update')) {
  const lines = [...counts].map(([name, n]) => `${name} ${n}\n`);
  writeFileSync(KNOWN, `# ${compiler}\n${lines.join('')}`);
} else {
  const [head, ...lines] = readFileSync(KNOWN, 'utf8').trim().split('\n');
  if (head !== `# ${compiler}`) {
    console.log(`skipped: the known counts are of ${head.slice(2)}, this is ${compiler}`);
  } else {
    for (const line of lines) {
      const [name, known] = line.split(' ');
      const more = counts.get(name) / Number(known) - 1;
      if (!(more > TOLERANCE)) continue;
      console.error(`${name} takes ${(100 * more).toFixed(1)} % more instructions than known`);
      process.exitCode = 1;
    }
  }
}
