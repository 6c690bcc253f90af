/* members.h -- the fields of ROUTES_CONFIG as tables, and the function that reads an object by one.
 */
#ifndef CONFIG_MEMBERS_H
#define CONFIG_MEMBERS_H

#include "config/problem.h"

enum member_type {
  MEMBER_ANY, /* struct json_value: checked by the reader of the field */

  /* Descriptive fields, struct json_value.  A wrong value is ignored with a warning,
   * and the route still works. */
  MEMBER_TEXT,
  MEMBER_TOKENS, /* a whole number, not negative */
  MEMBER_PRICE,  /* a number, not negative */
  MEMBER_OBJECT,
  MEMBER_TEXTS, /* an array of strings */

  /* Fields that change what the gateway does.  A wrong value is an error. */
  MEMBER_BOOL,     /* bool */
  MEMBER_NUMBER,   /* uint32_t, from |min| to |max| */
  MEMBER_WORD,     /* int: the index in the list of allowed words */
  MEMBER_COALESCE, /* struct coalesce: a number for all three, or an object */
};

struct member {
  struct str name;
  uint8_t type;    /* enum member_type */
  uint8_t min;     /* of a number */
  uint16_t offset; /* of the field in the struct that is filled */
  uint32_t max;    /* of a number; for a word, which list of words (private to members.c) */
};

struct member_table {
  const struct member *rows;
  uint32_t count;                   /* 32 at most */
  struct str owner;                 /* "a route" */
  const struct member_table *other; /* the table that a misplaced field belongs to; or NULL */
  bool strict;                      /* a field that is none of these is an error */
};

/* A route and a target while they are read: the result, and the fields that their reader checks
 * itself. */
struct route_draft {
  struct route route;
  int strategy;
  struct json_value providers, config;
};

struct target_draft {
  struct target target;
  int api, strategy; /* -1: not given */
  struct json_value provider, model, keys, endpoint, base_url, timeouts;
};

extern const struct member_table config_route_members;
extern const struct member_table config_target_members;
extern const struct member_table config_timeout_members; /* fills struct timeouts */
extern const struct member_table config_client_members;  /* fills struct allowance */

/* Fill |out| from the members of |object|, at |at|. Null counts as absent. A name that matches no
 * row is compared again without '_' and case; an unknown name gets a warning. */
void config_read_members(struct config_reader *r, const struct config_place *at,
                         struct json_value object, const struct member_table *table, void *out);

#endif
