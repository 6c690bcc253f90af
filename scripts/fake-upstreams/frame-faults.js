/* frame-faults.js -- failures inside an answer: a change to its frames, before any byte goes out.
 *
 * An answer is `{status, headers, frames}` (a stream) or `{status, headers, body}`. `damage`
 * takes one and gives another; `stageEnd` says where a stage ends, for faults on the wire too.
 */

/**
 * The number of frames up to and with the stage |at|: {kind, nth}, or -1 if it never comes.
 * The preamble ends where something else begins, so that both its events count as one.
 */
export function stageEnd(frames, { kind, nth }) {
  if (kind === 'head') return 0;
  if (kind === 'preamble') {
    const end = frames.findIndex((frame) => !['preamble', 'noise'].includes(frame.stage));
    return end < 0 ? frames.length : end;
  }
  const ends = frames.flatMap((frame, i) => (frame.stage === kind ? [i + 1] : []));
  return (nth < 0 ? ends.at(nth) : ends[nth - 1]) ?? -1;
}

function endAfter(frames, fault) {
  const end = stageEnd(frames, fault.value);
  return end < 0 ? frames : frames.slice(0, end);
}

function errorAfter(frames, fault, named, upstream) {
  const end = stageEnd(frames, fault.value);
  if (end < 0) return frames;
  const sent = frames.slice(0, end);
  const error = upstream.makeError(fault.code, errorOptions(fault));
  return [...sent, ...upstream.errorFrames(sent, error, { named })];
}

/* As seen in the wild: the rest of one chunk is lost, and the next begins in its middle. */
function garbageAfter(frames, fault) {
  const end = stageEnd(frames, fault.value);
  if (end < 0 || end >= frames.length) return frames;
  const [broken, next] = frames.slice(end, end + 2);
  const half = broken.bytes.subarray(0, Math.ceil(broken.bytes.length * 0.6));
  const rest = next?.bytes ?? Buffer.from('\n\n');
  const spliced = { stage: 'noise', bytes: Buffer.concat([half, rest]) };
  return [...frames.slice(0, end), spliced, ...frames.slice(end + 2)];
}

const prefixed = (text) => (frame) => (
  { ...frame, bytes: Buffer.concat([Buffer.from(text), frame.bytes]) }
);

const withIds = (frames) => frames.map((frame, i) => prefixed(`id: ${i + 1}\n`)(frame));

function withCrlf(bytes) {
  return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

function damageFrames(frames, faults, upstream) {
  const named = Boolean(faults['event-error']);
  const error = faults['error-after'] ?? faults['event-error'];
  let now = frames;
  if (faults['no-done']) now = now.filter((frame) => frame.stage !== 'done');
  if (faults['unknown-event']) now = [...now.slice(0, 1), upstream.noise(), ...now.slice(1)];
  if (faults['garbage-after']) now = garbageAfter(now, faults['garbage-after']);
  if (faults['end-after']) now = endAfter(now, faults['end-after']);
  if (error) now = errorAfter(now, error, named, upstream);
  if (faults['id-lines']) now = withIds(now);
  if (faults.comments) now = now.map(prefixed(': keep-alive\n\n'));
  if (faults.crlf) now = now.map((frame) => ({ ...frame, bytes: withCrlf(frame.bytes) }));
  return now;
}

function damageBody(body, faults) {
  const broken = faults['garbage-after'] ?? faults['end-after'];
  if (broken) return body.subarray(0, body.length >> 1);
  return faults.crlf ? withCrlf(body) : body;
}

/** The options of an error part, as glmError and openaiError take them. */
export function errorOptions(fault) {
  const { status, type, param, message, zh } = fault;
  return {
    status: status && Number(status), type, param, message, zh, resetIn: fault['reset-in'],
  };
}

/** |answer| with the failures that |faults| ask for inside it; |upstream| words the errors. */
export function damage(answer, faults, upstream) {
  if (answer.frames) {
    return { ...answer, frames: damageFrames(answer.frames, faults, upstream) };
  }
  return { ...answer, body: damageBody(answer.body, faults) };
}
