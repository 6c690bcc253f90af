/* redact.c -- see redact.h. */
#include "text/redact.h"

#include "base/buf.h"
#include "limits.h"

/* The length of the common beginning of |text| and |secret|. */
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

static bool is_id_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

/* The prefix of an account id at |at|, or empty. */
static struct str id_prefix(struct str text, size_t at) {
  static const struct str prefixes[] = {STR_INIT("org-"),  STR_INIT("org_"), STR_INIT("proj_"),
                                        STR_INIT("proj-"), STR_INIT("ak-"),  STR_INIT("user-"),
                                        STR_INIT("acct_")};
  if (at > 0 && is_id_byte(text.p[at - 1]))
    return STR_NONE;
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t end = at + prefixes[i].n;
    if (str_starts(str_from(text, at), prefixes[i]) && end < text.n && is_id_byte(text.p[end]))
      return prefixes[i];
  }
  return STR_NONE;
}

struct str redact_account_ids(struct str text, struct arena *arena) {
  struct buf out;
  size_t kept = 0;
  buf_init(&out, arena, 2 * text.n + REDACT_MIN);
  for (size_t at = 0; at < text.n; at++) {
    struct str prefix = id_prefix(text, at);
    if (prefix.n == 0)
      continue;
    buf_put(&out, str_part(text, kept, at + prefix.n - kept));
    buf_put(&out, STR("***"));
    for (at += prefix.n; at < text.n && is_id_byte(text.p[at]); at++)
      continue;
    kept = at--;
  }
  if (kept == 0)
    return text;
  buf_put(&out, str_from(text, kept));
  return buf_error(&out) ? STR_NONE : buf_str(&out);
}
