/* marks.c -- tests of what the gateway leaves in ids: wasm/item/call_id.c and reasoning.c. */
#include <string.h>

#include "item/call_id.h"
#include "item/reasoning.h"
#include "limits.h"
#include "unit/unit.h"

static struct arena arena;

static void test_call_id(void) {
  static const struct {
    struct str id, extra;
  } rows[] = {
      {STR_INIT("call_1"), STR_INIT("")},
      {STR_INIT("call_1"), STR_INIT("{\"google\":{\"thought_signature\":\"AY89\"}}")},
      {STR_INIT("call-7"), STR_INIT("{}")},
  };
  /* What a client made up stays as it is. */
  static const char *const odd[] = {"",        "_gwx_",   "c_gwx_W10",
                                    "c_gwx_!", "c_gwx_Z", "c_gwx_eyJhIjo"};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct buf marked;
    buf_init(&marked, &arena, KIB);
    call_id_put(&marked, rows[i].id, rows[i].extra);
    struct str id = buf_str(&marked), extra;
    call_id_split(&id, &extra, &arena);
    CHECK_EQUAL(id, rows[i].id);
    CHECK_EQUAL(extra, rows[i].extra);
  }
  for (size_t i = 0; i < COUNT(odd); i++) {
    struct str id = str_of(odd[i], strlen(odd[i])), whole = id, extra;
    call_id_split(&id, &extra, &arena);
    CHECK_EQUAL(id, whole);
    CHECK_STR(extra, "");
  }
  arena_drop(&arena);
}

static void test_origin(void) {
  struct str a = reasoning_origin(STR("https://a.example/v1"), &arena);
  CHECK_INT((int)a.n, REASONING_ORIGIN_DIGITS);
  CHECK_EQUAL(reasoning_origin(STR("https://a.example/v2/x"), &arena), a);
  CHECK_EQUAL(reasoning_origin(STR("https://a.example"), &arena), a);
  CHECK(!str_equal(reasoning_origin(STR("https://b.example/v1"), &arena), a));
  arena_drop(&arena);
}

static void test_marks(void) {
  static const struct {
    struct str id, encrypted;
    bool known;
    struct str origin, sealed;
  } rows[] = {
      {STR_INIT("rs_1"), STR_INIT(""), true, STR_INIT(""), STR_INIT("")},
      {STR_INIT("rs_gw01234567f"), STR_INIT(""), true, STR_INIT("01234567"), STR_INIT("")},
      {STR_INIT("rs_gwx1234567f"), STR_INIT(""), true, STR_INIT(""), STR_INIT("")},
      {STR_INIT("rs_gw0123"), STR_INIT(""), true, STR_INIT(""), STR_INIT("")},
      {STR_INIT(""), STR_INIT("gw1.89abcdef.xyz"), true, STR_INIT("89abcdef"), STR_INIT("xyz")},
      {STR_INIT(""), STR_INIT("gw1.xyz"), true, STR_INIT(""), STR_INIT("xyz")},
      {STR_INIT("rs_gw01234567f"), STR_INIT("gAAA"), false, STR_INIT("01234567"), STR_INIT("")},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct item item = {.kind = ITEM_REASONING};
    CHECK(reasoning_read_mark(&item, rows[i].id, rows[i].encrypted) == rows[i].known);
    CHECK_EQUAL(item.origin, rows[i].origin);
    CHECK_EQUAL(item.encrypted, rows[i].sealed);
  }
}

/* What becomes of an assistant's text: the reasoning and the rest. */
static void test_split(void) {
  static const struct {
    struct str text, reasoning, rest;
  } rows[] = {
      {STR_INIT("plain"), STR_INIT(""), STR_INIT("plain")},
      {STR_INIT("<think>a</think>b"), STR_INIT("a"), STR_INIT("b")},
      {STR_INIT(" \n<think>\n a \n</think>\n\nb"), STR_INIT("a"), STR_INIT("b")},
      {STR_INIT("<think>a"), STR_INIT(""), STR_INIT("<think>a")},
      {STR_INIT("b<think>a</think>"), STR_INIT(""), STR_INIT("b<think>a</think>")},
      {STR_INIT("a</think>b"), STR_INIT(""), STR_INIT("a</think>b")},
      {STR_INIT("<think></think>b"), STR_INIT(""), STR_INIT("b")},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct request r;
    request_init(&r, &arena);
    struct item *message = request_add_item(&r, ITEM_MESSAGE);
    message->role = ROLE_ASSISTANT;
    CHECK(item_add_part(&r, message, PART_TEXT, rows[i].text) != NULL);
    CHECK(reasoning_split(&r, message));
    struct item *first = r.items, *last = first->next != NULL ? first->next : first;
    struct part *part = first != last ? first->parts : NULL;
    CHECK_EQUAL(part != NULL ? part->text : STR_NONE, rows[i].reasoning);
    CHECK(last->kind == ITEM_MESSAGE && last->role == ROLE_ASSISTANT);
    CHECK_EQUAL(last->parts->text, rows[i].rest);
  }
  arena_drop(&arena);
}

int main(void) {
  test_call_id();
  test_origin();
  test_marks();
  test_split();
  return unit_done();
}
