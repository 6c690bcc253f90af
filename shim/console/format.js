// format.js -- format numbers, times and money in the page's language.
import { language } from './words.js';

const number = (options) => new Intl.NumberFormat(language(), options);

export const count = (n) => number().format(n ?? 0);
export const brief = (n) => (
  number({ notation: 'compact', maximumFractionDigits: 1 }).format(n ?? 0)
);

export function bytes(n) {
  if (!(n >= 0)) return '–';
  return n < 1000 ? `${n} B` : `${number({ maximumFractionDigits: 1 }).format(n / 1000)} kB`;
}

export function duration(ms) {
  if (!(ms > 0)) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${number({ maximumFractionDigits: ms < 10_000 ? 2 : 1 }).format(ms / 1000)} s`;
}

// |currency| is as the configuration has it, and need not be a code that Intl knows.
export function money(amount, currency) {
  const digits = amount !== 0 && Math.abs(amount) < 0.1 ? { maximumSignificantDigits: 3 }
    : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  try {
    return number({ style: 'currency', currency, ...digits }).format(amount);
  } catch {
    return `${number(digits).format(amount)} ${currency}`;
  }
}

export const clock = (when, seconds = false) => new Intl.DateTimeFormat(language(), {
  hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(seconds && { second: '2-digit' }),
}).format(new Date(when));

// The time alone is ambiguous for moments half a day away or more: those get a date.
export const moment = (when) => (Math.abs(new Date(when) - Date.now()) < 12 * 3600e3
  ? clock(when)
  : new Intl.DateTimeFormat(language(), {
    month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).format(new Date(when)));

export function away(when) {
  const minutes = Math.max(1, Math.round((new Date(when) - Date.now()) / 60e3));
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'always' });
  if (minutes < 90) return format.format(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? format.format(hours, 'hour') : format.format(Math.round(hours / 24), 'day');
}

export const day = (when) => new Intl.DateTimeFormat(language(), {
  month: 'short', day: 'numeric', timeZone: 'UTC',
}).format(new Date(when));
