// console.test.js -- the operator's page and foreign pages, in a real browser.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { checkRoutes } from '../../scripts/check-routes.js';
import english from '../../shim/console/words.en.js';
import chinese from '../../shim/console/words.zh.js';
import { findBrowser, shoot, startBrowser, withPage } from './browser.js';
import { glm, openai, startRoutes } from './client.js';
import { PYTHON, noPython } from './program.js';

const root = new URL('../../', import.meta.url).pathname;
const work = join(root, 'build/console-test');
const run = promisify(execFile);
const PACE = 20; // ms between an upstream's events, so that one sees the stream
const SECTIONS = ['overview', 'requests', 'playground', 'connect', 'routes'];

const executable = findBrowser();
const skip = executable ? false : 'no Chromium or Chrome is installed';

const ROUTES = {
  'gpt': [openai()],
  'glm': [glm()],
  'both': [openai('openai=insufficient_quota'), glm()],
  'hopeless': [glm('glm=1113')],
};
const about = {
  pricingCurrency: 'usd', inputPricePer1m: 2, inputCachePricePer1m: 0.5, outputPricePer1m: 8,
};

let browser;
let gateway;
before(async () => {
  if (skip) return;
  mkdirSync(work, { recursive: true });
  browser = await startBrowser(executable);
  gateway = await startRoutes(ROUTES, { route: about, upstreams: { pace: PACE } });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const open = (options, what) => withPage(browser, gateway.url, options, what);

async function enter(page, token = gateway.token) {
  await page.fill('#token', token);
  await page.click('#enter-button');
}

// Open the console as somebody who has the token, at |section|.
const inside = (section, options, what) => open(options, async (page) => {
  await enter(page);
  await page.click(`#nav a[href="#${section}"]`);
  await page.waitForSelector(`#${section}:visible`);
  await what(page);
});

const shown = (page, selector) => page.locator(selector).innerText();

// ---- the page ----

describe('the page', { skip }, () => {
  test('is small, and one file', async () => {
    const answer = await fetch(gateway.url, { headers: { accept: 'text/html' } });
    const page = await answer.text();
    assert.ok(Buffer.byteLength(page) < 90_000);
    assert.doesNotMatch(page, /\b(src|href)="(?!#|data:)/);
  });

  test('runs no script, has no style, asks no server but its own', () => open({}, async (page) => {
    // The complaints are what is looked for here, so they are not the page's.
    page.removeAllListeners('console');
    page.removeAllListeners('request');
    const blocked = await page.evaluate(async () => {
      const directives = new Set();
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        directives.add(effectiveDirective);
      });
      const add = (name, properties) => {
        document.body.append(Object.assign(document.createElement(name), properties));
      };
      add('script', { textContent: 'window.ran = true;' });
      add('style', { textContent: 'body { display: none }' });
      add('iframe', { src: 'https://example.com/' });
      add('img', { src: 'https://example.com/a.png' });
      await fetch('https://example.com/').catch(() => {});
      await new Promise((resolve) => { setTimeout(resolve, 200); });
      return { directives: [...directives].sort(), ran: window.ran,
        display: getComputedStyle(document.body).display };
    });
    assert.deepEqual(blocked, {
      directives: ['connect-src', 'frame-src', 'img-src', 'script-src-elem', 'style-src-elem'],
      ran: undefined,
      display: 'block',
    });
  }));

  test('asks for the token, and says when it is wrong', () => (
    open({ expected: [401] }, async (page) => {
      for (const token of ['wrong', '错误', 'Bearer wrong']) {
        await page.reload(); // so that nothing is left of what was said before
        await enter(page, token);
        await page.waitForSelector('#enter-error:not(:empty):visible');
        assert.equal(await shown(page, '#enter-error'), english.wrongToken);
        assert.equal(await page.evaluate(() => sessionStorage.length), 0);
        assert.equal(await page.evaluate(() => localStorage.length), 0);
      }
      await shoot(page, 'wrong-token');
      await enter(page, `Bearer ${gateway.token}`);
      await page.waitForSelector('#overview:visible');
      assert.equal(await page.locator('#enter').isVisible(), false);
    })));

  test('keeps the token for the tab alone, until it is told to forget it', () => (
    inside('overview', {}, async (page) => {
      const kept = () => page.evaluate(() => Object.values(sessionStorage));
      await page.reload();
      await page.waitForSelector('#overview:visible');
      assert.deepEqual(await kept(), [gateway.token]);
      const everywhere = await page.evaluate(() => JSON.stringify(localStorage) + document.cookie
        + location.href);
      assert.ok(!everywhere.includes(gateway.token));
      const other = await page.context().newPage();
      await other.goto(gateway.url);
      await other.waitForSelector('#enter:visible');
      await page.click('#leave');
      await page.waitForSelector('#enter:visible');
      assert.deepEqual(await kept(), []);
    })));
});

// ---- the token, where the user says so ----

describe('the token', { skip }, () => {
  test('survives a new tab if the user says so, until they sign out', () => (
    open({}, async (page) => {
      await page.check('#token-keep');
      await enter(page);
      await page.waitForSelector('#overview:visible');
      const other = await page.context().newPage();
      await other.goto(gateway.url);
      await other.waitForSelector('#overview:visible');
      await other.click('#leave');
      await page.reload();
      await page.waitForSelector('#enter:visible');
      assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
    })));
});

// ---- the status ----

const chartsOf = (page) => page.locator('#charts .chart').evaluateAll((charts) => charts.map(
  (chart) => ({
    label: chart.querySelector('figcaption span').textContent,
    total: chart.querySelector('figcaption strong').textContent,
    bars: chart.querySelectorAll('svg .value, svg .none').length,
    full: [...chart.querySelectorAll('svg g')].flatMap((bar, i) => (
      bar.querySelector('.value') ? [i] : [])),
  })));

describe('the overview', { skip }, () => {
  test('shows routes, keys, and the last 24 hours', async () => {
    const own = await startRoutes(ROUTES, { route: about });
    try {
      const body = { input: 'Hi', stream: false };
      for (const model of ['glm', 'glm', 'both', 'hopeless']) {
        await (await own.post('/v1/responses', { ...body, model })).text();
      }
      const headers = { authorization: 'Bearer wrong' };
      await (await fetch(`${own.url}/v1/models`, { headers })).text();
      await withPage(browser, own.url, {}, async (page) => {
        await enter(page, own.token);
        await page.waitForSelector('#overview:visible');
        const charts = await chartsOf(page);
        assert.deepEqual(charts.map(({ label }) => label),
          [english.requests, english.errors, english.failovers, english.tokens,
            english.firstTokenMedian, english.cost]);
        assert.deepEqual(charts.slice(0, 3).map(({ total }) => total), ['5', '2', '1']);
        assert.match(charts[3].total, /^\d+ in, \d+ out$/);
        assert.match(charts[5].total, /^\$0\.00\d+$/);
        // Three answers are too few for a median.
        for (const { bars, full } of charts.filter((_, i) => i !== 4)) {
          assert.equal(bars, 24);
          assert.ok(full.length > 0 && full[0] >= 22, 'all of it was just now');
        }
        const routes = await page.locator('#route-list .route').allInnerTexts();
        assert.deepEqual(routes.map((text) => text.split('\n')[0]), Object.keys(ROUTES));
        assert.match(routes[1], /glm-4\.7[^]*healthy/);
        assert.match(routes[3], /in cooldown[^]*insufficient_quota\.[^]*coding\/paas/);
        const today = await page.locator('#today tbody tr').allInnerTexts();
        assert.equal(today.length, 5, 'all that is in the total');
        assert.match(today.at(-2), /^token refused\s+1\s+1 \(100 %\)\s+0\s/);
        assert.match(today.at(-1), /^Total\s+5\s+2 \(40 %\)\s+1\s/);
        await page.click('#usage-by button:has-text("Provider")');
        const providers = await page.locator('#today tbody th').allInnerTexts();
        assert.deepEqual(providers, ['zhipu/glm-4.7', english.no_provider, english.no_client,
          english.total]);
        await page.click('#period button:has-text("30 days")');
        await page.waitForFunction(() => document.querySelectorAll('#charts svg')[0]
          .querySelectorAll('g').length === 30);
        assert.deepEqual((await chartsOf(page))[0].full, [29]);
        await page.locator('#charts svg').first().hover({ position: { x: 2, y: 40 } });
        assert.match(await page.locator('#charts strong').first().innerText(), /: 0$/);
        await page.click('#doctor');
        await page.waitForSelector('#doctor-report table');
        const report = await shown(page, '#doctor-report');
        assert.match(report, /^3 of 5 answered\.[^]*insufficient_quota/);
        await shoot(page, 'overview');
      });
    } finally {
      await own.stop();
    }
  });

  // The vendor's own endpoints cannot be asked here: the vectors do.
  const look = async (page) => {
    const probes = [
      { route: 'a', model: 'glm-5', key: 'LOST', ok: false, ms: 5, code: 'upstream_auth_failed',
        advice: 'Put a valid one.', elsewhere: 'https://open.bigmodel.cn/api/paas/v4' },
      { route: 'b', model: 'glm-5', key: 'GOOD', ok: true, ms: 5,
        elsewhere: 'https://api.z.ai/api/v1' },
      { route: 'c', model: 'glm-5', key: 'PLAIN', ok: true, ms: 5 },
    ];
    const asked = [];
    await page.route('**/v1/gateway/doctor?*', (route) => {
      asked.push(new URL(route.request().url()).searchParams.get('hosts'));
      return route.fulfill({ json: { probes } });
    });
    for (const check of [false, true]) {
      await page.setChecked('#doctor-elsewhere', check);
      await page.click('#doctor');
      await page.waitForSelector('#doctor:enabled');
      await page.waitForSelector('#doctor-report table');
    }
    assert.deepEqual(asked, [null, '1']);
    const rows = await page.locator('#doctor-report tbody tr').allInnerTexts();
    assert.match(rows[0], /Put a valid one\.[^]*answers at https:\/\/open\.bigmodel\.cn\/api/);
    assert.match(rows[1], /native Responses API: https:\/\/api\.z\.ai\/api\/v1/);
    assert.doesNotMatch(rows[2], /https:|Responses/);
    await shoot(page, 'doctor-elsewhere');
  };
  test('the doctor looks elsewhere when it is asked to', () => inside('overview', {}, look));
});

// ---- the last requests ----

describe('the requests', { skip }, () => {
  test('are listed, filtered and opened, with who was asked and who was not', async () => {
    const own = await startRoutes(ROUTES, { route: about });
    try {
      for (const model of ['glm', 'both', 'both', 'hopeless', 'nowhere']) {
        await (await own.post('/v1/responses', { model, input: 'Marzipan' })).text();
      }
      await withPage(browser, own.url, {}, async (page) => {
        await enter(page, own.token);
        await page.click('#nav a[href="#requests"]');
        const list = page.locator('#request-list .request');
        await page.waitForFunction(() => document.querySelectorAll('.request').length === 5);
        assert.match((await list.allInnerTexts())[0], /404 failed[^]*nowhere[^]*model_not_found/);
        await list.nth(0).click();
        assert.match(await shown(page, '.opened'), /add a route `default`/);
        await list.nth(2).click();
        const opened = await shown(page, '.opened');
        assert.match(opened, /glm-4\.7\s+zhipu\s+KEY_\d+\s+answered/);
        assert.match(opened, /Not asked\s+gpt-4\.1\s+openai\s+KEY_\d+\s/);
        assert.match(opened, /in cooldown until .*: insufficient_quota/);
        assert.ok(await page.locator('.opened .track .span').count() > 0);
        await shoot(page, 'requests');
        await page.selectOption('#request-outcome', 'failed');
        await page.waitForFunction(() => document.querySelectorAll('.request').length === 2);
        await page.selectOption('#request-route', 'hopeless');
        await page.waitForFunction(() => document.querySelectorAll('.request').length === 1);
        assert.doesNotMatch(await page.locator('body').innerText(), /Marzipan/);
      });
    } finally {
      await own.stop();
    }
  });
});

// ---- the playground ----

const factsOf = (page) => page.locator('#answer-facts > div').evaluateAll((facts) => (
  Object.fromEntries(facts.map((fact) => [
    fact.querySelector('dt').textContent, fact.querySelector('dd').textContent]))));

async function ask(page, route) {
  await page.selectOption('#ask-route', route);
  await page.fill('#ask-text', 'Why is the sky blue?');
  await page.click('#ask-send');
}

const over = (page) => page.waitForSelector('#ask-send:enabled');

describe('the playground', { skip }, () => {
  const ANSWERS = {
    gpt: { provider: 'openai', model: /^gpt-4\.1/, attempts: '1' },
    glm: { provider: 'zhipu', model: /^glm-4\.7$/, attempts: '1', thinks: true },
    both: { provider: 'zhipu', model: /^glm-4\.7$/, attempts: '2', thinks: true,
      tried: ['gpt-4.1', 'insufficient_quota', 'glm-4.7', english.answered] },
  };
  for (const [route, wanted] of Object.entries(ANSWERS)) {
    test(`streams an answer of ${route}`, () => inside('playground', {}, async (page) => {
      await page.evaluate(() => {
        window.lengths = new Set();
        const text = document.getElementById('answer-text');
        new MutationObserver(() => window.lengths.add(text.textContent.length))
          .observe(text, { childList: true });
      });
      await ask(page, route);
      await page.waitForSelector('#answer-state.going');
      await over(page);
      assert.equal(await shown(page, '#answer-state'), english.complete);
      assert.match(await shown(page, '#answer-text'), /Why is the sky blue\?/);
      assert.ok(await page.evaluate(() => window.lengths.size) > 3, 'it came piece by piece');
      if (wanted.thinks) assert.notEqual(await shown(page, '#answer-reasoning'), '');
      await page.waitForFunction((cost) => document.getElementById('answer-facts')
        .textContent.includes(cost), english.cost);
      const facts = await factsOf(page);
      assert.equal(facts[english.provider], wanted.provider);
      assert.match(facts[english.model], wanted.model);
      assert.equal(facts[english.attempts], wanted.attempts);
      assert.match(facts[english.tokensIn], /^[1-9]/);
      assert.match(facts[english.tokensOut], wanted.thinks ? /\d+ reasoning/ : /^[1-9]/);
      assert.match(facts[english.cost], /\$0\.000\d/);
      assert.match(facts[english.requestId], /^req_/);
      await page.waitForSelector('#answer-path .step');
      const tried = wanted.tried ? await shown(page, '#answer-path') : '';
      for (const one of wanted.tried ?? []) assert.ok(tried.includes(one), `${one}: ${tried}`);
      await shoot(page, `playground-${route}`);
    }));
  }

  test('shows why nobody answered', () => (
    inside('playground', { expected: [429] }, async (page) => {
      await ask(page, 'hopeless');
      await over(page);
      assert.equal(await shown(page, '#answer-state'), english.failed);
      assert.match(await shown(page, '#answer-error'), /^429 insufficient_quota: /);
      await page.waitForSelector('#answer-path .step');
      assert.match(await shown(page, '#answer-path'), /glm-4\.7[^]*api\/coding\/paas\/v4/);
      await shoot(page, 'playground-failed');
    })));

  test('goes on with the conversation, and with another route beside it', () => (
    inside('playground', {}, async (page) => {
      await ask(page, 'gpt');
      await over(page);
      await page.selectOption('#ask-other', 'glm');
      await page.fill('#ask-text', 'And at night?');
      await page.click('#ask-send');
      await over(page);
      assert.match(await shown(page, '#answer-turns'), /Why is the sky blue\?/);
      for (const id of ['answer', 'other']) {
        await page.waitForSelector(`#${id}-path .step`);
        assert.equal(await shown(page, `#${id}-state`), english.complete);
        assert.match(await shown(page, `#${id}-text`), /And at night\?/);
      }
      const [first, second] = gateway.requests('gpt').slice(-2);
      assert.equal(JSON.stringify(second.body).includes('Why is the sky blue?'), true, 'history');
      assert.ok(first.body.input.length > 0);
      await page.click('#answer-events summary');
      await page.waitForSelector('#answer-raw:not(:empty)');
      assert.match(await shown(page, '#answer-raw'), /"type":"response\.completed"/);
      await shoot(page, 'playground-two');
      await page.click('#ask-new');
      assert.equal(await shown(page, '#answer-turns'), '');
    })));

  // What a page is sent by an upstream is no more to be trusted than what a person is.
  test('is stopped by no event, shows calls, markdown and images', () => (
    inside('playground', {}, async (page) => {
      const call = { type: 'function_call', call_id: 'c1', name: 'get_weather',
        arguments: '{"city":"Graz"}' };
      const text = '# Head\n\n**bold** `code` [link](https://example.com) [bad](javascript:1)\n\n'
        + '- one\n- two\n\n| a | b |\n|---|---|\n| 1 | <b>2</b> |\n\n```\n<i>x</i>\n```\n';
      const image = { type: 'image_generation_call', result: 'iVBORw0KGgo=' };
      const events = [
        '{"type":"__proto__"}', '{"type":"constructor"}', '{"type":"toString"}', 'no JSON', 'null',
        ...[
          { type: 'response.created', response: { model: 'm' } },
          { type: 'response.output_text.delta', delta: text },
          { type: 'response.output_item.done', item: call },
          { type: 'response.output_item.done', item: image },
          { type: 'response.completed', response: { status: 'completed', model: 'm', output: [
            { type: 'message', content: [{ type: 'output_text', text }] }, call] } },
        ].map((one) => JSON.stringify(one))];
      const asked = [];
      await page.route('**/v1/responses', (route) => {
        asked.push(route.request().postDataJSON());
        return route.fulfill({
          status: 200, contentType: 'text/event-stream',
          body: events.map((one) => `data: ${one}\n\n`).join(''),
        });
      });
      await ask(page, 'gpt');
      await over(page);
      assert.equal(await shown(page, '#answer-state'), english.complete);
      const shape = (tag) => page.locator(`#answer-text ${tag}`).count();
      const tags = ['h4', 'strong', 'li', 'td', 'pre', 'a', 'b', 'i'];
      assert.deepEqual(await Promise.all(tags.map(shape)), [1, 1, 2, 2, 1, 1, 0, 0]);
      assert.match(await shown(page, '#answer-calls'), /get_weather[^]*"city": "Graz"/);
      assert.equal(await page.locator('#answer-images img').count(), 1);
      await shoot(page, 'playground-calls');
      await page.fill('#answer-calls textarea', 'rain');
      await page.click('#answer-calls .results');
      await over(page);
      assert.deepEqual(asked[1].input.slice(-2), [
        call, { type: 'function_call_output', call_id: 'c1', output: 'rain' }]);
    })));

  test('stops when it is told to', () => inside('playground', {}, async (page) => {
    await ask(page, 'gpt');
    await page.waitForFunction(() => document.getElementById('answer-text').textContent !== '');
    await page.click('#ask-stop');
    await over(page);
    assert.equal(await shown(page, '#answer-state'), english.stopped);
  }));
});

// ---- settings to copy ----

describe('the settings', { skip }, () => {
  const texts = async (page, program) => {
    const details = page.locator(`#programs details[data-name="${program}"]`);
    if (await details.getAttribute('open') === null) await details.locator('summary').click();
    return details.locator('code').allInnerTexts();
  };
  const permissions = ['clipboard-read', 'clipboard-write'];

  test('have the right address', () => inside('connect', {}, async (page) => {
    const base = `${gateway.url}/v1`;
    const address = {
      'curl': `${base}/responses`,
      'Python': `base_url="${base}"`,
      'JavaScript': `baseURL: '${base}'`,
      'Codex CLI': `base_url = "${base}"`,
      'Chatbox': gateway.url,
      'NextChat': gateway.url,
      'TypingMind': `${base}/chat/completions`,
    };
    for (const [program, one] of Object.entries(address)) {
      const all = (await texts(page, program)).join('\n');
      assert.ok(all.includes(one), `${program}: ${all}`);
      assert.ok(all.includes(english.yourToken), program);
      assert.ok(all.includes('gpt'), program);
      assert.ok(!all.includes(gateway.token), 'the token is not shown unless it is asked for');
    }
    await shoot(page, 'connect');
  }));

  test('are copied, with the token when that is wanted', () => (
    inside('connect', { permissions }, async (page) => {
      await page.check('#connect-token');
      await page.click('#base dd:has-text("/v1") button');
      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      assert.equal(await copied(), `${gateway.url}/v1`);
      const [text] = await texts(page, 'curl');
      await page.click('#programs details[data-name="curl"] button');
      assert.equal(await copied(), text);
      assert.ok(text.includes(gateway.token));
    })));

  test('run as they stand', () => inside('connect', {}, async (page) => {
    await page.check('#connect-token');
    await page.selectOption('#connect-route', 'glm');
    const [curl] = await texts(page, 'curl');
    const { stdout } = await run('bash', ['-c', curl]);
    assert.match(stdout, /^event: response\.completed$/m);
    const [script] = await texts(page, 'JavaScript');
    writeFileSync(join(work, 'example.mjs'), script);
    assert.match((await run('node', [join(work, 'example.mjs')])).stdout, /Hello!/);
    if (noPython) return;
    const [python] = await texts(page, 'Python');
    assert.match((await run(PYTHON, ['-c', python])).stdout, /Hello!/);
  }));
});

// ---- the editor ----

const BAD = `{
  "one": {
    "strateggy": "order",
    "providers": [
      {"provider": "opnai", "model": "m", "apiKeys": ["KEY_1"]},
      {"provider": "zhipu", "model": "glm-4.7", "api_keys": ["KEY_2"]}
    ]
  }
}
`;

const marksOf = (page) => page.locator('#edit-gutter > div').evaluateAll((lines) => (
  lines.flatMap((line, i) => (line.className ? [[i + 1, line.className]] : []))));

describe('the editor', { skip }, () => {
  const module = () => new WebAssembly.Module(readFileSync(join(root, 'build/gateway.wasm')));
  const settled = (page, errors) => page.waitForSelector(`#edit-summary.${errors}`);

  test('marks lines as one types, as the gateway would', () => (
    inside('routes', {}, async (page) => {
      await settled(page, 'cooling'); // the example has a warning, and is shown at first
      await page.fill('#edit-text', BAD);
      await settled(page, 'disabled');
      assert.deepEqual(await marksOf(page), [[3, 'warning'], [5, 'error'], [6, 'warning']]);
      const said = await page.locator('#edit-problems .problem').allInnerTexts();
      const wanted = checkRoutes(module(), Buffer.from(BAD));
      assert.equal(said.length, wanted.length);
      wanted.forEach(({ level, line, path, message }, i) => {
        assert.equal(said[i].replaceAll(/\s+/g, ' '),
          `${level} line ${line} ${path} ${message.replaceAll('`', '')}`);
      });
      await shoot(page, 'editor');
      // The line leads to the place, with what is wrong there chosen.
      await page.click('#edit-problems .problem:has-text("line 5") button');
      await page.keyboard.type('"openai", "model": "m", "apiKeys": ["KEY_1"]},');
      await settled(page, 'cooling');
      assert.deepEqual(await marksOf(page), [[3, 'warning'], [6, 'warning']]);
    })));

  test('says in Chinese what the gateway says in English', () => (
    inside('routes', { locale: 'zh-CN' }, async (page) => {
      await page.fill('#edit-text', BAD);
      await settled(page, 'disabled');
      const said = await page.locator('#edit-problems .problem p').allInnerTexts();
      assert.equal(said[0], '路由里没有 strateggy 这个字段，会被忽略。是不是想写 strategy？');
      assert.equal(said[2], 'api_keys 应写成 apiKeys。');
      await page.click('#nav a[href="#overview"]');
      await page.click('#doctor');
      await page.waitForSelector('#doctor-report table');
      assert.match(await shown(page, '#doctor-report'), /余额不足；或者是把 Coding Plan/);
    })));

  test('says where JSON breaks off, tidies what is good, and keeps it', () => (
    inside('routes', {}, async (page) => {
      await page.fill('#edit-text', '{\n\n"a": [}');
      await settled(page, 'disabled');
      assert.deepEqual(await marksOf(page), [[3, 'error']]);
      await page.fill('#edit-text',
        '{"a":[{"provider":"openai","model":"m","apiKeys":["KEY_1"]}]}');
      await settled(page, 'healthy');
      assert.deepEqual(await marksOf(page), []);
      await page.click('#edit-format');
      const tidy = await page.inputValue('#edit-text');
      assert.match(tidy, /^\{\n {2}"a": \[\n/);
      await page.reload();
      await page.waitForSelector('#routes:visible');
      assert.equal(await page.inputValue('#edit-text'), tidy);
    })));
});

// ---- languages, schemes, widths ----

describe('the looks', { skip }, () => {
  // What the page itself says, by the words' names.
  const said = (page) => page.locator('[data-t]').evaluateAll((all) => (
    all.map((one) => [one.dataset.t, one.textContent])));

  test('both languages say everything', () => {
    assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort());
    const holes = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [name, text] of Object.entries(english)) {
      assert.deepEqual(holes(chinese[name]), holes(text), name);
    }
  });

  for (const [locale, words, lang] of [
    ['en-GB', english, 'en'], ['zh-CN', chinese, 'zh-CN'], ['zh-TW', chinese, 'zh-CN'],
    ['fr-FR', english, 'en'],
  ]) {
    test(`${locale} is spoken to in ${lang}`, () => open({ locale }, async (page) => {
      for (const [name, text] of await said(page)) assert.equal(text, words[name]);
      assert.equal(await page.getAttribute('html', 'lang'), lang);
    }));
  }

  test('the language can be changed, and stays so', () => inside('overview', {}, async (page) => {
    await page.click('#language');
    await page.reload();
    await page.waitForSelector('#overview:visible');
    for (const [name, text] of await said(page)) assert.equal(text, chinese[name]);
    assert.match(await shown(page, '#charts'), new RegExp(chinese.failovers));
  }));

  // What fills a section with all that it can show.
  const FULL = {
    requests: async (page) => {
      await page.waitForSelector('#request-list .request');
      await page.locator('#request-list .request').first().click();
    },
    overview: async (page) => {
      await page.click('#doctor');
      await page.waitForSelector('#doctor-report table');
    },
    playground: async (page) => {
      await ask(page, 'hopeless');
      await over(page);
    },
    connect: async (page) => {
      await page.check('#connect-token');
      await page.locator('#programs details').evaluateAll((all) => {
        for (const one of all) one.open = true;
      });
    },
    routes: async (page) => {
      await page.fill('#edit-text', BAD);
      await page.waitForSelector('#edit-summary.disabled');
    },
  };

  // How light the page is, from 0 to 255.
  const paper = (page) => page.evaluate(() => getComputedStyle(document.documentElement)
    .backgroundColor.match(/\d+/g).map(Number).reduce((sum, n) => sum + n, 0) / 3);

  const WIDTHS = [320, 360, 412, 600, 740, 768, 820, 930, 1024, 1280];

  for (const locale of ['en-US', 'zh-CN']) {
    test(`any width, ${locale}: nothing to scroll sideways, no word upright`, () => (
      inside('overview', { locale, expected: [429] }, async (page) => {
        const leave = page.locator('#leave');
        for (const section of SECTIONS) {
          await page.click(`#nav a[href="#${section}"]`);
          await page.waitForSelector(`#${section}:visible`);
          await FULL[section](page);
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 800 });
            const all = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(all <= width, `${section} at ${width}: ${all}`);
            assert.ok((await leave.boundingBox()).height < 48, `${section} at ${width}`);
          }
        }
      })));
    for (const colorScheme of ['light', 'dark']) {
      const phone = {
        locale, colorScheme, viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true,
      };
      test(`a phone, ${locale}, ${colorScheme}: nothing to scroll sideways`, () => (
        inside('overview', { ...phone, expected: [429] }, async (page) => {
          assert.ok(colorScheme === 'dark' ? await paper(page) < 64 : await paper(page) > 192);
          for (const section of SECTIONS) {
            await page.click(`#nav a[href="#${section}"]`);
            await page.waitForSelector(`#${section}:visible`);
            await FULL[section]?.(page);
            await shoot(page, `phone-${locale}-${colorScheme}-${section}`);
            const width = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.equal(width, phone.viewport.width, section);
          }
          const [all, seen] = await page.locator('nav')
            .evaluate((nav) => [nav.scrollWidth, nav.clientWidth]);
          assert.equal(all, seen, 'every section can be seen in the navigation');
        })));
    }
  }
});

// ---- what others say ----

describe('what others say', { skip }, () => {
  const tags = '<img src="x" onerror="window.ran = 1"><script>window.ran = 1</script>';

  test('is text, whatever tags are in it', async () => {
    const own = await startRoutes({ [tags]: [glm()] }, {
      route: { displayName: tags, description: tags, pricingCurrency: tags, inputPricePer1m: 1 },
    });
    try {
      await withPage(browser, own.url, {}, async (page) => {
        await enter(page, own.token);
        await page.click('#nav a[href="#playground"]');
        await page.fill('#ask-text', tags);
        await page.click('#ask-send');
        await page.waitForSelector('#answer-state.healthy');
        assert.ok((await shown(page, '#answer-text')).includes(tags));
        for (const section of SECTIONS) {
          await page.click(`#nav a[href="#${section}"]`);
          await page.waitForSelector(`#${section}:visible`);
        }
        assert.equal(await page.locator('main img, main script').count(), 0);
        assert.equal(await page.evaluate(() => window.ran), undefined);
      });
    } finally {
      await own.stop();
    }
  });
});

// ---- pages of others ----

// A page elsewhere that has the token, as TypingMind and NextChat are.
const FOREIGN = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  const wish = new URLSearchParams(location.hash.slice(1));
  const { url, token, path, body } = Object.fromEntries(wish);
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
    body,
  });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const pieces = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
  }
  window.result = { status: answer.status, headers: [...answer.headers], pieces };
</script>`;

describe('a page of another origin', { skip }, () => {
  let elsewhere;
  let origin;
  before(async () => {
    if (skip) return;
    elsewhere = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(FOREIGN);
    });
    await new Promise((resolve) => { elsewhere.listen(0, '127.0.0.1', resolve); });
    origin = `http://127.0.0.1:${elsewhere.address().port}`;
  });
  after(() => elsewhere?.close());

  const ask = async (path, body, token = gateway.token) => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const wish = new URLSearchParams({
        url: gateway.url, token, path, body: JSON.stringify(body),
      });
      await page.goto(`${origin}/#${wish}`);
      await page.waitForFunction(() => window.result);
      const { headers, ...result } = await page.evaluate(() => window.result);
      return { ...result, headers: new Headers(headers) };
    } finally {
      await context.close();
    }
  };

  const WAYS = {
    '/v1/responses': { input: 'Hi', stream: true },
    '/v1/chat/completions': { messages: [{ role: 'user', content: 'Hi' }], stream: true },
  };
  for (const [path, body] of Object.entries(WAYS)) {
    for (const [model, provider] of [['gpt', 'openai'], ['glm', 'zhipu']]) {
      test(`streams ${path} of ${model}`, async () => {
        const { status, headers, pieces } = await ask(path, { model, ...body });
        assert.equal(status, 200);
        assert.equal(headers.get('x-gateway-route'), model);
        assert.equal(headers.get('x-gateway-provider'), provider);
        assert.equal(headers.get('x-gateway-attempts'), '1');
        assert.match(headers.get('x-request-id'), /^req_/);
        assert.ok(pieces.length > 3, 'it came piece by piece');
        assert.match(pieces.join(''), /response\.completed|\[DONE\]/);
      });
    }
  }

  test('can read why it is refused', async () => {
    const { status, headers, pieces } = await ask('/v1/responses', { model: 'gpt' }, 'wrong');
    assert.equal(status, 401);
    assert.match(headers.get('x-request-id'), /^req_/);
    assert.equal(JSON.parse(pieces.join('')).error.code, 'invalid_api_key');
  });
});
