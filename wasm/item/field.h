/* field.h -- read the JSON fields of a request by tables, and report which one is wrong.
 *
 * A reader of a wire format is a table of names and functions; a field in no table is reported as
 * lost (x-gateway-lossy).  Null and absent are the same everywhere.
 */
#ifndef ITEM_FIELD_H
#define ITEM_FIELD_H

#include "base/errors.h"
#include "item/item.h"
#include "text/json.h"

struct field_reader {
  struct request *request;
  struct failure *failure; /* set when a function returns a negative error */
};

/* The name of a field, and the function that reads its value. */
struct field_case {
  const char *name;
  int (*read)(struct field_reader *in, struct json_value value);
};

/* A word and what it means. */
struct field_word {
  const char *word;
  int meaning;
};

#define FIELD_COUNT(table) (sizeof(table) / sizeof *(table))

/* The row of |name| (as it stands in the JSON text), or NULL. */
const struct field_case *field_find(struct str name, const struct field_case *cases, size_t n);

/* Read every member of |object| that is not null by the row of its name; a member without a row is
 * reported as lost. */
int field_read(struct field_reader *in, struct json_value object, const struct field_case *cases,
               size_t n);

/* The meaning of the string |value|, or -1. */
int field_word(struct json_value value, const struct field_word *words, size_t n);

/* Read the string member |key| of |object|; |*out| is unchanged when it is absent. */
int field_string(struct field_reader *in, struct json_value object, struct str key,
                 struct str *out);

/* As field_string(), but the member is required and must not be empty. */
int field_needed(struct field_reader *in, struct json_value object, struct str key,
                 struct str *out);

/* As field_string(), for text that is put into JSON again: |*out| is as in the body, with escapes
 * if
 * |*escaped| is true. */
int field_text(struct field_reader *in, struct json_value object, struct str key, struct str *out,
               bool *escaped);

/* |value| itself, checked. */
int field_take_text(struct field_reader *in, struct json_value value, struct str *out,
                    bool *escaped);
int field_take_string(struct field_reader *in, struct json_value value, struct str *out);
int field_take_bool(struct field_reader *in, struct json_value value, bool *out);
int field_take_number(struct field_reader *in, struct json_value value, struct json_value *out);
int field_take_count(struct field_reader *in, struct json_value value, struct json_value *out);

/* Report |group|.|what| as lost; |what| is a string of the client's, |word| any word. */
void field_lose_word(struct field_reader *in, struct str group, struct str word);
void field_lose(struct field_reader *in, struct str group, struct json_value what);

/* Fill the failure: |error|, the path of |value| ("input[2].content") as its
 * param, and |sentence| (empty: the error's own).  Returns |error|. */
int field_refuse(struct field_reader *in, struct json_value value, int error, struct str sentence);

/* Read the elements of |array| one by one. */
int field_read_items(struct field_reader *in, struct json_value array,
                     int (*read)(struct field_reader *in, struct json_value item));

#endif
