// browser.js -- a real Chromium, and pages in it that tell what they did wrong.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url).pathname;
const pictures = join(root, 'build/screenshots');
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const PATIENCE = 20_000; // ms: the tests' machines are slow now and then

// No sandbox, since tests run as root in containers; and nothing asks the internet for anything.
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--no-first-run',
];

const works = (name) => spawnSync(name, ['--version']).status === 0;
const pathOf = (name) => spawnSync('sh', ['-c', `command -v ${name}`]).stdout.toString().trim();

// The path of a Chromium that starts, or undefined. On Ubuntu `chromium-browser` may be a script
// that tells of a snap.
export const findBrowser = () => NAMES.filter(works).map(pathOf)[0];

export const startBrowser = (executablePath) => chromium.launch({ executablePath, args: FLAGS });

// Failures that the page asked for are no mistakes of it; the network stack tells of them all.
const FAILED = /^Failed to load resource: the server responded with a status of (\d+)/;

// All that a page must not do, as texts.
function watch(page, origin, expected) {
  const wrong = [];
  page.on('console', (message) => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type())
      && !expected.includes(Number(text.match(FAILED)?.[1]))) wrong.push(text);
  });
  page.on('pageerror', (error) => wrong.push(String(error.stack)));
  page.on('request', (request) => {
    const { protocol, origin: other } = new URL(request.url());
    if (protocol !== 'data:' && other !== origin) wrong.push(`asked for ${request.url()}`);
  });
  return wrong;
}

// Open |url| in a tab of its own context, do |what| with the page, and fail when the page has
// thrown, complained, broken its policy or asked another origin. Of HTTP statuses |expected| it
// may complain. |options| are playwright's for a context.
export async function withPage(browser, url, { expected = [], ...options }, what) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const wrong = watch(page, new URL(url).origin, expected);
    await page.goto(url);
    await what(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

// A picture of the whole page, for people to look at.
export function shoot(page, name) {
  mkdirSync(pictures, { recursive: true });
  return page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}
