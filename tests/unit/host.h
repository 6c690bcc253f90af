/* host.h -- what a host does with the module's exports, for tests that play one. */
#ifndef HOST_H
#define HOST_H

#include <string.h>

#include "gw.h"
#include "unit.h"

/* Put |text| as |kind| of |attempt|. */
static inline void host_put(uint32_t h, uint32_t attempt, uint32_t kind, const char *text) {
  size_t n = strlen(text);
  char *room = gw_room(h, (uint32_t)n);
  if (n > 0 && room != NULL)
    memcpy(room, text, n);
  CHECK_INT(gw_put(h, attempt, kind, (uint32_t)n), 0);
}

static inline void host_configure(uint32_t kind, const char *text) {
  size_t n = strlen(text);
  char *at = gw_room(0, (uint32_t)n);
  memcpy(at, text, n);
  gw_config(kind, at, (uint32_t)n);
}

#endif
