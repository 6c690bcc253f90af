/* call_id.h -- what an upstream says beside a tool call, kept in the call's id.
 *
 * Gemini's chat API puts a signature beside a call ("extra_content") and refuses the next
 * turn without it.  The Responses API has no place for it, and clients send nothing back
 * but the call's id: so the id that the client gets is
 *
 *   <the upstream's id>_gwx_<base64url of the JSON>
 */
#ifndef ITEM_CALL_ID_H
#define ITEM_CALL_ID_H

#include "base/buf.h"

#define CALL_ID_MARK "_gwx_"

/* Put |id| with |extra| (JSON; empty: none) in it. */
void call_id_put(struct buf *out, struct str id, struct str extra);

/* Part |*id| from what is kept in it: |*extra| is JSON in |arena|, empty when there is
 * nothing. */
void call_id_split(struct str *id, struct str *extra, struct arena *arena);

#endif
