// fallback.test.js -- an upstream fails: another answers, or the client gets an error; no leaks.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import {
  APIError, AuthenticationError, BadRequestError, InternalServerError, NotFoundError,
  RateLimitError,
} from 'openai';
import {
  checkError, glm, judge, openai, QUICK, rejection, saidIn, startRoutes,
} from './client.js';

// Asked for in four ways, each with a route of its own, so that each meets the failure first.
const WAYS = [
  { way: 'responses', path: '/v1/responses', stream: false },
  { way: 'responses-stream', path: '/v1/responses', stream: true },
  { way: 'chat', path: '/v1/chat/completions', stream: false },
  { way: 'chat-stream', path: '/v1/chat/completions', stream: true },
];
const STREAMS = WAYS.filter(({ stream }) => stream);

const bodyOf = ({ path, stream }, model) => {
  const field = path.endsWith('responses') ? 'input' : 'messages';
  return { model, stream, [field]: [{ role: 'user', content: 'Hi' }] };
};

// ---- another answers ----

const toGlm = (key, more) => [openai(key, more), glm()];
const toOpenai = (key, more) => [glm(key, more), openai()];
// Patience for whoever falls silent is short here, and long for all others.
const quick = { timeouts: QUICK };

// name: providers, the attempts that it takes, and the ways if not all
const FALLBACKS = {
  'OpenAI 401': [toGlm('openai=invalid_api_key'), 2],
  'OpenAI 403': [toGlm('openai=permission_denied'), 2],
  'OpenAI 404': [toGlm('openai=model_not_found'), 2],
  'OpenAI 408': [toGlm('openai=request_timeout'), 3],
  'OpenAI 409': [toGlm('openai=conflict'), 3],
  'OpenAI 429': [toGlm('openai=rate_limit_exceeded'), 2],
  'OpenAI slow_down': [toGlm('openai=slow_down'), 2],
  'OpenAI quota': [toGlm('openai=insufficient_quota'), 2],
  'OpenAI spend limit': [toGlm('openai=organization_spend_limit_exceeded'), 2],
  'OpenAI 500': [toGlm('openai=server_error'), 3],
  'OpenAI 502': [toGlm('status=502'), 3],
  'OpenAI 503': [toGlm('openai=server_is_overloaded'), 3],
  'OpenAI 500 in HTML': [toGlm('status=500,body=html'), 3],
  'OpenAI 502 in silence': [toGlm('status=502,body=empty'), 3],
  'OpenAI refuses the connection': [toGlm('refuse'), 3],
  'OpenAI recovers at once': [toGlm('status=500;fail-first=1'), 2],
  'OpenAI, the second key': [[openai(['openai=rate_limit_exceeded', '']), glm('refuse')], 2],
  'OpenAI, the third key':
    [[openai(['openai=invalid_api_key', 'openai=insufficient_quota', ''])], 3],
  'OpenAI, an error in 200': [toGlm('openai=insufficient_quota;error-in-200'), 2,
    [WAYS[0], WAYS[2]]],
  'OpenAI, a body cut short': [toGlm('cut-after=text'), 3, [WAYS[0], WAYS[2]]],
  'OpenAI, half of the JSON': [toGlm('end-after=text'), 3, [WAYS[0], WAYS[2]]],
  // Who was silent is not asked again while there is another. (One that has opened an item is at
  // work, and not left so soon: faults.test.js.)
  'OpenAI is silent': [toGlm('stall-head', quick), 2, STREAMS],
  'OpenAI is silent after its head': [toGlm('stall=0', quick), 2, STREAMS],
  'OpenAI is silent after the preamble': [toGlm('stall-after=preamble', quick), 2, [WAYS[1]]],
  'OpenAI is cut at byte 0': [toGlm('cut=0'), 3, STREAMS],
  'OpenAI is cut in the preamble': [toGlm('cut=200'), 3, [WAYS[1]]],
  'OpenAI is cut after the preamble': [toGlm('cut-after=preamble'), 3, [WAYS[1]]],
  'OpenAI is cut after an empty item': [toGlm('cut-after=item'), 3, [WAYS[1]]],
  'OpenAI ends after the preamble': [toGlm('end-after=preamble'), 3, [WAYS[1]]],
  'OpenAI ends before it begins': [toGlm('end-after=head'), 3, STREAMS],
  'OpenAI fails after the preamble: server_error':
    [toGlm('error-after=preamble,code=server_error'), 3, [WAYS[1]]],
  'OpenAI fails after the preamble: rate_limit_exceeded':
    [toGlm('error-after=preamble,code=rate_limit_exceeded'), 2, [WAYS[1]]],
  'OpenAI fails after the preamble: quota':
    [toGlm('error-after=preamble,code=insufficient_quota'), 2, [WAYS[1]]],
  'OpenAI fails at once in its stream':
    [toGlm('error-after=head,code=insufficient_quota'), 2, STREAMS],
  'OpenAI fails after an empty item': [toGlm('error-after=item,code=server_error'), 3, [WAYS[1]]],
  'GLM 401': [toOpenai('glm=1002'), 2],
  'GLM locked': [toOpenai('glm=1112'), 2],
  'GLM balance': [toOpenai('glm=1113'), 2],
  'GLM unknown model': [toOpenai('glm=1211'), 2],
  'GLM no access': [toOpenai('glm=1311'), 2],
  'GLM offline': [toOpenai('glm=1221'), 2],
  'GLM rate': [toOpenai('glm=1302'), 2],
  'GLM rate, and nobody else: it passes': [[glm('glm=1302;fail-first=1')], 2],
  'GLM rate in Chinese': [toOpenai('glm=1302,zh'), 2],
  'GLM overloaded': [toOpenai('glm=1305'), 2],
  'GLM overloaded, 529': [toOpenai('glm=1312'), 2],
  'GLM overloaded, whatever the key': [[glm(['glm=1305', '']), openai()], 2],
  'GLM five hours': [toOpenai('glm=1308'), 2],
  'GLM week': [toOpenai('glm=1310'), 2],
  'GLM plan': [toOpenai('glm=1309'), 2],
  'GLM 500': [toOpenai('glm=500'), 3],
  'GLM network': [toOpenai('glm=1234,zh'), 3],
  'GLM, the prompt too long': [toOpenai('glm=1261'), 2],
  'GLM, an error in 200': [toOpenai('error-in-200=1302'), 2],
  'GLM, no connection': [toOpenai('refuse'), 3],
  'GLM, the second key': [[glm(['glm=1302', '']), openai('refuse')], 2],
  'GLM, network_error': [toOpenai('finish=network_error'), 3, [WAYS[0]]],
  'GLM is silent': [toOpenai('stall-head', quick), 2, STREAMS],
  'GLM is silent after its head': [toOpenai('stall=0', quick), 2, STREAMS],
  'GLM is cut at byte 0': [toOpenai('cut=0'), 3, STREAMS],
  'GLM is cut in the first chunk': [toOpenai('cut=50'), 3, STREAMS],
  'GLM ends before it begins': [toOpenai('end-after=head'), 3, STREAMS],
  'GLM fails at once in its stream': [toOpenai('error-after=head,code=1302'), 2, STREAMS],
  'GLM fails at once, by an event': [toOpenai('event-error=head,code=1302'), 2, STREAMS],
  'three providers': [[openai('openai=insufficient_quota'), glm('glm=1113'), openai()], 3],
};

// ---- nobody answers, or nobody else may ----

// A limit that the gateway does not wait for.
const LIMITED = 'openai=rate_limit_exceeded,retry-after=120';

const refusal = (status, code, more = {}) => ({ status, code, ...more });

// name: providers, what the client is told, the attempts that were made
const FAILURES = {
  'OpenAI 400': [toGlm('openai=invalid_value'), refusal(400, 'invalid_value'), 1],
  'OpenAI policy': [toGlm('openai=bio_policy'), refusal(400, 'bio_policy'), 1],
  'OpenAI too long, nobody larger':
    [[openai('openai=context_length_exceeded'), glm('')],
      refusal(400, 'context_length_exceeded'), 1],
  'GLM 1214': [toOpenai('glm=1214'), refusal(400, 'invalid_request'), 1],
  'GLM 1210': [toOpenai('glm=1210'), refusal(400, 'invalid_request'), 1],
  'GLM policy': [toOpenai('glm=1301'), refusal(400, 'invalid_prompt'), 1],
  'GLM too long, nobody larger':
    [[glm('glm=1261'), glm('')], refusal(400, 'context_length_exceeded'), 1],
  'every key at its rate':
    [[openai([LIMITED, 'openai=slow_down,retry-after=130'])],
      refusal(429, 'rate_limit_exceeded', { retryAfter: [60, 60], message: /again in \d/i }), 2],
  'GLM at its rate': [[glm(['glm=1302,retry-after=120', 'glm=1303,retry-after=110'])],
    refusal(429, 'rate_limit_exceeded', { retryAfter: [60, 60], message: /again in \d+s/i }), 2],
  'no balance anywhere': [[openai('openai=insufficient_quota'), glm('glm=1113')],
    refusal(429, 'insufficient_quota', { retryAfter: [1, 3600] }), 2],
  'GLM until a reset': [[glm('glm=1308,reset-in=3600')],
    refusal(429, 'insufficient_quota', { retryAfter: [60, 60] }), 1],
  'no good key': [[glm(['glm=1002', 'glm=401'])], refusal(502, 'upstream_auth_failed'), 2],
  'everything is down': [[openai('status=500'), glm('glm=1234')], refusal(500), 4],
  'a limit tells more than a failure': [[openai(LIMITED), glm('status=500')],
    refusal(429, 'rate_limit_exceeded'), 3],
  'a limit tells more than a bad key': [[openai('openai=invalid_api_key'), glm(LIMITED)],
    refusal(429, 'rate_limit_exceeded'), 2],
  'overloaded everywhere':
    [[glm('glm=1305'), glm('glm=1312')], refusal(503, 'server_is_overloaded'), 2],
  'no connection': [[openai('refuse')], refusal(502, 'upstream_error'), 2],
  'nothing at the endpoint': [[openai('', { path: '/v1/v2' })], refusal(502, 'upstream_not_found'),
    1],
  'nothing at GLM\'s endpoint': [[glm('', { path: '/api/paas/v4/v4' })],
    refusal(502, 'upstream_not_found'), 1],
  'a stream that fails at once': [[openai('error-after=preamble,code=invalid_prompt'), glm('')],
    refusal(400, 'invalid_prompt'), 1, [WAYS[1]]],
};

// What the package throws; it tries again by itself unless it is told that this is of no use.
const THROWN = {
  'sdk-limit': [[openai([LIMITED, LIMITED])], RateLimitError, 2],
  'sdk-quota': [[glm('glm=1113')], RateLimitError, 1],
  'sdk-down': [[openai('status=500')], InternalServerError, 2],
  'sdk-overloaded': [[glm('glm=1305')], InternalServerError, 1],
  'sdk-conflict': [[openai('openai=conflict')], APIError, 2],
  'sdk-bad-key': [[glm('glm=1002')], InternalServerError, 1],
  'sdk-bad-request': [[openai('openai=invalid_value,param=top_p')], BadRequestError, 1],
  'sdk-no-model': [[openai('openai=model_not_found')], NotFoundError, 1],
};

// ---- all of it ----

const waysOf = (row) => row.find((cell) => cell?.[0]?.way) ?? WAYS;
const routeOf = (name, { way }) => `${name.replaceAll(/\W+/g, '_')}-${way}`;

// Chat is asked of OpenAI's own chat endpoint, as it would be at OpenAI's own address.
const speaking = ({ path }, providers) => providers.map((one) => (
  one.provider === 'openai' && path.includes('chat') ? { ...one, api: 'chat' } : one
));

function routesOf(table) {
  return Object.fromEntries(Object.entries(table).flatMap(([name, row]) => (
    waysOf(row).map((way) => [routeOf(name, way), speaking(way, row[0])])
  )));
}

let helped; // where another answers
let lost; // where nobody does
before(async () => {
  helped = await startRoutes(routesOf(FALLBACKS));
  lost = await startRoutes({
    ...routesOf(FAILURES),
    ...Object.fromEntries(Object.entries(THROWN).flatMap(([name, [providers]]) => (
      WAYS.map(({ way }) => [`${name}-${way}`, providers])
    ))),
  });
});
after(async () => {
  await helped?.stop();
  await lost?.stop();
});

// Most of a test is waiting, so they run side by side; each has a route of its own.
function testEach(table, check) {
  for (const [name, row] of Object.entries(table)) {
    for (const way of waysOf(row)) {
      test(`${name}: ${way.way}`, () => check(routeOf(name, way), way, row));
    }
  }
}

describe('another answers', { concurrency: 16 }, () => {
  testEach(FALLBACKS, async (route, way, [, attempts]) => {
    const response = await helped.post(way.path, bodyOf(way, route));
    const { headers } = response;
    const text = await response.text();
    assert.equal(response.status, 200, text);
    judge(text);
    assert.match(saidIn(text), /^You said: Hi\. .*It ends here\.$/s);
    assert.doesNotMatch(text, /"error": ?\{|response\.failed|event: error/);
    const begun = text.match(/event: response\.created/g) ?? [];
    assert.equal(begun.length, way.way === 'responses-stream' ? 1 : 0);
    const requests = helped.requests(route);
    assert.equal(requests.length, attempts);
    assert.equal(headers.get('x-gateway-attempts'), String(attempts));
    assert.equal(headers.get('x-should-retry'), null);
    assert.equal(headers.get('retry-after'), null);
    const winner = { glm: 'zhipu', openai: 'openai' }[requests.at(-1).upstream];
    assert.equal(headers.get('x-gateway-provider'), winner);
  });
});

describe('nobody answers', { concurrency: 16 }, () => {
  testEach(FAILURES, async (route, way, [, expected, attempts]) => {
    const response = await lost.post(way.path, bodyOf(way, route));
    const { headers } = response;
    const body = await response.json();
    assert.equal(response.status, expected.status, body.error?.message);
    assert.match(headers.get('content-type'), /^application\/json/);
    checkError(body, { code: expected.code });
    assert.match(body.error.message, expected.message ?? /./);
    assert.doesNotMatch(JSON.stringify(body), /sk-|KEY_\d/);
    assert.equal(headers.get('x-should-retry'), 'false');
    assert.equal(headers.get('x-gateway-attempts'), String(lost.requests(route).length));
    if (Number.isInteger(attempts)) assert.equal(lost.requests(route).length, attempts);
    if (!expected.retryAfter) return;
    const seconds = headers.get('retry-after');
    assert.match(seconds, /^[1-9]\d*$/);
    const [low, high] = expected.retryAfter;
    assert.ok(Number(seconds) >= low && Number(seconds) <= high, `retry-after: ${seconds}`);
  });
});

describe('the package throws, and does not try again', { concurrency: 16 }, () => {
  for (const [name, [, error, attempts]] of Object.entries(THROWN)) {
    for (const way of WAYS) {
      test(`${name}: ${way.way}`, async () => {
        const route = `${name}-${way.way}`;
        const { responses, chat } = lost.client;
        const resource = way.path.endsWith('responses') ? responses : chat.completions;
        const thrown = await rejection(resource.create(bodyOf(way, route)));
        assert.ok(thrown instanceof error, thrown.stack);
        assert.ok(!(thrown instanceof AuthenticationError), 'its token was right');
        if (name === 'sdk-bad-request') assert.equal(thrown.param, 'top_p');
        assert.equal(lost.requests(route).length, attempts);
      });
    }
  }
});
