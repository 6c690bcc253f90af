// lanes.js -- the order of messages on one WebSocket: messages of one lane run one after the other,
// and only a limited number at once in all lanes.

export class Lanes {
  #last = Promise.resolve(); // resolves when the lane of every message so far is known
  #tails = new Map(); // by lane: resolves when its last message has ended
  #free = []; // called in order, one each time that a running message ends
  #underWay = 0;
  #waiting = 0;
  #names; // the names of lanes that were used
  #named; // called with each new name

  constructor(names, named) {
    this.#names = new Set(names);
    this.#named = named;
  }

  // A place for the message that has just arrived; call its leave() when the message has ended.
  arrive() {
    const { promise: said, resolve: say } = Promise.withResolvers();
    const { promise: over, resolve: end } = Promise.withResolvers();
    const place = { before: this.#last, say, over, end, isOver: false, underWay: false };
    this.#last = said;
    return place;
  }

  // Wait for |place| in |lane|: see "enter" in wasm/plan.h.
  async enter(place, lane, max, names, waiting) {
    await place.before;
    const refused = this.#refuse(lane, names, waiting);
    const tail = this.#tails.get(lane) ?? Promise.resolve();
    if (!refused) this.#tails.set(lane, tail.then(() => place.over));
    place.say();
    if (refused) return refused;
    this.#waiting += 1;
    await tail;
    while (this.#underWay >= max && !place.isOver) {
      await new Promise((resolve) => { this.#free.push(resolve); });
    }
    this.#waiting -= 1;
    if (place.isOver) this.#free.shift()?.();
    place.underWay = !place.isOver;
    this.#underWay += place.underWay;
    return 'ok';
  }

  #refuse(lane, names, waiting) {
    if (this.#waiting >= waiting) return 'busy';
    if (lane === '*' || this.#names.has(lane)) return null;
    if (this.#names.size >= names) return 'lanes';
    this.#names.add(lane);
    this.#named([...this.#names]);
    return null;
  }

  leave(place) {
    place.isOver = true;
    place.say();
    place.end();
    this.#underWay -= place.underWay;
    this.#free.shift()?.();
  }
}
