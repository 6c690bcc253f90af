/* provider.h -- what is known about each upstream and its models, in tables; for its failures see
 * error_table.h.
 *
 * Sources: the vendors' API descriptions and recorded traffic, as noted beside
 * each row in provider.c.  No other file has facts about vendors.
 */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "text/json.h"

enum api { API_RESPONSES, API_CHAT };

/* Which reasoning an assistant's message may carry. */
enum reasoning_field {
  REASONING_REFUSED, /* none: the member is an error */
  REASONING_OWN,     /* "reasoning_content" that this service made */
  REASONING_ANY,     /* "reasoning_content" of any origin */
  REASONING_NEEDED,  /* the same, only beside tool calls, where it is required */
  REASONING_TEXT,    /* "reasoning" and "reasoning_details" */
};

/* How a chat endpoint differs from OpenAI's. The translation depends only on these, never on a
 * provider's name. */
struct chat_rules {
  bool native;           /* OpenAI itself: a chat client's request is passed through */
  bool developer_role;   /* false: "developer" is sent as "system" */
  bool needs_user;       /* refuses a conversation without a user's message */
  bool needs_call;       /* refuses a result without its call */
  bool system_text;      /* a system message must be text */
  bool file_alone;       /* no file in a message with an image or a video */
  bool tool_images;      /* takes images in tool messages */
  bool tool_choice;      /* false: only "auto"; "none" is sent as no tools */
  bool tool_description; /* description and parameters are required */
  bool tool_stream;      /* takes tool_stream: true, on models that have it */
  bool json_schema;      /* false: json_object, and the schema in the prompt */
  bool thinking;         /* takes thinking{type,clear_thinking} */
  bool extras;           /* takes seed, penalties, logprobs, n, parallel_tool_calls, store..., and
                            unknown members in messages and tools */
  enum reasoning_field reasoning;
  bool stop_one;            /* one stop sequence at most */
  bool max_completion;      /* the limit is max_completion_tokens, not max_tokens */
  struct str tokenizer;     /* path below the endpoint that counts tokens; empty: none */
  struct str search_engine; /* of its web search; empty: none */
  double temperature_max;
  double top_p_min;
  uint32_t tools_max;
  uint32_t user_min, user_max; /* length of the user's id; 0 max: not sent */
  struct str user_field;       /* the name of the member for it */
};

/* How a model takes reasoning. */
enum thinking {
  THINKING_NONE,     /* no thinking */
  THINKING_OPTIONAL, /* can be enabled and disabled */
  THINKING_ALWAYS,   /* refuses, or ignores, "disabled" */
};

/* The words of reasoning_effort that a model takes; see provider_effort(). */
enum effort_scale { EFFORT_IGNORED, EFFORT_GLM52, EFFORT_GLM53, EFFORT_OPENAI };

struct model_facts {
  struct str prefix;   /* lower case; the longest that fits counts */
  uint32_t context;    /* tokens; 0 = unknown */
  uint32_t output_max; /* tokens; 0 = unknown, not clamped */
  enum thinking thinking;
  enum effort_scale effort;
  bool images;
  bool tool_stream;
  bool search;         /* takes the upstream's own web search */
  bool plain;          /* takes no response_format */
  bool fixed_sampling; /* refuses temperature and top_p; with optional thinking only while it is on
                        */
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

/* The |i|th endpoint of a vendor where a key may be at home, or, if |native|, where it may have the
 * Responses API; empty past the end. */
struct str provider_host(const struct provider *p, bool native, uint32_t i);
#define PROVIDER_NATIVE_MODEL "glm-5.3" /* is there */

/* The row for |p| at |endpoint|, a base URL: "openai" at a host that is not OpenAI's is a
 * compatible service with fewer features. */
const struct provider *provider_find_at(const struct provider *p, struct str endpoint);

/* Does |model| refuse temperature and top_p at this |effort| (may be empty)? */
bool provider_fixes_sampling(const struct model_facts *model, struct str effort);

/* The facts of |model| (case and a "[1m]" suffix are ignored); never NULL: for an unknown model
 * they restrict nothing. */
const struct model_facts *provider_model(const struct provider *p, struct str model);

/* The word of |scale| for OpenAI's |effort|; empty = do not send one. |*off| is set when it asks
 * for no reasoning. */
struct str provider_effort(enum effort_scale scale, struct str effort, bool *off);

#endif
