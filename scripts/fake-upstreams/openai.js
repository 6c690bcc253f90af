/* openai.js -- OpenAI's paths, key check and headers; the wire formats are in openai-*.js. */
import { Refusal, openaiBody, openaiError } from './errors.js';
import { answerChat } from './openai-chat.js';
import { answerResponses, failureFrames, nowSeconds } from './openai-responses.js';
import { frame } from './sse.js';

const MODELS = ['gpt-4.1', 'gpt-4o', 'gpt-4o-mini', 'gpt-5', 'gpt-5-mini', 'gpt-5.1', 'o4-mini'];

const LIMITS = {
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-limit-tokens': '30000000',
  'x-ratelimit-remaining-requests': '9999',
  'x-ratelimit-remaining-tokens': '29999000',
  'x-ratelimit-reset-requests': '6ms',
  'x-ratelimit-reset-tokens': '2ms',
};

/* The organisation and the project must not reach a client of the gateway. */
function headersOf({ ids }, type) {
  return {
    'content-type': type,
    'openai-organization': 'org-fake',
    'openai-processing-ms': '42',
    'openai-project': 'proj_fake',
    'openai-version': '2020-10-01',
    'x-request-id': `req_${ids.next(32)}`,
    ...LIMITS,
  };
}

function printed(world, status, value) {
  const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  return { status, headers: headersOf(world, 'application/json'), body };
}

function listModels() {
  const created = nowSeconds();
  const data = MODELS.map((id) => ({ id, object: 'model', created, owned_by: 'openai' }));
  return { json: { object: 'list', data } };
}

/* What `store` kept, until /_reset. */
function retrieve({ path, key }, world) {
  const id = path.slice(STORED.length);
  const stored = world.memory.find(key, id);
  if (stored) return { json: stored.response };
  const message = `Response with id '${id}' not found.`;
  throw new Refusal(openaiError(null, { status: 404, message }));
}

const STORED = '/v1/responses/';

const ROUTES = {
  'POST /v1/responses': answerResponses,
  'POST /v1/chat/completions': ({ body }, world, faults) => answerChat(body, world, faults),
  'GET /v1/models': listModels,
};

function checkKey({ key }) {
  if (key) return;
  const message = 'You didn\'t provide an API key. You need to provide your API key in an ' +
    'Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).';
  throw new Refusal(openaiError('invalid_api_key', { message }));
}

function routeOf({ method, path }) {
  const stored = method === 'GET' && path.startsWith(STORED);
  const route = stored ? retrieve : ROUTES[`${method} ${path}`];
  if (route) return route;
  const message = `Invalid URL (${method} ${path})`;
  throw new Refusal(openaiError(null, { status: 404, message }));
}

/* The code of an error that was asked for by its status alone. */
const CODES = {
  400: null, 401: 'invalid_api_key', 403: 'permission_denied', 404: 'model_not_found',
  408: 'request_timeout', 409: 'conflict', 429: 'rate_limit_exceeded', 500: null,
  502: 'bad_gateway', 503: 'server_is_overloaded',
};

/**
 * The OpenAI upstream.
 *   owns(path)                      whether a path is this upstream's
 *   answer(request, world, faults)  the answer to a request; throws Refusal
 *   makeError(code, how)            a neutral error, see errors.js
 *   errorAnswer(error, world)       the answer that carries it
 *   errorFrames(sent, error, {named})  the frames with which a stream breaks off; named: with an
 *                                   event line where there would be none
 *   noise()                         a frame that no schema knows
 */
export const openai = {
  name: 'openai',
  owns: (path) => path.startsWith('/v1/'),

  answer(request, world, faults) {
    const route = routeOf(request);
    checkKey(request);
    const { frames, json } = route(request, world, faults);
    if (json) return printed(world, 200, json);
    return { status: 200, headers: headersOf(world, 'text/event-stream; charset=utf-8'), frames };
  },

  makeError(code, how) {
    const standard = Object.hasOwn(CODES, how.status) ? CODES[how.status] : 'server_error';
    return openaiError(code === undefined ? standard : code, how);
  },

  errorAnswer(error, world) {
    const headers = headersOf(world, 'application/json');
    return { status: error.status, headers, body: Buffer.from(openaiBody(error)) };
  },

  errorFrames(sent, error) {
    /* A chat stream has no events: its error is a chunk. */
    const chat = sent.some(({ bytes }) => bytes.includes('"chat.completion.chunk"'));
    return chat ? [frame(openaiBody(error).replace(/\s*\n\s*/g, ''))] : failureFrames(sent, error);
  },

  noise: () => ({
    stage: 'noise',
    bytes: Buffer.from('event: keepalive\ndata: {"type":"keepalive","sequence_number":1}\n\n'),
  }),
};
