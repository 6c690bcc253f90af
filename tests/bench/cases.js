// cases.js -- the cases of the benchmark: for each, the request to every variant, and its check.
import { TOKEN } from '../e2e/harness.js';
import { conversation, image } from './requests.js';

const PROMPT = 'Tell me about the quick brown fox, in some detail, and greet it in Chinese.';
const RESPONSES = '/v1/responses';
const TO_GLM = '/glm/chat/completions';
const TO_OPENAI = '/openai/responses';

const authorization = `Bearer ${TOKEN}`;
const get = (path) => ({ method: 'GET', path, headers: { authorization } });
const post = (path, value) => ({
  method: 'POST',
  path,
  headers: { authorization, 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const ask = (model, stream) => post(RESPONSES, { model, input: PROMPT, stream });
const askGlm = (stream) => post(TO_GLM, {
  model: 'glm-4.7', messages: [{ role: 'user', content: PROMPT }], stream,
});

// A large request: to the gateway, and the same bytes to those that pass them on.
const large = (model, check, path, value) => {
  const passed = [post(path, { model: 'glm-4.7', ...value }), 'isAnswer'];
  return {
    batches: 10, // fewer would mostly measure how V8 compiles what has become hot
    rounds: 5,
    together: 1,
    gateway: [post(RESPONSES, { model, ...value }), check],
    receiving: passed,
    untouched: passed,
  };
};
const translating = (value) => ({
  translating: [post(RESPONSES, { model: 'glm-4.7', ...value }), 'isTranslatedJson'],
});

const stream = (pace, rounds) => ({ pace, rounds, batches: pace >= 20 ? 1 : 3 });
const translatedStream = (pace, rounds, slow) => ({
  name: `translated-stream-${pace}ms`,
  ...stream(pace, rounds),
  gateway: [ask('zhipu-boost', true), 'isTranslatedStream'],
  ...(slow && { gateway250: [ask('zhipu-250', true), 'isTranslatedStream'] }),
  translating: [ask('glm-4.7', true), 'isTranslatedStream'],
  untouched: [askGlm(true), 'isGlmStream'],
});
const passedStream = (pace, rounds) => ({
  name: `passed-stream-${pace}ms`,
  ...stream(pace, rounds),
  gateway: [ask('super-brain', true), 'isOpenaiStream'],
  untouched: [post(TO_OPENAI, { model: 'gpt-4.1', input: PROMPT, stream: true }), 'isOpenaiStream'],
});

// |batches| times |together| requests make one measurement; |pace| is the upstream's, in
// milliseconds between two chunks of a stream.
export const CASES = [
  translatedStream(20, 3, true),
  translatedStream(50, 3, true),
  translatedStream(10, 3, true),
  translatedStream(2, 5),
  translatedStream(0, 5),
  passedStream(20, 3),
  passedStream(2, 5),
  {
    name: 'small-json',
    batches: 100,
    rounds: 7,
    gateway: [ask('zhipu-boost', false), 'isTranslatedJson'],
    untouched: [askGlm(false), 'isAnswer'],
  },
  {
    name: 'models',
    batches: 100,
    rounds: 7,
    gateway: [get('/v1/models'), 'isModels'],
    untouched: [get('/v1/models'), 'isModels'],
  },
  {
    name: 'conversation-to-glm',
    ...large('zhipu-boost', 'isTranslatedJson', TO_GLM, conversation()),
    ...translating(conversation()),
  },
  {
    name: 'conversation-to-openai',
    ...large('super-brain', 'isAnswer', TO_OPENAI, conversation()),
  },
  {
    name: 'image-to-glm',
    ...large('zhipu-boost', 'isTranslatedJson', TO_GLM, image()),
    ...translating(image()),
  },
];
