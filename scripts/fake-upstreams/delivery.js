/* delivery.js -- an answer onto the wire, at its pace and with its failures.
 *
 * Every failure here is a place in the body, counted in bytes, at which something happens: the
 * connection is destroyed, or nothing more is sent. The rest is writing pieces one after another.
 */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { stageEnd } from './frame-faults.js';

const IN_JSON = { head: () => 0, last: (n) => Math.max(n - 1, 0) };

/* The byte at which stage |at| has been sent, or -1. */
function stageByte(answer, at) {
  if (!answer.frames) return (IN_JSON[at.kind] ?? ((n) => n >> 1))(answer.body.length);
  const end = stageEnd(answer.frames, at);
  if (end < 0) return -1;
  return answer.frames.slice(0, end).reduce((n, frame) => n + frame.bytes.length, 0);
}

function placeOf(answer, fault, staged) {
  if (fault) return fault.value;
  return staged ? stageByte(answer, staged.value) : -1;
}

/* Where the body is interrupted: {cut, stall, wait, alive}, each a byte or -1; wait in ms or for
 * ever, with a comment every |alive| ms. */
function interruptions(answer, faults) {
  const stall = faults.stall ?? faults['stall-after'];
  return {
    cut: placeOf(answer, faults.cut, faults['cut-after']),
    stall: placeOf(answer, faults.stall, faults['stall-after']),
    wait: stall?.for,
    alive: stall?.alive,
  };
}

/* Sleep, or until the exchange is over; without |ms|, only until then. */
async function wait(ms, signal) {
  const over = () => {};
  if (ms !== undefined) return sleep(Number(ms), null, { signal }).catch(over);
  if (signal.aborted) return undefined;
  return new Promise((done) => signal.addEventListener('abort', done, { once: true }));
}

function* splitAt(bytes, from, places) {
  let at = 0;
  const inside = places.map((place) => place - from).filter((n) => n > 0 && n < bytes.length);
  for (const end of [...inside.sort((a, b) => a - b), bytes.length]) {
    if (end > at) yield bytes.subarray(at, end);
    at = end;
  }
}

function* inPieces(bytes, size) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/* The pieces to write: frames, or all bytes in pieces of one size, split where one interrupts. */
function* piecesOf(answer, faults, places) {
  const size = faults['byte-by-byte'] ? 1 : faults.chunk?.value;
  const parts = answer.frames?.map((frame) => frame.bytes) ?? [answer.body];
  const whole = size ? inPieces(Buffer.concat(parts), size) : parts;
  let at = 0;
  for (const part of whole) {
    yield* splitAt(part, at, places);
    at += part.length;
  }
}

function write(res, bytes) {
  return new Promise((done) => {
    res.write(bytes, done);
  });
}

async function sendHead(res, answer, faults) {
  const length = answer.frames ? {} : { 'content-length': answer.body.length };
  res.socket?.setNoDelay(true);
  res.writeHead(answer.status, { ...length, ...answer.headers, ...faults.headers });
  res.flushHeaders();
  /* The head must have left before a connection is destroyed, or the client sees neither. */
  await turn();
}

/* Comments are no part of the answer: they do not count as sent. */
async function stall(stops, { res, signal }) {
  const comment = () => { if (!res.destroyed) res.write(': keep-alive\n\n'); };
  const timer = stops.alive && setInterval(comment, Number(stops.alive));
  await wait(stops.wait, signal);
  clearInterval(timer);
}

async function interrupt(at, stops, exchange) {
  const { res, signal, entry } = exchange;
  if (at === stops.stall) await stall(stops, exchange);
  if (at !== stops.cut || signal.aborted) return;
  entry.cut = true;
  res.destroy();
}

async function sendBody(exchange, answer, faults, pace) {
  const { res, signal, entry } = exchange;
  const stops = interruptions(answer, faults);
  await interrupt(0, stops, exchange);
  for (const piece of piecesOf(answer, faults, [stops.cut, stops.stall])) {
    if (signal.aborted || res.destroyed) return;
    await write(res, piece);
    entry.sent += piece.length;
    if (faults.chunk || faults['byte-by-byte']) await turn();
    else if (pace) await wait(pace, signal);
    await interrupt(entry.sent, stops, exchange);
  }
  if (!res.destroyed) res.end();
}

/**
 * Send |answer| over |exchange|: {res, signal (aborted when the exchange is over), entry}.
 * Resolves when all was sent, the connection was destroyed, or the client has gone; it never
 * rejects for any of these.
 */
export async function deliver(exchange, answer, faults, pace) {
  const { res, signal, entry } = exchange;
  if (faults.delay) await wait(faults.delay.value, signal);
  if (faults['stall-head']) await wait(faults['stall-head'].for, signal);
  if (signal.aborted) return;
  entry.status = answer.status;
  await sendHead(res, answer, faults);
  await sendBody(exchange, answer, faults, answer.frames ? pace : 0);
}
