/* host.h -- the host's side of the module's exports, for C programs that stand in for the shim. */
#ifndef HOST_H
#define HOST_H

#include <string.h>

#include "base/errors.h"
#include "base/str.h"
#include "gw.h"

/* Put |bytes| as |kind| of |attempt|.  What gw_put() returns; ERR_MEMORY when there is no room. */
static inline int host_put(uint32_t h, uint32_t attempt, enum put_kind kind, struct str bytes) {
  char *room = gw_room(h, (uint32_t)bytes.n);
  if (room == NULL)
    return ERR_MEMORY;
  if (bytes.n > 0)
    memcpy(room, bytes.p, bytes.n);
  return gw_put(h, attempt, kind, (uint32_t)bytes.n);
}

/* Give the module one setting; nothing happens when there is no room for it. */
static inline void host_configure(enum config_kind kind, struct str text) {
  char *room = gw_room(0, (uint32_t)text.n);
  if (room == NULL)
    return;
  if (text.n > 0)
    memcpy(room, text.p, text.n);
  (void)gw_config(kind, room, (uint32_t)text.n);
}

#endif
