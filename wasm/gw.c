#include "gw.h"

#include "config/config.h"
#include "exchange/exchange.h"
#include "exchange/meter.h"
#include "limits.h"
#include "report/recent.h"
#include "report/usage.h"

/* Exported from the module under its own name. */
#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name), visibility("default")))
#else
#define EXPORT(name)
#endif

enum { SLOT_BITS = 11 };
_Static_assert(EXCHANGES_MAX < 1 << SLOT_BITS, "a handle has a place for every slot");

struct slot {
  uint32_t generation; /* odd: in use */
  struct exchange *exchange;
};

static struct gateway {
  struct config config;
  struct arena arriving; /* what the host is writing */
  struct arena arena;    /* the routes' text, and the log */
  bool ready;
  uint64_t opened;
  uint32_t in_use;
  struct slot slots[EXCHANGES_MAX];
  uint32_t free_from; /* no slot before this one is free */
  struct exchange_shared shared;
  struct buf log;
  struct usage_table usage;
  struct recent recent;
  struct buf lines; /* for the store */
  struct plan plan;
} gateway;

/* ---- handles: the generation above, the slot's number and one below ---- */

static struct slot *slot_of(uint32_t h) {
  uint32_t number = h & ((1u << SLOT_BITS) - 1);
  if (number == 0 || number > EXCHANGES_MAX)
    return NULL;
  struct slot *slot = &gateway.slots[number - 1];
  bool current = slot->exchange != NULL && slot->generation == h >> SLOT_BITS;
  return current ? slot : NULL;
}

static uint32_t handle_of(const struct slot *slot) {
  return slot->generation << SLOT_BITS | ((uint32_t)(slot - gateway.slots) + 1);
}

EXPORT(gw_abi) uint32_t gw_abi(void) {
  return ABI_VERSION;
}

/* ---- configuration ---- */

static void put_variable(struct str text) {
  struct str name, value = text;
  if (!str_cut(&value, '\n', &name))
    return;
  if (config_put_variable(&gateway.config, name, value) < 0)
    return;
}

static const struct plan *ready(void) {
  config_close(&gateway.config);
  gateway.plan = (struct plan){.op = OP_DONE};
  if (gateway.config.problem_count == 0)
    return &gateway.plan;
  buf_init(&gateway.log, &gateway.arena, ROUTES_TEXT_MAX);
  json_put_open(&gateway.log, '{');
  json_put_key(&gateway.log, STR("event"));
  json_put_string(&gateway.log, STR("configuration"));
  json_put_key(&gateway.log, STR("problems"));
  config_put_problems(&gateway.log, &gateway.config);
  json_put_close(&gateway.log, '}');
  gateway.plan.status = config_has_errors(&gateway.config) ? LOG_ERROR : LOG_WARNING;
  gateway.plan.head = buf_str(&gateway.log);
  return &gateway.plan;
}

/* All that was before is forgotten; |text| stays for good. */
static void begin(struct str text) {
  for (uint32_t i = 0; i < EXCHANGES_MAX; i++) {
    if (gateway.slots[i].exchange != NULL)
      gw_close(handle_of(&gateway.slots[i]));
  }
  arena_drop(&gateway.config.arena);
  arena_drop(&gateway.arena);
  gateway.arena = gateway.arriving;
  gateway.lines = (struct buf){0};
  arena_init(&gateway.arriving);
  gateway.opened = 0;
  gateway.shared.guesses = (struct guesses){0};
  gateway.usage = (struct usage_table){0};
  gateway.ready = config_open(&gateway.config, text) == 0;
  gateway.config.usage = &gateway.usage;
  recent_clear(&gateway.recent);
  gateway.config.recent = &gateway.recent;
}

EXPORT(gw_config) const struct plan *gw_config(uint32_t kind, char *at, uint32_t n) {
  switch (kind) {
  case CONFIG_ROUTES:
    begin(str_of(at, n));
    return NULL;
  case CONFIG_VARIABLE:
    put_variable(str_of(at, n));
    /* A secret that nothing names is not kept. */
    arena_drop(&gateway.arriving);
    return NULL;
  case CONFIG_STORE:
    gateway.config.store = true;
    return NULL;
  case CONFIG_CHECK:
    gateway.config.deploying = true;
    return NULL;
  case CONFIG_BUNDLED:
    gateway.config.bundled = arena_copy(&gateway.config.arena, str_of(at, n));
    arena_drop(&gateway.arriving);
    return NULL;
  case CONFIG_MEMORY:
    gateway.config.memory = true;
    return NULL;
  case CONFIG_SOCKETS:
    gateway.config.sockets = true;
    return NULL;
  case CONFIG_LIMITER:
    gateway.config.limiter = true;
    return NULL;
  case CONFIG_READY:
    return ready();
  default:
    return NULL;
  }
}

/* ---- exchanges ---- */

static struct slot *free_slot(void) {
  uint32_t *i = &gateway.free_from;
  while (*i < EXCHANGES_MAX && gateway.slots[*i].exchange != NULL)
    ++*i;
  return *i < EXCHANGES_MAX ? &gateway.slots[*i] : NULL;
}

EXPORT(gw_open) uint32_t gw_open(double now, uint32_t seed) {
  struct slot *slot = gateway.ready ? free_slot() : NULL;
  if (slot == NULL)
    return 0;
  /* The host's seed has 32 bits: time and a count make the rest. */
  uint64_t mixed = (uint64_t)seed << 32 ^ (uint64_t)now ^ ++gateway.opened << 48;
  if (gateway.recent.random == 0)
    gateway.recent.random = seed;
  if (gateway.shared.chunk.arena == NULL)
    buf_init(&gateway.shared.chunk, &gateway.shared.chunk_arena, BODY_MAX_CEILING);
  slot->exchange = exchange_open(&gateway.config, &gateway.shared, now, mixed);
  if (slot->exchange == NULL)
    return 0;
  slot->generation = (slot->generation + 1) & (UINT32_MAX >> SLOT_BITS);
  gateway.in_use++;
  return handle_of(slot);
}

EXPORT(gw_room) char *gw_room(uint32_t h, uint32_t n) {
  if (h == 0)
    return n > ROUTES_TEXT_MAX ? NULL : arena_take(&gateway.arriving, n);
  struct slot *slot = slot_of(h);
  return slot == NULL ? NULL : exchange_room(slot->exchange, n);
}

EXPORT(gw_put) int32_t gw_put(uint32_t h, uint32_t attempt, uint32_t kind, uint32_t n) {
  struct slot *slot = slot_of(h);
  int err = slot == NULL ? ERR_STALE : exchange_put(slot->exchange, attempt, kind, n);
  buf_forget(&gateway.shared.chunk);
  if (gateway.shared.chunk.cap == 0)
    arena_drop(&gateway.shared.chunk_arena);
  return err;
}

EXPORT(gw_next) const struct plan *gw_next(uint32_t h, double now) {
  struct slot *slot = slot_of(h);
  if (slot != NULL)
    return exchange_next(slot->exchange, now);
  gateway.plan = (struct plan){.op = OP_DONE};
  return &gateway.plan;
}

EXPORT(gw_close) void gw_close(uint32_t h) {
  struct slot *slot = slot_of(h);
  if (slot == NULL)
    return;
  exchange_close(slot->exchange);
  slot->exchange = NULL;
  gateway.in_use--;
  uint32_t number = (uint32_t)(slot - gateway.slots);
  if (number < gateway.free_from)
    gateway.free_from = number;
}

EXPORT(gw_flush) const struct plan *gw_flush(double now) {
  gateway.plan = (struct plan){.op = OP_DONE};
  if (!gateway.ready || !(gateway.usage.untold || recent_pending(&gateway.recent)))
    return &gateway.plan;
  if (gateway.lines.arena == NULL) {
    buf_init(&gateway.lines, &gateway.arena, STORE_LINES_MAX);
  }
  buf_reset(&gateway.lines);
  recent_put(&gateway.recent, &gateway.lines, now);
  meter_put(&gateway.config, &gateway.lines);
  usage_put(&gateway.usage, &gateway.lines, now);
  if (buf_error(&gateway.lines))
    return &gateway.plan;
  gateway.plan.op = OP_SAVE;
  gateway.plan.body[0] = buf_str(&gateway.lines);
  return &gateway.plan;
}

EXPORT(gw_over_high_water) uint32_t gw_over_high_water(void) {
  return gateway.in_use == 0 && arena_pool_size() > HIGH_WATER_BYTES;
}
