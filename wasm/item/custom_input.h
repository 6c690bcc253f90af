/* custom_input.h -- unwrap the input of a custom tool from the arguments of a function call.
 *
 * A chat upstream has only functions, so a custom tool is declared as a function, and its plain
 * text arrives as {"input":"..."}, in pieces cut anywhere.  It is unwrapped piece by piece.
 * Arguments that do not begin like this are the input itself.
 */
#ifndef ITEM_CUSTOM_INPUT_H
#define ITEM_CUSTOM_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

enum { CUSTOM_INPUT_HELD_MAX = 32 }; /* bytes: {"input":" with spaces, or two escapes */

enum custom_input_place {
  CUSTOM_INPUT_FRONT,
  CUSTOM_INPUT_TEXT,
  CUSTOM_INPUT_RAW,
  CUSTOM_INPUT_OVER
};

/* Starts as zero; with |place| CUSTOM_INPUT_RAW where nothing is wrapped. */
struct custom_input {
  enum custom_input_place place;
  uint8_t held;
  char hold[CUSTOM_INPUT_HELD_MAX];
};

/* Put the text in |piece| into |out|; check buf_error() there. */
void custom_input_feed(struct custom_input *c, struct str piece, struct buf *out);

/* The arguments have ended: put the bytes still held. */
void custom_input_end(struct custom_input *c, struct buf *out);

#endif
