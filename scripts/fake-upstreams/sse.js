/* sse.js -- frames of an event stream, and which stage of an answer each belongs to.
 *
 * A frame is `{stage, bytes}`, its bytes ending in an empty line:
 *
 *   event: response.output_text.delta
 *   data: {"type":"response.output_text.delta","delta":"Hi"}
 *   <empty line>
 *
 * Stages: preamble (response.created and the like: no output yet), item (an item or a part opens
 * or closes), reasoning, text, tool (deltas that carry output), last (the end of the answer:
 * response.completed, finish_reason, usage), done ([DONE]), noise (anything else).
 * The same reading serves our own frames and recorded ones, of either dialect.
 */

const PREAMBLE = /^response\.(created|queued|in_progress)$/;
const LAST = /^response\.(completed|incomplete|failed)$|^error$/;
const REASONING = /^response\.reasoning.*\.delta$/;
const TEXT = /^response\.(output_text|refusal)\.delta$/;
const TOOL = /^response\..*\.delta$/;

function stageOfResponses({ type }) {
  if (PREAMBLE.test(type)) return 'preamble';
  if (LAST.test(type)) return 'last';
  if (REASONING.test(type)) return 'reasoning';
  if (TEXT.test(type)) return 'text';
  return TOOL.test(type) ? 'tool' : 'item';
}

function stageOfChat({ choices }) {
  const [choice] = choices;
  if (!choice || choice.finish_reason) return 'last';
  const delta = choice.delta ?? {};
  if (delta.tool_calls) return 'tool';
  if (delta.reasoning_content || delta.reasoning) return 'reasoning';
  return delta.content ? 'text' : 'item';
}

/** The stage of an event, given its parsed data (or the string '[DONE]'). */
export function stageOf(data) {
  if (data === '[DONE]') return 'done';
  if (typeof data?.type === 'string') return stageOfResponses(data);
  return Array.isArray(data?.choices) ? stageOfChat(data) : 'noise';
}

/** A frame of |data| (an object, or a string sent as it is), with an event line if |event|. */
export function frame(data, event) {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const head = event ? `event: ${event}\n` : '';
  return { stage: stageOf(data), bytes: Buffer.from(`${head}data: ${text}\n\n`) };
}

/** The parsed data of a frame, '[DONE]', or null if it is not JSON. */
export function dataOf({ bytes }) {
  const data = bytes.toString().split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart()).join('\n');
  if (data === '[DONE]') return data;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/** Cut recorded bytes into frames; together they are the same bytes, whatever they hold. */
export function framesOf(bytes) {
  const frames = [];
  for (let at = 0; at < bytes.length;) {
    const blank = bytes.indexOf('\n\n', at);
    const end = blank < 0 ? bytes.length : blank + 2;
    const one = { bytes: bytes.subarray(at, end) };
    frames.push({ ...one, stage: stageOf(dataOf(one)) });
    at = end;
  }
  return frames;
}
