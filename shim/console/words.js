// words.js -- the page's language: chosen once by the browser, then by the user.
import chinese from './words.zh.js';
import english from './words.en.js';
import { inChinese } from './said.js';

const KEPT = 'gateway-language';
const TEXTS = { en: english, zh: chinese };

const fits = (name) => (/^zh\b/i.test(name) ? 'zh' : /^en\b/i.test(name) ? 'en' : null);

let current = localStorage.getItem(KEPT)
  ?? (navigator.languages ?? [navigator.language]).map(fits).find(Boolean) ?? 'en';

export const language = () => (current === 'zh' ? 'zh-CN' : 'en');
export const otherLanguage = () => (current === 'zh' ? 'English' : '中文');

// The text called |name|, with what stands in {braces} replaced.
export const say = (name, values = {}) => (
  TEXTS[current][name].replace(/\{(\w+)\}/g, (_, key) => values[key])
);

// What the gateway says, in the page's language.
export const quote = (text) => (current === 'zh' ? inChinese(text) : text);

// Write all texts that the page itself has.
export function applyWords() {
  document.documentElement.lang = language();
  for (const one of document.querySelectorAll('[data-t]')) one.textContent = say(one.dataset.t);
  for (const one of document.querySelectorAll('[data-t-label]')) {
    one.setAttribute('aria-label', say(one.dataset.tLabel));
  }
}

export function changeLanguage() {
  current = current === 'zh' ? 'en' : 'zh';
  localStorage.setItem(KEPT, current);
  applyWords();
}
