/* openai-chat.js -- POST /v1/chat/completions of OpenAI.
 *
 * The first chunk brings the role, then come deltas, then an empty delta with the finish_reason;
 * with stream_options.include_usage a chunk with choices [] brings the usage; then data: [DONE].
 */
import { checkChat } from './openai-rules.js';
import { frame } from './sse.js';
import { promptOfChat } from './prompt.js';
import { compose, finishOf, piecesOf } from './synthetic.js';
import { nowSeconds, snapshotOf } from './openai-responses.js';

function usageOf({ input, cached, output, reasoning }) {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning, audio_tokens: 0, accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function toolCall({ kind, name, input }, ids) {
  const id = `call_${ids.next(24)}`;
  return kind === 'custom'
    ? { id, type: 'custom', custom: { name, input } }
    : { id, type: 'function', function: { name, arguments: input } };
}

function messageOf(answer, ids) {
  const calls = answer.calls.map((call) => toolCall(call, ids));
  return {
    role: 'assistant',
    content: answer.text || null,
    ...(calls.length && { tool_calls: calls }),
    refusal: null,
    annotations: [],
  };
}

function wholeAnswer(base, answer, faults, ids) {
  const message = messageOf(answer, ids);
  return {
    ...base,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(answer, faults) }],
    ...(!faults['no-usage'] && { usage: usageOf(answer.tokens) }),
    service_tier: 'default',
    system_fingerprint: 'fp_fake000001',
  };
}

function* toolDeltas(answer, faults, ids) {
  for (const [index, call] of answer.calls.entries()) {
    const whole = toolCall(call, ids);
    const { type } = whole;
    const field = type === 'custom' ? 'input' : 'arguments';
    yield { tool_calls: [{ index, ...whole, [type]: { ...whole[type], [field]: '' } }] };
    for (const piece of piecesOf(call.input)) {
      const id = faults['tool-id-change'] ? { id: `call_${ids.next(24)}` } : {};
      yield { tool_calls: [{ index, ...id, [type]: { [field]: piece } }] };
    }
  }
}

function* deltasOf(answer, faults, ids) {
  yield { role: 'assistant', content: answer.calls.length ? null : '', refusal: null };
  for (const content of piecesOf(answer.text)) yield { content };
  yield* toolDeltas(answer, faults, ids);
}

function* streamOf(base, answer, body, faults, ids) {
  const counted = body.stream_options?.include_usage && !faults['no-usage'];
  const chunk = {
    ...base,
    object: 'chat.completion.chunk',
    service_tier: 'default',
    system_fingerprint: 'fp_fake000001',
  };
  const none = counted ? { usage: null } : {};
  const choice = (delta, reason) => (
    { choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }], ...none }
  );
  for (const delta of deltasOf(answer, faults, ids)) {
    yield frame({ ...chunk, ...choice(delta, null), obfuscation: ids.next(8) });
  }
  yield frame({ ...chunk, ...choice({}, finishOf(answer, faults)) });
  if (counted) yield frame({ ...chunk, choices: [], usage: usageOf(answer.tokens) });
  yield frame('[DONE]');
}

/**
 * Answer a chat request.
 * @returns {{frames}|{json}} the chunks of a stream, or the completion
 * @throws {Refusal} if OpenAI would refuse it
 */
export function answerChat(body, world, faults) {
  checkChat(body);
  const { ids } = world;
  const answer = compose(promptOfChat(body), { script: world.script });
  const base = {
    id: `chatcmpl-${ids.next(29)}`,
    object: 'chat.completion',
    created: nowSeconds(),
    model: snapshotOf(body.model),
  };
  if (body.stream === true) return { frames: [...streamOf(base, answer, body, faults, ids)] };
  return { json: wholeAnswer(base, answer, faults, ids) };
}
