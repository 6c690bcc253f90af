// isolates.test.js -- isolates that share key health probe a dead key together, not each by itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { simulate } from '../bench/isolates.js';

const module = new WebAssembly.Module(readFileSync('build/gateway.wasm'));
const ISOLATES = 20;
const HOURS = 1;
const PROBES = 6; // a dead key is probed every 10 minutes: PROBE_INTERVAL

// Numbers between 0 and 1 that are the same in each run.
function sequence(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test('a dead key costs each isolate one call, and then a probe for all of them', () => {
  const run = simulate(module, {
    isolates: ISOLATES, hours: HOURS, rate: 2, random: sequence(1),
  });
  assert.ok(run.requests > 5000);
  assert.equal(run.lost, 0);
  assert.equal(run.wastedFirst, ISOLATES);
  assert.ok(run.wastedLater >= 1, 'the key is probed');
  assert.ok(run.wastedLater <= PROBES, `${run.wastedLater} probes`);
});
