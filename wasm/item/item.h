/* item.h -- the neutral forms in which the wire formats meet: the request and the
 * output events. */
#ifndef ITEM_ITEM_H
#define ITEM_ITEM_H

#include "base/errors.h"
#include "item/event.h"
#include "item/request.h"
#include "provider/provider.h"

#endif
