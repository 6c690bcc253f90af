/* openai-responses.js -- POST /v1/responses: the response object and its events.
 *
 * As recorded: each event has a line `event: <type>`, sequence_number counts from 0, deltas carry
 * obfuscation, and the stream ends after response.completed, WITHOUT data: [DONE].
 *
 *   event: response.output_text.delta
 *   data: {"type":"response.output_text.delta","content_index":0,"delta":"Hi","item_id":"msg_..",
 *          "logprobs":[],"obfuscation":"..","output_index":1,"sequence_number":6}
 */
import { checkResponses } from './openai-rules.js';
import { dataOf, frame } from './sse.js';
import { promptOfResponses } from './prompt.js';
import { compose, piecesOf } from './synthetic.js';

/* A model is asked for by its name and answers with its snapshot's. */
const SNAPSHOTS = {
  'gpt-4o': 'gpt-4o-2024-08-06',
  'gpt-4o-mini': 'gpt-4o-mini-2024-07-18',
  'gpt-4.1': 'gpt-4.1-2025-04-14',
  'gpt-5': 'gpt-5-2025-08-07',
  'gpt-5-mini': 'gpt-5-mini-2025-08-07',
  'o4-mini': 'o4-mini-2025-04-16',
};

/** The name with which |model| answers. */
export const snapshotOf = (model) => (Object.hasOwn(SNAPSHOTS, model) ? SNAPSHOTS[model] : model);

/** Seconds since 1970. */
export const nowSeconds = () => Math.floor(Date.now() / 1000);

function echoTool(tool) {
  if (tool.type !== 'function') return tool;
  const { name, description = null, parameters = null, strict = true } = tool;
  return { type: 'function', description, name, parameters, strict };
}

function echoReasoning(reasoning) {
  const { effort = null, summary = null } = reasoning ?? {};
  return { context: effort ? 'current_turn' : null, effort, summary };
}

function echoText(text) {
  return { format: text?.format ?? { type: 'text' }, verbosity: text?.verbosity ?? 'medium' };
}

/* The response of a request, before any output; its keys in the order of the recordings. */
function newResponse(body, id) {
  return {
    id,
    object: 'response',
    created_at: nowSeconds(),
    status: 'in_progress',
    background: body.background ?? false,
    completed_at: null,
    error: null,
    frequency_penalty: body.frequency_penalty ?? 0,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: body.max_tool_calls ?? null,
    model: snapshotOf(body.model),
    moderation: null,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    presence_penalty: body.presence_penalty ?? 0,
    previous_response_id: body.previous_response_id ?? null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    prompt_cache_retention: body.prompt_cache_retention ?? 'in_memory',
    reasoning: echoReasoning(body.reasoning),
    safety_identifier: body.safety_identifier ?? null,
    service_tier: body.service_tier ?? 'auto',
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: echoText(body.text),
    tool_choice: body.tool_choice ?? 'auto',
    tools: (body.tools ?? []).map(echoTool),
    top_logprobs: body.top_logprobs ?? 0,
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
    usage: null,
    user: body.user ?? null,
    metadata: body.metadata ?? {},
  };
}

function usageOf({ input, cached, output, reasoning }) {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

/* --- items --- */

const outputText = (text) => ({ type: 'output_text', annotations: [], logprobs: [], text });

function reasoningItem({ reasoning }, body, ids) {
  const sealed = body.include?.includes('reasoning.encrypted_content');
  const told = Boolean(body.reasoning?.summary);
  return {
    id: `rs_${ids.next(50)}`,
    type: 'reasoning',
    content: [],
    ...(sealed && { encrypted_content: `gAAAAAB${ids.next(128)}` }),
    summary: told ? [{ type: 'summary_text', text: reasoning }] : [],
  };
}

function messageItem({ text, truncated }, ids) {
  const status = truncated ? 'incomplete' : 'completed';
  const content = [outputText(text)];
  return { id: `msg_${ids.next(50)}`, type: 'message', status, content, role: 'assistant' };
}

function callItem(call, ids) {
  const { name, namespace, input } = call;
  const callId = `call_${ids.next(24)}`;
  if (call.kind === 'custom') {
    const id = `ctc_${ids.next(50)}`;
    return { id, type: 'custom_tool_call', status: 'completed', call_id: callId, input, name };
  }
  return {
    id: `fc_${ids.next(50)}`,
    type: 'function_call',
    status: 'completed',
    arguments: input,
    call_id: callId,
    name,
    ...(namespace && { namespace }),
  };
}

function itemsOf(answer, body, ids) {
  const items = [];
  if (answer.reasoning) items.push(reasoningItem(answer, body, ids));
  if (answer.text) items.push(messageItem(answer, ids));
  return [...items, ...answer.calls.map((call) => callItem(call, ids))];
}

/* --- the end of a response --- */

const INCOMPLETE = {
  length: 'max_output_tokens', max_output_tokens: 'max_output_tokens',
  sensitive: 'content_filter', content_filter: 'content_filter',
};

const FAILURES = {
  network_error: ['server_error', 'The server had an error processing your request. Sorry about ' +
    'that! You can retry your request.'],
  model_context_window_exceeded: ['context_length_exceeded', 'Your input exceeds the context ' +
    'window of this model. Please adjust your input and try again.'],
};

function ending(finish, truncated) {
  if (FAILURES[finish]) {
    const [code, message] = FAILURES[finish];
    return { status: 'failed', error: { code, message } };
  }
  const reason = INCOMPLETE[finish] ?? (truncated ? 'max_output_tokens' : null);
  return reason
    ? { status: 'incomplete', incomplete_details: { reason } }
    : { status: 'completed', completed_at: nowSeconds() };
}

function finished(start, answer, output, faults) {
  const tier = start.service_tier === 'auto' ? 'default' : start.service_tier;
  const usage = faults['no-usage'] ? null : usageOf(answer.tokens);
  const end = ending(faults.finish?.value, answer.truncated);
  return { ...start, ...end, output, service_tier: tier, usage };
}

/* --- events --- */

/* The recorded padding makes each delta of the same length. */
function obfuscation(delta, ids) {
  return ids.next(Math.max(1, 16 - (delta.length % 16)));
}

/* Events without their sequence number: |at| is where they belong, |ids| makes their padding. */
function* deltas(type, text, at, ids) {
  for (const delta of piecesOf(text)) {
    yield { type, delta, ...at, obfuscation: obfuscation(delta, ids) };
  }
}

function* reasoningEvents(item, index, ids) {
  const at = { item_id: item.id, output_index: index, summary_index: 0 };
  const [part] = item.summary;
  if (!part) return;
  yield { type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } };
  yield* deltas('response.reasoning_summary_text.delta', part.text, at, ids);
  yield { type: 'response.reasoning_summary_text.done', ...at, text: part.text };
  yield { type: 'response.reasoning_summary_part.done', ...at, part };
}

function* messageEvents(item, index, ids) {
  const at = { content_index: 0, item_id: item.id, output_index: index };
  const [part] = item.content;
  const { text } = part;
  yield { type: 'response.content_part.added', ...at, part: outputText('') };
  yield* deltas('response.output_text.delta', text, { ...at, logprobs: [] }, ids);
  yield { type: 'response.output_text.done', ...at, logprobs: [], text };
  yield { type: 'response.content_part.done', ...at, part };
}

function* callEvents(item, index, ids) {
  const at = { item_id: item.id, output_index: index };
  const type = 'response.function_call_arguments';
  yield* deltas(`${type}.delta`, item.arguments, at, ids);
  yield { type: `${type}.done`, arguments: item.arguments, ...at };
}

function* customEvents(item, index, ids) {
  const at = { item_id: item.id, output_index: index };
  yield* deltas('response.custom_tool_call_input.delta', item.input, at, ids);
  yield { type: 'response.custom_tool_call_input.done', input: item.input, ...at };
}

/* How an item begins, and what happens until it is done. */
const KINDS = {
  reasoning: [{ summary: [] }, reasoningEvents],
  message: [{ status: 'in_progress', content: [] }, messageEvents],
  function_call: [{ status: 'in_progress', arguments: '' }, callEvents],
  custom_tool_call: [{ status: 'in_progress', input: '' }, customEvents],
};

function* itemEvents(item, index, ids) {
  const [start, events] = KINDS[item.type];
  const at = { output_index: index };
  yield { type: 'response.output_item.added', item: { ...item, ...start }, ...at };
  yield* events(item, index, ids);
  yield { type: 'response.output_item.done', item, ...at };
}

function* eventsOf(start, end, ids) {
  yield { type: 'response.created', response: start };
  yield { type: 'response.in_progress', response: start };
  for (const [index, item] of end.output.entries()) yield* itemEvents(item, index, ids);
  yield { type: `response.${end.status}`, response: end };
}

const numbered = (event, n) => frame({ ...event, sequence_number: n }, event.type);

/* A failed response keeps its error frame before it, as a broken stream does. */
function framesOf(start, end, ids) {
  return [...eventsOf(start, end, ids)].map(numbered);
}

/**
 * The frames with which a stream breaks off: `error`, nested as recorded, and response.failed.
 * @param {object[]} sent the frames before them, from which id and number go on
 * @param {object} error neutral, see errors.js
 */
export function failureFrames(sent, error) {
  const { code, message, type, param } = error;
  const seen = sent.map(dataOf).filter((data) => data?.type);
  const n = (seen.at(-1)?.sequence_number ?? -1) + 1;
  const broken = { type: 'error', error: { type, code, message, param } };
  const { response } = seen.find((data) => data.response) ?? {};
  const frames = [numbered(broken, n)];
  if (!response) return frames;
  const failed = { ...response, status: 'failed', error: { code, message } };
  return [...frames, numbered({ type: 'response.failed', response: failed }, n + 1)];
}

/**
 * Answer a Responses request; its |context| becomes all that the model reads.
 * @returns {{frames}|{json}} the events of a stream, or the response
 * @throws {Refusal} if OpenAI would refuse it
 */
export function answerResponses(request, world, faults) {
  const { body, key } = request;
  checkResponses(body, key, world);
  const { ids, memory } = world;
  request.context = memory.contextOf(key, body);
  const effort = body.reasoning?.effort;
  const answer = compose(promptOfResponses({ ...body, input: request.context }), {
    thinks: Boolean(effort) && effort !== 'none',
    script: world.script,
  });
  if (INCOMPLETE[faults.finish?.value]) answer.truncated = true;
  const start = newResponse(body, `resp_${ids.next(48)}`);
  const end = finished(start, answer, itemsOf(answer, body, ids), faults);
  memory.keep(key, end, request.context);
  if (body.stream === true) return { frames: framesOf(start, end, ids) };
  /* Only an answer that is not streamed says who pays. */
  const { background, ...rest } = end;
  const { id, object, created_at: created, status } = rest;
  const head = { id, object, created_at: created, status, background };
  return { json: { ...head, billing: { payer: 'developer' }, ...rest } };
}
