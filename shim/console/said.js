// said.js -- what the gateway says, in Chinese.
import sentences from './said.zh.js';

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// A sentence ends where another or nothing follows.
const patternOf = (english) => new RegExp(`^${escape(english)
  .replaceAll('%', '(.*?)').replaceAll('№', '(\\d+)').replace('…', '.*')}(?=\\s|$)`, 's');

let rules;

// Its words are told like sentences; what is not known stays as it is.
export function inChinese(text) {
  rules ??= sentences.map(([english, chinese]) => [patternOf(english), chinese]);
  const [pattern, chinese] = rules.find(([one]) => one.test(text)) ?? [];
  if (!pattern) return text;
  const [all, ...words] = text.match(pattern);
  const rest = text.slice(all.length).trimStart();
  const told = chinese.replace(/%(\d)/g, (_, i) => inChinese(words[i - 1]));
  return rest ? told + inChinese(rest) : told;
}
