// head.js -- convert heads from and to the module's form: lines of "name: value".

const SMALL_BODY = 64 * 1024; // bytes that are read at once

// A first line and headers as a text for the module. The runtime's forEach() is its fastest way.
export function headOf(first, headers) {
  let text = `${first}\n`;
  headers.forEach((value, name) => { text += `${name}: ${value}\n`; });
  return text;
}

// The headers as an object: the runtime makes Headers from it faster than from a list.
export function headersOf(text) {
  const headers = Object.create(null);
  for (let at = 0, end = 0; (end = text.indexOf('\n', at)) > at; at = end + 1) {
    const colon = text.indexOf(': ', at);
    const name = text.slice(at, colon);
    const value = text.slice(colon + 2, end);
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

// Path and query of a request's URL, which begins as "https://host/" and is normal already.
export const targetOf = (url) => url.slice(url.indexOf('/', 'https://'.length));

// Is the body small by its Content-Length? An encoded body may have any size.
export function saysSmall(headers) {
  const length = Number(headers.get('content-length') ?? Infinity);
  return length <= SMALL_BODY && !headers.has('content-encoding');
}

const KNOWN_MAX = 32;
const known = new Map(); // the last heads that were read, by their text

function readRequest(text) {
  const end = text.indexOf('\n');
  const [method, url] = text.slice(0, end).split(' ');
  return { method, url, headers: new Headers(headersOf(text.slice(end + 1))) };
}

// "POST https://host/path" and headers, as fetch() takes them. The heads of an upstream are mostly
// the same, and to make Headers of one takes longer than to look for it.
export function requestOf(text) {
  const found = known.get(text);
  if (found) return found;
  const request = readRequest(text);
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, request);
  return request;
}
