/* guesses.h -- refuse an address that has sent too many wrong tokens.
 *
 * Only different tokens count, so that a client with an outdated token does not lock out others at
 * the same address.  Each isolate counts by itself; limiter.h has what they share.
 */
#ifndef EXCHANGE_GUESSES_H
#define EXCHANGE_GUESSES_H

#include <stdbool.h>
#include <stdint.h>

#include "limits.h"
#include "text/head.h"

enum { GUESSES_SEEN = 4 };

struct guesser {
  uint64_t address;            /* its hash; 0 = a free entry */
  uint64_t seen[GUESSES_SEEN]; /* hashes of the last wrong tokens */
  uint32_t wrong;
  double since; /* ms: when the first of them came; once refused, when the last one did */
};

struct guesses {
  struct guesser all[GUESSERS_MAX];
};

/* For how many ms the sender of |head| is refused whatever its token is; 0 = not refused. */
double guesses_refused(const struct guesses *g, const struct head *head, double now);

/* Count a wrong token. False if it does not count: the sender is unknown, or has sent it before. */
bool guesses_take(struct guesses *g, const struct head *head, double now);

/* Refuse the sender from now on, as after too many wrong tokens. */
void guesses_block(struct guesses *g, const struct head *head, double now);

/* The part of the address of |head|'s sender that counts; empty: unknown. */
struct str guesses_sender(const struct head *head);

#endif
