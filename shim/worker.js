// worker.js -- the Worker's entry point: it gives each request to the gateway.
import { answer } from './gateway.js';

export { Conversation } from './conversation.js';
export { Socket } from './socket.js';
export { Store } from './store.js';

export default { fetch: (request, env, context) => answer(request, env, context) };
