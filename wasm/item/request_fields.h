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

/* Read a content: a string, or an array of parts, each read by |read|. */
int request_read_content(struct field_reader *in, struct item *item, struct json_value content,
                         int (*read)(struct field_reader *in, struct item *item,
                                     struct json_value part));

/* Read a text or refusal part; |*is_one| is false when |part|, of |type|, is neither. */
int request_read_text_part(struct field_reader *in, struct item *item, struct json_value part,
                           struct json_value type, bool *is_one);

/* Keep a part of an unknown type. */
int request_read_foreign_part(struct field_reader *in, struct item *item, struct json_value part,
                              struct json_value type);

/* Read "tools", each by |read|. */
int request_read_tools(struct field_reader *in, struct json_value tools,
                       int (*read)(struct field_reader *in, struct json_value tool));

/* Read a tool whose name, description, and parameters or grammar are in |object|, or in its
 * |format|. */
int request_read_tool(struct field_reader *in, struct json_value source, struct json_value object,
                      struct json_value format, enum tool_kind kind, struct str space);

/* Read a tool_choice that is a word. */
int request_read_choice(struct field_reader *in, struct json_value choice);

/* Read the "type" of the answer's format. */
int request_read_format(struct field_reader *in, struct json_value format);

#endif
