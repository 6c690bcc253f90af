#include "item/call_id.h"

#include "base/base64.h"
#include "limits.h"
#include "text/json.h"

void call_id_put(struct buf *out, struct str id, struct str extra) {
  buf_put(out, id);
  if (extra.n == 0)
    return;
  buf_put(out, STR(CALL_ID_MARK));
  base64_put(out, extra);
}

void call_id_split(struct str *id, struct str *extra, struct arena *arena) {
  struct buf kept;
  size_t at = str_find(*id, STR(CALL_ID_MARK));
  *extra = STR_NONE;
  if (at == STR_NOWHERE)
    return;
  buf_init(&kept, arena, BODY_MAX_CEILING);
  bool good = base64_read(&kept, str_from(*id, at + sizeof CALL_ID_MARK - 1));
  /* A client can send anything: only a JSON object is sent on. */
  if (!good || buf_error(&kept) || json_is_object(buf_str(&kept)) != 1)
    return;
  *id = str_part(*id, 0, at);
  *extra = buf_str(&kept);
}
