// floors.test.js -- tests of scripts/floors.js: upward includes and circles are found.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { FLOORS, floorProblems } from '../../scripts/floors.js';

const problemsOf = (files) => floorProblems(new Map(Object.entries(files))).map(String);
const including = (...paths) => paths.map((path) => `#include "${path}"\n`).join('');

test('downward includes, and those within a folder, are in order', () => {
  assert.deepEqual(problemsOf({
    'wasm/limits.h': '',
    'wasm/base/str.h': including('limits.h'),
    'wasm/base/str.c': including('base/str.h'),
    'wasm/text/json.c': `#include <string.h>\n${including('base/str.h', 'limits.h')}`,
    'wasm/gw.c': including('gw.h', 'exchange/exchange.h'),
  }), []);
});

test('an include that runs up is a problem of its line', () => {
  assert.deepEqual(problemsOf({ 'wasm/base/str.c': `\n${including('text/json.h')}` }), [
    'wasm/base/str.c,2,includes text/json.h, which is above it',
  ]);
  assert.deepEqual(problemsOf({ 'wasm/base/str.c': including('gw.h') }), [
    'wasm/base/str.c,1,includes gw.h, which is above it',
  ]);
});

test('a circle is a problem, also over several files and through a .c', () => {
  assert.deepEqual(problemsOf({
    'wasm/upstream/attempt.h': '',
    'wasm/upstream/attempt.c': including('upstream/attempt.h', 'upstream/request.h'),
    'wasm/upstream/request.h': including('upstream/pace.h'),
    'wasm/upstream/pace.h': including('upstream/attempt.h'),
  }), [
    'wasm/upstream/attempt,1,includes in a circle: '
      + 'upstream/attempt > upstream/request > upstream/pace > upstream/attempt',
  ]);
});

test('a folder that is in no list is a problem', () => {
  assert.deepEqual(problemsOf({ 'wasm/cellar/wine.c': '' }), [
    'wasm/cellar/wine.c,1,is in a folder that FLOORS does not list',
  ]);
});

test('the list names every folder that there is', () => {
  const wasm = new URL('../../wasm', import.meta.url).pathname;
  const folders = readdirSync(wasm).filter((name) => statSync(`${wasm}/${name}`).isDirectory());
  for (const folder of folders) assert.ok(FLOORS.includes(folder), folder);
});
