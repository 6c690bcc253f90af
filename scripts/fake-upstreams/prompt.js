/* prompt.js -- what a request asks for, in one shape for every dialect.
 *
 * A prompt is `{user, results, rounds, tools, choice, parallel, schema, json, fenced, limit, all}`:
 *   user      the text of the last user message, '' if there is none
 *   results   the texts of the tool results that the input ends with, [] if it ends otherwise
 *   rounds    how often tools were called and answered, several at once counting once
 *   tools     [{kind: 'function' | 'custom', name, parameters, namespace?}]
 *   choice    'auto', 'none', 'required' or the name of a tool
 *   schema    the JSON schema that the answer must fit, or null
 *   json      an answer in JSON is asked for
 *   limit     the most tokens of output, or Infinity
 *   said      what has been said of the answer, where the request is to go on with it; else ''
 *   all       every text of the request, to count its tokens
 * Requests have been checked before they come here.
 */
import { findSchema } from './schema.js';

/** The text of a content: a string, or parts of which the textual ones count. */
export function textOf(content) {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => part.text ?? part.refusal ?? '').join('');
}

/* Asked to go on with an answer, a model looks at what was asked for before. */
function unfinished(items) {
  const [said, order] = items.slice(-2);
  const goesOn = said?.role === 'assistant'
    && textOf(order.content).startsWith('Your answer was cut off');
  return goesOn ? [items.slice(0, -2), textOf(said.content)] : [items, ''];
}

function choiceOf(choice) {
  if (choice === null || choice === undefined) return 'auto';
  if (typeof choice === 'string') return choice;
  if (choice.type === 'allowed_tools') return choice.mode ?? 'auto';
  return choice.name ?? choice.function?.name ?? choice.custom?.name ?? 'auto';
}

function trailing(items, isResult) {
  const from = items.findLastIndex((item) => !isResult(item)) + 1;
  return items.slice(from);
}

function roundsOf(items, isResult) {
  return items.filter((item, i) => isResult(item) && !(i && isResult(items[i - 1]))).length;
}

const byRole = (role) => (item) => item.role === role;

function chatTool(tool) {
  if (tool.type === 'custom') return { kind: 'custom', name: tool.custom?.name };
  return { kind: 'function', name: tool.function?.name, parameters: tool.function?.parameters };
}

const isChatTool = (tool) => tool.type === 'function' || tool.type === 'custom';

/** The prompt of a chat request, GLM's or OpenAI's. */
export function promptOfChat(body) {
  const [messages, said] = unfinished(body.messages);
  const format = body.response_format ?? {};
  const all = body.messages.map((message) => textOf(message.content)).join('\n');
  return {
    user: textOf(messages.findLast(byRole('user'))?.content),
    results: trailing(messages, byRole('tool')).map((message) => textOf(message.content)),
    rounds: roundsOf(messages, byRole('tool')),
    tools: (body.tools ?? []).filter(isChatTool).map(chatTool),
    choice: choiceOf(body.tool_choice),
    parallel: body.parallel_tool_calls !== false,
    json: format.type === 'json_object' || format.type === 'json_schema',
    schema: format.json_schema?.schema ?? (format.type === 'json_object' ? findSchema(all) : null),
    limit: body.max_completion_tokens ?? body.max_tokens ?? Infinity,
    said,
    all,
  };
}

const isMessage = (item) => item.type === 'message' || (!item.type && item.role);
const isOutput = (item) => /^(function|custom_tool)_call_output$/.test(item.type);

/* A namespace groups functions; a call names both. */
function responsesTools(tool) {
  if (tool.type === 'namespace') {
    return tool.tools.flatMap(responsesTools).map((one) => ({ ...one, namespace: tool.name }));
  }
  if (tool.type === 'custom') return [{ kind: 'custom', name: tool.name }];
  if (tool.type !== 'function') return [];
  return [{ kind: 'function', name: tool.name, parameters: tool.parameters }];
}

/** The input of a Responses request as items, whatever short form it was written in. */
export function itemsOf(input) {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : input ?? [];
}

/** The prompt of a Responses request. */
export function promptOfResponses(body) {
  const whole = itemsOf(body.input);
  const [items, said] = unfinished(whole);
  const format = body.text?.format ?? {};
  const texts = whole.map((item) => textOf(item.content ?? item.output ?? item.arguments));
  const isUser = (item) => isMessage(item) && item.role === 'user';
  return {
    user: textOf(items.findLast(isUser)?.content),
    results: trailing(items, isOutput).map((item) => textOf(item.output)),
    rounds: roundsOf(items, isOutput),
    tools: (body.tools ?? []).flatMap(responsesTools),
    choice: choiceOf(body.tool_choice),
    parallel: body.parallel_tool_calls !== false,
    json: format.type === 'json_object' || format.type === 'json_schema',
    schema: format.schema ?? null,
    limit: body.max_output_tokens ?? Infinity,
    said,
    all: [body.instructions ?? '', ...texts].join('\n'),
  };
}
