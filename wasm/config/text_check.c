/* text_check.c -- see text_check.h. */
#include "config/text_check.h"

#include "base/errors.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

#define VALUE_ALONE                                                                                \
  "Write the value alone, from { to }, without a name, quotes or a code fence around it."

/* Names of members that other programs' configurations have, and routes have not. */
static const struct {
  struct str member, program;
} marks[] = {
    /* where the text is not JSON, these are looked for anywhere in it */
    {STR_INIT("model_list"), STR_INIT("LiteLLM")},
    {STR_INIT("model_provider"), STR_INIT("Codex")},
    {STR_INIT("apiHost"), STR_INIT("Cherry Studio")},
    {STR_INIT("group"), STR_INIT("One API")},
    {STR_INIT("targets"), STR_INIT("Portkey")},
};

enum { TEXT_MARKS = 2 };

/* The members are in the root, or in the first element of a list there. */
struct str config_program_of(struct str text, struct json_value root) {
  int levels = str_find(text, STR("apiKeys")) == STR_NOWHERE ? 3 : 0;
  for (int level = 0; level < levels; level++, root = json_first(root))
    for (size_t i = 0; i < COUNT(marks); i++)
      if (!json_absent(json_find(root, marks[i].member)))
        return marks[i].program;
  return STR_NONE;
}

void config_hint_type(struct config_reader *r, struct json_value root) {
  if (json_type(root) == JSON_STRING)
    r->hint = STR(VALUE_ALONE);
  else if (json_type(root) == JSON_ARRAY)
    r->hint = STR("Give each route a name.");
}

/* ---- a text that is not JSON ---- */

/* Is |text| a JSON value that json_parse() refuses as a text: null, true, false, a number? */
static bool is_bare(struct str text) {
  if (str_equal(text, STR("null")) || str_equal(text, STR("true")) || str_equal(text, STR("false")))
    return true;
  for (size_t i = 0; i < text.n; i++)
    if (str_find_byte(STR("0123456789+-.eE"), text.p[i]) == STR_NOWHERE)
      return false;
  return true;
}

/* The fault of a text that is not JSON. */
static const struct str *fault_of(int error) {
  static const struct {
    int error;
    struct str is;
  } rows[] = {
      {ERR_JSON_UTF8, STR_INIT("is not UTF-8")},
      {ERR_JSON_SURROGATE, STR_INIT("has half of a surrogate pair, which no text can contain,")},
      {ERR_JSON_DEPTH, STR_INIT("is nested too deeply")},
      {ERR_JSON_VALUES, STR_INIT("has too many values")},
      {ERR_JSON_SYNTAX, STR_INIT("is not valid JSON")},
  };
  size_t i = 0;
  while (rows[i].error != error && rows[i].error != ERR_JSON_SYNTAX)
    i++;
  return &rows[i].is;
}

static bool is_letter(char c) {
  c = (char)(c | 0x20);
  return (c >= 'a' && c <= 'z') || c == ('_' | 0x20);
}

/* U+00AB, U+2018 to U+201F */
static bool is_curly(struct str s) {
  if (str_starts(s, STR("\xE2\x80")) && s.n > 2)
    return (unsigned char)s.p[2] >= 0x98 && (unsigned char)s.p[2] <= 0x9F;
  return str_starts(s, STR("\xC2\xAB"));
}

/* A hint at what editors and shells add that is not JSON, by what |rest| begins with. */
static struct str hint_at(struct str rest) {
  enum hint { QUOTES, COMMENT, TOO_MANY, MISSING, BACKSLASH, BREAK, OWN, ALONE, HIDDEN, CURLY };
  static const struct str hints[] = {
      [QUOTES] = STR_INIT("Names and strings stand in \"double quotes\"; true, false and null do "
                          "not."),
      [COMMENT] = STR_INIT("JSON has no comments."),
      [TOO_MANY] = STR_INIT("Is there a comma too many before it?"),
      [MISSING] = STR_INIT("Is a comma or a colon missing before it?"),
      [BACKSLASH] = STR_INIT("Quotes stand here without a backslash."),
      [BREAK] = STR_INIT("In strings, line breaks and tabs are \\n and \\t."),
      [OWN] = STR_INIT("Write your own in place of ... and <...>."),
      [ALONE] = STR_INIT(VALUE_ALONE),
      [HIDDEN] = STR_INIT("An invisible character is here: remove it."),
      [CURLY] = STR_INIT("These are typographic quotes; JSON takes \" alone."),
  };
  /* The last three begin a byte order mark, U+00A0 and U+200B. */
  static const struct {
    char byte;
    uint8_t hint;
  } rows[] = {{'\'', QUOTES},  {'/', COMMENT},   {'#', COMMENT},   {'}', TOO_MANY},
              {']', TOO_MANY}, {'"', MISSING},   {'{', MISSING},   {'\\', BACKSLASH},
              {'\n', BREAK},   {'\t', BREAK},    {'.', OWN},       {'<', OWN},
              {';', ALONE},    {'\xEF', HIDDEN}, {'\xC2', HIDDEN}, {'\xE2', HIDDEN}};
  if (rest.n == 0)
    return STR("The text ends too early.");
  if (is_letter(rest.p[0]))
    return hints[QUOTES];
  if (is_curly(rest))
    return hints[CURLY];
  for (size_t i = 0; i < COUNT(rows); i++)
    if (rows[i].byte == rest.p[0])
      return hints[rows[i].hint];
  return STR_NONE;
}

/* Set the hint for |text|, which does not begin as JSON does, or report that it is another
 * program's and return true. */
static bool say_start(struct config_reader *r, const struct config_place *at, struct str text) {
  struct str program = STR("another program");
  bool marked = false;
  if (!is_letter(text.p[0]) && str_find_byte(STR("'`$|#-<"), text.p[0]) == STR_NOWHERE)
    return false;
  for (size_t i = 0; i < TEXT_MARKS && !marked; i++)
    if ((marked = str_find(text, marks[i].member) != STR_NOWHERE))
      program = marks[i].program;
  if (!marked && str_find_byte(text, '{') != STR_NOWHERE)
    r->hint = text.p[0] == '#' ? STR_NONE : STR(VALUE_ALONE);
  else if (!marked && str_find(text, STR(":\n")) != STR_NOWHERE)
    r->hint = STR("This looks like YAML, and must be JSON.");
  else
    return config_say(r, PROBLEM_TEXT_FOREIGN, at, &program, &config_shape) != NULL;
  return false;
}

void config_say_syntax(struct config_reader *r, const struct config_place *at, int error) {
  struct str text = str_trim(r->config->text), rest = str_from(r->config->text, at->where);
  size_t skipped = (size_t)(rest.p - text.p);
  if (is_bare(text)) {
    config_say(r, PROBLEM_TEXT_TYPE, at, &config_shape, NULL);
    return;
  }
  /* "[section]" is TOML. */
  if (rest.n > 0 && skipped <= (text.p[0] == '[') && say_start(r, at, rest))
    return;
  config_hint_width(r, str_part(rest, 0, 3));
  if (r->hint.n == 0)
    r->hint = hint_at(rest);
  config_say(r, PROBLEM_TEXT_SYNTAX, at, fault_of(error), NULL);
}

/* ---- keys ---- */

enum { KEY_MIN = 20 };

void config_check_pasted(struct config_reader *r) {
  struct config_place at = {.where = 0};
  struct str rest = r->config->text, key;
  while (str_cut(&rest, '"', &key)) {
    if (key.n < KEY_MIN || !str_starts(key, STR("sk-")) || str_find_byte(key, ' ') != STR_NOWHERE)
      continue;
    at.where = (size_t)(key.p - r->config->text.p) - 1;
    config_say(r, PROBLEM_KEY_PASTED, &at, NULL, NULL);
    return;
  }
}
