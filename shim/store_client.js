// store_client.js -- the store as an exchange sees it: lines in, lines out, as bytes.

const NAME = 'gateway'; // one object for all isolates
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let complained = false;

// What the store answers to |lines|; a rejection when it is absent or fails.
export async function load({ STORE }, lines) {
  if (!STORE) throw new Error('there is no store');
  return encoder.encode(await STORE.getByName(NAME).run(decoder.decode(lines)));
}

// The same for nobody. A store that fails would fail often, so it is said once.
export async function save(env, lines) {
  try {
    await load(env, lines);
  } catch (error) {
    if (!complained) console.error(`the store did not save: ${error}`);
    complained = true;
  }
}
