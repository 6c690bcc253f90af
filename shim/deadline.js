// deadline.js -- a deadline that moves all the time, on one timer that seldom does.

export class Deadline {
  #due = Infinity;
  #rings = Infinity;
  #timer = null;
  #wake = null;

  // Resolves after |ms|, or never when |ms| is 0. A later wait() takes an earlier one's place.
  wait(ms) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#due = ms ? Date.now() + ms : Infinity;
      if (this.#due < this.#rings) this.#set();
    });
  }

  // Let who is waiting go on at once.
  ring() {
    this.stop();
    this.#wake?.();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#rings = Infinity;
  }

  // A stream moves its deadline with each piece: the timer is not touched then, and finds out
  // when it rings too early.
  #set() {
    clearTimeout(this.#timer);
    this.#rings = this.#due;
    this.#timer = setTimeout(() => {
      this.#rings = Infinity;
      if (Date.now() >= this.#due) this.#wake();
      else if (this.#due < Infinity) this.#set();
    }, this.#due - Date.now());
  }
}
