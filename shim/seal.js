// seal.js -- encrypt bytes that a client keeps, so that it can neither read nor change them.

const SALT = 'ai-worker-proxy';
const INFO = 'seal 1'; // another number makes everything encrypted before unreadable
const IV_SIZE = 12;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
let key; // cached: the token does not change within an isolate

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

// How to encrypt for |owner|, a text that has to be the same to decrypt.
const cipher = (iv, owner) => ({ name: 'AES-GCM', iv, additionalData: encoder.encode(owner) });

// The result is text of [A-Za-z0-9_-], as bytes.
export async function seal({ PROXY_AUTH_TOKEN: token }, owner, bytes) {
  key ??= await derive(token);
  const iv = crypto.getRandomValues(new Uint8Array(IV_SIZE));
  const hidden = new Uint8Array(await crypto.subtle.encrypt(cipher(iv, owner), key, bytes));
  const sealed = new Uint8Array(IV_SIZE + hidden.length);
  sealed.set(iv);
  sealed.set(hidden, IV_SIZE);
  return encoder.encode(sealed.toBase64({ alphabet: 'base64url', omitPadding: true }));
}

// The reverse; rejects when |text| is no result of seal() for |owner|.
export async function unseal({ PROXY_AUTH_TOKEN: token }, owner, text) {
  key ??= await derive(token);
  const sealed = Uint8Array.fromBase64(decoder.decode(text), { alphabet: 'base64url' });
  const iv = sealed.subarray(0, IV_SIZE);
  const hidden = sealed.subarray(IV_SIZE);
  return new Uint8Array(await crypto.subtle.decrypt(cipher(iv, owner), key, hidden));
}
