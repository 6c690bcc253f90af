// readme.test.js -- what the documents say is what is there; their examples run in tests/e2e.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { checkRoutes } from '../../scripts/check-routes.js';

const root = new URL('../../', import.meta.url).pathname;
const read = (name) => readFileSync(join(root, name), 'utf8');
const gateway = new WebAssembly.Module(readFileSync(join(root, 'build/gateway.wasm')));

// A README and the pages beside it, in each language.
const PAGES = ['configuration', 'clients', 'api', 'failover', 'deploy', 'develop'];
const FILES = {
  English: ['README.md', ...PAGES.map((name) => `.github/docs/${name}.md`)],
  Chinese: ['README.zh-CN.md', ...PAGES.map((name) => `.github/docs/zh-CN/${name}.md`)],
};
const TEXTS = Object.fromEntries(Object.entries(FILES)
  .map(([language, files]) => [language, files.map(read).join('\n')]));
const ENGLISH = TEXTS.English;
const EXAMPLES = ['scripts/routes.example.json', 'tests/e2e/documented-routes.json']
  .map((name) => JSON.stringify(JSON.parse(read(name))));

const blocksOf = (text, language) => (
  [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(([, name]) => name === language)
    .map(([, , code]) => code)
);
const isExample = (routes) => EXAMPLES.includes(JSON.stringify(routes));

// The code in the first column of every table: fields, settings, headers, commands.
const subjectsOf = (text) => [...text.matchAll(/^\|([^|]*)\|/gm)]
  .flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code));

// The anchors of a page's headings, as GitHub makes them.
const anchorsOf = (text) => [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading
  .toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-'));

for (const [name, text] of Object.entries(TEXTS)) {
  describe(name, () => {
    test('every JSON in it is a configuration without a flaw', () => {
      const blocks = blocksOf(text, 'json');
      assert.ok(blocks.length >= 3);
      for (const block of blocks) {
        const problems = checkRoutes(gateway, Buffer.from(block))
          .filter(({ message }) => !message.includes('address of an example'));
        const wanted = isExample(JSON.parse(block)) ? ['warning'] : [];
        assert.deepEqual(problems.map(({ level }) => level), wanted, JSON.stringify(problems));
      }
    });

    test('the example that is deployed is in it, and the one with every field', () => {
      const blocks = blocksOf(text, 'json').map((block) => JSON.stringify(JSON.parse(block)));
      for (const example of EXAMPLES) assert.ok(blocks.includes(example));
    });

    test('every file and heading that it points to is there', () => {
      for (const file of FILES[name]) {
        const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
        assert.ok(links.length >= 2, file);
        for (const [, target, anchor] of links) {
          const path = target === '' ? file : join(dirname(file), target);
          assert.ok(existsSync(join(root, path)), `${file}: ${target}`);
          if (anchor) assert.ok(anchorsOf(read(path)).includes(anchor), `${file}: #${anchor}`);
        }
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
  assert.deepEqual(subjectsOf(TEXTS.Chinese), subjectsOf(ENGLISH));
  for (const language of ['json', 'sh', 'python', 'js', 'ts', 'toml', 'mermaid']) {
    const [one, other] = Object.values(TEXTS).map((text) => blocksOf(text, language).length);
    assert.equal(one, other, language);
  }
});

// ---- fields ----

// What stands under a heading, up to the next.
const under = (text, heading) => text.split(`\n## ${heading}\n`)[1].split(/^##/m)[0];

// The names in a table of C, or in the macro ABOUT.
const namesIn = (what) => [...read('wasm/config/members.c').match(what)[0]
  .matchAll(/(?:ROW|NUMBER|WORD|COALESCE)\("(\w+)"/g)].map(([, name]) => name);
const tableOf = (name) => namesIn(new RegExp(`${name}\\[\\] = \\{[^]*?\\n\\};`));
const ABOUT = namesIn(/#define ABOUT[^]*?\n\n/);
const OLDER = ['baseUrl', 'strategy']; // read at a provider, but no rows of its table

const HEADINGS = {
  English: ['Fields of a route', 'Fields of a provider', 'Tokens of several people'],
  Chinese: ['路由的字段', '供应商的字段', '多人的令牌'],
};

for (const [name, [route, provider, client]] of Object.entries(HEADINGS)) {
  test(`${name}: the fields are those that C reads, no more and no less`, () => {
    const [ofRoute, ofProvider] = [route, provider].map((heading) => under(TEXTS[name], heading));
    const sorted = (names) => [...names].sort();
    assert.ok(ABOUT.length >= 11);
    assert.deepEqual(sorted(subjectsOf(ofRoute)), sorted([...tableOf('route_rows'), ...ABOUT]));
    const target = tableOf('target_rows');
    assert.deepEqual(sorted([...subjectsOf(ofProvider), ...OLDER]), sorted(target));
    assert.match(ofRoute, /`displayName`[^\n]*`strategy`/);
    assert.match(ofProvider, /`baseUrl`/);
    const timeouts = ofProvider.split('\n').find((line) => line.startsWith('| `timeouts`'));
    for (const field of tableOf('timeout_rows')) {
      assert.ok(timeouts.includes(`\`${field}\``), field);
    }
    assert.deepEqual(subjectsOf(under(TEXTS[name], client)), tableOf('client_rows'));
  });
}

test('each error of its table can happen', () => {
  const sources = readdirSync(join(root, 'wasm'), { recursive: true })
    .filter((name) => /\.(c|def)$/.test(name))
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
    BODY_MAX_CEILING: /unless set,\s(\d+) at most/,
    JSON_DEPTH_MAX: /nesting (\d+) deep/,
    ATTEMPTS_MAX: /calls to upstreams for one request \| (\d+)/,
    ROUTES_MAX: /secrets in all \| (\d+);/,
    TARGETS_MAX: /secrets in all \| \d+; (\d+);/,
    KEYS_MAX: /secrets in all \| \d+; \d+; (\d+) /,
    USAGE_DAYS_SHOWN_MAX: /`\?days=7`, `30`, `(\d+)`/,
    RECENT_SHOWN: /gateway\/requests\?limit=(\d+)/,
    RECENT_ROWS_KEPT: /the last (\d+) batches are kept/,
    EXCHANGES_MAX: /requests at once in one instance \| (\d+)/,
    TIMEOUT_MIN: /Milliseconds, (\d+) to \d+: `connectMs`/,
    TIMEOUT_MAX: /Milliseconds, \d+ to (\d+): `connectMs`/,
    CONNECT_TIMEOUT: /`connectMs` \((\d+)\)/,
    FIRST_TOKEN_TIMEOUT: /`firstTokenMs` \((\d+)\)/,
    IDLE_TIMEOUT: /`idleMs` \((\d+)\)/,
    WHOLE_TIMEOUT: /`wholeMs` \((\d+)\)/,
    ATTEMPTS_CEILING: /for one request, 1 to (\d+); default 8/,
    SUBREQUESTS_MAX: /never more than the (\d+) subrequests/,
    RETRY_BUDGET_MAX: /Milliseconds, 0 to (\d+), that one request/,
    HEDGE_MAX: /`hedgeMs`.*?Milliseconds, 0 to (\d+):/,
    COALESCE_MAX: /`coalesceMs`.*?Milliseconds, 0 to (\d+),/,
    COALESCE_TEXT_MS: /`coalesceMs`.*?"text": (\d+)/,
    COALESCE_REASONING_MS: /`coalesceMs`.*?"reasoning": (\d+)/,
    COALESCE_ARGUMENTS_MS: /`coalesceMs`.*?"arguments": (\d+)/,
    DOCTOR_PROBES_MAX: /One request tests (\d+) keys/,
    GUESSES_MAX: /or (\d+) different wrong tokens/,
    PER_MINUTE_MAX: /`requestsPerMinute`[^\n]*?1 to (\d+),/,
    RETRY_WAIT_MS: /calls a key again, in all; default (\d+)/,
  };
  for (const [name, pattern] of Object.entries(facts)) {
    assert.equal(Number(ENGLISH.match(pattern)?.[1]), number(name), name);
  }
});

// ---- tests/README.md ----

const tests = readdirSync(join(root, 'tests'), { recursive: true });
const elsewhere = /^(build|wasm|shim|scripts)\//;
const isThere = (pattern) => {
  const whole = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
  return tests.some((path) => whole.test(path));
};

test('every test and vector that the list of claims names is there', () => {
  const names = [...read('tests/README.md').matchAll(/`([a-z0-9]+\/[\w./*-]+)`/g)];
  const folders = new Set(['unit', 'e2e', 'bench', 'fuzz', 'vectors']);
  for (const [, name] of names.filter(([, one]) => !elsewhere.test(one))) {
    const path = folders.has(name.split('/')[0]) ? name : `vectors/${name}`;
    assert.ok(isThere(path), name);
  }
  assert.ok(names.length > 300);
});
