#include "base/sha256.h"

#include <string.h>

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned by) {
  return x >> by | x << (32 - by);
}

static uint32_t read_word(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void expand(uint32_t w[64], const uint8_t *block) {
  for (int i = 0; i < 16; i++)
    w[i] = read_word(block + 4 * i);
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    uint32_t s0 = rotate(a, 7) ^ rotate(a, 18) ^ a >> 3;
    uint32_t s1 = rotate(b, 17) ^ rotate(b, 19) ^ b >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
}

static void compress(struct sha256 *s, const uint8_t *block) {
  uint32_t w[64], v[8];
  expand(w, block);
  memcpy(v, s->state, sizeof v);
  for (int i = 0; i < 64; i++) {
    uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
    uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
    uint32_t t1 = v[7] + s1 + choice + round_constants[i] + w[i];
    uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
    uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    memmove(v + 1, v, 7 * sizeof *v);
    v[4] += t1;
    v[0] = t1 + s0 + majority;
  }
  for (int i = 0; i < 8; i++)
    s->state[i] += v[i];
}

void sha256_init(struct sha256 *s) {
  static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(s->state, initial, sizeof initial);
  s->size = 0;
}

void sha256_feed(struct sha256 *s, struct str bytes) {
  while (bytes.n > 0) {
    size_t had = s->size % SHA256_BLOCK;
    struct str part = str_part(bytes, 0, SHA256_BLOCK - had);
    memcpy(s->block + had, part.p, part.n);
    s->size += part.n;
    if (had + part.n == SHA256_BLOCK)
      compress(s, s->block);
    bytes = str_from(bytes, part.n);
  }
}

static void write_bytes(uint8_t *to, uint64_t value, int n) {
  for (int i = n; i > 0; i--, value >>= 8)
    to[i - 1] = (uint8_t)value;
}

void sha256_close(struct sha256 *s, uint8_t digest[SHA256_SIZE]) {
  static const char padding[SHA256_BLOCK] = {(char)0x80};
  uint8_t bits[8];
  write_bytes(bits, s->size * 8, 8);
  size_t had = s->size % SHA256_BLOCK;
  size_t gap = (had < 56 ? 56 : 120) - had;
  sha256_feed(s, str_of(padding, gap));
  sha256_feed(s, str_of((const char *)bits, sizeof bits));
  for (int i = 0; i < 8; i++)
    write_bytes(digest + 4 * i, s->state[i], 4);
}

/* Feed |key|, padded to one block, with every byte XORed with |mask|. */
static void feed_key(struct sha256 *s, struct str key, uint8_t mask) {
  uint8_t block[SHA256_BLOCK] = {0};
  if (key.n > SHA256_BLOCK) {
    sha256_init(s);
    sha256_feed(s, key);
    sha256_close(s, block);
  } else if (key.n > 0) {
    memcpy(block, key.p, key.n);
  }
  for (int i = 0; i < SHA256_BLOCK; i++)
    block[i] ^= mask;
  sha256_init(s);
  sha256_feed(s, str_of((const char *)block, sizeof block));
}

void sha256_hmac(struct str key, struct str label, struct str text, uint8_t digest[SHA256_SIZE]) {
  struct sha256 s;
  feed_key(&s, key, 0x36);
  sha256_feed(&s, label);
  sha256_feed(&s, str_of("", 1));
  sha256_feed(&s, text);
  sha256_close(&s, digest);
  feed_key(&s, key, 0x5c);
  sha256_feed(&s, str_of((const char *)digest, SHA256_SIZE));
  sha256_close(&s, digest);
}
