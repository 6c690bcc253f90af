/* stored.h -- read references to stored items and responses, and encrypted history. */
#ifndef RESPONSES_STORED_H
#define RESPONSES_STORED_H

#include "item/field.h"

/* Read an item_reference. One that is not found is refused, since without it the conversation would
 * be another. */
int stored_read_reference(struct field_reader *in, struct json_value item);

/* Read a compaction: the earlier conversation, which only its maker can decrypt. */
int stored_read_compaction(struct field_reader *in, struct json_value item);

/* Read a compaction_trigger: the answer is to be a compaction. */
int stored_read_trigger(struct field_reader *in, struct json_value item);

/* Read previous_response_id or conversation. */
int stored_read_previous(struct field_reader *in, struct json_value value);

#endif
