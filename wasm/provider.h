/* provider.h -- what is known of each upstream, in tables: endpoints, limits
 * of fields, models, and which failure leads to which next step.
 *
 * Sources: the vendors' API descriptions and recorded traffic, as noted beside
 * each row in provider.c.  A figure that turns out wrong is corrected there
 * and nowhere else.
 */
#ifndef PROVIDER_H
#define PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "json.h"
#include "str.h"

enum api { API_RESPONSES, API_CHAT };

/* How a chat endpoint differs from OpenAI's: the translation reads these and
 * never a provider's name. */
struct chat_rules {
  bool native;              /* OpenAI's own: a chat client's request passes as it is */
  bool developer_role;      /* false: "developer" is sent as "system" */
  bool needs_user;          /* system and assistant messages alone are refused */
  bool needs_call;          /* a result without its call is refused */
  bool system_text;         /* a system message is text */
  bool file_alone;          /* a file stands in no message with an image or a video */
  bool tool_images;         /* image parts are taken in a tool message */
  bool tool_choice;         /* false: only "auto"; "none" is sent as no tools */
  bool tool_description;    /* description and parameters are required */
  bool tool_stream;         /* takes tool_stream: true, on models that have it */
  bool json_schema;         /* false: json_object, and the schema in the prompt */
  bool thinking;            /* takes thinking{type,clear_thinking} */
  bool extras;              /* takes seed, penalties, logprobs, n, parallel_tool_calls, store... */
  bool stop_one;            /* one stop sequence at most */
  bool max_completion;      /* the limit is max_completion_tokens, not max_tokens */
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
};

struct provider {
  struct str name;               /* as in ROUTES_CONFIG */
  enum api api;                  /* when the configuration does not say */
  struct str endpoint;           /* when the configuration does not say */
  struct str responses_endpoint; /* for api "responses", when that differs; else empty */
  struct chat_rules chat;
  const struct model_facts *models;
  uint32_t model_count;
  const struct error_row *errors; /* see provider_errors.h; NULL = no codes of its own */
};

/* By name; NULL when it is unknown. */
const struct provider *provider_find(struct str name);

/* All of them, for "did you mean": NULL past the end. */
const struct provider *provider_at(uint32_t i);

/* |p| as it is at |endpoint| (a base URL): "openai" at a host that is not
 * OpenAI's is some other service that speaks the same format, more simply. */
const struct provider *provider_find_at(const struct provider *p, struct str endpoint);

/* The facts of |model| (any case, a "[1m]" suffix ignored); never NULL: an
 * unknown model has facts that refuse nothing. */
const struct model_facts *provider_model(const struct provider *p, struct str model);

/* OpenAI's effort word in the words of |scale|; empty = do not send.
 * |*off| is set when it asks for no reasoning at all. */
struct str provider_effort(enum effort_scale scale, struct str effort, bool *off);

/* What to do next. */
enum action {
  ACTION_SAME,     /* the same key again, after a wait; once, then |then| */
  ACTION_KEY,      /* another key of this provider, else the next provider */
  ACTION_PROVIDER, /* the next provider */
  ACTION_FAIL,     /* answer the client now */
};

/* Whose health a failure tells of. */
enum blame { BLAME_NOBODY, BLAME_KEY, BLAME_KEY_MODEL };

/* A failure as an upstream told it. */
struct trouble {
  int status;      /* HTTP, 0 when there was no answer at all */
  struct str code; /* a number is its decimal text; empty when null */
  struct str type;
  struct str param;
  struct str message;
  double retry_after; /* ms that the upstream asked for; negative = it did not */
};

struct verdict {
  enum action action;
  enum action then; /* after ACTION_SAME was spent; of ACTION_KEY, when there is no
                       other: ACTION_SAME = |wait|, then the same key once more */
  enum blame blame;
  bool disable;     /* the key is no good until someone mends it; probed rarely */
  bool larger_only; /* ACTION_PROVIDER only to a model with a larger window */
  double wait;      /* ms before ACTION_SAME */
  double cooldown;  /* ms; 0 = growing backoff (when there is blame) */
  double jitter;    /* 0..1, for the growing backoff */
  int status;       /* what the client is told when nothing else answers */
  struct str type, code;
  struct str message; /* empty: the upstream's own, which is fit for clients */
  struct str advice;  /* a sentence for the operator; may be empty */
  struct str cause;   /* a code for the operator; literals both, which outlive the upstream */
};

/* Read an error out of an upstream's JSON: {"error":{...}} with code a string,
 * a number or null, {"error":"text"}, {"type":"error",...} flat or nested,
 * {"type":"response.failed","response":{"error":...}}, {"code":..,"msg":..}.
 * False when |root| tells of no error.  Strings live in |arena| or borrow;
 * |out|'s status and retry_after are left as they were. */
bool provider_read_error(struct json_value root, struct arena *arena, struct trouble *out);

/* retry-after-ms, retry-after (seconds or an HTTP date), x-ratelimit-reset-*
 * ("6m0s", when nothing remains) in a head of "name: value" lines; negative
 * when there is none. |now| is ms since 1970. */
double provider_retry_after(struct str head, double now);

/* The row of the table that fits, with times worked out; never fails: what is
 * in no row is judged by its HTTP status.  |random| adds jitter. */
void provider_judge(const struct provider *p, const struct trouble *t, double now, uint32_t random,
                    struct verdict *out);

#endif
