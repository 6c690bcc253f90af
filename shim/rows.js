// rows.js -- what the objects that store things have in common: lines of bytes, and rows of tables.

export const ROW_MAX = 1_500_000; // bytes in one row: the platform's maximum is 2 MB
export const ANSWER_MAX = 32 * 1024 * 1024; // bytes: a larger chain of turns gives an empty answer

const decoder = new TextDecoder();
const SPACE = 32;
const NEWLINE = 10;

// The first |n| words of |line| as strings, and the rest as bytes.
export function cut(line, n) {
  const words = [];
  let at = 0;
  while (words.length < n && at < line.length) {
    const space = line.indexOf(SPACE, at);
    const end = space < 0 ? line.length : space;
    words.push(decoder.decode(line.subarray(at, end)));
    at = end + 1;
  }
  return { words, rest: line.subarray(Math.min(at, line.length)) };
}

export function* linesOf(bytes) {
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    if (end > at) yield bytes.subarray(at, end);
    at = end + 1;
  }
}

export function join(pieces) {
  const bytes = new Uint8Array(pieces.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

// [number, bytes] for each row that |bytes| take: at least one, numbered from 0.
export function* partsOf(bytes) {
  for (let part = 0; part === 0 || part * ROW_MAX < bytes.length; part += 1) {
    yield [part, bytes.slice(part * ROW_MAX, (part + 1) * ROW_MAX)];
  }
}
