/* usage.c -- what answers cost, how long first output took, and what the store is told. */
#include "report/usage_report.h"

#include <string.h>

#include "unit/unit.h"

#define NOON 1763899200000.0 /* 2025-11-23T12:00:00Z */

static struct arena arena;
static struct config config;
static struct usage_table table;

static void open_config(const char *text) {
  arena_drop(&config.arena);
  config = (struct config){0};
  CHECK_INT(config_open(&config, str_of(text, __builtin_strlen(text))), 0);
  table = (struct usage_table){0};
}

#define ENTRY(more) "{\"provider\":\"openai\",\"model\":\"m\",\"apiKeys\":[\"K\"]" more "}"
#define ROUTE(more, entry) "{\"r\":{" more "\"providers\":[" entry "]}}"
#define PRICES "\"inputPricePer1m\":2,\"inputCachePricePer1m\":0.5,\"outputPricePer1m\":8"

static void test_cost(void) {
  static const struct usage used = {
      .known = true, .input = 1000, .cached = 600, .output = 50, .total = 1050};
  static const struct usage overfull = {.known = true, .input = 10, .cached = 1000};
  static const struct usage unknown = {.input = 1000};
  static const struct {
    const char *what, *config;
    const struct usage *usage;
    int64_t micros;
    struct str text, currency;
  } rows[] = {
      {"cached input at its price", ROUTE("\"pricingCurrency\":\"usd\"," PRICES ",", ENTRY()),
       &used, 1500, STR_INIT("0.001500"), STR_INIT("usd")},
      {"without one, at the price of input",
       ROUTE("\"pricingCurrency\":\"usd\",\"inputPricePer1m\":2,\"outputPricePer1m\":8,", ENTRY()),
       &used, 2400, STR_INIT("0.002400"), STR_INIT("usd")},
      {"the provider's own come first",
       ROUTE("\"pricingCurrency\":\"usd\"," PRICES ",",
             ENTRY(",\"pricingCurrency\":\"cny\",\"inputPricePer1m\":4000")),
       &used, 4000000, STR_INIT("4.000000"), STR_INIT("cny")},
      {"a price in another currency is none",
       ROUTE("\"pricingCurrency\":\"usd\"," PRICES ",",
             ENTRY(",\"pricingCurrency\":\"cny\",\"outputPricePer1m\":2")),
       &used, 100, STR_INIT("0.000100"), STR_INIT("cny")},
      {"a free one costs nothing", ROUTE("\"inputPricePer1m\":0,", ENTRY()), &used, 0,
       STR_INIT("0.000000"), STR_INIT("-")},
      {"without prices nobody knows", ROUTE("", ENTRY()), &used, -1, STR_INIT(""), STR_INIT("-")},
      {"nor of an answer that did not tell", ROUTE(PRICES ",", ENTRY()), &unknown, -1, STR_INIT(""),
       STR_INIT("-")},
      {"no more is cached than there is", ROUTE(PRICES ",", ENTRY()), &overfull, 5,
       STR_INIT("0.000005"), STR_INIT("-")},
      {"a price beyond all bounds", ROUTE("\"inputPricePer1m\":1e300,", ENTRY()), &used,
       1000000000000, STR_INIT("1000000.000000"), STR_INIT("-")},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct buf text;
    open_config(rows[i].config);
    buf_init(&text, &arena, 1000);
    const struct route *route = &config.routes[0];
    int64_t micros = usage_cost(route, &route->targets[0], rows[i].usage);
    usage_put_cost(&text, micros);
    bool good = CHECK_INT(micros, rows[i].micros);
    good &= CHECK_EQUAL(buf_str(&text), rows[i].text);
    good &= CHECK_EQUAL(usage_currency(route, &route->targets[0]), rows[i].currency);
    if (!good)
      printf("  %s\n", rows[i].what);
  }
}

static void take(double first_ms, bool failed, struct usage usage) {
  struct route *route = &config.routes[0];
  struct usage_note note = {.route = route,
                            .target = &route->targets[0],
                            .key = route->targets[0].keys[0],
                            .client = STR("ALICE"),
                            .failed = failed,
                            .first_ms = first_ms,
                            .usage = usage};
  usage_take(&table, &note);
}

/* What the store would answer to the lines that tell it. */
static struct str stored(void) {
  struct buf lines, rows;
  struct str rest, line;
  buf_init(&lines, &arena, STORE_LINES_MAX);
  buf_init(&rows, &arena, STORE_LINES_MAX);
  usage_put(&table, &lines, NOON);
  for (rest = buf_str(&lines); str_cut(&rest, '\n', &line);) {
    if (!str_starts(line, STR("add ")))
      continue;
    buf_put(&rows, str_from(line, 4));
    buf_put_byte(&rows, '\n');
  }
  return buf_str(&rows);
}

static struct str latency_of(struct str rows) {
  int64_t latency[LATENCY_STEPS] = {0};
  struct buf text;
  buf_init(&text, &arena, 1000);
  usage_add_latency(rows, &config.routes[0], &config.routes[0].targets[0], &arena, latency);
  json_put_open(&text, '{');
  usage_put_latency(&text, latency);
  json_put_close(&text, '}');
  return buf_str(&text);
}

static bool is_near(struct str report, struct str name, double wanted) {
  struct json json;
  size_t where;
  double ms = 0;
  CHECK_INT(json_parse(&json, &arena, report, &where), 0);
  CHECK(json_number(json_find(json_root(&json), name), &ms));
  return ms > wanted * 0.93 && ms < wanted * 1.07;
}

/* A step is a quarter of an octave, and what is within is taken as spread evenly. */
static void test_latency(void) {
  static const struct usage none = {0};
  open_config(ROUTE("", ENTRY()));
  CHECK_STR(latency_of(STR_NONE), "{\"timed\":0}");
  for (int i = 1; i <= 100; i++)
    take(i * 10, false, none);
  struct str report = latency_of(stored());
  CHECK(is_near(report, STR("p50_ms"), 500));
  CHECK(is_near(report, STR("p95_ms"), 950));
  take(-1, true, none); /* it had no first output */
  CHECK_STR(latency_of(stored()), "{\"timed\":0}");
  for (int i = 0; i < 4; i++)
    take(1e9, false, none);
  CHECK_STR(latency_of(stored()), "{\"timed\":4}"); /* too few to tell */
}

static void test_told(void) {
  static const struct usage used = {.known = true, .input = 10, .cached = 4, .output = 5};
  static const struct usage none = {0};
  struct buf lines;
  open_config("{\"a b/\xE4\xBD\xA0%\":{\"pricingCurrency\":\"usd\",\"outputPricePer1m\":1,"
              "\"providers\":[{\"provider\":\"openai\",\"model\":\"m\",\"apiKeys\":[\"K\"]}]}}");
  buf_init(&lines, &arena, 10000);
  usage_put(&table, &lines, NOON);
  CHECK_INT(lines.n, 0);
  take(100, false, used);
  take(100, false, used);
  take(100, false, none);
  take(100, true, none);
  CHECK(table.untold);
  usage_put(&table, &lines, NOON);
  CHECK_STR(
      buf_str(&lines),
      "add day/2025-11-23/a%20b%2F%E4%BD%A0%25/K/usd/openai/m/ALICE 4 1 0 2 20 8 10 10 0 0 0 0 "
      "0 4\n"
      "add hour/489972/usd/a%20b%2F%E4%BD%A0%25/K/openai/m/ALICE 4 1 0 2 20 8 10 10 0 0 0 0 "
      "0 4\n"
      "cut hour/ hour/489924\n"
      "cut day/ day/2024-10-19\n");
  /* What was told is not told again. */
  buf_reset(&lines);
  CHECK(!table.untold);
  usage_put(&table, &lines, NOON);
  CHECK_INT(lines.n, 0);
}

/* Names that nothing has, and a name that is what stands for none. */
static void test_none(void) {
  struct buf lines;
  struct usage_line l;
  open_config(ROUTE("", ENTRY()));
  struct usage_note note = {.failed = true, .first_ms = -1};
  usage_take(&table, &note);
  note.client = STR("-");
  usage_take(&table, &note);
  buf_init(&lines, &arena, 10000);
  usage_put(&table, &lines, NOON);
  CHECK(str_starts(buf_str(&lines), STR("add day/2025-11-23/-/-/-/-/-/- 1 1 0 0 0 0 0 0\n")));
  CHECK(str_find(buf_str(&lines), STR("/-/-/-/-/-/%2D 1 1")) != STR_NOWHERE);
  CHECK(usage_read_line(STR("hour/489972/usd 4 1"), STR("hour/"), &l));
  CHECK_STR(l.currency, "usd");
  CHECK_STR(l.client, "?"); /* written before there were any */
  CHECK_INT(l.numbers[USAGE_ERRORS], 1);
}

/* Past the rows that there are, requests are let pass uncounted. */
static void test_full(void) {
  open_config(ROUTE("", "{\"provider\":\"openai\",\"model\":\"m\",\"apiKeys\":[\"K\"]}"));
  struct key keys[USAGE_ROWS_MAX + 1] = {0};
  for (uint32_t i = 0; i <= USAGE_ROWS_MAX; i++) {
    struct usage_note note = {.route = &config.routes[0], .key = &keys[i], .first_ms = -1};
    usage_take(&table, &note);
  }
  CHECK_INT(table.count, USAGE_ROWS_MAX);
}

static int64_t told_requests(struct str lines) {
  int64_t all = 0, n = 0;
  struct str line, word;
  while (str_cut(&lines, '\n', &line)) {
    if (str_starts(line, STR("add day/")) && str_cut(&line, ' ', &word) &&
        str_cut(&line, ' ', &word) && str_cut(&line, ' ', &word) && str_integer(word, &n))
      all += n;
  }
  return all;
}

/* What has no room in one call of the store is told in the next. */
static void test_too_much(void) {
  char name[NAME_MAX_BYTES];
  memset(name, '\xE4', sizeof name); /* three bytes each, as the store is told */
  open_config(ROUTE("\"pricingCurrency\":\"a currency with a very long name indeed\",", ENTRY()));
  struct route route = config.routes[0];
  route.name = str_of(name, sizeof name);
  struct key keys[USAGE_ROWS_MAX] = {0};
  for (uint32_t i = 0; i < USAGE_ROWS_MAX; i++) {
    struct usage_note note = {.route = &route, .key = &keys[i], .first_ms = -1};
    usage_take(&table, &note);
  }
  struct buf lines;
  buf_init(&lines, &arena, STORE_LINES_MAX);
  int64_t told = 0;
  for (int call = 0; call < 4; call++) {
    buf_reset(&lines);
    usage_put(&table, &lines, NOON);
    CHECK_INT(buf_error(&lines), 0);
    CHECK(call > 0 || table.untold);
    told += told_requests(buf_str(&lines));
  }
  CHECK_INT(told, USAGE_ROWS_MAX);
  CHECK(!table.untold);
}

int main(void) {
  arena_init(&arena);
  test_cost();
  test_latency();
  test_told();
  test_none();
  test_full();
  test_too_much();
  arena_drop(&config.arena);
  arena_drop(&arena);
  return unit_done();
}
