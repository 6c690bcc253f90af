// answers.js -- the prepared answers of the benchmark's upstream, and the text in them.

const CHUNKS = 500;
const WORDS = ['The', ' quick', ' brown', ' fox', ' says', ' “hello”', ',', ' 你好', '.\n', ' Then'];

const pieces = Array.from({ length: CHUNKS }, (_, i) => WORDS[i % WORDS.length]);

/** The text of a stream, and its usage; JSON answers have SHORT_TEXT. */
export const TEXT = pieces.join('');
export const SHORT_TEXT = 'A small answer: “hello”, 你好.';
export const OUTPUT_TOKENS = CHUNKS;

const CREATED = 1763900000;
const INPUT_TOKENS = 12;

const frame = (data, event) => (
  Buffer.from(`${event ? `event: ${event}\n` : ''}data: ${data}\n\n`)
);
const DONE = frame('[DONE]');

// ---- GLM ----

const chatUsage = {
  prompt_tokens: INPUT_TOKENS, completion_tokens: CHUNKS, total_tokens: INPUT_TOKENS + CHUNKS,
  prompt_tokens_details: { cached_tokens: 4 },
};
const chatChunk = (choice, rest) => frame(JSON.stringify({
  id: '20251123102745a1b2c3d4e5f64a5b', created: CREATED, object: 'chat.completion.chunk',
  model: 'glm-4.7', choices: [{ index: 0, ...choice }], ...rest,
}));

const glmStream = [
  ...pieces.map((content) => chatChunk({ delta: { role: 'assistant', content } })),
  chatChunk({ finish_reason: 'stop', delta: { role: 'assistant', content: '' } }, {
    usage: chatUsage,
  }),
  DONE,
];

const glmJson = [Buffer.from(JSON.stringify({
  id: '20251123102745a1b2c3d4e5f64a5b', created: CREATED, model: 'glm-4.7', request_id: 'r-1',
  object: 'chat.completion',
  choices: [{
    index: 0, finish_reason: 'stop', message: { role: 'assistant', content: SHORT_TEXT },
  }],
  usage: chatUsage,
}))];

// ---- OpenAI ----

const ITEM = { item_id: 'msg_0123456789abcdef0123456789abcdef', output_index: 0 };
const PART = { ...ITEM, content_index: 0 };

const partOf = (text) => ({ type: 'output_text', annotations: [], logprobs: [], text });
const itemOf = (status, content) => (
  { id: ITEM.item_id, type: 'message', status, content, role: 'assistant' }
);
const responseOf = (status, output) => ({
  id: 'resp_0123456789abcdef0123456789abcdef', object: 'response', created_at: CREATED, status,
  background: false, error: null, incomplete_details: null, instructions: null,
  max_output_tokens: null, max_tool_calls: null, model: 'gpt-4.1-2025-04-14', output,
  parallel_tool_calls: true, previous_response_id: null, prompt_cache_key: null,
  reasoning: { effort: null, summary: null }, safety_identifier: null, service_tier: 'default',
  store: true, temperature: 1, text: { format: { type: 'text' }, verbosity: 'medium' },
  tool_choice: 'auto', tools: [], top_logprobs: 0, top_p: 1, truncation: 'disabled', metadata: {},
  usage: status === 'completed' ? {
    input_tokens: INPUT_TOKENS, input_tokens_details: { cached_tokens: 4 },
    output_tokens: CHUNKS, output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: INPUT_TOKENS + CHUNKS,
  } : null,
});

const wholeItem = itemOf('completed', [partOf(TEXT)]);

const openaiEvents = [
  ['response.created', { response: responseOf('in_progress', []) }],
  ['response.in_progress', { response: responseOf('in_progress', []) }],
  ['response.output_item.added', { output_index: 0, item: itemOf('in_progress', []) }],
  ['response.content_part.added', { ...PART, part: partOf('') }],
  ...pieces.map((delta, i) => ['response.output_text.delta', {
    ...PART, delta, logprobs: [], obfuscation: 'aB3dE5gH7jK9m'.slice(i % WORDS.length),
  }]),
  ['response.output_text.done', { ...PART, text: TEXT, logprobs: [] }],
  ['response.content_part.done', { ...PART, part: partOf(TEXT) }],
  ['response.output_item.done', { output_index: 0, item: wholeItem }],
  ['response.completed', { response: responseOf('completed', [wholeItem]) }],
];

const openaiStream = openaiEvents.map(([type, data], i) => (
  frame(JSON.stringify({ type, sequence_number: i, ...data }), type)
));

const whole = Buffer.from(JSON.stringify(responseOf('completed', [wholeItem]), null, 2));

/** By path: { stream, json }, each a list of chunks. */
export const ANSWERS = {
  '/glm/chat/completions': { stream: glmStream, json: glmJson },
  '/openai/responses': { stream: openaiStream, json: [whole] },
};
