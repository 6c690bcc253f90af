// checker.js -- the gateway's own check of ROUTES_CONFIG, in the browser.

const MODULE = '/console/checker.wasm';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

let starting; // a promise; the module is loaded only once

async function start() {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(MODULE));
  instance.exports._initialize?.();
  return instance.exports;
}

function run(c, bytes) {
  const at = c.check_room(bytes.length);
  if (at === 0) return null;
  new Uint8Array(c.memory.buffer, at, bytes.length).set(bytes);
  const [json, n] = new Uint32Array(c.memory.buffer, c.check_routes(at, bytes.length), 2);
  return n ? JSON.parse(decoder.decode(new Uint8Array(c.memory.buffer, json, n))) : null;
}

// The problems of |text|: { level, path, line, column, message }; null when it is too large. If an
// instance traps, which should never happen, it is not used again.
export async function check(text) {
  starting ??= start();
  try {
    return run(await starting, encoder.encode(text));
  } catch (error) {
    starting = null;
    throw error;
  }
}
