// picture.js -- take the README's picture of the console: node tests/e2e/picture.js [FILE]
//
// The gateway is the bundle, asked a few dozen times, with fake upstreams. What the status tells of
// the hours before is made up, and the vendors' addresses stand in place of the fakes'.
import { writeFileSync } from 'node:fs';
import { findBrowser, startBrowser } from './browser.js';
import { startGateway } from './harness.js';

const FILE = process.argv[2] ?? '.github/console.png';
const SIZE = { width: 1180, height: 775 };
const ASKED = 30;
const WRITTEN = 12_000; // ms until all usage is in the store

const quota = 'sk-one.fault:openai=insufficient_quota';
const KEYS = { OPENAI_KEY_1: quota, OPENAI_KEY_2: 'sk-two', ZHIPU_KEY_1: 'three' };
const prices = {
  pricingCurrency: 'usd', inputPricePer1m: 2, inputCachePricePer1m: 0.5, outputPricePer1m: 8,
};
const openai = { provider: 'openai', model: 'gpt-4.1', apiKeys: ['OPENAI_KEY_1', 'OPENAI_KEY_2'] };
const glm = { provider: 'zhipu', model: 'glm-4.7', apiKeys: ['ZHIPU_KEY_1'] };
const REAL = { openai: 'https://api.openai.com/v1', zhipu: 'https://api.z.ai/api/paas/v4' };
const routesAt = (url) => {
  const at = { openai: `${url}/v1`, zhipu: `${url}/api/paas/v4` };
  const located = (one) => ({ ...one, endpoint: at[one.provider] });
  return {
    'super-brain': { ...prices, providers: [openai, glm].map(located) },
    'glm-flash': { ...prices, providers: [{ ...glm, model: 'glm-4.7-flash' }].map(located) },
  };
};

const ask = async ({ url, token }, i) => {
  const answer = await fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: i % 3 ? 'super-brain' : 'glm-flash', input: 'Tell me a story.', stream: i % 2 === 0,
    }),
  });
  await answer.text();
};

// A working day's hours before the last one of |status|.
function withDay(status) {
  const [now] = status.hours;
  const before = Array.from({ length: 23 }, (_, i) => {
    const requests = Math.round(70 + 60 * Math.sin((i - 3) / 3.4) + 17 * ((i * 7) % 5));
    return {
      ...now,
      hour: String(Number(now.hour) - 23 + i),
      requests,
      errors: i % 9 === 4 ? 2 : 0,
      failovers: Math.round(requests / (i % 5 ? 40 : 9)),
      cost_micros: requests * 2300,
    };
  });
  for (const { providers } of status.routes) {
    for (const one of providers) one.endpoint = REAL[one.provider];
  }
  return { ...status, hours: [...before, now] };
}

const gateway = await startGateway({ routes: routesAt, env: KEYS, upstreams: { pace: 2 } });
const browser = await startBrowser(findBrowser());
for (let i = 0; i < ASKED; i += 1) await ask(gateway, i);
await new Promise((resolve) => { setTimeout(resolve, WRITTEN); });
const page = await (await browser.newContext({ locale: 'en-US', viewport: SIZE })).newPage();
await page.route('**/v1/gateway/status', async (route) => {
  const response = await route.fetch();
  await route.fulfill({ response, json: withDay(await response.json()) });
});
await page.goto(gateway.url);
await page.fill('#token', gateway.token);
await page.click('#enter-button');
await page.waitForSelector('#overview .chart');
writeFileSync(FILE, await page.screenshot());
await browser.close();
await gateway.stop();
