// markdown.js -- show a model's Markdown. Elements are made one by one, so no text becomes HTML.
import { make } from './dom.js';

// ---- within a line ----

const INLINE = [
  [/^`+([^`]+)`+/, ([, text]) => make('code', {}, text)],
  [/^\*\*(\S(?:.*?\S)?)\*\*/s, ([, text]) => make('strong', {}, inline(text))],
  [/^~~(\S(?:.*?\S)?)~~/s, ([, text]) => make('s', {}, inline(text))],
  [/^\*(\S(?:.*?\S)?)\*(?!\*)/s, ([, text]) => make('em', {}, inline(text))],
  [/^!?\[([^\]]*)\]\((https?:\/\/[^\s)]+)[^)]*\)/, ([, text, href]) => link(href, text || href)],
  [/^https?:\/\/[^\s<>)\]]*[^\s<>)\].,;:!?"']/, ([href]) => link(href, href)],
  [/^\\([\\`*_{}[\]()#+\-.!|~])/, ([, char]) => char],
];

const link = (href, text) => make('a', { href, target: '_blank', rel: 'noopener noreferrer' },
  text);

function inline(text) {
  const parts = [];
  let plain = '';
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const [match, made] = /^[`*~![\\h]/.test(rest) ? first(rest) : [null];
    if (match) {
      parts.push(plain, made);
      plain = '';
    } else {
      plain += text[at];
    }
    at += match ? match[0].length : 1;
  }
  return [...parts, plain].filter((part) => part !== '');
}

function first(rest) {
  for (const [pattern, build] of INLINE) {
    const match = rest.match(pattern);
    if (match) return [match, build(match)];
  }
  return [null];
}

// ---- blocks ----

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*(\S*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^( *)(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const DIVIDER = /^ *\|? *:?-+:? *(\| *:?-+:? *)*\|? *$/;

// The lines of |list| from |at| on for which |fits| holds.
function run(list, at, fits) {
  let end = at;
  while (end < list.length && fits(list[end])) end += 1;
  return list.slice(at, end);
}

function code(lines, at) {
  const [, fence] = lines[at].match(FENCE);
  const body = run(lines, at + 1, (line) => !line.trimStart().startsWith(fence));
  return [make('pre', { tabindex: 0 }, make('code', {}, body.join('\n'))), body.length + 2];
}

const cells = (line) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());

function grid(lines, at) {
  const rows = run(lines, at + 2, (line) => line.includes('|'));
  const row = (name, line) => make('tr', {}, cells(line).map((cell) => make(name, {},
    inline(cell))));
  return [make('div', { class: 'wide', tabindex: 0 }, make('table', {},
    make('thead', {}, row('th', lines[at])),
    make('tbody', {}, rows.map((line) => row('td', line))))), rows.length + 2];
}

// A list; an item consists of its line and the lines after it that are indented more.
function list(lines, at) {
  const [, indent, number] = lines[at].match(ITEM);
  const items = [];
  let end = at;
  for (;;) {
    const match = lines[end]?.match(ITEM);
    if (!match || match[1].length !== indent.length || !match[2] !== !number) break;
    const deeper = run(lines, end + 1, (line) => line.trim() !== ''
      && line.search(/\S/) > indent.length);
    const offset = Math.min(...deeper.map((line) => line.search(/\S/)));
    items.push(make('li', {}, inline(match[3]), blocks(deeper.map((line) => line.slice(offset)))));
    end += 1 + deeper.length;
    while (lines[end]?.trim() === '' && ITEM.test(lines[end + 1] ?? '')) end += 1;
  }
  return [make(number ? 'ol' : 'ul', { start: number > 1 && number }, items), end - at];
}

function quoted(lines, at) {
  const body = run(lines, at, (line) => /^ {0,3}>/.test(line));
  return [make('blockquote', {}, blocks(body.map((line) => line.replace(/^ {0,3}> ?/, '')))),
    body.length];
}

const starts = (lines, at) => FENCE.test(lines[at]) || HEADING.test(lines[at])
  || ITEM.test(lines[at]) || /^ {0,3}>/.test(lines[at]);

function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() !== '' && !starts(lines, end)) end += 1;
  return [make('p', {}, inline(lines.slice(at, end).join('\n'))), end - at];
}

// An element and how many lines it took.
function block(lines, at) {
  const line = lines[at];
  if (line.trim() === '') return [null, 1];
  if (FENCE.test(line)) return code(lines, at);
  const [, marks, text] = line.match(HEADING) ?? [];
  if (marks) return [make(`h${Math.min(marks.length + 3, 6)}`, {}, inline(text)), 1];
  if (RULE.test(line)) return [make('hr'), 1];
  if (/^ {0,3}>/.test(line)) return quoted(lines, at);
  if (ITEM.test(line)) return list(lines, at);
  if (line.includes('|') && DIVIDER.test(lines[at + 1] ?? '')) return grid(lines, at);
  return paragraph(lines, at);
}

function blocks(lines) {
  const all = [];
  for (let at = 0; at < lines.length;) {
    const [element, n] = block(lines, at);
    if (element) all.push(element);
    at += n;
  }
  return all;
}

export const markdown = (text) => blocks(text.split(/\r?\n/));
