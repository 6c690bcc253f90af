/* content.h -- write the content of a chat message: text and media. */
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

/* Does it take any of |item|'s media? */
bool content_takes_media(const struct content_writer *w, const struct item *item);

/* Is one of |item|'s parts an image or a video? */
bool content_shows(const struct content_writer *w, const struct item *item);

/* Put "content": a string where there is only text, else an array of parts; with |text_only| always
 * a string. */
void content_put(const struct content_writer *w, const struct item *item, bool text_only);

/* Put the texts of |item|, with a line break between them, into an open JSON string. |first|: the
 * string is empty. Returns whether it is still empty. */
bool content_put_texts(const struct content_writer *w, const struct item *item, bool first);

/* Put one part into an open array. |beside_picture|: the message has an image or a video. */
void content_put_part(const struct content_writer *w, const struct part *part, bool beside_picture);

/* Put the members of |object| whose names are not among the |n| of |known|, if the service accepts
 * unknown members; else report each as lost, as |group|.name. */
void content_put_rest(const struct content_writer *w, struct json_value object,
                      const char *const *known, size_t n, struct str group);

/* The same for a chat client's |message| and what becomes no item. */
void content_put_message_rest(const struct content_writer *w, struct json_value message);

#endif
