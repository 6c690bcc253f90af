/* content.h -- the content of a chat message: text, and what else a model takes. */
#ifndef CHAT_CONTENT_H
#define CHAT_CONTENT_H

#include "chat/request.h"

struct content_writer {
  struct buf *out;
  struct request *request;
  const struct chat_target *target;
};

/* Does the target take |part| as it is? */
bool content_takes(const struct content_writer *w, const struct part *part);

/* Does it take any of |item|'s parts that is no text? */
bool content_takes_media(const struct content_writer *w, const struct item *item);

/* Is one of them an image or a video? */
bool content_shows(const struct content_writer *w, const struct item *item);

/* Put "content": a string where that is all that there is to say, else an array of parts;
 * with |text_only| a string in any case. */
void content_put(const struct content_writer *w, const struct item *item, bool text_only);

/* Put the texts of |item|, with a line break between them, inside a JSON string that is
 * open.  |first|: nothing was put there yet.  Returns whether that still holds. */
bool content_put_texts(const struct content_writer *w, const struct item *item, bool first);

/* Put one part into an array that is open.  |beside_picture|: it has an image or a video. */
void content_put_part(const struct content_writer *w, const struct part *part, bool beside_picture);

/* Put the members of |object| whose names are not among the |n| of |known|: a service that
 * has members of its own gets them as they are, for others they are named as |group|.name. */
void content_put_rest(const struct content_writer *w, struct json_value object,
                      const struct str *known, size_t n, struct str group);

#endif
