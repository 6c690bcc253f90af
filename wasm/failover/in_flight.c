/* in_flight.c -- see in_flight.h. */
#include "failover/in_flight.h"

#include "failover/attempt_log.h"
#include "item/compaction.h"

int in_flight_read_request(struct failover *p, struct failure *f) {
  int recalled = memory_prepare_neutral(p->memory, f);
  return recalled != 0 ? recalled : ask_read_request(p->ask, p->arena, f);
}

bool in_flight_may_add(const struct failover *p) {
  return p->count < p->course.route->max_attempts;
}

void in_flight_drop(struct failover *p, struct attempt *a) {
  if (p->first == a) {
    p->first = p->rival;
    p->rival = NULL;
  } else if (p->rival == a) {
    p->rival = NULL;
  }
  if (p->winner == a)
    p->winner = NULL;
  if (a->writer != p->writer)
    dialect_writer_drop(a->writer);
  attempt_close(a);
}

/* The reply that has begun, or one that may become it. */
static struct dialect_writer *find_writer(struct failover *p) {
  struct dialect_writer *writer = p->writer;
  if (writer == NULL) {
    writer = arena_take(p->arena, sizeof *writer);
    if (writer != NULL)
      dialect_writer_init(writer, p->ask->chat, p->ask->begun);
  }
  return writer;
}

/* Where the conversation is longer than the client's threshold for compaction, the first attempt
 * makes a summary of it, and a second one the answer. */
static int compact_first(struct failover *p) {
  struct request *r = p->ask->request;
  struct compaction *c = &r->compaction;
  if (c->threshold == 0 || c->on || p->ask->chat || p->writer != NULL ||
      p->count + 2 > p->course.route->max_attempts || compaction_estimate(r) <= c->threshold)
    return 0;
  c->threshold = 0;
  c->first = true;
  return compaction_begin(r) ? 0 : ERR_MEMORY;
}

struct attempt *in_flight_add(struct failover *p, struct choice choice, double now) {
  struct failure f = {0};
  int err = ERR_MEMORY;
  struct attempt *a = attempt_new();
  struct dialect_writer *writer = find_writer(p);
  if (a != NULL && writer != NULL) {
    a->call.number = p->count + 1;
    a->call.choice = choice;
    a->call.read_all = p->course.route->watch || p->ask->framed || p->ask->begun != NULL ||
                       upstream_parts_usage(choice.target, p->ask);
    a->call.accept_empty = p->empty_seen && !course_has_other(&p->course, choice.target);
    a->call.without_reasoning = p->strip_reasoning;
    p->strip_reasoning = false;
    a->writer = writer;
    err = memory_prepare(p->memory, &choice, &f);
    a->call.rebuilt = p->ask->given != NULL;
    a->call.removed = p->ask->removed;
    a->call.read_all |= a->call.rebuilt;
    if (err == 0 && !upstream_can_take(choice.target, p->ask))
      err = ERR_UNSUPPORTED;
    if (err == 0 && upstream_needs_neutral(choice.target, p->ask))
      err = in_flight_read_request(p, &f);
    if (err == 0 && upstream_request_is_translated(choice.target, p->ask))
      err = compact_first(p);
    if (err == 0)
      err = attempt_open(a, p->ask, p->ids, now, &f);
    if (err == 0) {
      if (p->count++ == 0)
        p->asked_first = choice;
      return a;
    }
    in_flight_drop(p, a);
  } else if (a != NULL) {
    attempt_close(a);
  }
  if (err == MEMORY_WANTS_CALL) {
    p->recalling = true;
    retry_at_once(&p->retry, choice, now);
    return NULL;
  }
  if (f.status == 0)
    error_refuse(&f, err, STR_NONE, STR_NONE);
  best_failure_note(&p->best, p->arena, &f, f.status == 503 ? FAILURE_OVERLOADED : FAILURE_OF_ONE);
  course_skip(&p->course, choice.target);
  p->unable |= 1u << (choice.target - p->course.route->targets);
  return NULL;
}

uint32_t in_flight_mask(const struct failover *p) {
  uint32_t mask = 0;
  if (p->first != NULL)
    mask |= 1u << p->first->call.number;
  if (p->rival != NULL)
    mask |= 1u << p->rival->call.number;
  return mask;
}

void in_flight_pause_clock(struct failover *p, double ms) {
  if (p->first != NULL)
    attempt_pause_clock(p->first, ms);
  if (p->rival != NULL)
    attempt_pause_clock(p->rival, ms);
}

struct attempt *in_flight_find(const struct failover *p, uint32_t number) {
  if (p->first != NULL && p->first->call.number == number)
    return p->first;
  if (p->rival != NULL && p->rival->call.number == number)
    return p->rival;
  return NULL;
}

void in_flight_log(struct failover *p, double now) {
  if (p->first != NULL)
    attempt_log_put(&p->attempt_log, p->first, NULL, p->opened, now);
  if (p->rival != NULL)
    attempt_log_put(&p->attempt_log, p->rival, NULL, p->opened, now);
}
