/* request_fields.h -- readers for the fields that are alike in both dialects.
 *
 * Functions for rows of field_read(), and helpers of the dialects' own rows.  Each returns 0, or a
 * negative error with the reader's failure set.
 */
#ifndef ITEM_REQUEST_FIELDS_H
#define ITEM_REQUEST_FIELDS_H

#include "item/field.h"

int request_read_stream(struct field_reader *in, struct json_value value);
int request_read_temperature(struct field_reader *in, struct json_value value);
int request_read_top_p(struct field_reader *in, struct json_value value);
int request_read_output_max(struct field_reader *in, struct json_value value);
int request_read_user(struct field_reader *in, struct json_value value);
int request_read_parallel(struct field_reader *in, struct json_value value);

/* For known members that are not needed. */
int request_read_nothing(struct field_reader *in, struct json_value value);

/* Read a content: a string, or an array of parts. */
int request_read_content(struct field_reader *in, struct item *item, struct json_value content);

/* Read a part of either API: clients confuse them. */
int request_read_part(struct field_reader *in, struct item *item, struct json_value part);

/* At the end of an assistant's message, to which |link| leads: one without content is left out,
 * since some services refuse it (Kimi, Claude), and what it thought becomes an item. */
int request_end_said(struct field_reader *in, struct item *said, struct item **link);

/* Read "tools", each by |read|. */
int request_read_tools(struct field_reader *in, struct json_value tools,
                       int (*read)(struct field_reader *in, struct json_value tool));

/* Read a function or a custom tool, with its members in |tool| itself or in an inner object. */
int request_read_tool(struct field_reader *in, struct json_value tool, enum tool_kind kind,
                      struct str space);

/* Read a tool_choice: a word, or an object that names tools. */
int request_read_choice(struct field_reader *in, struct json_value choice);

/* Read the answer's format; it may be absent. */
int request_read_format(struct field_reader *in, struct json_value format);

#endif
