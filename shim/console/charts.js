// charts.js -- one chart of bars with its axes, drawn as SVG.
import { draw, make } from './dom.js';

const WIDTH = 320;
const HEIGHT = 96;
const LINES = 2; // grid lines above the base line

// The next round number whose half is round as well.
function ceiling(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 10].find((step) => step * power >= value * 0.999) * power;
}

function shapes(bars, top) {
  const step = WIDTH / bars.length;
  const gap = Math.min(2, step / 4);
  return bars.map(({ value, title }, i) => {
    const tall = value > 0 ? Math.max((value / top) * HEIGHT, 2) : 1;
    return draw('g', {},
      draw('rect', { class: 'catch', x: i * step, y: 0, width: step, height: HEIGHT }),
      draw('rect', {
        class: value > 0 ? 'value' : 'none',
        x: i * step + gap / 2, y: HEIGHT - tall, width: step - gap, height: tall,
      }),
      draw('title', {}, title));
  });
}

const grid = () => Array.from({ length: LINES + 1 }, (_, i) => draw('line', {
  class: 'grid', x1: 0, x2: WIDTH, y1: (HEIGHT * i) / LINES, y2: (HEIGHT * i) / LINES,
}));

// A card with |label|, the |total|, and a bar for each of |bars|: { value, title }. |kind| selects
// the colour, |summary| is the text for screen readers, |marks| are the labels below the axis,
// |show| formats a value, and |least| is the minimum of the axis' upper end. While the pointer is
// on a bar, its title is shown instead of the total.
export function chart({
  label, total, bars, kind, summary, marks, show, least = 0,
}) {
  const top = ceiling(Math.max(...bars.map(({ value }) => value), least));
  const sum = make('strong', {}, total);
  const under = (event) => {
    const group = event.target.closest('g');
    sum.textContent = group ? group.querySelector('title').textContent : total;
    sum.classList.toggle('hovered', Boolean(group));
  };
  const leave = () => {
    sum.textContent = total;
    sum.classList.remove('hovered');
  };
  return make('figure', { class: `card chart ${kind}` },
    make('figcaption', {}, make('span', { class: 'soft' }, label), sum),
    make('div', { class: 'plot' },
      make('div', { class: 'scale', 'aria-hidden': 'true' },
        Array.from({ length: LINES + 1 }, (_, i) => make('span', {},
          show((top * (LINES - i)) / LINES)))),
      draw('svg', {
        viewBox: `0 -1 ${WIDTH} ${HEIGHT + 2}`, preserveAspectRatio: 'none', role: 'img',
        'aria-label': summary, onpointermove: under, onpointerleave: leave,
      }, grid(), shapes(bars, top))),
    make('div', { class: 'axis', 'aria-hidden': 'true' }, marks.map((mark) => make('span', {},
      mark))));
}
