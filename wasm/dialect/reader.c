#include "dialect/reader.h"

void dialect_reader_init(struct dialect_reader *reader, bool chat, struct arena *arena,
                         struct event_sink *sink, const struct request *request) {
  reader->chat = chat;
  if (chat) {
    chat_reader_init(&reader->of.chat, arena, sink, request);
  } else {
    responses_reader_init(&reader->of.responses, arena, sink);
  }
}

void dialect_reader_refuse_empty(struct dialect_reader *reader) {
  if (reader->chat) {
    reader->of.chat.refuse_empty = true;
  } else {
    reader->of.responses.refuse_empty = true;
  }
}

void dialect_read_event(struct dialect_reader *reader, const struct sse_event *ev) {
  if (reader->chat) {
    chat_read_event(&reader->of.chat, ev);
  } else {
    responses_read_event(&reader->of.responses, ev);
  }
}

void dialect_read_whole(struct dialect_reader *reader, struct str body) {
  if (reader->chat) {
    chat_read_whole(&reader->of.chat, body);
  } else {
    responses_read_whole(&reader->of.responses, body);
  }
}

void dialect_reader_expect_end(struct dialect_reader *reader) {
  if (reader->chat) {
    reader->of.chat.ending = true;
  } else {
    reader->of.responses.ending = true;
  }
}

void dialect_read_end(struct dialect_reader *reader) {
  if (reader->chat) {
    chat_read_end(&reader->of.chat);
  } else {
    responses_read_end(&reader->of.responses);
  }
}

struct dialect_progress dialect_reader_progress(const struct dialect_reader *reader) {
  if (reader->chat) {
    const struct chat_reader *r = &reader->of.chat;
    return (struct dialect_progress){r->finished, r->over, r->done, r->failed, r->stray};
  }
  const struct responses_reader *r = &reader->of.responses;
  return (struct dialect_progress){r->finished, r->over, false, r->failed, false};
}

void dialect_reader_pass_garbage(struct dialect_reader *reader) {
  if (reader->chat)
    reader->of.chat.passes_garbage = true;
}

bool dialect_reader_counted(const struct dialect_reader *reader) {
  return reader->chat && reader->of.chat.bare;
}

void dialect_reader_close(struct dialect_reader *reader) {
  if (reader->chat) {
    chat_reader_close(&reader->of.chat);
  } else {
    responses_reader_close(&reader->of.responses);
  }
}
