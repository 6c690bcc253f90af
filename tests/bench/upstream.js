/* upstream.js -- the upstream of the benchmark, a process of its own: prepared chunks at a pace.
 *
 *   node upstream.js PACE     PACE in milliseconds between chunks; 0 = as fast as they are taken
 *
 * Every chunk of a stream is one write, and so one HTTP chunk, with no TCP delay. Tells its
 * parent where it listens: { url }.
 */
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { once } from 'node:events';
import { ANSWERS, STORED } from './answers.js';

const pace = Number(process.argv[2]);

function paced(res, chunks) {
  let i = 0;
  const timer = setInterval(() => {
    res.write(chunks[i]);
    i += 1;
    if (i < chunks.length) return;
    clearInterval(timer);
    res.end();
  }, pace);
  res.once('close', () => clearInterval(timer));
}

async function fast(res, chunks) {
  for (const chunk of chunks) {
    if (res.destroyed) return;
    if (!res.write(chunk)) await once(res, 'drain');
    await turn();
  }
  res.end();
}

function answer(res, answers, { stream }) {
  if (!stream) {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(answers.json[0]);
    return;
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  if (pace) paced(res, answers.stream);
  else fast(res, answers.stream).catch(() => res.destroy());
}

const server = createServer((req, res) => {
  if (req.method === 'GET') {
    res.writeHead(200, { 'content-type': 'application/json' }).end(STORED);
    return;
  }
  const body = [];
  req.on('data', (piece) => body.push(piece));
  req.on('end', () => answer(res, ANSWERS[req.url], JSON.parse(Buffer.concat(body))));
});

server.listen(0, '127.0.0.1', () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}` });
});
process.once('disconnect', () => process.exit());
