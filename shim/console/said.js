// said.js -- translate the gateway's messages into Chinese.
import sentences from './said.zh.js';

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// A sentence ends where another one begins, or the text ends.
const patternOf = (english) => new RegExp(`^${escape(english)
  .replaceAll('%', '(.*?)').replaceAll('№', '(\\d+)')
  .replace('~', '.*?[.?]').replace('…', '.*')}(?=\\s|$)`, 's');

let rules;

// |text| in Chinese; sentences and words that are not in the table stay as they are.
export function inChinese(text) {
  rules ??= sentences.map(([english, chinese]) => [patternOf(english), chinese]);
  const [pattern, chinese] = rules.find(([one]) => one.test(text)) ?? [];
  if (!pattern) return text;
  const [all, ...words] = text.match(pattern);
  const rest = text.slice(all.length).trimStart();
  const told = chinese.replace(/%(\d)/g, (_, i) => inChinese(words[i - 1]));
  return rest ? told + inChinese(rest) : told;
}
