/* {"type":"response.output_item.done","output_index":0,"item":{...}} */
#include "responses/gather.h"

#include "limits.h"

void gather_init(struct gather *g, struct arena *arena) {
  buf_init(&g->items, arena, ANSWER_MAX);
}

void gather_take(struct gather *g, struct str type, struct json_value ev) {
  if (str_equal(type, STR("response.output_item.done")))
    json_put_value(&g->items, json_find(ev, STR("item")));
}

void gather_end(struct gather *g, struct str data, struct json_value response,
                struct arena *arena) {
  struct json_value output = json_find(response, STR("output"));
  bool missing = !json_exists(output);
  buf_init(&g->whole, arena, ANSWER_MAX);
  if (json_count(output) > 0 || json_count(response) == 0 || g->items.n == 0)
    return;
  struct str gap = json_raw(missing ? response : output);
  size_t at = (size_t)(gap.p - data.p) + missing;
  buf_put(&g->whole, str_part(data, 0, at));
  if (missing)
    json_put_key(&g->whole, STR("output"));
  buf_put_byte(&g->whole, '[');
  buf_put(&g->whole, buf_str(&g->items));
  json_put_close(&g->whole, ']');
  if (missing)
    buf_put_byte(&g->whole, ',');
  buf_put(&g->whole, str_from(data, missing ? at : at + gap.n));
  if (buf_error(&g->items) || buf_error(&g->whole))
    buf_reset(&g->whole);
}
