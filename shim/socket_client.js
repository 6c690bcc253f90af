// socket_client.js -- turn a client's connection into a WebSocket, which its own object holds.
import { headersOf } from './head.js';

export const TERMS = 'x-terms'; // the header with the OP_UPGRADE's data for the object
const decoder = new TextDecoder();

// The 101 for a client; |plan| is an OP_UPGRADE.
export async function openSocket({ SOCKETS }, { head, ms, body }) {
  const stub = SOCKETS.get(SOCKETS.newUniqueId());
  const terms = encodeURIComponent(`${ms}\n${decoder.decode(body)}`);
  const { webSocket } = await stub.fetch('https://socket/', {
    headers: { upgrade: 'websocket', [TERMS]: terms },
  });
  return new Response(null, { status: 101, webSocket, headers: headersOf(head) });
}
