/* context_overflow.h -- recognise an error that says that the prompt is too long for the model. */
#ifndef PROVIDER_CONTEXT_OVERFLOW_H
#define PROVIDER_CONTEXT_OVERFLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "provider/failure.h"

/* Does |t| say so, by its code or its message? */
bool context_overflow_fits(const struct trouble *t);

/* The upstream's |message| in a form that clients recognise: it holds OpenAI's phrase "This
 * model's maximum context length is".  |window| is the model's, in tokens; 0 = unknown.  A copy in
 * |arena| unless it has the phrase already. */
struct str context_overflow_message(struct str message, int64_t window, struct arena *arena);

#endif
