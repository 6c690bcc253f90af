/* field.h -- reading a request's JSON fields by tables, and saying which one
 * is wrong.
 *
 * A reader of a wire format is a table of names and functions; what stands in
 * no table is named as lost.  Null and absent are the same everywhere.
 */
#ifndef ITEM_FIELD_H
#define ITEM_FIELD_H

#include "base/errors.h"
#include "item/item.h"
#include "text/json.h"

struct field_reader {
  struct request *request;
  struct failure *failure; /* filled when a function answers below zero */
};

/* A name and what reads the value that has it. */
struct field_case {
  struct str name;
  int (*read)(struct field_reader *in, struct json_value value);
};

/* A word and what it means. */
struct field_word {
  struct str word;
  int meaning;
};

#define FIELD_COUNT(table) (sizeof(table) / sizeof *(table))

/* The row of |name| (as it stands in the JSON text), or NULL. */
const struct field_case *field_find(struct str name, const struct field_case *cases, size_t n);

/* Read every member of |object| that is not null by the row of its name; a
 * name without a row is named as lost. */
int field_read(struct field_reader *in, struct json_value object, const struct field_case *cases,
               size_t n);

/* The meaning of the string |value|, or -1. */
int field_word(struct json_value value, const struct field_word *words, size_t n);

/* The string member |key| of |object|; |*out| stays as it is when it is absent. */
int field_string(struct field_reader *in, struct json_value object, struct str key,
                 struct str *out);

/* As field_string(), but it must be there and not empty. */
int field_needed(struct field_reader *in, struct json_value object, struct str key,
                 struct str *out);

/* As field_string(), for text that goes into JSON again: |*out| is what stands in the
 * body, and has escapes if |*escaped| is true. */
int field_text(struct field_reader *in, struct json_value object, struct str key, struct str *out,
               bool *escaped);

/* |value| itself, checked. */
int field_take_text(struct field_reader *in, struct json_value value, struct str *out,
                    bool *escaped);
int field_take_string(struct field_reader *in, struct json_value value, struct str *out);
int field_take_bool(struct field_reader *in, struct json_value value, bool *out);
int field_take_number(struct field_reader *in, struct json_value value, struct json_value *out);
int field_take_count(struct field_reader *in, struct json_value value, struct json_value *out);

/* Name |group|.|what| as lost; |what| is a string value of the client's, |word| a
 * word of any origin. */
void field_lose_word(struct field_reader *in, struct str group, struct str word);
void field_lose(struct field_reader *in, struct str group, struct json_value what);

/* Fill the failure: |error|, the path of |value| ("input[2].content") as its
 * param, and |sentence| (empty: the error's own).  Returns |error|. */
int field_refuse(struct field_reader *in, struct json_value value, int error, struct str sentence);

/* Read the elements of |array| one by one. */
int field_read_items(struct field_reader *in, struct json_value array,
                     int (*read)(struct field_reader *in, struct json_value item));

#endif
