// deadline.js -- a deadline that is moved often, on a timer that is seldom restarted.

export class Deadline {
  #due = Infinity;
  #rings = Infinity; // when the timer fires
  #timer = null;
  #then = null;

  // Call |then| after |ms|, or never when that is 0. Replaces an earlier deadline.
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

  // A stream moves its deadline with each piece. The timer is not restarted for that; if it fires
  // too early, it is started again for the rest of the time.
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
