// charts.js -- one small chart of bars, drawn as SVG.
import { draw, make } from './dom.js';

const WIDTH = 240;
const HEIGHT = 56;
const GAP = 2;

// A card: |label|, the |total|, and a bar for each of |bars|: { value, title }. |kind| names its
// colour, |summary| says it to who cannot see, |from| and |to| stand at the ends of its axis.
export function chart({ label, total, bars, kind, summary, from, to }) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const step = WIDTH / bars.length;
  const shapes = bars.map(({ value, title }, i) => {
    const height = most > 0 ? (value / most) * (HEIGHT - 2) : 0;
    const tall = value > 0 ? Math.max(height, 3) : 1.5;
    return draw('g', {},
      draw('rect', { class: 'catch', x: i * step, y: 0, width: step, height: HEIGHT }),
      draw('rect', {
        class: value > 0 ? 'value' : 'none', rx: 1.5,
        x: i * step + GAP / 2, y: HEIGHT - tall, width: step - GAP, height: tall,
      }),
      draw('title', {}, title));
  });
  return make('figure', { class: `card chart ${kind}` },
    make('figcaption', {}, make('span', { class: 'soft' }, label), make('strong', {}, total)),
    draw('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img',
      'aria-label': summary,
    }, shapes),
    make('div', { class: 'axis', 'aria-hidden': 'true' },
      make('span', {}, from), make('span', {}, to)));
}
