/* members.c -- see members.h. */
#include "config/members.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* In the order of enum strategy and enum api. */
enum { STRATEGIES, APIS };
static const struct str word_lists[] = {
    [STRATEGIES] = STR_INIT("order, round-robin, weighted"),
    [APIS] = STR_INIT("responses, chat"),
};

#define ROW(label, kind, of, where)                                                                \
  { .name = STR_INIT(label), .type = kind, .offset = offsetof(of, where) }
#define NUMBER(label, of, where, from, to)                                                         \
  {                                                                                                \
    .name = STR_INIT(label), .type = MEMBER_NUMBER, .offset = offsetof(of, where), .min = from,    \
    .max = to                                                                                      \
  }
#define COALESCE(label, of, where)                                                                 \
  {                                                                                                \
    .name = STR_INIT(label), .type = MEMBER_COALESCE, .offset = offsetof(of, where),               \
    .max = COALESCE_MAX                                                                            \
  }
#define WORD(label, of, where, list)                                                               \
  { .name = STR_INIT(label), .type = MEMBER_WORD, .offset = offsetof(of, where), .max = list }

/* The fields that both a route and a provider can have. */
#define ABOUT(of, where)                                                                           \
  ROW("displayName", MEMBER_TEXT, of, where.display_name),                                         \
      ROW("description", MEMBER_TEXT, of, where.description),                                      \
      ROW("contextWindow", MEMBER_TOKENS, of, where.context_window),                               \
      ROW("maxInputTokens", MEMBER_TOKENS, of, where.max_input_tokens),                            \
      ROW("maxOutputTokens", MEMBER_TOKENS, of, where.max_output_tokens),                          \
      ROW("pricingCurrency", MEMBER_TEXT, of, where.currency),                                     \
      ROW("inputPricePer1m", MEMBER_PRICE, of, where.input_price),                                 \
      ROW("inputCachePricePer1m", MEMBER_PRICE, of, where.input_cache_price),                      \
      ROW("outputPricePer1m", MEMBER_PRICE, of, where.output_price),                               \
      ROW("metadata", MEMBER_OBJECT, of, where.metadata),                                          \
      ROW("flags", MEMBER_TEXTS, of, where.flags)

static const struct member route_rows[] = {
    ROW("providers", MEMBER_ANY, struct route_draft, providers),
    ABOUT(struct route_draft, route.about),
    WORD("strategy", struct route_draft, strategy, STRATEGIES),
    NUMBER("hedgeMs", struct route_draft, route.hedge_ms, 0, HEDGE_MAX),
    NUMBER("maxAttempts", struct route_draft, route.max_attempts, 1, ATTEMPTS_CEILING),
    NUMBER("retryBudgetMs", struct route_draft, route.retry_budget_ms, 0, RETRY_BUDGET_MAX),
    COALESCE("coalesceMs", struct route_draft, route.coalesce),
    NUMBER("storeDays", struct route_draft, route.store_days, 0, STORE_DAYS_MAX),
    ROW("resumable", MEMBER_BOOL, struct route_draft, route.resumable),
    ROW("watch", MEMBER_BOOL, struct route_draft, route.watch),
    ROW("codex", MEMBER_OBJECT, struct route_draft, route.codex),
    ROW("config", MEMBER_OBJECT, struct route_draft, config),
    ROW("continueOnFailure", MEMBER_BOOL, struct route_draft, route.continue_on_failure),
    ROW("streamStructured", MEMBER_BOOL, struct route_draft, route.stream_structured),
};

static const struct member target_rows[] = {
    ROW("provider", MEMBER_ANY, struct target_draft, provider),
    ROW("model", MEMBER_ANY, struct target_draft, model),
    ROW("apiKeys", MEMBER_ANY, struct target_draft, keys),
    ROW("endpoint", MEMBER_ANY, struct target_draft, endpoint),
    ROW("baseUrl", MEMBER_ANY, struct target_draft, base_url),
    WORD("api", struct target_draft, api, APIS),
    NUMBER("weight", struct target_draft, target.weight, 0, WEIGHT_MAX),
    ROW("timeouts", MEMBER_ANY, struct target_draft, timeouts),
    ROW("customParams", MEMBER_OBJECT, struct target_draft, target.custom_params),
    WORD("strategy", struct target_draft, strategy, STRATEGIES),
    ABOUT(struct target_draft, target.about),
};

static const struct member timeout_rows[] = {
    NUMBER("connectMs", struct timeouts, connect, TIMEOUT_MIN, TIMEOUT_MAX),
    NUMBER("firstTokenMs", struct timeouts, first_token, TIMEOUT_MIN, TIMEOUT_MAX),
    NUMBER("idleMs", struct timeouts, idle, TIMEOUT_MIN, TIMEOUT_MAX),
    NUMBER("wholeMs", struct timeouts, whole, TIMEOUT_MIN, TIMEOUT_MAX),
};

static const struct member coalesce_rows[] = {
    NUMBER("text", struct coalesce, text, 0, COALESCE_MAX),
    NUMBER("reasoning", struct coalesce, reasoning, 0, COALESCE_MAX),
    NUMBER("arguments", struct coalesce, arguments, 0, COALESCE_MAX),
};

static const struct member client_rows[] = {
    ROW("routes", MEMBER_ANY, struct allowance, routes),
    NUMBER("requestsPerMinute", struct allowance, per_minute, 1, PER_MINUTE_MAX),
    ROW("spendPerDay", MEMBER_ANY, struct allowance, spend),
};

static const struct member_table coalesce_members = {coalesce_rows, COUNT(coalesce_rows),
                                                     STR_INIT("\"coalesceMs\""), NULL, false};
const struct member_table config_route_members = {
    route_rows, COUNT(route_rows), STR_INIT("a route"), &config_target_members, false};
const struct member_table config_target_members = {target_rows, COUNT(target_rows),
                                                   STR_INIT("an entry of \"providers\""),
                                                   &config_route_members, false};
const struct member_table config_timeout_members = {timeout_rows, COUNT(timeout_rows),
                                                    STR_INIT("\"timeouts\""), NULL, false};
const struct member_table config_client_members = {client_rows, COUNT(client_rows),
                                                   STR_INIT("a client"), NULL, true};

/* The expected values of descriptive fields, for messages. */
static const struct str expected[] = {
    [MEMBER_TEXT] = STR_INIT("a string"),
    [MEMBER_TOKENS] = STR_INIT("a whole number of tokens, not negative"),
    [MEMBER_PRICE] = STR_INIT("a number, not negative"),
    [MEMBER_OBJECT] = STR_INIT("an object"),
    [MEMBER_TEXTS] = STR_INIT("an array of strings"),
};

static bool is_texts(struct json_value v) {
  for (struct json_value e = json_first(v); json_exists(e); e = json_next(e))
    if (json_type(e) != JSON_STRING)
      return false;
  return json_type(v) == JSON_ARRAY;
}

static bool is_right(struct json_value v, enum member_type type) {
  int64_t tokens;
  double price;
  switch (type) {
  case MEMBER_TEXT:
    return json_type(v) == JSON_STRING;
  case MEMBER_TOKENS:
    return json_integer(v, &tokens) && tokens >= 0;
  case MEMBER_PRICE:
    return json_number(v, &price) && price >= 0;
  case MEMBER_OBJECT:
    return json_type(v) == JSON_OBJECT;
  case MEMBER_TEXTS:
    return is_texts(v);
  default:
    return true;
  }
}

/* The place of a member that is checked. */
struct spot {
  struct config_reader *r;
  const struct config_place *at;
  const struct member *row;
};

static void take_described(const struct spot *s, struct json_value v, void *out) {
  if (is_right(v, (enum member_type)s->row->type))
    memcpy(out, &v, sizeof v);
  else
    config_say(s->r, PROBLEM_FIELD_LEFT_OUT, s->at, &s->row->name, &expected[s->row->type]);
}

static void take_bool(const struct spot *s, struct json_value v, bool *out) {
  if (json_type(v) == JSON_BOOL)
    *out = json_bool(v, false);
  else
    config_say(s->r, PROBLEM_FIELD_VALUE, s->at, &s->row->name, &STR("true or false"));
}

static void take_number(const struct spot *s, struct json_value v, uint32_t *out) {
  int64_t n;
  if (json_integer(v, &n) && n >= s->row->min && n <= s->row->max) {
    *out = (uint32_t)n;
    return;
  }
  struct str range = config_range(s->r, s->row->min, s->row->max);
  config_say(s->r, PROBLEM_FIELD_NUMBER, s->at, &s->row->name, &range);
}

static void take_word(const struct spot *s, struct json_value v, int *out) {
  struct str words = word_lists[s->row->max], word;
  struct config_guess guess;
  config_guess_init(&guess, json_type(v) == JSON_STRING ? json_raw(v) : STR_NONE);
  guess.name = str_part(guess.name, 1, guess.name.n - 2);
  for (int i = 0; str_cut(&words, ',', &word); i++) {
    word = str_trim(word);
    if (json_is(v, word)) {
      *out = i;
      return;
    }
    config_guess_try(&guess, word);
  }
  config_guess_hint(s->r, &guess);
  config_say(s->r, PROBLEM_FIELD_WORD, s->at, &s->row->name, &word_lists[s->row->max]);
}

static void take_coalesce(const struct spot *s, struct json_value v, struct coalesce *out) {
  if (json_type(v) == JSON_OBJECT) {
    config_read_members(s->r, s->at, v, &coalesce_members, out);
    return;
  }
  take_number(s, v, &out->text);
  out->reasoning = out->arguments = out->text;
}

static void take(const struct spot *s, struct json_value v, void *out) {
  switch ((enum member_type)s->row->type) {
  case MEMBER_BOOL:
    take_bool(s, v, out);
    break;
  case MEMBER_NUMBER:
    take_number(s, v, out);
    break;
  case MEMBER_WORD:
    take_word(s, v, out);
    break;
  case MEMBER_COALESCE:
    take_coalesce(s, v, out);
    break;
  default:
    take_described(s, v, out);
  }
}

/* The next byte of a name without '_' and case; 0 at its end. */
static char next_letter(struct str *name) {
  while (name->n > 0 && name->p[0] == '_')
    *name = str_from(*name, 1);
  if (name->n == 0)
    return 0;
  char c = name->p[0];
  *name = str_from(*name, 1);
  return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* input_price_per_1m is inputPricePer1m. */
static bool same_loosely(struct str a, struct str b) {
  char c;
  do {
    c = next_letter(&a);
    if (c != next_letter(&b))
      return false;
  } while (c != 0);
  return true;
}

static const struct member *find(const struct member_table *table, struct str name,
                                 bool (*same)(struct str a, struct str b)) {
  for (uint32_t i = 0; table != NULL && i < table->count; i++)
    if (same(table->rows[i].name, name))
      return &table->rows[i];
  return NULL;
}

/* What other programs call it. */
static struct str hint_of(struct str name) {
#define ENDPOINT "The base URL is called `endpoint`."
  static const struct {
    struct str name, hint;
  } rows[] = {
      {STR_INIT("url"), STR_INIT(ENDPOINT)},
      {STR_INIT("apiBase"), STR_INIT(ENDPOINT)},
      {STR_INIT("wireApi"), STR_INIT("It is called `api`: responses or chat.")},
      {STR_INIT("temperature"), STR_INIT("It stands in `customParams`.")},
      {STR_INIT("maxRetries"), STR_INIT("`maxAttempts` limits the calls of one request.")},
      {STR_INIT("fallbacks"), STR_INIT("The next entries of `providers` are the fallbacks.")},
      {STR_INIT("key"), STR_INIT("It is called `apiKeys`.")},
      {STR_INIT("keys"), STR_INIT("It is called `apiKeys`.")},
      {STR_INIT("rpm"), STR_INIT("It is called `requestsPerMinute`.")},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    if (same_loosely(rows[i].name, name))
      return rows[i].hint;
  return STR_NONE;
}

static void say_unknown(struct config_reader *r, const struct config_place *at,
                        const struct member_table *table) {
  struct config_guess guess;
  struct str shown = config_shown(at->key);
  if (find(table->other, at->key, same_loosely) != NULL) {
    config_say(r, PROBLEM_FIELD_ELSEWHERE, at, &shown, &table->other->owner);
    return;
  }
  config_guess_init(&guess, at->key);
  for (uint32_t i = 0; i < table->count; i++)
    config_guess_try(&guess, table->rows[i].name);
  config_guess_hint(r, &guess);
  if (r->hint.n == 0)
    r->hint = hint_of(at->key);
  config_say(r, table->strict ? PROBLEM_FIELD_NONE : PROBLEM_FIELD_UNKNOWN, at, &shown,
             &table->owner);
}

/* The row of the member at |at|; reports a misspelt or unknown name. */
static const struct member *find_row(struct config_reader *r, const struct config_place *at,
                                     const struct member_table *table) {
  const struct member *row = find(table, at->key, str_equal);
  if (row != NULL)
    return row;
  row = find(table, at->key, same_loosely);
  if (row == NULL)
    say_unknown(r, at, table);
  else
    config_say(r, PROBLEM_FIELD_SPELT, at, &at->key, &row->name);
  return row;
}

void config_read_members(struct config_reader *r, const struct config_place *at,
                         struct json_value object, const struct member_table *table, void *out) {
  uint32_t seen = 0;
  for (struct json_value v = json_first(object); json_exists(v); v = json_next(v)) {
    struct config_place value = config_place_of(at, v, 0), name = value;
    name.where = (size_t)(name.key.p - r->config->text.p) - 1; /* at its opening quote */
    const struct member *row = find_row(r, &name, table);
    if (row == NULL)
      continue;
    uint32_t bit = 1u << (row - table->rows);
    if (seen & bit)
      config_say(r, PROBLEM_FIELD_TWICE, &name, &row->name, NULL);
    seen |= bit;
    if (!json_absent(v))
      take(&(struct spot){r, &value, row}, v, (char *)out + row->offset);
  }
}
