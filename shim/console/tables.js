// tables.js -- a table in a card; on a narrow screen each of its rows becomes a card of its own.
import { make } from './dom.js';

// |rows| of cells; the first column names the row, |numbers| tells the columns of numbers.
export function table(heads, rows, numbers = [], kind = '') {
  const look = (i) => ({ class: numbers.includes(i) && 'number' });
  return make('div', { class: `card table ${kind}`, tabindex: 0, role: 'region' },
    make('table', {},
      make('thead', {}, make('tr', {},
        heads.map((head, i) => make('th', { scope: 'col', ...look(i) }, head)))),
      make('tbody', {}, rows.map((cells) => make('tr', {}, cells.map((cell, i) => (i === 0
        ? make('th', { scope: 'row' }, cell)
        : make('td', { 'data-head': heads[i], ...look(i) }, cell))))))));
}
