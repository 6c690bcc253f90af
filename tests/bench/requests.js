// requests.js -- the large requests of the benchmark, as a Responses client sends them.

const TURNS = 500; // of four items each
const TOOLS = 64;
const WORDS = 'The quick brown fox jumps over the lazy dog while it reads src/main.c again. ';
const IMAGE_BYTES = 10_000_000;

const tool = (_, i) => ({
  type: 'function',
  name: `tool_${i}`,
  description: WORDS.repeat(2),
  parameters: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'Where it is.' },
      limit: { type: 'integer', description: 'How much of it.' },
    },
    required: ['path'],
  },
});

const turn = (_, i) => [
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: WORDS.repeat(4) }] },
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: WORDS.repeat(5) }] },
  {
    type: 'function_call', call_id: `call_${i}`, name: `tool_${i % TOOLS}`,
    arguments: JSON.stringify({ path: `src/file_${i}.c`, limit: i }),
  },
  { type: 'function_call_output', call_id: `call_${i}`, output: WORDS.repeat(8) },
];

/** 2,000 items and 64 tools, 0.94 MB: what an agent sends after some hours. */
export const conversation = () => ({
  input: Array.from({ length: TURNS }, turn).flat(),
  tools: Array.from({ length: TOOLS }, tool),
  stream: false,
});

const PICTURE = `data:image/png;base64,${'iVBORw0K'.repeat(IMAGE_BYTES / 8)}`;

/** One picture, a data URL of 10 MB. */
export const image = () => ({
  input: [{
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: 'What is this?' },
      { type: 'input_image', image_url: PICTURE },
    ],
  }],
  stream: false,
});
