/* openai-rules.js -- which requests OpenAI refuses, and with which error.
 *
 * The rules that a gateway can break: fields that do not exist, wrong types and ranges, items
 * without their partner, schemas that strict mode does not take. Each check throws a Refusal.
 */
import { Refusal, openaiError } from './errors.js';
import { itemsOf } from './prompt.js';

const RESPONSES_FIELDS = new Set([
  'background', 'client_metadata', 'context_management', 'conversation', 'frequency_penalty',
  'generate', 'include', 'input', 'instructions', 'max_output_tokens', 'max_tool_calls', 'metadata',
  'model', 'moderation', 'parallel_tool_calls', 'presence_penalty', 'previous_response_id',
  'prompt', 'prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention', 'reasoning',
  'safety_identifier', 'service_tier', 'store', 'stream', 'stream_options', 'temperature', 'text',
  'tool_choice', 'tools', 'top_logprobs', 'top_p', 'truncation', 'user', 'verbosity',
]);

const CHAT_FIELDS = new Set([
  'audio', 'frequency_penalty', 'function_call', 'functions', 'logit_bias', 'logprobs',
  'max_completion_tokens', 'max_tokens', 'messages', 'metadata', 'modalities', 'model',
  'moderation', 'n', 'parallel_tool_calls', 'prediction', 'presence_penalty', 'prompt_cache_key',
  'prompt_cache_options', 'prompt_cache_retention', 'reasoning_effort', 'response_format',
  'safety_identifier', 'seed', 'service_tier', 'stop', 'store', 'stream', 'stream_options',
  'temperature', 'tool_choice', 'tools', 'top_logprobs', 'top_p', 'user', 'verbosity',
  'web_search_options',
]);

const ITEM_TYPES = new Set([
  'message', 'function_call', 'function_call_output', 'custom_tool_call',
  'custom_tool_call_output', 'reasoning', 'item_reference', 'compaction', 'compaction_trigger',
  'file_search_call', 'computer_call', 'computer_call_output', 'web_search_call',
  'image_generation_call', 'code_interpreter_call', 'local_shell_call', 'local_shell_call_output',
  'shell_call', 'shell_call_output', 'apply_patch_call', 'apply_patch_call_output',
  'mcp_list_tools', 'mcp_approval_request', 'mcp_approval_response', 'mcp_call',
  'tool_search_call', 'tool_search_output', 'program', 'program_output', 'additional_tools',
]);

const ROLES = ['assistant', 'system', 'developer', 'user'];
const PARTS_OF_ASSISTANT = ['output_text', 'refusal'];
const PARTS_OF_INPUT = ['input_text', 'input_image', 'input_file', 'input_audio'];
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function refuse(code, message, param = null, more = {}) {
  throw new Refusal(openaiError(code, { message, param, ...more }));
}

/* Some refusals have no code. */
function refuseBare(message, param = null) {
  throw new Refusal(openaiError(null, { status: 400, message, param }));
}

const absent = (value) => value === undefined || value === null;
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (names) => names.map((name) => `'${name}'`).join(', ');

function missing(param) {
  refuse('missing_required_parameter', `Missing required parameter: '${param}'.`, param);
}

function wrongType(param, wanted, value) {
  const got = Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;
  refuse('invalid_type', `Invalid type for '${param}': expected ${wanted}, but got ${got} instead.`,
    param);
}

function checkChoice(value, choices, param) {
  if (choices.includes(value)) return;
  refuse('invalid_value', `Invalid value: '${value}'. Supported values are: ${list(choices)}.`,
    param);
}

function checkFields(body, fields) {
  if (!isObject(body)) {
    refuseBare('We could not parse the JSON body of your request. (HINT: This likely means you ' +
      'aren\'t using your HTTP library correctly.)');
  }
  const unknown = Object.keys(body).find((name) => !fields.has(name));
  if (unknown) refuse('unknown_parameter', `Unknown parameter: '${unknown}'.`, unknown);
}

function checkModel({ model }) {
  if (absent(model)) missing('model');
  if (typeof model !== 'string') wrongType('model', 'a string', model);
  if (/^glm|^claude|^gemini/i.test(model) || !model) {
    refuse('model_not_found', `The requested model '${model}' does not exist.`, 'model');
  }
}

function checkRange(body, param, low, high) {
  const value = body[param];
  if (absent(value)) return;
  if (typeof value !== 'number') wrongType(param, 'a decimal', value);
  if (value < low) {
    refuse('decimal_below_min_value', `Invalid '${param}': decimal below minimum value. Expected ` +
      `a value >= ${low}, but got ${value} instead.`, param);
  }
  if (value > high) {
    refuse('decimal_above_max_value', `Invalid '${param}': decimal above maximum value. Expected ` +
      `a value <= ${high}, but got ${value} instead.`, param);
  }
}

function checkLeast(body, param, low) {
  const value = body[param];
  if (absent(value)) return;
  if (!Number.isInteger(value)) wrongType(param, 'an integer', value);
  if (value >= low) return;
  refuse('integer_below_min_value', `Invalid '${param}': integer below minimum value. Expected a ` +
    `value >= ${low}, but got ${value} instead.`, param);
}

/* Whether |model| reasons whatever the effort, and so takes no sampling parameters. */
const reasonsAlways = (model) => /^(o\d|gpt-5(-(?!chat)|$))/.test(model);

function checkSampling(body, effort) {
  checkRange(body, 'temperature', 0, 2);
  checkRange(body, 'top_p', 0, 1);
  if (!reasonsAlways(body.model) || effort === 'none') return;
  const given = ['temperature', 'top_p'].find((name) => (body[name] ?? 1) !== 1);
  if (!given) return;
  refuseBare(`Unsupported parameter: '${given}' is not supported with this model.`, given);
}

function checkMetadata({ metadata }) {
  if (absent(metadata)) return;
  if (!isObject(metadata)) wrongType('metadata', 'an object', metadata);
  const texts = Object.values(metadata).every((value) => typeof value === 'string');
  if (!texts) wrongType('metadata', 'an object of strings', metadata);
  if (Object.keys(metadata).length > 16) {
    refuse('object_above_max_properties', 'Invalid \'metadata\': too many properties. Expected ' +
      'an object with at most 16 properties.', 'metadata');
  }
}

function checkStreamOptions(body) {
  if (absent(body.stream_options) || body.stream === true) return;
  refuseBare('The \'stream_options\' parameter is only allowed when \'stream\' is enabled.',
    'stream_options');
}

/* --- Responses: items --- */

function checkContent({ role, content }, at) {
  if (absent(content)) missing(`${at}.content`);
  if (typeof content === 'string') return;
  if (!Array.isArray(content)) wrongType(`${at}.content`, 'a string or array', content);
  const types = role === 'assistant' ? PARTS_OF_ASSISTANT : PARTS_OF_INPUT;
  content.forEach((part, i) => checkChoice(part?.type, types, `${at}.content[${i}]`));
}

const REQUIRED = {
  function_call: ['call_id', 'name', 'arguments'],
  custom_tool_call: ['call_id', 'name', 'input'],
  function_call_output: ['call_id', 'output'],
  custom_tool_call_output: ['call_id', 'output'],
  reasoning: ['summary'],
  item_reference: ['id'],
};

function checkItem(item, i) {
  const at = `input[${i}]`;
  if (!isObject(item)) wrongType(at, 'an object', item);
  const type = item.type ?? 'message';
  if (!ITEM_TYPES.has(type)) refuse('invalid_value', `Invalid value: '${type}'.`, at);
  const lost = (REQUIRED[type] ?? []).find((name) => absent(item[name]));
  if (lost) missing(`${at}.${lost}`);
  if (type !== 'message') return;
  checkChoice(item.role, ROLES, `${at}.role`);
  checkContent(item, at);
}

/* A call needs its output and an output its call, unless the call is in a stored response. */
function checkPairs(items, chained) {
  const ids = (type) => new Set(
    items.filter((item) => item.type === type).map((item) => item.call_id),
  );
  for (const [kind, words] of [['function_call', 'function call'],
    ['custom_tool_call', 'custom tool call']]) {
    const calls = ids(kind);
    const outputs = ids(`${kind}_output`);
    const unasked = [...outputs].find((id) => !calls.has(id));
    if (unasked && !chained && !items.some((item) => item.type === 'item_reference')) {
      refuseBare(`No tool call found for ${words} output with call_id ${unasked}.`, 'input');
    }
    const unanswered = [...calls].find((id) => !outputs.has(id));
    if (unanswered) refuseBare(`No tool output found for ${words} ${unanswered}.`, 'input');
  }
}

/* What the model said or did after its thought; among stored items it is known by its id. */
function followsThought(item, stored) {
  if (!item || (stored && !item.id)) return false;
  return item.role ? item.role === 'assistant' : !/_output$/.test(item.type);
}

function checkReasoningItems(items, stored) {
  items.forEach((item, i) => {
    if (item.type !== 'reasoning' || followsThought(items[i + 1], stored)) return;
    refuseBare(`Item '${item.id}' of type 'reasoning' was provided without its required ` +
      'following item.', 'input');
  });
}

function checkChain({ previous_response_id: id, conversation }, key, { memory }) {
  if (absent(id)) return;
  if (!absent(conversation)) {
    refuse('mutually_exclusive_parameters', 'Mutually exclusive parameters: ' +
      'previous_response_id and conversation.', null);
  }
  if (memory.find(key, id)) return;
  refuse('previous_response_not_found', `Previous response with id '${id}' not found.`,
    'previous_response_id');
}

function checkInput(body, key, world) {
  const chained = !absent(body.previous_response_id) || !absent(body.conversation);
  if (absent(body.input)) {
    if (chained || !absent(body.prompt)) return;
    refuse('missing_required_parameter', 'One of "input" or "previous_response_id" or "prompt" ' +
      'or "conversation_id" must be provided.', 'input');
  }
  const { input } = body;
  if (typeof input !== 'string' && !Array.isArray(input)) {
    wrongType('input', 'one of a string or array of objects', input);
  }
  const items = itemsOf(input);
  items.forEach(checkItem);
  checkChain(body, key, world);
  checkPairs(items, chained);
  checkReasoningItems(items, body.store !== false);
}

/* --- Responses: tools, text, reasoning --- */

function checkTool(tool, at) {
  if (typeof tool?.type !== 'string') missing(`${at}.type`);
  if (tool.type === 'namespace') {
    (tool.tools ?? missing(`${at}.tools`)).forEach((one, i) => checkTool(one, `${at}.tools[${i}]`));
  }
  if (!['function', 'custom', 'namespace'].includes(tool.type)) return;
  if (absent(tool.name)) missing(`${at}.name`);
  if (!NAME.test(tool.name)) {
    refuse('invalid_value', `Invalid '${at}.name': string does not match pattern. Expected a ` +
      'string that matches the pattern \'^[a-zA-Z0-9_-]+$\'.', `${at}.name`);
  }
}

/* Strict mode wants every object closed and every property required. */
function strictFlaw(schema, path = []) {
  if (!isObject(schema)) return null;
  const { properties } = schema;
  const at = `In context=(${path.map((step) => `'${step}'`).join(', ')}), `;
  if (properties && schema.additionalProperties !== false) {
    return `${at}'additionalProperties' is required to be supplied and to be false.`;
  }
  const names = Object.keys(properties ?? {});
  const loose = names.find((name) => !schema.required?.includes(name));
  if (loose) {
    return `${at}'required' is required to be supplied and to be an array including every key in ` +
      `properties. Missing '${loose}'.`;
  }
  const flaws = names.map((name) => strictFlaw(properties[name], [...path, 'properties', name]));
  return flaws.find(Boolean) ?? strictFlaw(schema.items, [...path, 'items']);
}

function checkStrict(schema, name, where, param) {
  const flaw = strictFlaw(schema);
  if (!flaw) return;
  refuse('invalid_json_schema', `Invalid schema for ${where} '${name}': ${flaw}`, param);
}

function checkFormat({ text, input }) {
  const format = text?.format;
  if (absent(format)) return;
  checkChoice(format.type, ['text', 'json_object', 'json_schema'], 'text.format.type');
  if (format.type === 'json_object' && !/json/i.test(JSON.stringify(input))) {
    refuseBare('Response input messages must contain the word \'json\' in some form to use ' +
      '\'text.format\' of type \'json_object\'.', 'input');
  }
  if (format.type !== 'json_schema') return;
  if (absent(format.name)) missing('text.format.name');
  if (!isObject(format.schema)) missing('text.format.schema');
  if (format.strict) checkStrict(format.schema, format.name, 'response_format',
    'text.format.schema');
}

function checkTools(body) {
  if (absent(body.tools)) return;
  if (!Array.isArray(body.tools)) wrongType('tools', 'an array of objects', body.tools);
  body.tools.forEach((tool, i) => checkTool(tool, `tools[${i}]`));
  const strict = body.tools.filter((tool) => tool.type === 'function' && tool.strict === true);
  strict.forEach((tool) => checkStrict(tool.parameters, tool.name, 'function', 'tools'));
}

/**
 * Check a Responses request as OpenAI does.
 * @param {object} body the parsed body
 * @param {string} key who asks
 * @param {{memory: OpenaiMemory}} world
 * @throws {Refusal}
 */
export function checkResponses(body, key, world) {
  checkFields(body, RESPONSES_FIELDS);
  checkModel(body);
  checkInput(body, key, world);
  checkSampling(body, body.reasoning?.effort);
  checkLeast(body, 'max_output_tokens', 16);
  checkLeast(body, 'max_tool_calls', 1);
  checkMetadata(body);
  checkStreamOptions(body);
  checkTools(body);
  checkFormat(body);
  const effort = body.reasoning?.effort;
  if (!absent(effort)) checkChoice(effort, EFFORTS, 'reasoning.effort');
}

/* --- chat --- */

const CHAT_ROLES = ['system', 'assistant', 'user', 'function', 'tool', 'developer'];

function checkChatMessage(message, i) {
  checkChoice(message?.role, CHAT_ROLES, `messages[${i}].role`);
  const silent = message.role === 'assistant' && (message.tool_calls || message.refusal);
  if (absent(message.content) && !silent) {
    wrongType(`messages[${i}].content`, 'one of a string or array of objects', null);
  }
  for (const call of message.tool_calls ?? []) {
    const text = call.function?.arguments ?? call.custom?.input;
    if (typeof text !== 'string') wrongType(`messages[${i}].tool_calls`, 'strings', text);
  }
}

function checkChatOrder(messages) {
  let open = new Set();
  messages.forEach(({ role, tool_calls: calls, tool_call_id: id }, i) => {
    if (role === 'tool') {
      if (open.delete(id)) return;
      refuseBare('Invalid parameter: messages with role \'tool\' must be a response to a ' +
        'preceeding message with \'tool_calls\'.', `messages.[${i}].role`);
    }
    if (open.size) {
      refuseBare('An assistant message with \'tool_calls\' must be followed by tool messages ' +
        `responding to each 'tool_call_id'. These did not: ${[...open].join(', ')}`,
      `messages.[${i}].role`);
    }
    open = new Set((calls ?? []).map((call) => call.id));
  });
}

/**
 * Check a chat request as OpenAI does.
 * @param {object} body the parsed body
 * @throws {Refusal}
 */
export function checkChat(body) {
  checkFields(body, CHAT_FIELDS);
  checkModel(body);
  if (absent(body.messages)) missing('messages');
  if (!Array.isArray(body.messages)) wrongType('messages', 'an array of objects', body.messages);
  if (!body.messages.length) {
    refuse('empty_array', 'Invalid \'messages\': empty array. Expected an array with minimum ' +
      'length 1, but got an empty array instead.', 'messages');
  }
  body.messages.forEach(checkChatMessage);
  checkChatOrder(body.messages);
  checkSampling(body, body.reasoning_effort);
  checkStreamOptions(body);
  if (!absent(body.max_tokens) && reasonsAlways(body.model)) {
    refuse('unsupported_parameter', 'Unsupported parameter: \'max_tokens\' is not supported with ' +
      'this model. Use \'max_completion_tokens\' instead.', 'max_tokens');
  }
}
