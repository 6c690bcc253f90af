// seeds.js -- the vectors as inputs of fuzz/gateway.c, one a request: seeds.js FOLDER
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [folder] = process.argv.slice(2);

function nearest(name, at) {
  const path = join(at, name);
  return existsSync(path) ? path : nearest(name, dirname(at));
}

mkdirSync(folder, { recursive: true });
for (const request of globSync('tests/vectors/*/*/*.request')) {
  const answer = (k) => request.replace(/request$/, `${k}.answer`);
  const texts = [nearest('routes.json', dirname(request)), request];
  for (let k = 1; existsSync(answer(k)); k++) texts.push(answer(k));
  const parts = texts.flatMap((path) => [Buffer.of(0xff), readFileSync(path)]);
  const name = request.split('/').slice(2).join('-');
  writeFileSync(join(folder, name), Buffer.concat(parts.slice(1)));
}
