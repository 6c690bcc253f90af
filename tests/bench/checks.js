// checks.js -- check answers; each check throws if the answer is wrong.
import { deepStrictEqual as same, strictEqual as equal } from 'node:assert';
import { ANSWERS, OUTPUT_TOKENS, SHORT_TEXT, TEXT } from './answers.js';

const glm = ANSWERS['/glm/chat/completions'];
const openai = ANSWERS['/openai/responses'];

const isExactly = (chunks) => {
  const whole = Buffer.concat(chunks).toString();
  return (status, text) => {
    equal(status, 200);
    equal(text === whole, true, 'not the bytes that the upstream sent');
  };
};

// The data of each frame; the last is [DONE].
function eventsOf(text) {
  const data = text.split('\n').filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length));
  equal(data.pop(), '[DONE]');
  return data.map((json) => JSON.parse(json));
}

const textOf = ({ output }) => output.flatMap(({ content }) => content)
  .map(({ text }) => text).join('');

function isResponse(response, text) {
  equal(response.object, 'response');
  equal(response.status, 'completed');
  equal(textOf(response), text);
  equal(response.usage.output_tokens, OUTPUT_TOKENS);
}

function isTranslatedStream(status, text) {
  equal(status, 200);
  const events = eventsOf(text);
  const deltas = events.filter(({ type }) => type === 'response.output_text.delta');
  same(events.map((event) => event.sequence_number), events.map((_, i) => i));
  equal(events[0].type, 'response.created');
  equal(deltas.map(({ delta }) => delta).join(''), TEXT);
  equal(events.at(-1).type, 'response.completed');
  isResponse(events.at(-1).response, TEXT);
}

function isTranslatedJson(status, text) {
  equal(status, 200);
  isResponse(JSON.parse(text), SHORT_TEXT);
}

// Whatever it is, from whom it was asked.
function isAnswer(status, text) {
  equal(status, 200);
  equal(['response', 'chat.completion'].includes(JSON.parse(text).object), true, 'no answer');
}

function isModels(status, text) {
  equal(status, 200);
  const { object, data } = JSON.parse(text);
  equal(object, 'list');
  same(data.map(({ id }) => id), ['super-brain', 'zhipu-boost', 'zhipu-flash-latest', 'zhipu-250']);
}

export const CHECKS = {
  isTranslatedStream,
  isTranslatedJson,
  isAnswer,
  isModels,
  isGlmStream: isExactly(glm.stream),
  isOpenaiStream: isExactly(openai.stream),
};
