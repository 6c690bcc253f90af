// problems.js -- show a problem of the configuration that C reported.
import { make } from './dom.js';
import { quote, say } from './words.js';

// Code is between backquotes in the message. |go| is called when the place is clicked.
const worded = (message) => message.split('`').map((part, i) => (
  i % 2 ? make('code', {}, part) : part));

export function problemItem({ level, path, line, message }, go) {
  const place = line > 0 ? say('lineIs', { line }) : '';
  return make('li', { class: `problem ${level}` },
    make('span', { class: `state ${level}` }, say(level)), ' ',
    place && go ? make('button', { class: 'link', type: 'button', onclick: go }, place)
      : make('span', { class: 'soft' }, place), ' ',
    make('code', { class: 'soft' }, path),
    make('p', {}, worded(quote(message))));
}
