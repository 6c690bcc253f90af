/* provider.h -- what is known of each upstream, in tables: endpoints, limits
 * of fields, models.  What its failures mean is in error_table.h.
 *
 * Sources: the vendors' API descriptions and recorded traffic, as noted beside
 * each row in provider.c.  A figure that turns out wrong is corrected there
 * and nowhere else.
 */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "text/json.h"

enum api { API_RESPONSES, API_CHAT };

/* What an assistant's message may have of the reasoning before it. */
enum reasoning_field {
  REASONING_REFUSED, /* nothing: the member is an error */
  REASONING_OWN,     /* "reasoning_content", unless another service made it */
  REASONING_ANY,     /* "reasoning_content", whoever made it */
  REASONING_NEEDED,  /* likewise, but beside tool calls alone, and there it must be */
  REASONING_TEXT,    /* "reasoning", and "reasoning_details" */
};

/* How a chat endpoint differs from OpenAI's: the translation reads these and
 * never a provider's name. */
struct chat_rules {
  bool native;           /* OpenAI's own: a chat client's request passes as it is */
  bool developer_role;   /* false: "developer" is sent as "system" */
  bool needs_user;       /* system and assistant messages alone are refused */
  bool needs_call;       /* a result without its call is refused */
  bool system_text;      /* a system message is text */
  bool file_alone;       /* a file stands in no message with an image or a video */
  bool tool_images;      /* image parts are taken in a tool message */
  bool tool_choice;      /* false: only "auto"; "none" is sent as no tools */
  bool tool_description; /* description and parameters are required */
  bool tool_stream;      /* takes tool_stream: true, on models that have it */
  bool json_schema;      /* false: json_object, and the schema in the prompt */
  bool thinking;         /* takes thinking{type,clear_thinking} */
  bool extras;           /* takes seed, penalties, logprobs, n, parallel_tool_calls, store...,
                            and in messages and tools members that are not known here */
  enum reasoning_field reasoning;
  bool usage_in_finish;     /* a stream has its usage in the chunk that finishes it */
  bool stop_one;            /* one stop sequence at most */
  bool max_completion;      /* the limit is max_completion_tokens, not max_tokens */
  struct str tokenizer;     /* path below the endpoint that counts tokens; empty: it has none */
  struct str search_engine; /* of its own web search; empty: it has none */
  double temperature_max;
  double top_p_min;
  uint32_t tools_max;
  uint32_t user_min, user_max; /* length of the user's id; 0 max: not sent */
  struct str user_field;       /* its name */
};

/* How a model takes reasoning. */
enum thinking {
  THINKING_NONE,     /* has no thinking to ask for */
  THINKING_OPTIONAL, /* can be enabled and disabled */
  THINKING_ALWAYS,   /* refuses, or ignores, "disabled" */
};

/* Which words reasoning_effort may have; see provider_effort(). */
enum effort_scale { EFFORT_IGNORED, EFFORT_GLM52, EFFORT_GLM53, EFFORT_OPENAI };

struct model_facts {
  struct str prefix;   /* lower case; the longest that fits counts */
  uint32_t context;    /* tokens; 0 = unknown */
  uint32_t output_max; /* tokens; 0 = unknown, not clamped */
  enum thinking thinking;
  enum effort_scale effort;
  bool images;
  bool tool_stream;
  bool search; /* takes the upstream's own web search */
  bool plain;  /* takes no response_format */
  bool
      fixed_sampling; /* refuses temperature and top_p; if thinking is optional: unless it is off */
};

struct error_row;

struct provider {
  struct str name;               /* as in ROUTES_CONFIG */
  enum api api;                  /* when the configuration does not say */
  struct str endpoint;           /* when the configuration does not say */
  struct str responses_endpoint; /* for api "responses", when that differs; else empty */
  struct chat_rules chat;
  const struct model_facts *models;
  uint32_t model_count;
  const struct error_row *errors; /* see error_table.h; NULL = no codes of its own */
};

/* By name; NULL when it is unknown. */
const struct provider *provider_find(struct str name);

/* All of them, for "did you mean": NULL past the end. */
const struct provider *provider_at(uint32_t i);

/* |p| as it is at |endpoint| (a base URL): "openai" at a host that is not
 * OpenAI's is some other service that speaks the same format, more simply. */
const struct provider *provider_find_at(const struct provider *p, struct str endpoint);

/* Does |model| refuse temperature and top_p at this |effort| (may be empty)? */
bool provider_fixes_sampling(const struct model_facts *model, struct str effort);

/* The facts of |model| (any case, a "[1m]" suffix ignored); never NULL: an
 * unknown model has facts that refuse nothing. */
const struct model_facts *provider_model(const struct provider *p, struct str model);

/* OpenAI's effort word in the words of |scale|; empty = do not send.
 * |*off| is set when it asks for no reasoning at all. */
struct str provider_effort(enum effort_scale scale, struct str effort, bool *off);

#endif
