/* error_json.h -- an error as JSON in OpenAI's shape. */
#ifndef TEXT_ERROR_JSON_H
#define TEXT_ERROR_JSON_H

#include "base/buf.h"
#include "base/errors.h"

/* Put {"error":{"message","type","param","code"}}.  All four are always strings:
 * one well-known client fails on null. */
void error_put(struct buf *out, const struct failure *f);

#endif
