/* stored.c -- see stored.h.
 *
 * These are refused for this target only: another one of the route may have the item, and is tried
 * with the same request.
 */
#include "responses/stored.h"

#include "limits.h"

/* Refuse with |sentence|, and the id of the item behind "the item ". */
static int refuse_item(struct field_reader *in, struct json_value item, struct str sentence) {
  struct str id = STR_NONE;
  struct buf message;
  int err = field_string(in, item, STR("id"), &id);
  if (err)
    return err;
  buf_init(&message, in->request->arena, MESSAGE_MAX);
  buf_put(&message, STR("the item '"));
  buf_put(&message, str_part(id, 0, 100));
  buf_put(&message, STR("' "));
  buf_put(&message, sentence);
  return buf_error(&message) ? buf_error(&message)
                             : field_refuse(in, item, ERR_VALUE, buf_str(&message));
}

int stored_read_reference(struct field_reader *in, struct json_value item) {
  return refuse_item(in, item,
                     STR("is not stored here; send all items whole and ask with store: false "
                         "(then clients send no item_reference)"));
}

/* A compaction of this gateway becomes a message when it has been decrypted. */
static int read_ours(struct field_reader *in, struct str sealed) {
  struct item *made = request_add_item(in->request, ITEM_MESSAGE);
  if (made == NULL)
    return ERR_MEMORY;
  made->compaction = true;
  made->role = ROLE_USER;
  made->encrypted = made->sealed = sealed;
  return 0;
}

int stored_read_compaction(struct field_reader *in, struct json_value item) {
  static const struct str mark = STR_INIT(SEAL_PREFIX);
  struct str sealed = STR_NONE;
  int err = field_string(in, item, STR("encrypted_content"), &sealed);
  if (err)
    return err;
  if (str_starts(sealed, mark))
    return read_ours(in, str_from(sealed, mark.n));
  return refuse_item(in, item,
                     STR("is a compaction that this upstream cannot read; send the conversation "
                         "itself, or ask the provider that made it"));
}

/* A trigger that is not the last item belongs to an earlier turn. */
int stored_read_trigger(struct field_reader *in, struct json_value item) {
  (void)item;
  in->request->compaction.on = true;
  return 0;
}

int stored_read_previous(struct field_reader *in, struct json_value value) {
  return field_refuse(in, value, ERR_PREVIOUS, STR_NONE);
}
