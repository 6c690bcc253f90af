// size.js -- measure the gateway's size, and compare it with the budget.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KIB = 1024;
const MODULE_MAX = 256 * KIB;
const UPLOAD_MAX = 352 * KIB;

const module = readFileSync('build/gateway.wasm');
const imports = WebAssembly.Module.imports(new WebAssembly.Module(module)).length;
// Everything is uploaded except source maps and wrangler's readme.
const upload = readdirSync('build/worker')
  .filter((name) => !/\.(map|md)$/.test(name))
  .map((name) => readFileSync(`build/worker/${name}`));
const sum = (parts) => parts.reduce((n, part) => n + part.length, 0);

const kib = (n) => `${(n / KIB).toFixed(1)} KiB`;
const measures = [
  ['gateway.wasm', module.length, MODULE_MAX, kib],
  ['imports', imports, 0, String],
  ['upload', sum(upload), UPLOAD_MAX, kib],
  ['upload, gzip', sum(upload.map((part) => gzipSync(part))), Infinity, kib],
];
for (const [name, n, max, show] of measures) {
  const limit = max === Infinity ? '' : ` of ${show(max)}`;
  console.log(`${name.padEnd(14)}${show(n)}${limit}${n > max ? '  TOO LARGE' : ''}`);
}
process.exit(measures.some(([, n, max]) => n > max) ? 1 : 0);
