// picture.js -- take the README's picture of the console: node tests/e2e/picture.js [FILE]
//
// The gateway is the bundle, asked a few dozen times, with fake upstreams. The usage of the hours
// before is made up.
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

// A working day's hours before the last one of |usage|, and the sums of all.
const COUNTED = ['requests', 'errors', 'failovers', 'input', 'output'];
function withDay(usage) {
  const last = usage.series.at(-1);
  const series = usage.series.map((one, i) => {
    if (one === last) return one;
    const requests = Math.round(70 + 60 * Math.sin((i - 3) / 3.4) + 17 * ((i * 7) % 5));
    return {
      ...one,
      requests,
      errors: i % 9 === 4 ? 2 : 0,
      failovers: Math.round(requests / (i % 5 ? 40 : 9)),
      input: requests * 900,
      output: requests * 310,
      p50_ms: 640 + 90 * ((i * 5) % 7),
      p95_ms: 1900,
      cost: last.cost.map((cost) => ({ ...cost, micros: requests * 2300 })),
    };
  });
  const sum = (valueOf) => series.reduce((n, one) => n + valueOf(one), 0);
  const sums = Object.fromEntries(COUNTED.map((name) => [name, sum((one) => one[name])]));
  const cost = usage.total.cost.map((one) => ({ ...one, micros: sum((it) => it.cost[0].micros) }));
  return { ...usage, series, total: { ...usage.total, ...sums, cost, p50_ms: 820, p95_ms: 1900 } };
}

const gateway = await startGateway({ routes: routesAt, env: KEYS, upstreams: { pace: 2 } });
const browser = await startBrowser(findBrowser());
for (let i = 0; i < ASKED; i += 1) await ask(gateway, i);
await new Promise((resolve) => { setTimeout(resolve, WRITTEN); });
const page = await (await browser.newContext({ locale: 'en-US', viewport: SIZE })).newPage();
await page.route('**/v1/gateway/usage?*', async (route) => {
  const response = await route.fetch();
  await route.fulfill({ response, json: withDay(await response.json()) });
});
await page.goto(gateway.url);
await page.fill('#token', gateway.token);
await page.click('#enter-button');
await page.waitForSelector('#overview .chart');
await page.waitForLoadState('networkidle');
writeFileSync(FILE, await page.screenshot());
await browser.close();
await gateway.stop();
