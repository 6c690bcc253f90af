// words.js -- the page's language: first the browser's, then the one that the user selects.
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

// The text |name|; |values| replace the names in {braces}.
export const say = (name, values = {}) => (
  TEXTS[current][name].replace(/\{(\w+)\}/g, (_, key) => values[key])
);

// A message of the gateway in the page's language.
export const quote = (text) => (current === 'zh' ? inChinese(text) : text);

// Set all texts of the page itself.
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
