// upstream.js -- one fetch: the head is the first event, then the body follows piece by piece.
import { PUT_ANSWER_HEAD, PUT_CHUNK } from './abi.js';
import { headOf, requestOf } from './head.js';
import { Source } from './source.js';

export class Upstream extends Source {
  #controller = new AbortController();

  constructor({ attempt, head, body }, listener) {
    super(attempt, PUT_CHUNK, listener);
    this.expect();
    try {
      const { url, method, headers } = requestOf(head);
      fetch(url, {
        method,
        headers,
        body: body.length ? body : null,
        redirect: 'manual',
        signal: this.#controller.signal,
      }).then(this.#answered, this.failed);
    } catch (error) {
      Promise.reject(error).catch(this.failed);
    }
  }

  abort() {
    this.#controller.abort();
  }

  #answered = (response) => {
    this.begin(response);
    this.happened(PUT_ANSWER_HEAD, headOf(response.status, response.headers));
  };
}
