/* upstream.js -- the upstream of the benchmark, a process of its own: prepared chunks at a pace.
 *
 * Every chunk of a stream is one write, and so one HTTP chunk, with no TCP delay. Tells its
 * parent where it listens: { url }; is told the milliseconds between two chunks: { pace }, 0
 * being as fast as they are taken.
 */
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { once } from 'node:events';
import { ANSWERS } from './answers.js';

let pace = 0;
process.on('message', (message) => { ({ pace } = message); });

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
  const body = [];
  req.on('data', (piece) => body.push(piece));
  req.on('end', () => answer(res, ANSWERS[req.url], JSON.parse(Buffer.concat(body))));
});

server.listen(0, '127.0.0.1', () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}` });
});
process.once('disconnect', () => process.exit());
