/* request_fields.h -- the fields that requests of both dialects have alike.
 *
 * Functions for the rows of field_read(), and what the two dialects' own rows
 * share: each answers 0, or negative with the reader's failure filled.
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

/* For what is known and needs no reading. */
int request_read_nothing(struct field_reader *in, struct json_value value);

/* A content that is a string, or an array of parts, each by |read|. */
int request_read_content(struct field_reader *in, struct item *item, struct json_value content,
                         int (*read)(struct field_reader *in, struct item *item,
                                     struct json_value part));

/* A part that is text, or a refusal; |*is_one| is false when |part|, of |type|, is neither. */
int request_read_text_part(struct field_reader *in, struct item *item, struct json_value part,
                           struct json_value type, bool *is_one);

/* A part of a type that is not known here. */
int request_read_foreign_part(struct field_reader *in, struct item *item, struct json_value part,
                              struct json_value type);

/* "tools", each by |read|. */
int request_read_tools(struct field_reader *in, struct json_value tools,
                       int (*read)(struct field_reader *in, struct json_value tool));

/* A tool whose name, description and parameters, or grammar, stand in |object|, or in
 * its |format|. */
int request_read_tool(struct field_reader *in, struct json_value source, struct json_value object,
                      struct json_value format, enum tool_kind kind, struct str space);

/* The word of a tool_choice that names no tool. */
int request_read_choice(struct field_reader *in, struct json_value choice);

/* The "type" of the answer's format. */
int request_read_format(struct field_reader *in, struct json_value format);

#endif
