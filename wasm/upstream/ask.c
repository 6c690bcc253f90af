/* ask.c -- see ask.h. */
#include "upstream/ask.h"

#include "chat/request.h"
#include "responses/request.h"

int ask_read_request(struct ask *ask, struct arena *arena, struct failure *f) {
  if (ask->request != NULL)
    return 0;
  struct request *r = arena_take(arena, sizeof *r);
  if (r == NULL)
    return ERR_MEMORY;
  request_init(r, ask->arena);
  r->stored = ask->stored;
  r->left_out = ask->removed;
  r->counted = ask->kind == ASK_TOKENS;
  r->compaction.window = ask->kind == ASK_WINDOW;
  if (ask->neutral != NULL && ask->neutral->known > 0) {
    r->compaction.known = ask->neutral->known;
    r->compaction.known_end = ask->neutral->text.p + ask->neutral->known_n;
  }
  struct json_value body = ask->neutral != NULL ? ask->neutral->body : ask->body;
  int err = ask->chat ? chat_request_read(r, body, f) : responses_request_read(r, body, f);
  r->stream = ask->stream;
  r->body = ask->body; /* the reply repeats what the client said */
  if (err == 0)
    ask->request = r;
  return err;
}
