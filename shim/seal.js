// seal.js -- bytes that a client keeps for us, and can neither read nor change.

const SALT = 'ai-worker-proxy';
const INFO = 'seal 1'; // another number, and all that was sealed before is foreign
const IV_SIZE = 12;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
let key; // the token is the same as long as the isolate lives

async function derive(token) {
  if (!token) throw new Error('there is no token to seal with');
  const secret = await crypto.subtle.importKey(
    'raw', encoder.encode(token), 'HKDF', false, ['deriveKey'],
  );
  const how = {
    name: 'HKDF', hash: 'SHA-256', salt: encoder.encode(SALT), info: encoder.encode(INFO),
  };
  const aes = { name: 'AES-GCM', length: 256 };
  return crypto.subtle.deriveKey(how, secret, aes, false, ['encrypt', 'decrypt']);
}

// Text of [A-Za-z0-9_-], as bytes.
export async function seal({ PROXY_AUTH_TOKEN: token }, bytes) {
  key ??= await derive(token);
  const iv = crypto.getRandomValues(new Uint8Array(IV_SIZE));
  const hidden = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes));
  const sealed = new Uint8Array(IV_SIZE + hidden.length);
  sealed.set(iv);
  sealed.set(hidden, IV_SIZE);
  return encoder.encode(sealed.toBase64({ alphabet: 'base64url', omitPadding: true }));
}

// The reverse; a rejection when it is not what seal() gave.
export async function unseal({ PROXY_AUTH_TOKEN: token }, text) {
  key ??= await derive(token);
  const sealed = Uint8Array.fromBase64(decoder.decode(text), { alphabet: 'base64url' });
  const iv = sealed.subarray(0, IV_SIZE);
  const hidden = sealed.subarray(IV_SIZE);
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, hidden));
}
