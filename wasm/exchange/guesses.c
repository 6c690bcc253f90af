#include "exchange/guesses.h"

#include "base/map.h"

/* Of an IPv6 address only the first four groups count, since one customer usually has 2^64
 * addresses. Cloudflare sets the header, and clients cannot; on other hosts the address is unknown,
 * and nobody is refused. */
struct str guesses_sender(const struct head *head) {
  struct str address = head_find(head->headers, STR("cf-connecting-ip"));
  uint32_t colons = 0;
  for (size_t i = 0; i < address.n; i++)
    if (address.p[i] == ':' && ++colons == 4)
      address.n = i;
  return address;
}

static uint64_t address_of(const struct head *head) {
  struct str sender = guesses_sender(head);
  return sender.n == 0 ? 0 : map_hash(sender) | 1;
}

static const struct guesser *find(const struct guesses *g, uint64_t address) {
  for (uint32_t i = 0; i < GUESSERS_MAX; i++)
    if (g->all[i].address == address)
      return &g->all[i];
  return NULL;
}

double guesses_refused(const struct guesses *g, const struct head *head, double now) {
  uint64_t address = address_of(head);
  const struct guesser *who = address == 0 ? NULL : find(g, address);
  bool refused = who != NULL && who->wrong >= GUESSES_MAX && now < who->since + MINUTE;
  return refused ? who->since + MINUTE - now : 0;
}

/* The entry of |address|, or the oldest one if it has none. */
static struct guesser *place_of(struct guesses *g, uint64_t address) {
  struct guesser *oldest = &g->all[0];
  for (uint32_t i = 0; i < GUESSERS_MAX; i++) {
    if (g->all[i].address == address)
      return &g->all[i];
    if (g->all[i].since < oldest->since)
      oldest = &g->all[i];
  }
  *oldest = (struct guesser){.address = address};
  return oldest;
}

bool guesses_take(struct guesses *g, const struct head *head, double now) {
  uint64_t address = address_of(head);
  struct str token = head_find(head->headers, STR("authorization"));
  uint64_t hash = map_hash(token.n > 0 ? token : head_find(head->headers, STR("x-api-key")));
  if (address == 0)
    return false;
  struct guesser *who = place_of(g, address);
  if (now >= who->since + MINUTE)
    *who = (struct guesser){.address = address, .since = now};
  for (uint32_t i = 0; i < GUESSES_SEEN; i++)
    if (who->seen[i] == hash)
      return false;
  who->seen[who->wrong % GUESSES_SEEN] = hash;
  if (++who->wrong == GUESSES_MAX)
    who->since = now;
  return true;
}

void guesses_block(struct guesses *g, const struct head *head, double now) {
  struct guesser *who = place_of(g, address_of(head));
  who->wrong = GUESSES_MAX;
  who->since = now;
}
