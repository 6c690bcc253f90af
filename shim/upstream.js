// upstream.js -- one fetch under way: its head comes as an event, then its body piece by piece.
import { PUT_ANSWER_HEAD, PUT_CHUNK } from './abi.js';
import { headBytes, requestOf } from './head.js';
import { Source } from './source.js';

export class Upstream extends Source {
  #controller = new AbortController();

  constructor({ attempt, head, body }) {
    super(attempt, PUT_CHUNK);
    this.expect(this.#fetch(requestOf(head), body));
  }

  async #fetch({ url, method, headers }, body) {
    const response = await fetch(url, {
      method,
      headers,
      body: body.length ? body : null,
      redirect: 'manual',
      signal: this.#controller.signal,
    });
    this.begin(response);
    return this.happened(PUT_ANSWER_HEAD, headBytes(response.status, response.headers));
  }

  abort() {
    this.#controller.abort();
  }
}
