/* glm-rules.js -- which chat requests GLM refuses, and with which code.
 *
 * UPSTREAMS.md, section 1, as checks. Each throws a Refusal that says in its message which rule
 * was broken, after the upstream's own words. What GLM ignores silently is not checked:
 * max_completion_tokens, json_schema, parallel_tool_calls, seed, penalties, store.
 */
import { Refusal, glmError } from './errors.js';
import { countTokens } from './synthetic.js';
import { textOf } from './prompt.js';

/* The first row whose prefix fits is the model's. `thinks`: always = cannot be turned off without
 * an error; ever = thinks whatever is asked. */
const MODELS = [
  { prefix: 'glm-5.3-flash', window: 1048576, most: 131072, sees: true, thinks: 'always' },
  { prefix: 'glm-5.3', window: 1048576, most: 131072, thinks: 'always' },
  { prefix: 'glm-5.2', window: 1048576, most: 131072 },
  { prefix: 'glm-5.1', window: 204800, most: 131072 },
  { prefix: 'glm-5v', window: 204800, most: 131072, sees: true },
  { prefix: 'glm-5', window: 204800, most: 131072 },
  { prefix: 'glm-4.7', window: 204800, most: 131072 },
  { prefix: 'glm-4.6v', window: 131072, most: 32768, sees: true },
  { prefix: 'glm-4.6', window: 204800, most: 131072 },
  { prefix: 'glm-4.5v', window: 131072, most: 16384, sees: true, thinks: 'ever' },
  { prefix: 'glm-4.5', window: 131072, most: 98304 },
  { prefix: 'glm-4-32b', window: 131072, most: 16384 },
  { prefix: 'glm-4-voice', window: 8192, most: 4096, sees: true },
];

const ROLES = ['system', 'user', 'assistant', 'tool'];
const PARTS_OF_TEXT = ['text'];
const PARTS_OF_VISION = ['text', 'image_url', 'video_url', 'file', 'input_audio'];
const TOOL_TYPES = ['function', 'web_search', 'retrieval', 'mcp'];
const SEARCH_ENGINES = [
  'search-prime', 'search_std', 'search_pro', 'search_pro_sogou', 'search_pro_quark',
  'search_pro_jina',
];
const EFFORTS_OF_5_3 = ['low', 'high', 'max'];

function refuse(code, note, status) {
  throw new Refusal(glmError(code, { note, status }));
}

const need = (fits, code, note) => fits || refuse(code, note);
const absent = (value) => value === undefined || value === null;
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === 'string';

/** The row of |name|; refuses with 1211 what is not a model. */
export function glmModel(name) {
  need(!absent(name), 1214, 'model is missing');
  const known = isText(name) && /^glm-[a-z0-9.-]+$/.test(name);
  const row = known && MODELS.find(({ prefix }) => name.startsWith(prefix));
  return row || refuse(1211, `model ${JSON.stringify(name)}`);
}

function checkPart(part, at, model, role) {
  const { type } = part ?? {};
  if (role === 'tool' && type !== 'text') refuse(1210, `${at} in a tool message is ${type}`, 422);
  if (!PARTS_OF_VISION.includes(type)) refuse(1214, `${at}.type type error`);
  const takes = model.sees ? PARTS_OF_VISION : PARTS_OF_TEXT;
  need(takes.includes(type), 1210, `${at}.type ${type} on a text model`);
  if (type === 'text') need(isText(part.text), 1214, `${at}.text`);
  if (type === 'image_url') need(isText(part.image_url?.url), 1210, `${at}.image_url.url`);
}

function checkContent(message, at, model) {
  const { role, content } = message;
  if (isText(content)) {
    need(content || role !== 'user', 1214, `${at}.content is empty`);
  } else {
    need(Array.isArray(content) && content.length, 1214, `${at}.content is null or no text`);
    content.forEach((part, i) => checkPart(part, `${at}.content[${i}]`, model, role));
  }
}

function checkCall(call, at) {
  need(isText(call?.id) && call.id, 1210, `${at}.id`);
  need(call.type === 'function', 1210, `${at}.type`);
  need(isText(call.function?.name), 1210, `${at}.function.name`);
  need(isText(call.function.arguments), 1210, `${at}.function.arguments is not a string`);
}

function checkCalls(message, at) {
  const { tool_calls: calls } = message;
  if (absent(calls)) return;
  need(message.role === 'assistant', 1214, `${at}.tool_calls of ${message.role}`);
  need(Array.isArray(calls) && calls.length, 1210, `${at}.tool_calls is no list of calls`);
  calls.forEach((call, i) => checkCall(call, `${at}.tool_calls[${i}]`));
}

function checkMessage(message, i, model) {
  const at = `messages[${i}]`;
  need(isObject(message) && ROLES.includes(message.role), 1214, `${at}.role`);
  checkContent(message, at, model);
  checkCalls(message, at);
  const { reasoning_content: reasoning } = message;
  need(absent(reasoning) || isText(reasoning), 1214, `${at}.reasoning_content`);
}

/* Each tool message answers a call of the assistant message before it, with only other tool
 * messages between; a turn is one assistant message. */
function checkOrder(messages) {
  let open = new Set();
  messages.forEach((message, i) => {
    const { role, tool_calls: calls, tool_call_id: id } = message;
    const at = `messages[${i}]`;
    if (role === 'tool') {
      need(open.has(id), 1214, `${at}.tool_call_id matches no call`);
      return;
    }
    const before = messages[i - 1];
    const split = role === 'assistant' && before?.role === role && (calls || before.tool_calls);
    need(!split, 1214, `${at}: one turn in two assistant messages`);
    open = new Set((calls ?? []).map((call) => call.id));
  });
}

function checkMessages({ messages }, model) {
  need(Array.isArray(messages) && messages.length, 1214, 'messages is empty');
  messages.forEach((message, i) => checkMessage(message, i, model));
  const asked = messages.some(({ role }) => role === 'user' || role === 'tool');
  need(asked, 1214, 'only system and assistant messages');
  checkOrder(messages);
  const texts = messages.map((message) => textOf(message.content)).join('');
  need(countTokens(texts) < model.window, 1261, 'more tokens than the window');
}

function checkRange(body, name, low, high) {
  const value = body[name];
  const fits = typeof value === 'number' && value >= low && value <= high;
  need(absent(value) || fits, 1210, `${name} is not in ${low}..${high}`);
}

function checkLength(body, name, low, high) {
  const value = body[name];
  const fits = isText(value) && value.length >= low && value.length <= high;
  need(absent(value) || fits, 1210, `${name} is not of ${low}..${high} characters`);
}

function checkLimits(body, model) {
  checkRange(body, 'temperature', 0, 1);
  checkRange(body, 'top_p', 0.01, 1);
  checkRange(body, 'max_tokens', 1, model.most);
  need(Number.isInteger(body.max_tokens ?? 1), 1210, 'max_tokens is no integer');
  checkLength(body, 'request_id', 6, 64);
  checkLength(body, 'user_id', 6, 128);
  const { stop } = body;
  const one = Array.isArray(stop) && stop.length <= 1 && stop.every(isText);
  need(absent(stop) || one, 1210, 'stop is no list of one string');
}

function checkSearch({ web_search: search }, at, model) {
  need(!model.sees, 1210, `${at}: no search by this model`);
  need(isObject(search), 1210, `${at}.web_search is missing`);
  const { search_engine: engine, search_domain_filter: domain, content_size: size } = search;
  need(absent(engine) || SEARCH_ENGINES.includes(engine), 1210, `${at}.web_search.search_engine`);
  need(absent(domain) || isText(domain), 1210, `${at}.web_search.search_domain_filter`);
  need(absent(size) || ['medium', 'high'].includes(size), 1210, `${at}.web_search.content_size`);
}

function checkTool(tool, i, model) {
  const at = `tools[${i}]`;
  need(TOOL_TYPES.includes(tool?.type), 1210, `${at}.type`);
  if (tool.type === 'web_search') checkSearch(tool, at, model);
  if (tool.type !== 'function') return;
  const { name, description, parameters } = tool.function ?? {};
  need(isText(name) && /^[a-zA-Z0-9_-]{1,64}$/.test(name), 1210, `${at}.function.name`);
  need(isText(description) && description, 1210, `${at}.function.description is missing`);
  need(isObject(parameters), 1210, `${at}.function.parameters is missing`);
}

function checkTools({ tools, tool_choice: choice }, model) {
  need(absent(choice) || choice === 'auto', 1210, 'tool_choice is not auto');
  if (absent(tools)) return;
  need(Array.isArray(tools) && tools.length <= 128, 1210, 'tools: more than 128');
  tools.forEach((tool, i) => checkTool(tool, i, model));
}

function checkThinking(body, model) {
  const { thinking, reasoning_effort: effort } = body;
  const type = thinking?.type;
  const known = absent(thinking) ||
    (isObject(thinking) && [undefined, 'enabled', 'disabled'].includes(type));
  need(known, 1210, 'thinking');
  const forced = model.thinks === 'always';
  need(!forced || type !== 'disabled', 1210, 'thinking cannot be disabled on this model');
  const effortFits = absent(effort) || !forced || EFFORTS_OF_5_3.includes(effort);
  need(effortFits, 1210, `reasoning_effort ${effort} on this model`);
}

function checkFormat({ response_format: format }, model) {
  need(absent(format) || !model.sees, 1210, 'response_format on a model that sees');
  const types = ['text', 'json_object', 'json_schema'];
  need(absent(format) || types.includes(format.type), 1210, 'response_format.type');
}

/**
 * Check a chat request as GLM does.
 * @param {object} body the parsed body
 * @returns {object} the model's row
 * @throws {Refusal}
 */
export function checkGlmChat(body) {
  need(isObject(body), 1214, 'the body is no JSON object');
  const model = glmModel(body.model);
  checkMessages(body, model);
  checkLimits(body, model);
  checkTools(body, model);
  checkThinking(body, model);
  checkFormat(body, model);
  return model;
}

/** Whether |body|, which passed, is answered with reasoning. */
export function glmThinks(body, model) {
  if (model.thinks) return true;
  const skips = model.prefix === 'glm-5.2' && ['none', 'minimal'].includes(body.reasoning_effort);
  return body.thinking?.type !== 'disabled' && !skips;
}
