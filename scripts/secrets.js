// secrets.js -- find the secrets to upload, and whether the Worker still lacks its token.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const TOKEN_NAME = 'PROXY_AUTH_TOKEN';
const API = 'https://api.cloudflare.com/client/v4';
const NO_SUCH_WORKER = [10007, 10090];
const PATIENCE = 10_000; // ms for Cloudflare's answer

export const makeToken = () => randomBytes(32).toString('hex');

const providersOf = (route) => (Array.isArray(route) ? route : route?.providers ?? []);

// The names of the secrets in |routes|, a checked ROUTES_CONFIG.
export function keyNames(routes) {
  const providers = Object.values(JSON.parse(routes.replace('\ufeff', ''))).flatMap(providersOf);
  return [...new Set(providers.flatMap((one) => one?.apiKeys ?? one?.api_keys ?? []))];
}

const isToken = (name) => name === TOKEN_NAME || name.startsWith(`${TOKEN_NAME}_`);

// The secrets in |given|, GitHub's secrets as JSON, that the gateway uses. GitHub writes names in
// capitals.
export function secretsFor(routes, given) {
  const all = JSON.parse(given || '{}');
  const wanted = [...keyNames(routes), ...Object.keys(all).filter(isToken)];
  const pairs = wanted.map((name) => [name, all[name] ?? all[name.toUpperCase()]]);
  return Object.fromEntries(pairs.filter(([, value]) => value));
}

const workerName = () => readFileSync('wrangler.toml', 'utf8').match(/^name = "(.*)"$/m)[1];

// The names of the variables and secrets that the Worker has, or null if they cannot be read.
async function bindingNames() {
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: account } = process.env;
  if (!token || !account) return null;
  const url = `${process.env.CLOUDFLARE_API_BASE_URL || API}/accounts/${account}`
    + `/workers/scripts/${workerName()}/settings`;
  try {
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(PATIENCE),
    });
    const { success, result, errors } = await answer.json();
    if (success) return result.bindings.map(({ name }) => name);
    return errors.some(({ code }) => NO_SUCH_WORKER.includes(code)) ? [] : null;
  } catch {
    return null;
  }
}

// Has neither the upload nor the Worker a token? Also false if that is unknown, since a new token
// would replace the one that clients use.
export async function missesToken(secrets) {
  if (Object.keys(secrets).some(isToken)) return false;
  const names = await bindingNames();
  return names !== null && !names.some(isToken);
}
