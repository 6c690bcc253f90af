// api.js -- call the gateway that served this page, with the token that the user entered.

const KEPT = 'gateway-token';

let token = sessionStorage.getItem(KEPT) ?? localStorage.getItem(KEPT) ?? '';

export const currentToken = () => token;

// Keep the token for this tab; with |forLong|, for this browser until the user signs out.
export function keepToken(text, forLong = false) {
  token = text;
  for (const place of [sessionStorage, localStorage]) place.removeItem(KEPT);
  if (text) (forLong ? localStorage : sessionStorage).setItem(KEPT, text);
}

export const isKeptForLong = () => localStorage.getItem(KEPT) !== null;

// An error from the gateway; |status| 0: it did not answer.
export class Refusal extends Error {
  constructor(message, { status = 0, code = '', head = new Headers() } = {}) {
    super(message);
    Object.assign(this, { status, code, head });
  }
}

async function refusalOf(response) {
  const text = await response.text();
  let error;
  try {
    ({ error } = JSON.parse(text));
  } catch {
    // not an error in the gateway's format
  }
  const { message = text.slice(0, 300) || response.statusText, code } = error ?? {};
  return new Refusal(message, { status: response.status, code, head: response.headers });
}

// A header can only hold bytes, so a token with other characters cannot be valid.
function headersFor(body) {
  const headers = new Headers({ accept: 'application/json' });
  headers.set('authorization', `Bearer ${/^[ -~]*$/.test(token) ? token : '?'}`);
  if (body) headers.set('content-type', 'application/json');
  return headers;
}

async function send(path, { body, ...init } = {}) {
  const response = await fetch(path, {
    ...init, headers: headersFor(body), body: body && JSON.stringify(body), cache: 'no-store',
  }).catch((error) => {
    throw error.name === 'AbortError' ? error : new Refusal(error.message);
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

const get = async (path) => (await send(path)).json();

export const askStatus = () => get('/v1/gateway/status');
export const askUsage = (period) => get(`/v1/gateway/usage?${period}`);
export const askConfig = () => get('/v1/gateway/config');
export const askModels = async () => (await get('/v1/models')).data;

// |wanted| has limit, before, route, outcome and id; empty ones are left out.
export function askRequests(wanted) {
  const query = Object.entries(wanted).filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return get(`/v1/gateway/requests?${query.join('&')}`);
}

// One request probes a limited number of keys; "next" is where the next one continues.
export async function callDoctor(elsewhere, from = 0) {
  const query = `from=${from}${elsewhere ? '&hosts=1' : ''}`;
  const response = await send(`/v1/gateway/doctor?${query}`, { method: 'POST' });
  const { probes, next } = await response.json();
  return next ? [...probes, ...await callDoctor(elsewhere, next)] : probes;
}

// The "data" of each event in a stream of bytes, as text.
async function* eventsOf(stream) {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
    rest = frames.pop();
    for (const frame of frames) {
      const data = frame.split(/\r?\n/).filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart()).join('\n');
      if (data && data !== '[DONE]') yield data;
    }
  }
}

// { head, events } of a streamed response; |signal| stops it.
export async function streamResponse(body, signal) {
  const request = { method: 'POST', body: { ...body, stream: true }, signal };
  const response = await send('/v1/responses', request);
  return { head: response.headers, events: eventsOf(response.body) };
}
