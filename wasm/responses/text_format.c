#include "responses/text_format.h"

#include "item/request_fields.h"

int responses_read_text_format(struct field_reader *in, struct json_value format) {
  struct request *r = in->request;
  if (json_absent(format))
    return 0;
  int err = request_read_format(in, format);
  if (err || r->format != FORMAT_JSON_SCHEMA)
    return err;
  struct json_value schema = json_find(format, STR("schema"));
  if (json_type(schema) != JSON_OBJECT)
    return field_refuse(in, format, ERR_MISSING, STR("schema"));
  r->schema = json_raw(schema);
  r->format_source = format;
  return field_string(in, format, STR("name"), &r->format_name);
}
