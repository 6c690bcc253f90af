/* problem.h -- report what is wrong with ROUTES_CONFIG, and where. */
#ifndef CONFIG_PROBLEM_H
#define CONFIG_PROBLEM_H

#include "config/tables.h"

/* One step of the path from the root to a value.  The steps of a path live on the C
 * stack. */
struct config_place {
  const struct config_place *up; /* NULL: this is the root */
  struct str key;                /* of a member, as in the text; p is NULL for an element */
  uint32_t index;                /* of an element */
  size_t where; /* offset in the text; STR_NOWHERE if the problem has no place in it */
};

/* The place of |value|, a member or the |index|th element of the value at |up|. */
struct config_place config_place_of(const struct config_place *up, struct json_value value,
                                    uint32_t index);

/* The kinds of problems: see problem.def. */
enum config_fault {
#define PROBLEM(name, warning, sentence) PROBLEM_##name,
#include "config/problem.def"
#undef PROBLEM
};

/* The state of one pass over the configuration. */
struct config_reader {
  struct config *config;
  bool bad;        /* an error was noted since the caller last cleared this */
  int error;       /* sticky: ERR_MEMORY */
  struct str hint; /* appended to the next message, then cleared */
  bool pasted;     /* a key was found where a name belongs */
};

/* Note a problem, and return it; NULL when there are too many. |at| may be NULL, and so may the
 * words that its message needs. */
struct problem *config_say(struct config_reader *r, enum config_fault fault,
                           const struct config_place *at, const struct str *a, const struct str *b);

/* The shape of ROUTES_CONFIG, for messages. */
extern const struct str config_shape;

/* Note how many problems were too many; once, at the end. */
void config_say_rest(struct config_reader *r);

/* |text| for a message: keys are hidden, long names cut. */
struct str config_shown(struct str text);

/* Set the hint if |text| has full-width characters. */
void config_hint_width(struct config_reader *r, struct str text);

/* "12", and "12 to 34", in the configuration's arena; empty when memory is out. */
struct str config_number(struct config_reader *r, int64_t value);
struct str config_range(struct config_reader *r, int64_t from, int64_t to);

/* "Did you mean": try candidates, then make a hint of the best. */
struct config_guess {
  struct str name;
  struct str best; /* empty: none is near */
  unsigned distance;
};

void config_guess_init(struct config_guess *g, struct str name);
void config_guess_try(struct config_guess *g, struct str candidate);

/* Set the reader's hint: "Did you mean `x`?", or nothing. */
void config_guess_hint(struct config_reader *r, const struct config_guess *g);

#endif
