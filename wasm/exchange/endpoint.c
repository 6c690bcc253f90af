#include "exchange/endpoint.h"

#include <string.h>

#include "base/errors.h"
#include "base/mint.h"

/* Paths without the optional "/v1". '*' matches one segment, or at the end everything that is left.
 * The first matching row is used, so literal and longer paths come first. */
struct endpoint_row {
  const char *method, *path;
  enum endpoint_kind kind;
};

static const struct endpoint_row rows[] = {
    {"GET", "/", ENDPOINT_HEALTH},
    {"HEAD", "/", ENDPOINT_HEALTH},
    {"GET", "/health", ENDPOINT_HEALTH},
    {"HEAD", "/health", ENDPOINT_HEALTH},
    {"GET", "/console/checker.wasm", ENDPOINT_CHECKER},
    {"GET", "/models", ENDPOINT_MODELS},
    {"GET", "/models/*", ENDPOINT_MODEL},
    {"GET", "/gateway/status", ENDPOINT_STATUS},
    {"GET", "/gateway/usage", ENDPOINT_USAGE},
    {"GET", "/gateway/requests", ENDPOINT_REQUESTS},
    {"GET", "/gateway/config", ENDPOINT_CONFIG},
    {"POST", "/gateway/doctor", ENDPOINT_DOCTOR},
    {"POST", "/chat/completions", ENDPOINT_CHAT},
    {"POST", "/responses", ENDPOINT_RESPONSES},
    {"POST", "/responses/compact", ENDPOINT_COMPACT},
    {"POST", "/responses/input_tokens", ENDPOINT_TOKENS},
    {"POST", "/responses/*/cancel", ENDPOINT_RESPONSE_CANCEL},
    {"GET", "/responses/*/input_items", ENDPOINT_INPUT_ITEMS},
    {"GET", "/responses/*", ENDPOINT_RESPONSE},
    {"DELETE", "/responses/*", ENDPOINT_RESPONSE_DELETE},
    {"POST", "/conversations", ENDPOINT_CONVERSATION_CREATE},
    {"GET", "/conversations/*/items/*", ENDPOINT_CONVERSATION_ITEM},
    {"DELETE", "/conversations/*/items/*", ENDPOINT_CONVERSATION_ITEM_DELETE},
    {"GET", "/conversations/*/items", ENDPOINT_CONVERSATION_LIST},
    {"POST", "/conversations/*/items", ENDPOINT_CONVERSATION_ADD},
    {"GET", "/conversations/*", ENDPOINT_CONVERSATION},
    {"POST", "/conversations/*", ENDPOINT_CONVERSATION_UPDATE},
    {"DELETE", "/conversations/*", ENDPOINT_CONVERSATION_DELETE},
};

enum { ROWS = sizeof rows / sizeof *rows };

/* Does |path| match |pattern|? |names| gets the text at each '*'; a model's name may have slashes.
 */
static bool fits(const char *pattern, struct str path, struct str names[ENDPOINT_NAMES]) {
  for (size_t i = 0; *pattern != 0; pattern++) {
    bool star = *pattern == '*' && i < ENDPOINT_NAMES;
    size_t n = 1;
    if (star) {
      n = pattern[1] == 0 ? path.n : str_find_byte(path, '/');
      names[i] = str_part(path, 0, n);
      n = names[i++].n;
    }
    if (path.n == 0 || n == 0 || (!star && path.p[0] != *pattern))
      return false;
    path = str_from(path, n);
  }
  return path.n == 0;
}

/* The pattern in the table that matches |path|; empty: none. */
static struct str find_path(struct str path, struct str names[ENDPOINT_NAMES]) {
  for (size_t i = 0; i < ROWS; i++) {
    if (fits(rows[i].path, path, names))
      return str_literal(rows[i].path);
  }
  return STR_NONE;
}

/* The methods that the table has for the pattern |known|: "GET, HEAD, OPTIONS"; may be empty. */
static struct str methods_of(struct str known, char room[METHODS_SIZE]) {
  size_t n = 0;
  for (size_t i = 0; i < ROWS; i++) {
    struct str method = str_literal(rows[i].method);
    if (!str_is(known, rows[i].path))
      continue;
    memcpy(room + n, method.p, method.n);
    memcpy(room + n + method.n, ", ", 2);
    n += method.n + 2;
  }
  if (n == 0)
    return STR_NONE;
  memcpy(room + n, "OPTIONS", 7);
  return str_of(room, n + 7);
}

static struct str without_version(struct str path) {
  if (str_starts(path, STR("/v1/")))
    return str_from(path, 3);
  return path;
}

/* "/models/" means "/models". */
static struct str without_slash(struct str path) {
  if (path.n > 1 && path.p[path.n - 1] == '/')
    path.n--;
  return path;
}

static bool wants_page(const struct head *head) {
  return str_find(head_find(head->headers, STR("accept")), STR("text/html")) != STR_NOWHERE;
}

int endpoint_find(const struct head *head, struct endpoint *out) {
  struct str path = without_slash(without_version(head->path));
  *out = (struct endpoint){.kind = ENDPOINT_PREFLIGHT};
  if (str_equal(head->method, STR("OPTIONS")))
    return 0;
  if (str_equal(head->method, STR(MESSAGE_METHOD))) {
    out->kind = ENDPOINT_MESSAGE;
    return 0;
  }
  struct str known = find_path(path, out->names);
  for (size_t i = 0; i < ROWS; i++) {
    if (!str_is(head->method, rows[i].method) || !str_is(known, rows[i].path))
      continue;
    out->kind = rows[i].kind;
    if (str_equal(path, STR("/")) && wants_page(head))
      out->kind = ENDPOINT_CONSOLE;
    return 0;
  }
  if (str_equal(path, STR("/responses")) &&
      str_equal_nocase(head_find(head->headers, STR("upgrade")), STR("websocket"))) {
    out->kind = ENDPOINT_UPGRADE;
    return 0;
  }
  out->allow = methods_of(known, out->methods);
  return out->allow.n > 0 ? ERR_METHOD : ERR_PATH;
}

bool endpoint_is_private(enum endpoint_kind kind) {
  return kind != ENDPOINT_HEALTH && kind != ENDPOINT_CONSOLE && kind != ENDPOINT_CHECKER &&
         kind != ENDPOINT_PREFLIGHT;
}

/* The token in "Bearer t", in upper or lower case, or in "t" alone. */
static struct str bearer(struct str value) {
  if (value.n > 7 && str_equal_nocase(str_part(value, 0, 7), STR("Bearer "))) {
    return str_trim(str_from(value, 7));
  }
  return value;
}

bool endpoint_is_conversation(enum endpoint_kind kind) {
  return kind >= ENDPOINT_CONVERSATION_CREATE && kind <= ENDPOINT_CONVERSATION_ITEM_DELETE;
}

bool endpoint_is_owners(enum endpoint_kind kind) {
  return kind == ENDPOINT_STATUS || kind == ENDPOINT_USAGE || kind == ENDPOINT_REQUESTS ||
         kind == ENDPOINT_CONFIG || kind == ENDPOINT_DOCTOR;
}

struct str endpoint_ticket(const struct client *c, struct arena *arena) {
  struct mint mint;
  mint_init(&mint, c->token);
  return mint_name(&mint, arena, STR("socket"), STR_NONE);
}

int endpoint_authorize(const struct config *config, const struct head *head, struct arena *tickets,
                       const struct client **who) {
  const struct client *found = NULL;
  if (config->owner.token.n == 0)
    return ERR_NO_TOKEN;
  struct str token = bearer(head_find(head->headers, STR("authorization")));
  struct str key = head_find(head->headers, STR("x-api-key"));
  for (uint32_t i = 0; i <= config->client_count; i++) {
    const struct client *c = i == 0 ? &config->owner : &config->clients[i - 1];
    struct str own = tickets != NULL ? endpoint_ticket(c, tickets) : c->token;
    bool ok = str_equal_secret(token, own);
    ok |= str_equal_secret(key, own);
    if (ok && found == NULL)
      found = c;
  }
  *who = found;
  return found != NULL ? 0 : ERR_AUTH;
}
