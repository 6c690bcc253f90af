// coding.js -- decode a client's body by its Content-Encoding.

const WINDOW_LOG_MAX = 23; // RFC 9659: 8 MB, and no decoder needs more memory than that

const tooLarge = () => new RangeError('Memory limit exceeded'); // the message of node:zlib

async function gather(body, most) {
  const pieces = [];
  let n = 0;
  for await (const piece of body) {
    pieces.push(piece);
    n += piece.length;
    if (n > most) throw tooLarge();
  }
  return new Blob(pieces).bytes();
}

// The platform has no stream for zstd; node:zlib is loaded only when such a body arrives.
async function unzstd(body, most, writable) {
  const { constants, zstdDecompressSync } = await import('node:zlib');
  const bytes = zstdDecompressSync(await gather(body, most), {
    maxOutputLength: most + 1,
    params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG_MAX },
  });
  const writer = writable.getWriter();
  if (bytes.length) await writer.write(bytes);
  await writer.close();
}

// |coding| is the head of an OP_WANT, "zstd 33554432": the encoding, and the maximum of decoded
// bytes. The body is read only as fast as the result is.
export function decoded(body, coding) {
  const [name, most] = coding.split(' ');
  if (name !== 'zstd') return body.pipeThrough(new DecompressionStream(name));
  const { readable, writable } = new IdentityTransformStream();
  unzstd(body, Number(most), writable).catch((error) => writable.abort(error));
  return readable;
}
