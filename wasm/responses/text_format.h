/* text_format.h -- read "text.format", the format of the answer's text. */
#ifndef RESPONSES_TEXT_FORMAT_H
#define RESPONSES_TEXT_FORMAT_H

#include "item/field.h"

/* Read |format|, which may be absent. */
int responses_read_text_format(struct field_reader *in, struct json_value format);

#endif
