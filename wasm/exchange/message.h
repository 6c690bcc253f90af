/* message.h -- one message on a client's WebSocket: a request that shares a connection.
 *
 * {"type":"response.create","stream_id":"a",...} is answered with the events of a stream, each a
 * line of JSON instead of a frame of SSE, and each with the "stream_id" of its request.
 */
#ifndef EXCHANGE_MESSAGE_H
#define EXCHANGE_MESSAGE_H

#include "exchange/state.h"

struct message {
  struct str lane;        /* stream_id; empty: the default lane */
  struct str previous;    /* previous_response_id; empty: none, or not a valid one */
  bool steers;            /* a response.steer */
  bool warm_up;           /* nothing is to be generated: no upstream is asked */
  bool failed;            /* |failure| is sent when it is the message's turn in the lane */
  bool settled;           /* the socket's object knows how the message ended */
  struct failure failure; /* why the message is refused */
  struct str found;       /* the turns that the socket's object has for |previous| */
  struct buf frames;      /* what is sent next */
};

/* The head is that of a message. False when there is no memory. */
bool exchange_open_message(struct exchange *x);

/* The body is complete: read it, and turn it into the body of a request. 0; or negative with |*f|
 * for a failure that belongs to no lane. */
int exchange_read_message(struct exchange *x, struct failure *f)
    __attribute__((warn_unused_result));

/* The lane's name in the form that the socket's object uses. */
struct str exchange_lane(const struct exchange *x);

/* |events|, frames of SSE, as lines of JSON; valid until the next call. */
struct str exchange_message_lines(struct exchange *x, struct str events);

/* Put "error":{...} of |f|; and the whole error event for a WebSocket's client. */
void exchange_put_error(struct buf *out, const struct exchange *x, const struct failure *f);
void exchange_put_error_event(struct buf *out, const struct exchange *x, const struct failure *f);

#endif
