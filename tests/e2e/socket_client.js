// socket_client.js -- a client of the WebSocket on /v1/responses, and what it has heard.
import assert from 'node:assert/strict';
import { request } from 'node:http';

const LAST = ['response.completed', 'response.incomplete', 'response.failed', 'error'];
export const isLast = ({ type }) => LAST.includes(type);

// The answer to an upgrade: { status, headers, socket? }.
export function upgrade(url, headers, path = '/v1/responses') {
  return new Promise((resolve, reject) => {
    const asked = request(url + path, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    asked.on('upgrade', (response, socket) => {
      resolve({ status: response.statusCode, headers: response.headers, socket });
    });
    asked.on('response', async (response) => {
      let text = '';
      for await (const piece of response) text += piece;
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    asked.on('error', reject).end();
  });
}

// A connection. |heard| grows with the events; closed resolves to { code, reason }.
export class Client {
  heard = [];
  #socket;
  #wake = () => {};

  static async to({ url, token }, path = '/v1/responses') {
    const client = new Client();
    client.#socket = new WebSocket(url.replace(/^http/, 'ws') + path, {
      headers: { authorization: `Bearer ${token}` },
    });
    client.closed = new Promise((resolve) => {
      client.#socket.onclose = ({ code, reason }) => {
        client.over = true;
        client.#wake();
        resolve({ code, reason });
      };
    });
    client.#socket.onmessage = ({ data }) => {
      client.heard.push(JSON.parse(data));
      client.#wake();
    };
    await new Promise((resolve, reject) => {
      client.#socket.onopen = resolve;
      client.#socket.onerror = reject;
    });
    return client;
  }

  raw(message) {
    this.#socket.send(message);
  }

  create(body) {
    this.raw(JSON.stringify({ type: 'response.create', ...body }));
  }

  // The first event that |is| true of, now or later; with |from|, of those after so many.
  async event(is, what = 'an event', from = 0) {
    for (;;) {
      const found = this.heard.slice(from).find(is);
      if (found) return found;
      assert.ok(!this.over, `the socket was closed before ${what}`);
      await new Promise((resolve) => { this.#wake = resolve; });
    }
  }

  // All events of one request, which is the only one under way.
  async turn(body) {
    const from = this.heard.length;
    this.create(body);
    await this.event(isLast, 'the end of a turn', from);
    return this.heard.slice(from);
  }

  // The response that a turn ends with.
  async respond(body) {
    const last = (await this.turn(body)).at(-1);
    assert.equal(last.type, 'response.completed', JSON.stringify(last));
    return last.response;
  }

  async close() {
    this.#socket.close();
    return this.closed;
  }
}
