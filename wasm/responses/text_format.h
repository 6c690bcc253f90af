/* text_format.h -- the format that a request asks of the text: "text.format". */
#ifndef RESPONSES_TEXT_FORMAT_H
#define RESPONSES_TEXT_FORMAT_H

#include "item/field.h"

/* Read |format|, which may be absent. */
int responses_read_text_format(struct field_reader *in, struct json_value format);

#endif
