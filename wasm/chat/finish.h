/* finish.h -- what the words of "finish_reason" mean, of every service that was seen. */
#ifndef CHAT_FINISH_H
#define CHAT_FINISH_H

#include "item/event.h"

/* FINISH_BROKEN for a word that is not known: the answer cannot be trusted to be whole. */
enum finish chat_finish(struct str word);

#endif
