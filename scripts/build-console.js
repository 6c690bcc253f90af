// build-console.js -- join the console's files into one page, build/console.html, and compress it
// and the checker module, which the page's editor loads.
//
// The page's policy has the hashes of its own script and style, so that no others can run in it.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const SOURCE = 'shim/console';
const PAGE = 'build/console.html';
const CHECKER = 'build/checker.wasm';
const SIZE_MAX = 90_000;
// White space beside these shows nowhere.
const BLOCKS = /\n+(?=<\/?(?:section|div|p|form|h\d|main|header|ol|dl|details|meta|title)\b)/g;

async function bundled(file) {
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [`${SOURCE}/${file}`],
    bundle: true,
    minify: true,
    write: false,
    charset: 'utf8',
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    loader: { '.json': 'text' },
  });
  return text.trim();
}

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const policy = (style, script) => [
  "default-src 'none'",
  `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
  `style-src ${hashOf(style)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const [style, script] = await Promise.all([bundled('style.css'), bundled('main.js')]);
const parts = { POLICY: policy(style, script), STYLE: style, SCRIPT: script };
const page = readFileSync(`${SOURCE}/index.html`, 'utf8')
  .replace(/^ +/gm, '')
  .replace(BLOCKS, '')
  .replace(/\b(POLICY|STYLE|SCRIPT)\b/g, (name) => parts[name]);
if (/<\/(script|style)/i.test(style + script)) throw new Error('a text would end its element');
const size = Buffer.byteLength(page);
if (size > SIZE_MAX) throw new Error(`${PAGE}: ${size} bytes are more than ${SIZE_MAX}`);
writeFileSync(PAGE, page);
for (const file of [PAGE, CHECKER]) {
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
}
