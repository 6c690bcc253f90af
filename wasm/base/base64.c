#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int digit_value(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

void base64_put(struct buf *out, struct str bytes) {
  for (size_t at = 0; at < bytes.n; at += 3) {
    size_t n = bytes.n - at < 3 ? bytes.n - at : 3;
    uint32_t group = 0;
    for (size_t i = 0; i < 3; i++)
      group = group << 8 | (i < n ? (unsigned char)bytes.p[at + i] : 0);
    for (size_t i = 0; i <= n; i++)
      buf_put_byte(out, digits[group >> (18 - 6 * i) & 63]);
  }
}

bool base64_read(struct buf *out, struct str text) {
  uint32_t bits = 0;
  unsigned have = 0;
  if (text.n % 4 == 1)
    return false;
  for (size_t i = 0; i < text.n; i++) {
    int value = digit_value(text.p[i]);
    if (value < 0)
      return false;
    bits = bits << 6 | (uint32_t)value;
    have += 6;
    if (have < 8)
      continue;
    have -= 8;
    buf_put_byte(out, (char)(bits >> have & 255));
  }
  return true;
}
