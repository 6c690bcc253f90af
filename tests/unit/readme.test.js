// readme.test.js -- what both READMEs say is what is there; their examples run in tests/e2e.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { checkRoutes } from '../../scripts/check-routes.js';

const root = new URL('../../', import.meta.url).pathname;
const read = (name) => readFileSync(join(root, name), 'utf8');
const gateway = new WebAssembly.Module(readFileSync(join(root, 'build/gateway.wasm')));

const TEXTS = { 'README.md': read('README.md'), 'README.zh-CN.md': read('README.zh-CN.md') };
const ENGLISH = TEXTS['README.md'];
const example = JSON.parse(read('scripts/routes.example.json'));

const blocksOf = (text, language) => (
  [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(([, name]) => name === language)
    .map(([, , code]) => code)
);
const isExample = (routes) => JSON.stringify(routes) === JSON.stringify(example);

// The code in the first column of every table: fields, settings, headers, commands.
const subjectsOf = (text) => [...text.matchAll(/^\|([^|]*)\|/gm)]
  .flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code));

for (const [name, text] of Object.entries(TEXTS)) {
  describe(name, () => {
    test('every JSON in it is a configuration without a flaw', () => {
      const blocks = blocksOf(text, 'json');
      assert.ok(blocks.length >= 3);
      for (const block of blocks) {
        const problems = checkRoutes(gateway, Buffer.from(block));
        const wanted = isExample(JSON.parse(block)) ? ['warning'] : [];
        assert.deepEqual(problems.map(({ level }) => level), wanted, JSON.stringify(problems));
      }
    });

    test('the example that is deployed is in it', () => {
      assert.ok(blocksOf(text, 'json').map((block) => JSON.parse(block)).some(isExample));
    });

    test('every file that it points to is there', () => {
      for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)) {
        assert.ok(existsSync(join(root, target)), target);
      }
    });

    test('every target of make that it names is there', () => {
      const makefile = read('Makefile');
      const calls = text.matchAll(/(?:^|`|&& )make ([a-z][\w-]*)/gm);
      const named = Array.from(calls, ([, target]) => target);
      assert.ok(named.length >= 10);
      for (const target of named) assert.match(makefile, new RegExp(`^${target}:`, 'm'));
    });
  });
}

test('both tell of the same fields, headers, symptoms and commands', () => {
  assert.deepEqual(subjectsOf(TEXTS['README.zh-CN.md']), subjectsOf(ENGLISH));
  for (const language of ['json', 'sh', 'python', 'js', 'ts', 'toml', 'mermaid']) {
    const [one, other] = Object.values(TEXTS).map((text) => blocksOf(text, language).length);
    assert.equal(one, other, language);
  }
});

// The table under a heading, without its first two lines.
const tableUnder = (heading) => ENGLISH.split(`\n### ${heading}\n`)[1]
  .match(/^\|[^]*?(?=\n\n)/m)[0].split('\n').slice(2).join('\n');

test('each field that is documented is read', () => {
  const source = read('wasm/config_members.c');
  for (const heading of ['A route', 'A provider']) {
    const fields = subjectsOf(tableUnder(heading));
    assert.ok(fields.length >= 7);
    for (const field of fields) assert.ok(source.includes(`"${field}"`), field);
  }
});

test('each error of its table can happen', () => {
  const sources = readdirSync(join(root, 'wasm')).filter((name) => /\.(c|def)$/.test(name))
    .map((name) => read(`wasm/${name}`)).join('');
  const errors = [...ENGLISH.matchAll(/\b([45]\d\d) `(\w+)`/g)];
  assert.ok(errors.length >= 12);
  for (const [, status, code] of errors) {
    assert.ok(sources.includes(`"${code}"`), code);
    assert.ok(sources.includes(status), status);
  }
});

test('its numbers are those of limits.h', () => {
  const limits = Object.fromEntries([...read('wasm/limits.h').matchAll(/^ +(\w+) = ([^,]+),/gm)]
    .map(([, name, value]) => [name, value]));
  const number = (name) => limits[name].split(' * ')
    .reduce((n, part) => n * (limits[part] ? number(part) : Number(part)), 1);
  const facts = {
    BODY_MAX: /\((\d+) unless set/,
    BODY_MAX_CEILING: /unless set, (\d+) at most/,
    JSON_DEPTH_MAX: /nesting (\d+) deep/,
    ATTEMPTS_MAX: /calls to upstreams for one request \| (\d+)/,
    ROUTES_MAX: /secrets in all \| (\d+);/,
    TARGETS_MAX: /secrets in all \| \d+; (\d+);/,
    KEYS_MAX: /secrets in all \| \d+; \d+; (\d+) /,
    USAGE_DAYS_SHOWN_MAX: /by day, route and key, (\d+) days at most/,
    EXCHANGES_MAX: /requests at once in one instance \| (\d+)/,
    TIMEOUT_MIN: /Milliseconds, (\d+) to \d+:/,
    TIMEOUT_MAX: /Milliseconds, \d+ to (\d+):/,
    CONNECT_TIMEOUT: /`connectMs` \((\d+)\)/,
    FIRST_TOKEN_TIMEOUT: /`firstTokenMs` \((\d+)\)/,
    IDLE_TIMEOUT: /`idleMs` \((\d+)\)/,
    WHOLE_TIMEOUT: /`wholeMs` \((\d+)\)/,
    ATTEMPTS_CEILING: /for one request, 1 to (\d+); default 8/,
    SUBREQUESTS_MAX: /never more than the (\d+) subrequests/,
    RETRY_BUDGET_MAX: /Milliseconds, 0 to (\d+), that one request/,
    RETRY_WAIT_MS: /calls a key again, in all; default (\d+)/,
  };
  for (const [name, pattern] of Object.entries(facts)) {
    assert.equal(Number(ENGLISH.match(pattern)?.[1]), number(name), name);
  }
});
