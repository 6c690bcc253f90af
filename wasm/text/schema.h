/* schema.h -- check a JSON value against a JSON Schema.
 *
 * The keywords are those of OpenAI's strict subset and their neighbours: type,
 * enum, const, properties, required, additionalProperties, min/maxProperties,
 * items, prefixItems, min/maxItems, min/maxLength, minimum, maximum,
 * exclusiveMinimum/Maximum, multipleOf, anyOf, oneOf, allOf, $ref (within the
 * schema).  Every other keyword (such as "pattern", which only the upstream checks) and a keyword
 * with a meaningless value are ignored, and a value that would take too much work counts as valid:
 * a valid value is never refused.
 */
#ifndef TEXT_SCHEMA_H
#define TEXT_SCHEMA_H

#include "base/arena.h"
#include "base/buf.h"
#include "text/json.h"

/* 0: |value| is valid.  1: it is not, and |faults| got a line for each fault, as
 * "$.items[2].price: expected a number\n"; where |faults| is full, lines are
 * missing.  ERR_MEMORY.  |scratch| is the caller's to drop.
 * |cut|: where the value's text was cut, and closed; NULL: it is whole.  What is open there may
 * still get all that |schema| requires of it. */
int schema_check(struct json_value value, struct json_value schema, const char *cut,
                 struct arena *scratch, struct buf *faults) __attribute__((warn_unused_result));

#endif
