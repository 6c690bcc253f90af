/* call_id.h -- keep an upstream's extra data of a tool call in the id of the call.
 *
 * Gemini's chat API adds a signature to a call ("extra_content") and refuses the next turn without
 * it.  The Responses API has no field for it, and clients send back only the id of the call, so the
 * client gets this id:
 *
 *   <the upstream's id>_gwx_<base64url of the JSON>
 */
#ifndef ITEM_CALL_ID_H
#define ITEM_CALL_ID_H

#include "base/buf.h"

#define CALL_ID_MARK "_gwx_"

/* Put |id| with |extra| (JSON; may be empty) encoded in it. */
void call_id_put(struct buf *out, struct str id, struct str extra);

/* Reduce |*id| to the upstream's id, and set |*extra| to the JSON that was encoded in it, in
 * |arena|; empty when there is none. */
void call_id_split(struct str *id, struct str *extra, struct arena *arena);

#endif
