// store_client.js -- the objects that keep things, as an exchange sees them: lines in, lines out.

const SHARED = 'store gateway'; // one object for all isolates
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let complained = false;

// By the first word of an object's name: how one of that kind is asked with |bytes|.
const KINDS = {
  async store({ STORE }, name, bytes) {
    if (!STORE) throw new Error('there is no store');
    return encoder.encode(await STORE.getByName(name).run(decoder.decode(bytes)));
  },
  async conversation({ CONVERSATIONS }, name, bytes) {
    if (!CONVERSATIONS) throw new Error('there is no store of conversations');
    return CONVERSATIONS.getByName(name).run(bytes);
  },
  // The WebSocket that has the exchange for a message: see socket.js.
  socket: ({ SOCKET }, name, bytes) => SOCKET.run(bytes),
};

// What the object |head| answers to |lines|; a rejection when it is absent or fails.
export async function load(env, head, lines) {
  const [kind, name] = (head || SHARED).split(' ');
  return KINDS[kind](env, name, lines);
}

// The same for nobody. A store that fails would fail often, so it is said once.
export async function save(env, head, lines) {
  try {
    await load(env, head, lines);
  } catch (error) {
    if (!complained) console.error(`the store did not save: ${error}`);
    complained = true;
  }
}

// A Response of what the object of conversation |name| has of a run, as it comes.
export async function follow({ CONVERSATIONS }, name, node, after) {
  return CONVERSATIONS.getByName(name).follow(node, Number(after));
}
