/* custom_input.h -- a custom tool's input, out of the arguments that stand in for it.
 *
 * A chat upstream knows functions only, so the plain text comes as the JSON
 * {"input":"..."}, in pieces that are cut anywhere; it is given out as it comes.
 * What does not begin like that is the input as it stands.
 */
#ifndef ITEM_CUSTOM_INPUT_H
#define ITEM_CUSTOM_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { CUSTOM_INPUT_HELD_MAX = 32 }; /* bytes: the front with its spaces, or two escapes */

enum custom_input_place {
  CUSTOM_INPUT_FRONT,
  CUSTOM_INPUT_TEXT,
  CUSTOM_INPUT_RAW,
  CUSTOM_INPUT_OVER
};

/* All zero is the beginning, too; |place| CUSTOM_INPUT_RAW where nothing is wrapped. */
struct custom_input {
  enum custom_input_place place;
  uint8_t held;
  char hold[CUSTOM_INPUT_HELD_MAX];
};

/* Put what |piece| says to |out|; look for buf_error() there. */
void custom_input_feed(struct custom_input *c, struct str piece, struct buf *out);

/* Nothing follows: put what was still held. */
void custom_input_end(struct custom_input *c, struct buf *out);

#endif
