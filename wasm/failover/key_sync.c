/* key_sync.c -- see key_sync.h. */
#include "failover/key_sync.h"

#include "limits.h"
#include "provider/verdict.h"

#define PREFIX "health/"

bool key_sync_pending(const struct keys *keys) {
  for (uint32_t i = 0; i < keys->count; i++)
    if (keys->all[i]->health.untold)
      return true;
  for (uint32_t i = 0; i < keys->model_count; i++)
    if (keys->models[i].health.untold)
      return true;
  return false;
}

static void put_number(struct buf *lines, double value) {
  buf_put_byte(lines, ' ');
  buf_put_integer(lines, (int64_t)value);
}

static void put_health(struct buf *lines, const struct key *key, struct str model,
                       struct health *h) {
  /* A name with a space would be read as two words. */
  bool fits = str_find_byte(model, ' ') == STR_NOWHERE && str_find_byte(model, '\n') == STR_NOWHERE;
  if (!h->untold)
    return;
  h->untold = false;
  if (!fits)
    return;
  /* A cooldown must not replace a longer one ("raise"); a success ends any ("set"). */
  buf_put(lines, h->failures > 0 ? STR("raise " PREFIX) : STR("set " PREFIX));
  buf_put(lines, key->name);
  buf_put_byte(lines, '@');
  buf_put_integer(lines, keys_endpoint_number(key->endpoint));
  if (model.n > 0)
    buf_put_byte(lines, '/');
  buf_put(lines, model);
  put_number(lines, h->until > h->since ? h->until : h->since);
  put_number(lines, h->failures);
  put_number(lines, h->disabled);
  put_number(lines, h->since);
  if (h->cause.n > 0) {
    buf_put_byte(lines, ' ');
    buf_put(lines, h->cause);
  }
  buf_put_byte(lines, '\n');
}

void key_sync_put(struct keys *keys, struct buf *lines) {
  for (uint32_t i = 0; i < keys->count; i++)
    put_health(lines, keys->all[i], STR_NONE, &keys->all[i]->health);
  for (uint32_t i = 0; i < keys->model_count; i++)
    put_health(lines, keys->models[i].key, keys->models[i].model, &keys->models[i].health);
}

void key_sync_put_question(struct buf *lines, double now) {
  buf_put(lines, STR("drop " PREFIX));
  put_number(lines, now - HEALTH_KEPT);
  buf_put(lines, STR("\nget " PREFIX "\n"));
}

/* Read "UNTIL FAILURES DISABLED SINCE CAUSE"; false when it is invalid or too old. */
static bool read_health(struct str text, double now, struct health *out) {
  int64_t numbers[4];
  struct str word;
  for (size_t i = 0; i < 4; i++)
    if (!str_cut(&text, ' ', &word) || !str_integer(word, &numbers[i]))
      return false;
  bool healthy = numbers[1] == 0;
  *out = (struct health){.until = healthy ? 0 : (double)numbers[0],
                         .failures = (uint32_t)numbers[1],
                         .disabled = numbers[2] != 0,
                         .since = (double)numbers[3],
                         .cause = provider_cause(text)};
  return (double)numbers[0] >= now - HEALTH_KEPT;
}

static void merge(struct health *here, const struct health *there) {
  struct health older = *there;
  if (there->since > here->since) {
    older = *here;
    *here = *there;
  }
  bool recovered = here->until == 0;
  if (recovered || older.until <= here->until)
    return;
  here->until = older.until;
  here->cause = older.cause;
  here->disabled |= older.disabled;
  here->untold |= older.since < here->since;
}

static void take_line(struct keys *keys, struct str line, double now) {
  struct str name, key, secret;
  struct health told;
  int64_t endpoint;
  if (!str_starts(line, STR(PREFIX)))
    return;
  line = str_from(line, sizeof PREFIX - 1);
  if (!str_cut(&line, ' ', &name) || !read_health(line, now, &told))
    return;
  if (!str_cut(&name, '/', &key) || !str_cut(&key, '@', &secret) || !str_integer(key, &endpoint))
    return;
  struct health *here = keys_health(keys, secret, (uint32_t)endpoint, name, now);
  if (here != NULL)
    merge(here, &told);
}

void key_sync_take(struct keys *keys, struct str answer, double now) {
  struct str line;
  while (str_cut(&answer, '\n', &line))
    take_line(keys, line, now);
}
