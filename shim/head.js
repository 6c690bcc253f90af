// head.js -- heads as the module writes and reads them: lines of "name: value".

const encoder = new TextEncoder();

// A first line and headers as bytes for the module.
export function headBytes(first, headers) {
  let text = `${first}\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\n`;
  return encoder.encode(text);
}

export function headersOf(text) {
  const headers = new Headers();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 2));
  }
  return headers;
}

// "POST https://host/path" and headers, as fetch() takes them.
export function requestOf(text) {
  const end = text.indexOf('\n');
  const [method, url] = text.slice(0, end).split(' ');
  return { method, url, headers: headersOf(text.slice(end + 1)) };
}
