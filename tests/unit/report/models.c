/* models.c -- tests of wasm/report/models.c. */
#include "report/models.h"

#include <string.h>

#include "base/errors.h"
#include "unit/unit.h"

#define ENTRY(more) "{\"provider\":\"openai\",\"model\":\"m\",\"apiKeys\":[\"K\"]" more "}"
#define HEAD                                                                                       \
  "{\"id\":\"r\",\"object\":\"model\",\"owned_by\":\"ai-worker-proxy\",\"permission\":[],"
#define TAIL "\"display_name\":\"r\",\"created\":1795426560}"

static const struct {
  const char *text, *entry;
} rows[] = {
    {"{\"r\":[" ENTRY("") "]}", HEAD TAIL},
    /* the order of the keys is the contract's, not the configuration's */
    {"{\"r\":{\"flags\":[\"a\", \"b\"],\"metadata\":{\"x\": [1, null]},\"outputPricePer1m\":3,"
     "\"inputPricePer1m\":0.50,\"inputCachePricePer1m\":1e-1,\"pricingCurrency\":\"cny\","
     "\"maxOutputTokens\":3,\"maxInputTokens\":2,\"contextWindow\":1,\"description\":\"d\\u00e9\","
     "\"displayName\":\"R \\\"1\\\"\",\"providers\":[" ENTRY("") "]}}",
     HEAD "\"description\":\"d\\u00e9\",\"context_length\":1,\"max_input_tokens\":2,"
          "\"max_output_tokens\":3,\"pricing\":{\"currency\":\"cny\",\"input_per_1m\":0.50,"
          "\"input_cache_per_1m\":1e-1,\"output_per_1m\":3},\"metadata\":{\"x\": [1, null]},"
          "\"flags\":[\"a\", \"b\"],\"display_name\":\"R \\\"1\\\"\",\"created\":1795426560}"},
    /* from providers[0], which null falls through to; the second says nothing */
    {"{\"r\":{\"description\":null,\"maxOutputTokens\":null,\"providers\":[" ENTRY(
         ",\"description\":\"p\",\"maxOutputTokens\":7,\"displayName\":\"P\",\"flags\":[],"
         "\"metadata\":{}") "," ENTRY(",\"contextWindow\":9") "]}}",
     HEAD "\"description\":\"p\",\"max_output_tokens\":7,\"metadata\":{},\"flags\":[],"
          "\"display_name\":\"P\",\"created\":1795426560}"},
    /* 0 and "" count */
    {"{\"r\":{\"description\":\"\",\"contextWindow\":0,\"displayName\":\"\",\"providers\":[" ENTRY(
         ",\"description\":\"p\",\"contextWindow\":9,\"displayName\":\"P\"") "]}}",
     HEAD
     "\"description\":\"\",\"context_length\":0,\"display_name\":\"\",\"created\":1795426560}"},
    /* context_length: the first of four */
    {"{\"r\":{\"maxInputTokens\":5,\"providers\":[" ENTRY(",\"contextWindow\":9") "]}}",
     HEAD "\"context_length\":5,\"max_input_tokens\":5," TAIL},
    {"{\"r\":{\"providers\":[" ENTRY(",\"contextWindow\":9,\"maxInputTokens\":8") "]}}",
     HEAD "\"context_length\":9,\"max_input_tokens\":8," TAIL},
    {"{\"r\":{\"providers\":[" ENTRY(",\"maxInputTokens\":8") "]}}",
     HEAD "\"context_length\":8,\"max_input_tokens\":8," TAIL},
    /* pricing: only when one of the four is truthy; then all that are defined */
    {"{\"r\":{\"pricingCurrency\":\"\",\"inputPricePer1m\":0,\"outputPricePer1m\":0.0,"
     "\"providers\":[" ENTRY("") "]}}",
     HEAD TAIL},
    {"{\"r\":{\"inputPricePer1m\":0,\"providers\":[" ENTRY(
         ",\"pricingCurrency\":\"usd\",\"inputPricePer1m\":4") "]}}",
     HEAD "\"pricing\":{\"currency\":\"usd\",\"input_per_1m\":0}," TAIL},
    {"{\"r\":{\"providers\":[" ENTRY(",\"outputPricePer1m\":3") "]}}",
     HEAD "\"pricing\":{\"output_per_1m\":3}," TAIL},
    /* what is of the wrong type is left out */
    {"{\"r\":{\"contextWindow\":\"8192\",\"flags\":\"x\",\"metadata\":[1],\"description\":1,"
     "\"providers\":[" ENTRY("") "]}}",
     HEAD TAIL},
};

static struct config config;
static struct arena arena;
static const double now = 1795426560999.0;

static void test_entries(void) {
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct buf out;
    CHECK_INT(config_open(&config, str_of(rows[i].text, strlen(rows[i].text))), 0);
    CHECK_INT(config.route_count, 1);
    buf_init(&out, &arena, 64 * KIB);
    models_put_entry(&out, &config.routes[0], now);
    CHECK_INT(buf_error(&out), 0);
    CHECK_EQUAL(buf_str(&out), str_of(rows[i].entry, strlen(rows[i].entry)));
    arena_drop(&config.arena);
    arena_drop(&arena);
  }
}

static void check_list(const char *text, const char *want) {
  struct buf out;
  CHECK_INT(config_open(&config, str_of(text, strlen(text))), 0);
  buf_init(&out, &arena, 64 * KIB);
  models_put_list(&out, &config, &config.owner, &(struct head){0}, now);
  CHECK_EQUAL(buf_str(&out), str_of(want, strlen(want)));
  arena_drop(&arena);
  for (size_t n = 1; n < 4; n++) {
    arena_refuse(n, true);
    buf_init(&out, &arena, 64 * KIB);
    models_put_list(&out, &config, &config.owner, &(struct head){0}, now);
    CHECK(buf_error(&out) == 0 || buf_error(&out) == ERR_MEMORY);
    arena_refuse(0, false);
    arena_drop(&arena);
  }
  arena_drop(&config.arena);
}

static void test_list(void) {
  check_list("{}", "{\"object\":\"list\",\"data\":[]}");
  check_list("{\"r\":[" ENTRY("") "],\"bad\":1,\"a\\\"\\u4f60\":[" ENTRY("") "]}",
             "{\"object\":\"list\",\"data\":[" HEAD TAIL
             ",{\"id\":\"a\\\"你\",\"object\":\"model\",\"owned_by\":\"ai-worker-proxy\","
             "\"permission\":[],\"display_name\":\"a\\\"你\",\"created\":1795426560}]}");
}

int main(void) {
  test_entries();
  test_list();
  return unit_done();
}
