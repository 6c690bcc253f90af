/* stored.h -- what a request names without saying it: items and responses that somebody
 * stores, and history that somebody sealed. */
#ifndef RESPONSES_STORED_H
#define RESPONSES_STORED_H

#include "item/field.h"

/* An item_reference.  To leave it out would be another conversation: what cannot be found
 * is refused. */
int stored_read_reference(struct field_reader *in, struct json_value item);

/* A compaction, which is all that came before, and readable to who made it alone. */
int stored_read_compaction(struct field_reader *in, struct json_value item);

/* A compaction_trigger: the answer is to be a compaction. */
int stored_read_trigger(struct field_reader *in, struct json_value item);

/* previous_response_id, or a conversation. */
int stored_read_previous(struct field_reader *in, struct json_value value);

#endif
