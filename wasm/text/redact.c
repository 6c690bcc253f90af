#include "text/redact.h"

#include "base/buf.h"
#include "limits.h"

/* How much of |secret| stands at the beginning of |text|. */
static size_t common(struct str text, struct str secret) {
  size_t n = 0;
  while (n < text.n && n < secret.n && text.p[n] == secret.p[n])
    n++;
  return n;
}

struct str redact_secret(struct str text, struct str secret, struct arena *arena) {
  struct buf out;
  struct str start = str_part(secret, 0, REDACT_MIN), rest = text;
  size_t at = start.n == REDACT_MIN ? str_find(rest, start) : STR_NOWHERE;
  if (at == STR_NOWHERE)
    return text;
  buf_init(&out, arena, 3 * text.n);
  for (; at != STR_NOWHERE; at = str_find(rest, start)) {
    buf_put(&out, str_part(rest, 0, at));
    buf_put(&out, STR("***"));
    rest = str_from(rest, at + common(str_from(rest, at), secret));
  }
  buf_put(&out, rest);
  return buf_error(&out) ? STR_NONE : buf_str(&out);
}
