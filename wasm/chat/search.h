/* search.h -- the web search of chat upstreams: request it, and read its results as citations. */
#ifndef CHAT_SEARCH_H
#define CHAT_SEARCH_H

#include "chat/marks.h"
#include "item/item.h"

/* Put |tool|, of kind TOOL_WEB_SEARCH, with |engine|; |must|: the model has to search. Members that
 * have no counterpart are noted as lost. */
void chat_put_search(struct buf *out, struct request *r, const struct tool *tool, struct str engine,
                     bool must);

/* The list of sources in a chunk or a whole answer; empty or absent when it has none. */
struct json_value chat_find_sources(struct json_value chunk);

/* Put an EVENT_SOURCE for each of |sources|, the upstream's list, into |sink|; their strings live
 * in |scratch|. */
void chat_read_sources(struct json_value sources, struct arena *scratch, struct event_sink *sink);

/* Put |annotation|, of a message's "annotations", into |sink| as EVENT_CITATION. */
void chat_read_annotation(struct json_value annotation, struct arena *scratch,
                          struct event_sink *sink);

/* Put the annotation that |source|, an EVENT_SOURCE, becomes in |text|, whose marks have been read.
 */
void chat_put_citation(struct buf *out, const struct event *source, const struct chat_marks *marks,
                       struct str text);

#endif
