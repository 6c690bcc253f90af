// deadline.js -- a deadline that moves all the time, on one timer that seldom does.

export class Deadline {
  #due = Infinity;
  #rings = Infinity; // when the timer does
  #timer = null;
  #then = null;

  // Call |then| after |ms|, or never when that is 0. It takes an earlier one's place.
  set(ms, then) {
    this.#then = then;
    this.#due = ms ? Date.now() + ms : Infinity;
    if (this.#due < this.#rings) this.#start();
  }

  clear() {
    this.#due = Infinity;
  }

  stop() {
    this.#due = this.#rings = Infinity;
    clearTimeout(this.#timer);
  }

  // A stream moves its deadline with each piece: the timer is not touched then, and finds out
  // when it rings too early.
  #start() {
    clearTimeout(this.#timer);
    this.#rings = this.#due;
    this.#timer = setTimeout(this.#ring, this.#due - Date.now());
  }

  #ring = () => {
    this.#rings = Infinity;
    if (Date.now() >= this.#due) {
      this.#due = Infinity;
      this.#then();
    } else if (this.#due < Infinity) {
      this.#start();
    }
  };
}
