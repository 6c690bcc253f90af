/* finish.h -- what the words of "finish_reason" mean, for all known services. */
#ifndef CHAT_FINISH_H
#define CHAT_FINISH_H

#include "item/event.h"

/* FINISH_BROKEN for an unknown word: the answer may not be complete. */
enum finish chat_finish(struct str word);

#endif
