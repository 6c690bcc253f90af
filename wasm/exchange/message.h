/* message.h -- one message of a client's WebSocket: a request that shares its connection.
 *
 * {"type":"response.create","stream_id":"a",...} is answered with the events of a stream, each a
 * line of JSON instead of a frame of SSE, and each with the "stream_id" of its request.
 */
#ifndef EXCHANGE_MESSAGE_H
#define EXCHANGE_MESSAGE_H

#include "exchange/state.h"

struct message {
  struct str lane;        /* stream_id; empty: the default lane */
  struct str previous;    /* previous_response_id; empty: none that can be one */
  bool steers;            /* a response.steer */
  bool warm_up;           /* nothing is to be generated: no upstream is asked */
  bool failed;            /* |failure| is told when its turn has come */
  bool settled;           /* the socket knows what has become of it */
  struct failure failure; /* of the request in it */
  struct str found;       /* what the socket has of |previous| */
  struct buf frames;      /* what goes out next */
};

/* The head is that of a message.  False when memory is out. */
bool exchange_open_message(struct exchange *x);

/* The body is whole: read what it is, and make the body of a request of it.  0; or negative
 * and |*f|, which is no answer of a lane's. */
int exchange_read_message(struct exchange *x, struct failure *f)
    __attribute__((warn_unused_result));

/* The lane's name, as the socket has it. */
struct str exchange_lane(const struct exchange *x);

/* |events|, frames of SSE, as lines of JSON; valid until the next call. */
struct str exchange_message_lines(struct exchange *x, struct str events);

/* Put "error":{...} of |f|; and all of the event that a WebSocket's client is told. */
void exchange_put_error(struct buf *out, const struct exchange *x, const struct failure *f);
void exchange_put_error_event(struct buf *out, const struct exchange *x, const struct failure *f);

#endif
