// head.js -- convert heads from and to the module's form: lines of "name: value".

const encoder = new TextEncoder();
const SMALL_BODY = 64 * 1024; // bytes that are read at once

// A first line and headers as bytes for the module.
export function headBytes(first, headers) {
  let text = `${first}\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\n`;
  return encoder.encode(text);
}

// The headers as an object: the runtime makes Headers from it faster than from a list.
export function headersOf(text) {
  const headers = Object.create(null);
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon < 1) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 2);
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
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

// "POST https://host/path" and headers, as fetch() takes them.
export function requestOf(text) {
  const end = text.indexOf('\n');
  const [method, url] = text.slice(0, end).split(' ');
  return { method, url, headers: headersOf(text.slice(end + 1)) };
}
