// gateway.js -- serve one request with the module, in the Worker or in a Durable Object.
import module from '../build/gateway.wasm';
import routes from '../build/routes.json';
import {
  CONFIG_BUNDLED, CONFIG_LIMITER, CONFIG_MEMORY, CONFIG_ROUTES, CONFIG_SOCKETS, CONFIG_STORE,
  CONFIG_VARIABLE,
} from './abi.js';
import { failed, full, logFailed, logFull } from './fallback_response.js';
import { Gateway } from './core.js';
import { Exchange } from './exchange.js';

let gateway;

// Begin an exchange for |request|; null when there is no room for one. |context| has waitUntil().
// In an object, |run| is the text that was handed over with the request, and the request's signal
// cancels the run.
export function begin(request, env, context, run = null) {
  gateway ??= new Gateway(module, settingsOf(env));
  const core = gateway.core();
  const handle = core.open();
  if (!handle) {
    logFull();
    return null;
  }
  const exchange = new Exchange(core, handle, request, env, context, run);
  exchange.run();
  return exchange;
}

// A Response to |request|. It never rejects.
export async function answer(request, env, context) {
  try {
    return await (begin(request, env, context)?.answer ?? full());
  } catch (error) {
    console.error(error?.stack ?? error);
    logFailed();
    return failed();
  }
}

// ROUTES_CONFIG is a text or a JSON binding; without it the routes in the bundle are used.
function settingsOf({ ROUTES_CONFIG: own, ...env }) {
  const text = typeof own === 'object' ? JSON.stringify(own) : own;
  const texts = Object.entries(env).filter(([, value]) => typeof value === 'string');
  return [
    [CONFIG_ROUTES, text || routes],
    ...(text ? [[CONFIG_BUNDLED, routes]] : []),
    ...texts.map(([name, value]) => [CONFIG_VARIABLE, `${name}\n${value}`]),
    ...(env.STORE ? [[CONFIG_STORE, '']] : []),
    ...(env.STORE && env.CONVERSATIONS ? [[CONFIG_MEMORY, '']] : []),
    ...(env.SOCKETS ? [[CONFIG_SOCKETS, '']] : []),
    ...(env.GUESSES ? [[CONFIG_LIMITER, '']] : []),
  ];
}
