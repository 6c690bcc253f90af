// lanes.js -- the order of messages on one WebSocket: those of a lane one after the other, and a
// limited number of all lanes at once.

export class Lanes {
  #last = Promise.resolve(); // all messages until now have said which lane they are for
  #tails = new Map(); // by lane: its last message is over
  #free = []; // to be called when one under way is over, first come first
  #underWay = 0;
  #waiting = 0;
  #names; // that were used
  #named; // is told of a new one

  constructor(names, named) {
    this.#names = new Set(names);
    this.#named = named;
  }

  // A place for the message that has just come; leave() when it is over.
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
