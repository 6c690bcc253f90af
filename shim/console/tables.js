// tables.js -- make a table; on a narrow screen each row is shown as a card.
import { make } from './dom.js';

// |rows| are lists of cells. The first column is the row's header; |numbers| has the indexes of
// columns with numbers.
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
