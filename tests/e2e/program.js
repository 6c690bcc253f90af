// program.js -- clients that are programs of their own, where scripts/setup.sh could install them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const installed = (path) => new URL(`../../build/${path}`, import.meta.url).pathname;
const without = (path, what) => !existsSync(path) && `${what} is not here: see scripts/setup.sh`;

export const CODEX = installed('codex/node_modules/.bin/codex');
export const PYTHON = installed('python/bin/python');
export const FRAMEWORKS = installed('frameworks/bin/python');
export const LLAMAINDEX = installed('llamaindex/bin/python');

// Why tests with them are skipped, or false.
export const noCodex = without(CODEX, 'the Codex CLI');
export const noPython = without(PYTHON, 'a Python with the openai package');
export const noFrameworks = without(FRAMEWORKS, 'a Python with agent frameworks');
export const noLlamaIndex = without(LLAMAINDEX, 'a Python with LlamaIndex');

// Run one to its end: { status, output }, the latter being all that it printed.
export function runProgram(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { output += text; });
    }
    child.once('error', reject).once('close', (status) => resolve({ status, output }));
  });
}
