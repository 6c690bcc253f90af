// lanes.test.js -- whose turn it is on a WebSocket: shim/lanes.js.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lanes } from '../../shim/lanes.js';

const MANY = 100;

// Lanes, and how one message after the other enters: the word, once there is one, and leave().
function open({ max = MANY, names = MANY, waiting = MANY, known = [] } = {}) {
  const told = [];
  const lanes = new Lanes(known, (all) => told.push(all));
  const come = (lane) => {
    const place = lanes.arrive();
    const one = { word: null, leave: () => lanes.leave(place) };
    one.enter = () => lanes.enter(place, lane, max, names, waiting).then((word) => {
      one.word = word;
    });
    one.enter();
    return one;
  };
  return { lanes, told, come };
}
const settled = () => new Promise((resolve) => { setImmediate(resolve); });
const words = (all) => all.map(({ word }) => word);

describe('lanes', () => {
  test('one lane in order, others at once', async () => {
    const { come } = open();
    const all = ['a', 'a', 'b', '*', '*', 'a'].map(come);
    await settled();
    assert.deepEqual(words(all), ['ok', null, 'ok', 'ok', null, null]);
    all[0].leave();
    await settled();
    assert.deepEqual(words(all), ['ok', 'ok', 'ok', 'ok', null, null]);
    all[1].leave();
    all[3].leave();
    await settled();
    assert.deepEqual(words(all), Array(6).fill('ok'));
  });

  test('so many at once, the others as they came', async () => {
    const { come } = open({ max: 2 });
    const all = ['a', 'b', 'c', 'd'].map(come);
    await settled();
    assert.deepEqual(words(all), ['ok', 'ok', null, null]);
    all[1].leave();
    await settled();
    assert.deepEqual(words(all), ['ok', 'ok', 'ok', null]);
    all[0].leave();
    await settled();
    assert.deepEqual(words(all), Array(4).fill('ok'));
  });

  test('so many names, of which none is forgotten; the lane without one is none', async () => {
    const { come, told } = open({ names: 3, known: ['slept'] });
    const all = ['a', '*', 'b', 'c', 'slept', 'a'].map(come);
    all[0].leave();
    await settled();
    assert.deepEqual(words(all), ['ok', 'ok', 'ok', 'lanes', 'ok', 'ok']);
    assert.deepEqual(told, [['slept', 'a'], ['slept', 'a', 'b']]);
  });

  test('so many wait, and no more', async () => {
    const { come } = open({ max: 1, waiting: 2 });
    const all = ['a', 'b', 'c', 'd'].map(come);
    await settled();
    assert.deepEqual(words(all), ['ok', null, null, 'busy']);
    all[0].leave();
    await settled();
    assert.deepEqual(words(all), ['ok', 'ok', null, 'busy']);
  });

  test('a message that enters later than the next one still comes first', async () => {
    const { lanes } = open();
    const places = [lanes.arrive(), lanes.arrive()];
    const order = [];
    const enter = (i) => lanes.enter(places[i], 'a', MANY, MANY, MANY).then(() => order.push(i));
    enter(1);
    await settled();
    enter(0);
    await settled();
    assert.deepEqual(order, [0]);
    lanes.leave(places[0]);
    await settled();
    assert.deepEqual(order, [0, 1]);
  });

  test('what is over before its turn takes no place', async () => {
    const { come } = open({ max: 1 });
    const all = ['a', 'b', 'c'].map(come);
    await settled();
    all[1].leave();
    all[0].leave();
    await settled();
    assert.equal(all[2].word, 'ok');
    all[2].leave();
    const last = come('d');
    await settled();
    assert.equal(last.word, 'ok');
  });

  test('what leaves while it waits lets nobody overtake', async () => {
    const { come } = open();
    const all = ['a', 'a', 'a'].map(come);
    await settled();
    all[1].leave();
    await settled();
    assert.equal(all[2].word, null);
    all[0].leave();
    await settled();
    assert.equal(all[2].word, 'ok');
  });
});
