// imports.js -- fail when a module imports anything: the gateway is pure computation.
import { readFileSync } from 'node:fs';

const file = process.argv[2];
const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(file)));
for (const { module, name } of imports) console.error(`${file} imports ${module}.${name}`);
process.exit(imports.length ? 1 : 0);
