/* sha256.h -- SHA-256 (FIPS 180-4) and HMAC with it (RFC 2104). */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stdint.h>

#include "base/str.h"

enum { SHA256_SIZE = 32, SHA256_BLOCK = 64 };

struct sha256 {
  uint32_t state[8];
  uint64_t size; /* bytes fed */
  uint8_t block[SHA256_BLOCK];
};

void sha256_init(struct sha256 *s);
void sha256_feed(struct sha256 *s, struct str bytes);
void sha256_close(struct sha256 *s, uint8_t digest[SHA256_SIZE]);

/* The HMAC under |key| of |label|, a zero byte and |text|. */
void sha256_hmac(struct str key, struct str label, struct str text, uint8_t digest[SHA256_SIZE]);

#endif
