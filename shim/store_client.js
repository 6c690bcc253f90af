// store_client.js -- call the Durable Objects that store things: lines in, lines out.

const SHARED = 'store gateway'; // one object for all isolates
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let complained = false;

// How to call an object with |bytes|, by its kind, which is the first word of its name.
const KINDS = {
  async store({ STORE }, name, bytes) {
    if (!STORE) throw new Error('there is no store');
    return encoder.encode(await STORE.getByName(name).run(decoder.decode(bytes)));
  },
  async conversation({ CONVERSATIONS }, name, bytes) {
    if (!CONVERSATIONS) throw new Error('there is no store of conversations');
    return CONVERSATIONS.getByName(name).run(bytes);
  },
  // The platform's own counter, which isolates at one location share.
  async guesses({ GUESSES }, name, bytes) {
    const { success } = await GUESSES.limit({ key: decoder.decode(bytes) });
    return encoder.encode(success ? 'ok' : 'many');
  },
  // The object of the WebSocket on which the message came: see socket.js.
  socket: ({ SOCKET }, name, bytes) => SOCKET.run(bytes),
};

// The answer of the object |head| to |lines|; rejects when it is absent or fails.
export async function load(env, head, lines) {
  const [kind, name] = (head || SHARED).split(' ');
  return KINDS[kind](env, name, lines);
}

// The same without an answer. A store that is down fails each time, so only the first failure is
// logged.
export async function save(env, head, lines) {
  try {
    await load(env, head, lines);
  } catch (error) {
    if (!complained) console.error(`the store did not save: ${error}`);
    complained = true;
  }
}

// A Response with the output of a run in the object of conversation |name|, as it is made; |go|
// begins it.
export async function follow({ CONVERSATIONS }, name, node, after, go) {
  return CONVERSATIONS.getByName(name).follow(node, Number(after), Boolean(go));
}
