/* glm.js -- the chat endpoint of GLM: POST <base>/chat/completions, JSON and event stream.
 *
 * A stream, as recorded: every delta has the role and one of reasoning_content and content; a
 * chunk of tool calls has nothing else; finish_reason is a key of the last chunk only, which
 * carries the usage too:
 *
 *   data: {"id":..,"created":..,"object":"chat.completion.chunk","model":"glm-4.7",
 *          "choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}
 *   data: {..,"choices":[{"index":0,"finish_reason":"stop",
 *          "delta":{"role":"assistant","content":""}}],"usage":{..}}
 *   data: [DONE]
 *
 * Where it has searched the web, "web_search" stands beside "choices", in the last chunk.
 */
import { Refusal, glmBody, glmError } from './errors.js';
import { checkGlmChat, glmThinks } from './glm-rules.js';
import { promptOfChat } from './prompt.js';
import { compose, finishOf, piecesOf } from './synthetic.js';
import { frame } from './sse.js';

const BASE = /^\/api\/(coding\/)?paas\/v4(\/|$)/;
const JSON_TYPE = { 'content-type': 'application/json; charset=UTF-8' };
const SSE_TYPE = { 'content-type': 'text/event-stream;charset=UTF-8' };

function checkKey({ key, path }) {
  if (!key) throw new Refusal(glmError(1001));
  /* A Coding-Plan key knows only its own base URL; ours are marked by how they begin. */
  const lost = key.startsWith('coding-') && !path.startsWith('/api/coding/');
  if (lost) throw new Refusal(glmError(1113));
}

function checkRequestId(id, { requestIds }) {
  if (id === undefined || id === null) return;
  if (requestIds.has(id)) throw new Refusal(glmError(1231));
  requestIds.add(id);
}

/* GLM's ids begin with the time in Beijing. */
function newId(ids) {
  const beijing = new Date(Date.now() + 8 * 3600e3).toISOString();
  return beijing.replace(/\D/g, '').slice(0, 14) + ids.next(16);
}

const decorations = {
  none: (text) => text,
  'think-tag': (text) => `I thought about it first.</think>\n\n${text}`,
  box: (text) => `<|begin_of_box|>${text}<|end_of_box|>`,
};

function decorationOf(faults) {
  return decorations[['think-tag', 'box'].find((name) => faults[name]) ?? 'none'];
}

/* What a search finds: the text cites the first, by its mark. */
const FOUND = [
  { refer: 'ref_1', title: 'A page, 第一页', link: 'https://a.example/page?n=1', media: 'Example' },
  { refer: 'ref_2', title: 'Another', link: 'https://b.example/', media: 'Example' },
].map((page) => ({ ...page, content: `It says much. ${page.title}`, publish_date: '2026-11-23' }));

function searches({ tools }) {
  const search = tools?.find(({ type }) => type === 'web_search')?.web_search;
  return Boolean(search?.enable && search.search_result);
}

const cite = (text) => text.replace('. ', '[ref_1]. ');

function usageOf({ input, cached, output, reasoning }) {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

function toolCall(call, index, ids) {
  return {
    id: `call_${ids.next(24)}`,
    index,
    type: 'function',
    function: { name: call.name, arguments: call.input },
  };
}

/* Not streamed, GLM's keys come in alphabetical order. */
function messageOf(answer, ids) {
  return {
    content: answer.text,
    ...(answer.reasoning && { reasoning_content: answer.reasoning }),
    role: 'assistant',
    ...(answer.calls.length && {
      tool_calls: answer.calls.map((call, index) => toolCall(call, index, ids)),
    }),
  };
}

function wholeAnswer(base, answer, faults, ids) {
  const choice = { finish_reason: finishOf(answer, faults), index: 0 };
  const message = messageOf(answer, ids);
  return {
    choices: [{ ...choice, message }],
    created: base.created,
    id: base.id,
    model: base.model,
    object: 'chat.completion',
    request_id: base.id,
    ...(answer.found && { web_search: answer.found }),
    ...(!faults['no-usage'] && { usage: usageOf(answer.tokens) }),
  };
}

/* With tool_stream the arguments come in pieces, else each call is one chunk. */
function* toolDeltas(answer, { pieces, idChanges }, ids) {
  for (const [index, call] of answer.calls.entries()) {
    const whole = toolCall(call, index, ids);
    const [first = '', ...rest] = pieces ? piecesOf(call.input) : [call.input];
    yield { tool_calls: [{ ...whole, function: { name: call.name, arguments: first } }] };
    for (const piece of rest) {
      const id = idChanges ? `call_${ids.next(24)}` : whole.id;
      yield { tool_calls: [{ id, index, type: 'function', function: { arguments: piece } }] };
    }
  }
}

function* deltasOf(answer, how, ids) {
  const role = 'assistant';
  for (const piece of piecesOf(answer.reasoning)) yield { role, reasoning_content: piece };
  for (const piece of piecesOf(answer.text)) yield { role, content: piece };
  yield* toolDeltas(answer, how, ids);
}

function* lastChunks(chunk, answer, faults) {
  const usage = faults['no-usage'] ? {} : { usage: usageOf(answer.tokens) };
  const delta = { role: 'assistant', content: '' };
  const choices = [{ index: 0, finish_reason: finishOf(answer, faults), delta }];
  const found = answer.found && { web_search: answer.found };
  const late = faults['late-usage'];
  yield frame({ ...chunk, choices, ...(!late && usage), ...found });
  if (late) yield frame({ ...chunk, choices: [], ...usage });
  yield frame('[DONE]');
}

function* streamOf(base, answer, body, faults, ids) {
  const { id, created, model } = base;
  const chunk = { id, created, object: 'chat.completion.chunk', model };
  const idChanges = Boolean(faults['tool-id-change']);
  const how = { idChanges, pieces: idChanges || body.tool_stream === true };
  for (const delta of deltasOf(answer, how, ids)) {
    yield frame({ ...chunk, choices: [{ index: 0, delta }] });
  }
  yield* lastChunks(chunk, answer, faults);
}

/* json_schema is ignored, and said so by nobody. */
function promptOf(body) {
  const format = body.response_format?.type === 'json_schema' ? undefined : body.response_format;
  return promptOfChat({ ...body, response_format: format, max_completion_tokens: undefined });
}

function chat(request, world, faults) {
  const { body } = request;
  const model = checkGlmChat(body);
  checkRequestId(body.request_id, world);
  const base = {
    id: newId(world.ids), created: Math.floor(Date.now() / 1000), model: body.model,
  };
  const decorate = decorationOf(faults);
  const search = searches(body);
  const answer = compose(promptOf(body), {
    thinks: glmThinks(body, model) && !faults['think-tag'],
    fence: true,
    preface: 'Let me look that up. 请稍等。',
    decorate: search ? (text) => cite(decorate(text)) : decorate,
    script: world.script,
  });
  if (search) answer.found = FOUND;
  if (body.stream === true) {
    const frames = [...streamOf(base, answer, body, faults, world.ids)];
    return { status: 200, headers: SSE_TYPE, frames };
  }
  const text = JSON.stringify(wholeAnswer(base, answer, faults, world.ids));
  return { status: 200, headers: JSON_TYPE, body: Buffer.from(text) };
}

/* What its gateway answers for a path that is not there. */
function notFound({ path }) {
  const text = JSON.stringify({
    timestamp: new Date().toISOString(), status: 404, error: 'Not Found', path,
  });
  return { status: 404, headers: JSON_TYPE, body: Buffer.from(text) };
}

/* The code of an error that was asked for by its status alone. */
const CODES = { 400: 1210, 401: 1002, 403: 1220, 404: 1222, 429: 1302, 503: 1305, 529: 1312 };

/** The GLM upstream; see `openai` in openai.js for what each member is. */
export const glm = {
  name: 'glm',
  owns: (path) => BASE.test(path),

  answer(request, world, faults) {
    const rest = request.path.replace(BASE, '');
    if (request.method !== 'POST' || rest !== 'chat/completions') return notFound(request);
    checkKey(request);
    return chat(request, world, faults);
  },

  makeError: (code, how) => glmError(code ?? CODES[how.status] ?? 500, how),

  errorAnswer: (error) => (
    { status: error.status, headers: JSON_TYPE, body: Buffer.from(glmBody(error)) }
  ),

  errorFrames: (sent, error, { named }) => [frame(glmBody(error), named ? 'error' : undefined)],

  noise: () => ({
    stage: 'noise',
    bytes: Buffer.from('id: 1293801935\nevent: progress_notice\ndata: "Processing_177609"\n\n'),
  }),
};
