#include "exchange/endpoint.h"

#include <string.h>

#include "base/errors.h"
#include "base/mint.h"

/* Paths without the optional "/v1". '*' matches one segment, or at the end everything that is left.
 * The first matching row is used, so literal and longer paths come first. */
struct endpoint_row {
  struct str method;
  struct str path;
  enum endpoint_kind kind;
  int error; /* for a path that is known but not supported */
};

static const struct endpoint_row rows[] = {
    {STR_INIT("GET"), STR_INIT("/"), ENDPOINT_HEALTH, 0},
    {STR_INIT("HEAD"), STR_INIT("/"), ENDPOINT_HEALTH, 0},
    {STR_INIT("GET"), STR_INIT("/health"), ENDPOINT_HEALTH, 0},
    {STR_INIT("HEAD"), STR_INIT("/health"), ENDPOINT_HEALTH, 0},
    {STR_INIT("GET"), STR_INIT("/console/checker.wasm"), ENDPOINT_CHECKER, 0},
    {STR_INIT("GET"), STR_INIT("/models"), ENDPOINT_MODELS, 0},
    {STR_INIT("GET"), STR_INIT("/models/*"), ENDPOINT_MODEL, 0},
    {STR_INIT("GET"), STR_INIT("/gateway/status"), ENDPOINT_STATUS, 0},
    {STR_INIT("GET"), STR_INIT("/gateway/usage"), ENDPOINT_USAGE, 0},
    {STR_INIT("GET"), STR_INIT("/gateway/requests"), ENDPOINT_REQUESTS, 0},
    {STR_INIT("GET"), STR_INIT("/gateway/config"), ENDPOINT_CONFIG, 0},
    {STR_INIT("POST"), STR_INIT("/gateway/doctor"), ENDPOINT_DOCTOR, 0},
    {STR_INIT("POST"), STR_INIT("/chat/completions"), ENDPOINT_CHAT, 0},
    {STR_INIT("POST"), STR_INIT("/responses"), ENDPOINT_RESPONSES, 0},
    {STR_INIT("POST"), STR_INIT("/responses/compact"), ENDPOINT_COMPACT, 0},
    {STR_INIT("POST"), STR_INIT("/responses/input_tokens"), ENDPOINT_TOKENS, 0},
    {STR_INIT("POST"), STR_INIT("/responses/*/cancel"), ENDPOINT_RESPONSE_CANCEL, 0},
    {STR_INIT("GET"), STR_INIT("/responses/*/input_items"), ENDPOINT_INPUT_ITEMS, 0},
    {STR_INIT("GET"), STR_INIT("/responses/*"), ENDPOINT_RESPONSE, 0},
    {STR_INIT("DELETE"), STR_INIT("/responses/*"), ENDPOINT_RESPONSE_DELETE, 0},
    {STR_INIT("POST"), STR_INIT("/conversations"), ENDPOINT_CONVERSATION_CREATE, 0},
    {STR_INIT("GET"), STR_INIT("/conversations/*/items/*"), ENDPOINT_CONVERSATION_ITEM, 0},
    {STR_INIT("DELETE"), STR_INIT("/conversations/*/items/*"), ENDPOINT_CONVERSATION_ITEM_DELETE,
     0},
    {STR_INIT("GET"), STR_INIT("/conversations/*/items"), ENDPOINT_CONVERSATION_LIST, 0},
    {STR_INIT("POST"), STR_INIT("/conversations/*/items"), ENDPOINT_CONVERSATION_ADD, 0},
    {STR_INIT("GET"), STR_INIT("/conversations/*"), ENDPOINT_CONVERSATION, 0},
    {STR_INIT("POST"), STR_INIT("/conversations/*"), ENDPOINT_CONVERSATION_UPDATE, 0},
    {STR_INIT("DELETE"), STR_INIT("/conversations/*"), ENDPOINT_CONVERSATION_DELETE, 0},
};

enum { ROWS = sizeof rows / sizeof *rows };

/* Does |path| match |pattern|? |names| gets the text at each '*'; a model's name may have slashes.
 */
static bool fits(struct str pattern, struct str path, struct str names[ENDPOINT_NAMES]) {
  for (size_t i = 0; i <= ENDPOINT_NAMES; i++) {
    size_t star = str_find_byte(pattern, '*');
    if (star == STR_NOWHERE || i == ENDPOINT_NAMES)
      return str_equal(pattern, path);
    if (!str_starts(path, str_part(pattern, 0, star)))
      return false;
    path = str_from(path, star);
    pattern = str_from(pattern, star + 1);
    size_t end = pattern.n == 0 ? path.n : str_find_byte(path, '/');
    names[i] = str_part(path, 0, end);
    if (names[i].n == 0)
      return false;
    path = str_from(path, names[i].n);
  }
  return false;
}

/* The pattern in the table that matches |path|; empty: none. */
static struct str find_path(struct str path, struct str names[ENDPOINT_NAMES]) {
  for (size_t i = 0; i < ROWS; i++) {
    if (fits(rows[i].path, path, names))
      return rows[i].path;
  }
  return STR_NONE;
}

/* The methods that the table has for the pattern |known|: "GET, HEAD, OPTIONS"; may be empty. */
static struct str methods_of(struct str known, char room[METHODS_SIZE]) {
  size_t n = 0;
  for (size_t i = 0; i < ROWS; i++) {
    if (!str_equal(rows[i].path, known))
      continue;
    memcpy(room + n, rows[i].method.p, rows[i].method.n);
    memcpy(room + n + rows[i].method.n, ", ", 2);
    n += rows[i].method.n + 2;
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
    if (!str_equal(rows[i].method, head->method) || !str_equal(rows[i].path, known))
      continue;
    out->kind = rows[i].kind;
    if (str_equal(path, STR("/")) && wants_page(head))
      out->kind = ENDPOINT_CONSOLE;
    return rows[i].error;
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
