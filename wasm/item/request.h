/* request.h -- the neutral request, into which both clients' dialects are read.
 *
 * A reader of one wire format makes it, and a writer of another reads it.  Strings borrow the
 * client's text or live in the request's arena.
 */
#ifndef ITEM_REQUEST_H
#define ITEM_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "text/json.h"

/* The prefix of encrypted_content that this gateway made. */
#define SEAL_PREFIX "gw1."

/* The parameters of a function that has none: {} is not taken everywhere. */
#define NO_PARAMETERS "{\"type\":\"object\",\"properties\":{}}"

/* The result that is sent for a call that has none in the conversation. */
#define NO_OUTPUT "No output was recorded: the call was interrupted."

enum role { ROLE_SYSTEM, ROLE_DEVELOPER, ROLE_USER, ROLE_ASSISTANT };

enum part_kind {
  PART_TEXT,
  PART_REFUSAL,
  PART_IMAGE,
  PART_FILE,
  PART_AUDIO,
  PART_VIDEO,
  PART_FOREIGN, /* of an unknown type */
};

struct part {
  enum part_kind kind;
  bool escaped;      /* TEXT, REFUSAL: |text| still has the escapes of the client's JSON, since it
            is put into JSON again */
  struct str text;   /* TEXT, REFUSAL: it; the others: a URL or a data URI */
  struct str id;     /* IMAGE, FILE: a file's id, instead */
  struct str detail; /* IMAGE: low, high, auto; FILE: its name; AUDIO: its format */
  struct str type;   /* FOREIGN: as the client calls it */
  struct json_value source; /* as a chat client sent it, if it can be sent on unchanged */
  struct part *next;
};

enum item_kind {
  ITEM_MESSAGE,
  ITEM_CALL,      /* a tool call of the model */
  ITEM_RESULT,    /* the result of a tool call */
  ITEM_REASONING, /* of the model, sent back by the client */
};

struct item {
  enum item_kind kind;
  enum role role;  /* MESSAGE */
  bool compaction; /* MESSAGE: the summary of the earlier conversation; see compaction.h */
  bool custom;     /* CALL, RESULT: of a custom tool; arguments are plain text */
  bool foreign;    /* REASONING: the whole of it is encrypted by another service */
  bool escaped;    /* CALL: |text| still has the escapes of the client's JSON; not if custom */
  struct part *parts, **parts_end; /* MESSAGE, RESULT, REASONING: its text */
  struct str call_id;              /* CALL, RESULT */
  struct json_value
      call_source;      /* RESULT: the client's JSON value of call_id, for error messages */
  struct str name;      /* CALL */
  struct str space;     /* CALL: the namespace of its name */
  struct str text;      /* CALL: arguments, or a custom tool's input; compaction: what
                           was sealed in it */
  struct str encrypted; /* REASONING, compaction: encrypted_content of ours, without
                           the prefix, until it is opened */
  struct str sealed;    /* compaction: the same, also afterwards */
  struct str id;        /* REASONING: its own; may be empty */
  struct str origin;    /* REASONING: see reasoning.h; empty: unknown */
  struct str details;   /* REASONING: JSON, entries that its upstream needs back; may be empty */
  struct str extra;     /* CALL: JSON that its upstream needs back; may be empty */
  struct item *pair;    /* CALL: its result; RESULT: its call; see request_pair_calls() */
  struct item *twin;    /* CALL: the one before with the same id, in the same turn */
  uint32_t turn;        /* CALL, RESULT: its number */
  struct json_value message; /* the chat message that contains it */
  struct json_value source;  /* CALL: as a chat client sent it; MESSAGE of Responses: likewise */
  struct item *next;
};

enum tool_kind {
  TOOL_FUNCTION,
  TOOL_CUSTOM,     /* takes plain text, optionally restricted by a grammar */
  TOOL_WEB_SEARCH, /* the upstream searches by itself */
  TOOL_FOREIGN,    /* a type of the upstream's own: |source| is sent on */
};

struct tool {
  enum tool_kind kind;
  struct str name;
  struct str space; /* its namespace; may be empty */
  struct str wire;  /* the name that is sent to the upstream */
  struct str description;
  struct str parameters; /* FUNCTION: JSON text of an object with members; may be empty */
  struct str syntax;     /* CUSTOM: the grammar's kind and text; may be empty */
  struct str grammar;
  struct json_value source; /* as the client sent it */
  bool strict;
  bool chosen; /* tool_choice lets it be called */
  struct tool *next;
};

enum tool_choice {
  TOOL_CHOICE_AUTO,
  TOOL_CHOICE_NONE,
  TOOL_CHOICE_REQUIRED,
  TOOL_CHOICE_NAMED,
  TOOL_CHOICE_SEARCH, /* TOOL_WEB_SEARCH is to be used */
};

enum text_format { FORMAT_TEXT, FORMAT_JSON_OBJECT, FORMAT_JSON_SCHEMA };

/* Values that are absent are of type JSON_NONE; the numbers have been checked
 * to be numbers. */
struct request {
  struct arena *arena;
  struct json_value body; /* as the client sent it */
  struct str model;
  bool stream;
  bool chat;           /* the client speaks Chat Completions */
  bool functions;      /* ... in its older form: "functions" for "tools", and "function_call" */
  uint32_t call_count; /* calls in that form, which have no ids */
  struct item *function_call; /* the last of them, until its result has come */

  struct str instructions;
  struct item *items, **items_end;
  bool has_updates; /* items of the input change the request: see responses/input.h */
  struct tool *tools, **tools_end;
  uint32_t tool_count;
  struct map tool_names; /* see request_find_tool() */
  enum tool_choice tool_choice;
  struct str tool_name;            /* NAMED: which */
  struct json_value allowed_tools; /* the "tools" of allowed_tools */
  bool serial_calls;               /* parallel_tool_calls is false */

  struct json_value temperature, top_p, max_output_tokens;
  struct json_value stop; /* a string or an array of them */
  struct str user;        /* the client's id of its user; may be empty */
  struct str effort;      /* reasoning.effort */
  enum text_format format;
  struct json_value format_source; /* JSON_SCHEMA: the object that has the schema */
  struct str format_name;
  struct str schema;        /* JSON_SCHEMA: JSON text */
  bool include_usage;       /* chat: stream_options.include_usage */
  bool include_encrypted;   /* reasoning.encrypted_content is asked for */
  bool logprobs;            /* log probabilities of the answer's tokens are asked for */
  bool include_logprobs;    /* ... by "include", not by "top_logprobs" alone */
  bool stored;              /* the answer is to be stored */
  bool counted;             /* no answer is made: only the tokens are counted */
  struct compaction {       /* see compaction.h */
    bool on;                /* the answer is to be a summary */
    bool window;            /* ... and the reply a response.compaction */
    bool first;             /* ... and after it the answer follows */
    int64_t threshold;      /* compact_threshold of context_management, in tokens; 0: never */
    int64_t known;          /* tokens of the items before |known_end|; 0: not known */
    const char *known_end;  /* in the JSON of the input; NULL: not known */
    struct item **new_link; /* the first item behind it */
    struct item **order_link;
    struct tool *tools, **tools_end; /* the request's own tools, meanwhile */
    uint32_t tool_count;
    enum tool_choice choice;
    enum text_format format;
    struct json_value limit;
  } compaction;
  struct str left_out; /* as |removed|, for items that the stored context lacks */

  struct extra { /* members that only chat services have, and that have no field here */
    struct json_value value;
    struct str name; /* its name in x-gateway-lossy when it is lost */
    struct extra *next;
  } * extras, **extras_end;

  struct buf lossy;   /* names of what was left out, "a, b" */
  struct buf removed; /* items that are not sent on: the elements of "input_transformations" */
};

void request_init(struct request *r, struct arena *arena);

/* A new last item, tool or part, all zero; NULL when memory is out. */
struct item *request_add_item(struct request *r, enum item_kind kind);
struct tool *request_add_tool(struct request *r, enum tool_kind kind, struct str name);
struct part *item_add_part(struct request *r, struct item *item, enum part_kind kind,
                           struct str text);

bool part_is_text(const struct part *part);

/* Is it reasoning as Anthropic and Mistral have it in a message?  No other model is told of it. */
bool part_is_reasoning(const struct part *part);

/* Put the part's text into an open JSON string. */
void part_put_text(struct buf *out, const struct part *part);

/* Unescape the part's text, to read it. False when memory is out. */
bool part_unescape(const struct request *r, struct part *part) __attribute__((warn_unused_result));

/* Is |item| (may be NULL) a part of the assistant's turn: message, call or reasoning? */
bool item_is_of_assistant(const struct item *item);

/* Has the item neither text nor media? Some upstreams refuse such a message. */
bool item_is_empty(const struct item *item);

/* Keep only the names of the tools, which the rest of an answer needs, copied into |arena|: all
 * that |r| borrows may then be freed. False when memory is out; |r| is then unchanged. */
bool request_keep_tools(struct request *r, struct arena *arena) __attribute__((warn_unused_result));

/* Remove all items: a repeated member replaces the one before. */
void request_forget_items(struct request *r);
void request_forget_tools(struct request *r);

/* Of tools with the same name and namespace keep the last, in the place of the first: clients
 * declare a tool again on later turns. False when memory is out. */
bool request_unite_tools(struct request *r) __attribute__((warn_unused_result));

/* Find the result of each call and the call of each result: item->pair.  A result belongs
 * to the last call of its id before it, or of several in one turn to the first without a
 * result; a further one has the call as its pair, but is not the call's.  One without a call
 * before it belongs to the next.  False when memory is out. */
bool request_pair_calls(struct request *r) __attribute__((warn_unused_result));

/* Does |result| stand before its call? After request_pair_calls(). */
bool item_is_early(const struct item *result);

/* Keep |value|, a member, to be sent on; |name| is its name in x-gateway-lossy when it is lost.
 * False when memory is out. */
bool request_add_extra(struct request *r, struct json_value value, struct str name);

/* The kept member |key|, or JSON_ABSENT. */
struct json_value request_find_extra(const struct request *r, struct str key);

/* Put the other members of the client's schema object, all but name and schema. */
void request_put_format_rest(struct buf *out, const struct request *r);

/* Note that |what| is left out or emulated; each name once. */
void request_lose(struct request *r, struct str what);

/* Note that the reasoning |item| is not sent on; |reason| is one of the API's words. */
void request_remove(struct request *r, const struct item *item, struct str reason);

/* The tool |name| in the namespace |space| (may be empty), or NULL: after request_index_tools(). */
const struct tool *request_find_tool(const struct request *r, struct str space, struct str name);
bool request_index_tools(struct request *r) __attribute__((warn_unused_result));

/* The tool that the upstream knows as |wire|, or NULL. */
const struct tool *request_find_wire(const struct request *r, struct str wire);

#endif
