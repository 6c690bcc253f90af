// deadline.js -- a deadline that is moved often, on a timer that is seldom restarted.

const LEAP = 30_000; // ms: no timer is longer, so that a deadline mostly needs no new one

export class Deadline {
  #due = Infinity;
  #rings = Infinity; // when the timer fires
  #timer = null;
  #then = null;

  // Call |then| in |ms| from |now|, or never when that is 0. Replaces an earlier deadline.
  set(ms, then, now) {
    this.#then = then;
    this.#due = ms ? now + ms : Infinity;
    if (this.#due < this.#rings) this.#start(now);
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
  #start(now) {
    if (this.#rings < Infinity) clearTimeout(this.#timer);
    const ms = Math.min(this.#due - now, LEAP);
    this.#rings = now + ms;
    this.#timer = setTimeout(this.#ring, ms);
  }

  #ring = () => {
    const now = Date.now();
    this.#rings = Infinity;
    if (now >= this.#due) {
      this.#due = Infinity;
      this.#then();
    } else if (this.#due < Infinity) {
      this.#start(now);
    }
  };
}
