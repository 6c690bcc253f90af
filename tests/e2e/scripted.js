// scripted.js -- upstreams that answer as a text file says, byte for byte.
//
//   === TAG [N]             begins the answer to requests at /TAG/... (to the Nth only)
//   200                     the status line, then headers, an empty line, and the body:
//   content-type: text/event-stream
//
//   data: {...}
//   %delay MS               lines of their own: wait; %flush: write what there is so far
//   %cut | %hang            break the connection, or leave it open
//   %repeat N TEXT          N lines, {i} counts from 0
//   %crlf                   line ends are CR LF from here on
//   %nonl                   take the last line end back
//   %raw HEX                these bytes
//   %gzip                   (in the head) compress the body
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

// { tag: [{ n, status, headers, gzip, lines }] }
function parse(script) {
  const answers = {};
  for (const part of script.split(/^=== /m).slice(1)) {
    const [title, status, ...rest] = part.split('\n');
    const gap = rest.indexOf('');
    const [tag, n] = title.trim().split(/\s+/);
    const head = rest.slice(0, gap < 0 ? undefined : gap);
    (answers[tag] ??= []).push({
      n: n && Number(n),
      status: Number(status),
      gzip: head.includes('%gzip'),
      headers: head.filter((line) => line.includes(':')).map((line) => line.split(/:\s*/, 2)),
      // The last line end is that of the last line.
      lines: gap < 0 ? [] : rest.slice(gap + 1, -1),
    });
  }
  return answers;
}

// Write a body's lines; true when it is to be left as it is.
async function play({ lines }, write, socket) {
  const pending = [];
  let end = '\n';
  const add = (bytes) => { pending.push(Buffer.from(bytes)); };
  const flush = () => {
    const bytes = Buffer.concat(pending.splice(0));
    if (bytes.length) write(bytes);
  };
  const verbs = {
    delay: async (ms) => { flush(); await sleep(Number(ms)); },
    flush: async () => { flush(); await sleep(20); },
    repeat: (n, ...text) => {
      for (let i = 0; i < Number(n); i += 1) add(text.join(' ').replaceAll('{i}', i) + end);
    },
    crlf: () => { end = '\r\n'; },
    nonl: () => {
      const all = Buffer.concat(pending.splice(0));
      add(all.subarray(0, all.length - end.length));
    },
    raw: (hex) => add(Buffer.from(hex, 'hex')),
    cut: async () => { flush(); await sleep(50); socket.destroy(); return true; },
    hang: () => { flush(); return true; },
  };
  for (const line of lines) {
    const [, verb, rest] = line.match(/^%(\w+) ?(.*)$/) ?? [];
    if (!verb) add(line + end);
    else if (await verbs[verb](...rest.split(' '))) return true;
  }
  flush();
  return false;
}

async function readAll(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

// Serve |scripts|, { name: text }, each below /name/TAG/.... Returns { url, requests, close() };
// |requests| grows with { name, tag, path, headers, body }.
export async function startScripted(scripts) {
  const parsed = Object.fromEntries(Object.entries(scripts).map(([k, text]) => [k, parse(text)]));
  const requests = [];
  const choose = (name, tag) => {
    const n = requests.filter((r) => r.name === name && r.tag === tag).length;
    const answers = parsed[name]?.[tag] ?? [];
    return answers.find((a) => a.n === n) ?? answers.find((a) => !a.n) ?? answers.at(-1);
  };
  const server = createServer(async (request, response) => {
    const text = await readAll(request);
    const [, name, tag] = request.url.split('/');
    const body = text && JSON.parse(text);
    requests.push({ name, tag, path: request.url, headers: request.headers, body });
    const answer = choose(name, tag);
    if (!answer) {
      response.writeHead(404).end();
      return;
    }
    const { status, headers, gzip } = answer;
    response.writeHead(status, [...headers, ...gzip ? [['content-encoding', 'gzip']] : []].flat());
    response.flushHeaders();
    const write = (bytes) => response.write(gzip ? gzipSync(bytes) : bytes);
    if (!await play(answer, write, response.socket)) response.end();
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}
