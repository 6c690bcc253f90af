/* One walk down the value and the schema together.  A keyword is a row of a table;
 * rows see only values of their type, as the specification (JSON Schema 2020-12,
 * validation, 6) has it.  Recursion is bounded by SCHEMA_DEPTH_MAX. */
#include "text/schema.h"

#include "base/errors.h"
#include "base/scan.h"
#include "limits.h"
#include "text/schema_run.h"

/* A keyword of |schema|, |rule| its value, applied to |value|. */
struct clause {
  struct json_value value, schema, rule;
  const struct keyword *keyword;
};

struct keyword {
  const char *name;
  uint8_t type;  /* of the values that it is about; JSON_NONE: of all */
  uint8_t allow; /* bounds: of BELOW, SAME, ABOVE; others: ONE, KIND */
  bool (*holds)(struct schema_run *run, const struct clause *c);
};

/* KIND: a fault of it shows that another schema of an anyOf is meant.
 * LATER: what is still to come can mend a fault of it. */
enum { BELOW = 1, SAME = 2, ABOVE = 4, ONE = 8, KIND = 16, LATER = 32 };

static bool check(struct schema_run *run, struct json_value value, struct json_value schema);

/* Report the fault by quoting the schema's own keyword and value. */
static bool fail_clause(struct schema_run *run, const struct clause *c) {
  struct str key = json_key(c->rule), raw = json_raw(c->rule);
  struct str words = str_of(key.p - 1, (size_t)(raw.p + raw.n - key.p) + 1);
  return run_fail(run, STR("does not obey "), words, c->keyword->allow == KIND);
}

/* ---- types ---- */

static const struct {
  struct str name, phrase;
  enum json_type type;
} types[] = {
    {STR_INIT("string"), STR_INIT("a string"), JSON_STRING},
    {STR_INIT("number"), STR_INIT("a number"), JSON_NUMBER},
    {STR_INIT("integer"), STR_INIT("an integer"), JSON_NUMBER},
    {STR_INIT("boolean"), STR_INIT("true or false"), JSON_BOOL},
    {STR_INIT("object"), STR_INIT("an object"), JSON_OBJECT},
    {STR_INIT("array"), STR_INIT("an array"), JSON_ARRAY},
    {STR_INIT("null"), STR_INIT("null"), JSON_NULL},
};
enum { TYPES = sizeof types / sizeof *types, TYPE_INTEGER = 2 };

/* Which row of |types|; TYPES when none. */
static int find_type(struct json_value name) {
  int i = 0;
  while (i < TYPES && !json_is(name, types[i].name))
    i++;
  return i;
}

static double size_of(double value) {
  return value < 0 ? -value : value;
}

static bool is_integer(struct json_value v) {
  int64_t integer;
  return json_integer(v, &integer) || size_of(run_number(v)) > 9e18; /* has no fraction */
}

static bool is_of(struct json_value v, int type) {
  return type == TYPES ||
         (json_type(v) == types[type].type && (type != TYPE_INTEGER || is_integer(v)));
}

static bool holds_type(struct schema_run *run, const struct clause *c) {
  bool list = json_type(c->rule) == JSON_ARRAY;
  struct json_value name = list ? json_first(c->rule) : c->rule;
  int type = TYPES;
  for (; name.token != NULL; name = list ? json_next(name) : JSON_ABSENT) {
    type = find_type(name);
    if (!run_step(run, 1) || is_of(c->value, type))
      return true;
  }
  return list ? fail_clause(run, c) : run_fail(run, STR("expected "), types[type].phrase, true);
}

/* ---- values ---- */

static int64_t count_characters(struct str text) {
  int64_t n = 0;
  for (size_t i = 0; i < text.n; i++)
    n += (text.p[i] & 0xC0) != 0x80;
  return n;
}

static bool holds_const(struct schema_run *run, const struct clause *c) {
  return run_equal(run, c->value, c->rule) || fail_clause(run, c);
}

static bool holds_enum(struct schema_run *run, const struct clause *c) {
  struct json_value choice = json_first(c->rule);
  while (choice.token != NULL && !run_equal(run, c->value, choice))
    choice = json_next(choice);
  return choice.token != NULL || json_type(c->rule) != JSON_ARRAY || fail_clause(run, c);
}

/* Compare the value of a number, or the size of any other type. */
static int compare_size(struct schema_run *run, struct json_value value, struct json_value bound) {
  double limit = run_number(bound), size;
  if (json_type(value) == JSON_NUMBER)
    return run_compare(value, bound);
  if (json_type(value) == JSON_STRING) {
    struct str text = run_take_text(run, value);
    size = (double)count_characters(text);
    run_give_text(run, value, text);
  } else {
    size = (double)json_count(value);
  }
  return (size > limit) - (size < limit);
}

static bool holds_bound(struct schema_run *run, const struct clause *c) {
  return json_type(c->rule) != JSON_NUMBER ||
         (c->keyword->allow & BELOW << (1 + compare_size(run, c->value, c->rule))) != 0 ||
         fail_clause(run, c);
}

/* Decimals are not exact in binary: 0.3 is a multiple of 0.1. */
static bool holds_multiple(struct schema_run *run, const struct clause *c) {
  double quotient = 0;
  if (json_type(c->rule) == JSON_NUMBER)
    quotient = size_of(run_number(c->value) / run_number(c->rule));
  if (!(quotient < 1e12)) /* too large to have a fraction; or division by zero */
    return true;
  double rest = quotient - (double)(int64_t)quotient;
  double slack = 1e-12 * (quotient + 1);
  return rest < slack || rest > 1 - slack || fail_clause(run, c);
}

/* ---- children ---- */

static bool check_child(struct schema_run *run, struct json_value child, struct json_value schema) {
  if (run->level == JSON_DEPTH_MAX)
    return true;
  run->trail[++run->level] = child;
  bool valid = check(run, child, schema);
  run->level--;
  return valid;
}

/* Continue after a child that is not |valid|? Only to collect more faults. */
static bool goes_on(const struct schema_run *run, bool valid) {
  return run->budget > 0 && (valid || run->lines > 0);
}

static bool holds_properties(struct schema_run *run, const struct clause *c) {
  bool valid = true;
  for (struct json_value p = json_first(c->rule); p.token != NULL && goes_on(run, valid);
       p = json_next(p)) {
    struct json_value child = run_find(run, c->value, p);
    valid &= child.token == NULL || check_child(run, child, p);
  }
  return valid;
}

static bool holds_additional(struct schema_run *run, const struct clause *c) {
  struct json_value known = json_find(c->schema, STR("properties"));
  bool valid = true;
  if (json_find(c->schema, STR("patternProperties")).token != NULL)
    return true; /* not supported: may allow every value */
  for (struct json_value m = json_first(c->value); m.token != NULL && goes_on(run, valid);
       m = json_next(m))
    if (run_find(run, known, m).token == NULL)
      valid &= check_child(run, m, c->rule);
  return valid;
}

static bool holds_required(struct schema_run *run, const struct clause *c) {
  bool valid = true;
  for (struct json_value name = json_first(c->rule); name.token != NULL && goes_on(run, valid);
       name = json_next(name)) {
    struct str key = run_take_text(run, name);
    if (json_type(name) == JSON_STRING && json_find(c->value, key).token == NULL)
      valid = run_fail(run, STR("misses the property "), json_raw(name), false);
    run_step(run, json_count(c->value));
    run_give_text(run, name, key);
  }
  return valid;
}

/* "prefixItems", and the "items" of old, have a schema for each of the first elements;
 * "items" has one for all others. */
static bool holds_items(struct schema_run *run, const struct clause *c) {
  bool valid = true, list = json_type(c->rule) == JSON_ARRAY;
  struct json_value schema = list ? json_first(c->rule) : c->rule;
  size_t skip = list ? 0 : json_count(json_find(c->schema, STR("prefixItems")));
  for (struct json_value v = json_first(c->value);
       v.token != NULL && schema.token != NULL && goes_on(run, valid); v = json_next(v)) {
    if (skip > 0) {
      skip--;
      continue;
    }
    valid &= check_child(run, v, schema);
    if (list)
      schema = json_next(schema);
  }
  return valid;
}

/* ---- schemas of the same value ---- */

static bool holds_all(struct schema_run *run, const struct clause *c) {
  bool valid = true;
  for (struct json_value s = json_first(c->rule); s.token != NULL && goes_on(run, valid);
       s = json_next(s))
    valid &= check(run, c->value, s);
  return valid;
}

/* How many of the schemas are valid, reporting nothing; |*best| is the one whose fault is deepest,
 * if it is more than a wrong type. */
static int count_valid(struct schema_run *run, const struct clause *c, struct json_value *best) {
  int lines = run->lines, nearest = run->nearest, furthest = run->level * 2, n = 0;
  run->lines = 0;
  for (struct json_value s = json_first(c->rule); s.token != NULL; s = json_next(s)) {
    run->nearest = 0;
    if (check(run, c->value, s)) {
      n++;
      if (c->keyword->allow != ONE)
        break;
    } else if (run->nearest > furthest) {
      furthest = run->nearest;
      *best = s;
    }
  }
  run->lines = lines;
  run->nearest = nearest > furthest ? nearest : furthest;
  return n;
}

static bool holds_any(struct schema_run *run, const struct clause *c) {
  struct json_value best = JSON_ABSENT;
  if (json_type(c->rule) != JSON_ARRAY)
    return true;
  int n = count_valid(run, c, &best);
  if (n == 1 || run->budget == 0)
    return true;
  if (n == 0 && best.token != NULL && run->lines > 0)
    return check(run, c->value, best); /* once more, to report its faults */
  return fail_clause(run, c);
}

/* ---- $ref ---- */

/* A segment of a JSON pointer in a URI fragment: RFC 6901, 6. */
static struct str decode_segment(struct buf *out, struct str segment) {
  bool tilde = false;
  buf_reset(out);
  for (size_t i = 0; i < segment.n; i++) {
    int32_t c = (unsigned char)segment.p[i];
    if (c == '%' && segment.n - i > 2 && scan_hex(segment.p + i + 1, 2) >= 0) {
      c = scan_hex(segment.p + i + 1, 2);
      i += 2;
    }
    if (tilde)
      c = c == '1' ? '/' : '~';
    tilde = c == '~' && !tilde;
    if (!tilde)
      buf_put_byte(out, (char)c);
  }
  return buf_str(out);
}

static struct json_value find_element(struct json_value array, struct str index) {
  int64_t i;
  struct json_value v = str_integer(index, &i) && i >= 0 ? json_first(array) : JSON_ABSENT;
  while (v.token != NULL && i-- > 0)
    v = json_next(v);
  return v;
}

static struct json_value find_target(struct schema_run *run, struct str ref) {
  struct json_value at = run->root;
  struct str segment;
  if (str_equal(ref, STR("#")))
    return at;
  if (!str_starts(ref, STR("#/")))
    return JSON_ABSENT;
  ref = str_from(ref, 2);
  while (at.token != NULL && str_cut(&ref, '/', &segment)) {
    struct str name = decode_segment(&run->name, segment);
    if (buf_error(&run->name))
      run->error = buf_error(&run->name);
    run_step(run, json_count(at));
    at = json_type(at) == JSON_ARRAY ? find_element(at, name) : json_find(at, name);
  }
  return at;
}

/* A target that is already being applied to the same value adds nothing. */
static bool holds_ref(struct schema_run *run, const struct clause *c) {
  struct str ref = run_take_text(run, c->rule);
  struct target target = {c->value, find_target(run, ref), run->ref};
  run_give_text(run, c->rule, ref);
  for (const struct target *t = run->ref; t != NULL && t->value.token == c->value.token;
       t = t->outer)
    if (t->schema.token == target.schema.token)
      return true;
  run->ref = &target;
  bool valid = check(run, c->value, target.schema);
  run->ref = target.outer;
  return valid;
}

/* ---- */

static const struct keyword keywords[] = {
    {"type", JSON_NONE, KIND, holds_type},
    {"enum", JSON_NONE, KIND, holds_enum},
    {"const", JSON_NONE, KIND, holds_const},
    {"properties", JSON_OBJECT, 0, holds_properties},
    {"required", JSON_OBJECT, LATER, holds_required},
    {"additionalProperties", JSON_OBJECT, 0, holds_additional},
    {"items", JSON_ARRAY, 0, holds_items},
    {"prefixItems", JSON_ARRAY, 0, holds_items},
    {"anyOf", JSON_NONE, 0, holds_any},
    {"oneOf", JSON_NONE, ONE, holds_any},
    {"allOf", JSON_NONE, 0, holds_all},
    {"$ref", JSON_NONE, 0, holds_ref},
    {"multipleOf", JSON_NUMBER, 0, holds_multiple},
    {"minimum", JSON_NUMBER, SAME | ABOVE, holds_bound},
    {"maximum", JSON_NUMBER, SAME | BELOW, holds_bound},
    {"exclusiveMinimum", JSON_NUMBER, ABOVE, holds_bound},
    {"exclusiveMaximum", JSON_NUMBER, BELOW, holds_bound},
    {"minLength", JSON_STRING, SAME | ABOVE | LATER, holds_bound},
    {"maxLength", JSON_STRING, SAME | BELOW, holds_bound},
    {"minItems", JSON_ARRAY, SAME | ABOVE | LATER, holds_bound},
    {"maxItems", JSON_ARRAY, SAME | BELOW, holds_bound},
    {"minProperties", JSON_OBJECT, SAME | ABOVE | LATER, holds_bound},
    {"maxProperties", JSON_OBJECT, SAME | BELOW, holds_bound},
};

/* Is the end of |value| still to come? */
static bool is_open(const struct schema_run *run, struct json_value value) {
  struct str raw = json_raw(value);
  return run->cut != NULL && raw.p + raw.n > run->cut;
}

static bool check_clause(struct schema_run *run, struct json_value value, struct json_value schema,
                         struct json_value rule) {
  const struct keyword *k = STR_ROW(json_key(rule), keywords);
  if (k == NULL || ((k->allow & LATER) != 0 && is_open(run, value)))
    return true;
  struct clause c = {value, schema, rule, k};
  return (k->type != JSON_NONE && k->type != json_type(value)) || k->holds(run, &c);
}

/* Is |value| valid under |schema|? Also true when steps or memory have run out. */
static bool check(struct schema_run *run, struct json_value value, struct json_value schema) {
  bool valid = true;
  if (!run_step(run, 1) || run->depth == SCHEMA_DEPTH_MAX)
    return true;
  if (!json_bool(schema, true))
    return run_fail(run, STR("is not allowed"), STR_NONE, false);
  if (json_type(schema) != JSON_OBJECT)
    return true;
  run->depth++;
  for (struct json_value rule = json_first(schema); rule.token != NULL && goes_on(run, valid);
       rule = json_next(rule))
    valid &= !run_step(run, 1) || check_clause(run, value, schema, rule);
  run->depth--;
  return valid || run->budget == 0;
}

int schema_check(struct json_value value, struct json_value schema, const char *cut,
                 struct arena *scratch, struct buf *faults) {
  struct target all = {value, schema, NULL};
  struct schema_run run = {.root = schema,
                           .ref = &all,
                           .scratch = scratch,
                           .faults = faults,
                           .cut = cut,
                           .budget = SCHEMA_STEPS_MAX,
                           .lines = SCHEMA_FAULTS_MAX,
                           .trail = {value}};
  buf_init(&run.name, scratch, BODY_MAX_CEILING);
  check(&run, value, schema);
  if (run.error || buf_error(faults) == ERR_MEMORY)
    return ERR_MEMORY;
  return run.lines < SCHEMA_FAULTS_MAX;
}
