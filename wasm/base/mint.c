#include "base/mint.h"

#include <string.h>

#define MARK "gw"

enum {
  MARK_SIZE = sizeof MARK - 1,
  SIGNED_DIGITS = 16 + 16 + 4 + 8,
  MAC_DIGITS = 12,
  DIGITS = SIGNED_DIGITS + MAC_DIGITS,
};

static void put_hex(char *to, uint64_t value, size_t digits) {
  for (size_t i = digits; i > 0; i--, value >>= 4)
    to[i - 1] = "0123456789abcdef"[value & 15];
}

static uint64_t number_of(const uint8_t *bytes, size_t n) {
  uint64_t value = 0;
  for (size_t i = 0; i < n; i++)
    value = value << 8 | bytes[i];
  return value;
}

struct str mint_hex(uint64_t value, char digits[16]) {
  put_hex(digits, value, 16);
  return str_of(digits, 16);
}

/* Uppercase is refused: an id has one spelling. */
bool mint_unhex(struct str digits, uint64_t *value) {
  uint64_t v = 0;
  if (digits.n == 0 || digits.n > 16)
    return false;
  for (size_t i = 0; i < digits.n; i++) {
    char c = digits.p[i];
    bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
    if (!digit && !letter)
      return false;
    v = v << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
  }
  *value = v;
  return true;
}

static struct str secret_of(const struct mint *m) {
  return str_of((const char *)m->secret, SHA256_SIZE);
}

void mint_init(struct mint *m, struct str token) {
  *m = (struct mint){.on = true};
  sha256_hmac(token, STR("ai-worker-proxy"), STR("memory 1"), m->secret);
}

static void put_mac(const struct mint *m, char *to, struct str signed_part) {
  uint8_t digest[SHA256_SIZE];
  sha256_hmac(secret_of(m), STR("id"), signed_part, digest);
  put_hex(to, number_of(digest, MAC_DIGITS / 2), MAC_DIGITS);
}

struct str mint_take(const struct mint *m, struct arena *arena, struct str prefix, uint32_t index) {
  size_t n = prefix.n + MARK_SIZE + DIGITS;
  char *p = arena_take(arena, n);
  if (p == NULL)
    return STR_NONE;
  memcpy(p, prefix.p, prefix.n);
  memcpy(p + prefix.n, MARK, MARK_SIZE);
  char *digits = p + prefix.n + MARK_SIZE;
  put_hex(digits, m->key, 8);
  put_hex(digits + 8, m->tree, 16);
  put_hex(digits + 24, m->node, 16);
  put_hex(digits + 40, index, 4);
  put_mac(m, digits + SIGNED_DIGITS, str_of(digits, SIGNED_DIGITS));
  return str_of(p, n);
}

/* The digits behind the prefix and "gw"; empty when it is not a minted id. */
static struct str digits_of(struct str id) {
  size_t at = str_find_byte(id, '_');
  if (at == STR_NOWHERE || id.n != at + 1 + MARK_SIZE + DIGITS)
    return STR_NONE;
  struct str rest = str_from(id, at + 1);
  return str_starts(rest, STR(MARK)) ? str_from(rest, MARK_SIZE) : STR_NONE;
}

bool mint_looks_minted(struct str id) {
  return digits_of(id).n > 0;
}

bool mint_read(const struct mint *m, struct str id, struct minted *out) {
  struct str digits = digits_of(id);
  char mac[MAC_DIGITS];
  uint64_t tree, node, index, key;
  if (!m->on || digits.n == 0)
    return false;
  put_mac(m, mac, str_part(digits, 0, SIGNED_DIGITS));
  if (!str_equal_secret(str_of(mac, MAC_DIGITS), str_from(digits, SIGNED_DIGITS)))
    return false;
  if (!mint_unhex(str_part(digits, 0, 8), &key) || !mint_unhex(str_part(digits, 8, 16), &tree) ||
      !mint_unhex(str_part(digits, 24, 16), &node) || !mint_unhex(str_part(digits, 40, 4), &index))
    return false;
  *out = (struct minted){tree, node, (uint32_t)index, (uint32_t)key};
  return true;
}

struct str mint_name(const struct mint *m, struct arena *arena, struct str label, struct str text) {
  uint8_t digest[SHA256_SIZE];
  char *p = arena_take(arena, MINT_NAME_SIZE);
  if (p == NULL)
    return STR_NONE;
  sha256_hmac(secret_of(m), label, text, digest);
  put_hex(p, number_of(digest, 8), 16);
  put_hex(p + 16, number_of(digest + 8, 8), 16);
  return str_of(p, MINT_NAME_SIZE);
}

uint32_t mint_number(const struct mint *m, struct str label, struct str text) {
  uint8_t digest[SHA256_SIZE];
  sha256_hmac(secret_of(m), label, text, digest);
  return (uint32_t)number_of(digest, 4);
}
