/* search.h -- the web search that some chat upstreams do themselves: how
 * it is asked for, and what it found as citations. */
#ifndef CHAT_SEARCH_H
#define CHAT_SEARCH_H

#include "chat/marks.h"
#include "item/item.h"

/* Put |tool|, of kind TOOL_WEB_SEARCH, to be searched by |engine|; |must|: an
 * answer without a search will not do.  What else it says is named as lost. */
void chat_put_search(struct buf *out, struct request *r, const struct tool *tool, struct str engine,
                     bool must);

/* Put the EVENT_SOURCE of each of |sources|, the upstream's list, into |sink|;
 * what they are made of lives in |scratch|. */
void chat_read_sources(struct json_value sources, struct arena *scratch, struct event_sink *sink);

/* Put the EVENT_CITATION of |annotation|, of a message's own "annotations", into |sink|. */
void chat_read_annotation(struct json_value annotation, struct arena *scratch,
                          struct event_sink *sink);

/* Put the annotation of |source|, an EVENT_SOURCE, in |text|, whose marks have been read. */
void chat_put_citation(struct buf *out, const struct event *source, const struct chat_marks *marks,
                       struct str text);

#endif
