// cases.js -- what is measured: by case, the request that each variant is sent and its check.
import { TOKEN } from '../e2e/harness.js';

const PROMPT = 'Tell me about the quick brown fox, in some detail, and greet it in Chinese.';

const authorization = `Bearer ${TOKEN}`;
const get = (path) => ({ method: 'GET', path, headers: { authorization } });
const post = (path, value) => ({
  method: 'POST',
  path,
  headers: { authorization, 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const toResponses = (model, stream) => post('/v1/responses', { model, input: PROMPT, stream });
const toOpenai = post('/openai/responses', { model: 'gpt-4.1', input: PROMPT, stream: true });
const toGlm = (stream) => post('/glm/chat/completions', {
  model: 'glm-4.7', messages: [{ role: 'user', content: PROMPT }], stream,
});

// Streams are few and long, the others many and short; |batches| is how many times `together`
// requests make one measurement.
export const CASES = [
  {
    name: 'translated-stream',
    batches: 3,
    gateway: [toResponses('zhipu-boost', true), 'isTranslatedStream'],
    translating: [toResponses('glm-4.7', true), 'isTranslatedStream'],
    untouched: [toGlm(true), 'isGlmStream'],
  },
  {
    name: 'passed-stream',
    batches: 3,
    gateway: [toResponses('super-brain', true), 'isOpenaiStream'],
    untouched: [toOpenai, 'isOpenaiStream'],
  },
  {
    name: 'small-json',
    batches: 50,
    gateway: [toResponses('zhipu-boost', false), 'isTranslatedJson'],
    untouched: [toGlm(false), 'isGlmJson'],
  },
  {
    name: 'models',
    batches: 100,
    gateway: [get('/v1/models'), 'isModels'],
    untouched: [get('/v1/models'), 'isModels'],
  },
];
