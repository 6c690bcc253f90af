// child.js -- a child process, and messages to and from it.
import { fork } from 'node:child_process';
import { on } from 'node:events';

export class Child {
  #name;
  #process;
  #messages;

  // |name| is a program in this folder.
  constructor(name, ...args) {
    this.#name = name;
    this.#process = fork(new URL(name, import.meta.url), args.map(String));
    this.#messages = on(this.#process, 'message', { close: ['exit'] });
  }

  send(message) {
    this.#process.send(message);
  }

  // The next message; none is lost before it is asked for.
  async heard() {
    const { done, value } = await this.#messages.next();
    if (done) throw new Error(`${this.#name} ended with ${this.#process.exitCode}`);
    return value[0];
  }

  stop() {
    if (this.#process.connected) this.#process.disconnect();
  }
}
