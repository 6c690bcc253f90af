// abi.test.js -- shim/abi.js says what wasm/plan.h says, no more and no less.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as abi from '../../shim/abi.js';

const header = readFileSync(new URL('../../wasm/plan.h', import.meta.url), 'utf8')
  .replace(/\/\*[^]*?\*\//g, '');

test('the numbers are the same', () => {
  const numbers = Object.fromEntries([...header.matchAll(/\b([A-Z_]+) = (\d+)/g)]
    .map(([, name, value]) => [name, Number(value)]));
  const { PLAN_WORDS, ...named } = abi;
  assert.deepEqual({ ...named }, numbers);
});

// In wasm32 an address and a length are a word each.
test('a plan has as many words', () => {
  const [, fields] = header.match(/struct plan \{([^]*?)\};/);
  const words = [...fields.matchAll(/(uint32_t|struct str) \w+(\[PLAN_PARTS\])?;/g)]
    .map(([, type, many]) => (type === 'uint32_t' ? 1 : 2) * (many ? abi.PLAN_PARTS : 1));
  assert.equal(words.reduce((a, b) => a + b), abi.PLAN_WORDS);
});

test('its words stand in the order in which core.js takes them', () => {
  const [, fields] = header.match(/struct plan \{([^]*?)\};/);
  const names = [...fields.matchAll(/ (\w+)(?:\[\w+\])?;/g)].map(([, name]) => name);
  assert.deepEqual(names, ['op', 'attempt', 'mask', 'ms', 'hold', 'status', 'head', 'body']);
});
