/* time_parse.c -- see time_parse.h.
 *
 *   retry-after-ms: 1250.5                          number
 *   retry-after: Sun, 06 Nov 1994 08:49:37 GMT      IMF-fixdate, RFC 9110 5.6.7
 *   x-ratelimit-reset-requests: 6m0s                Go's durations, as OpenAI sends them
 *   will reset at 2026-08-27 21:31:39               GLM, Beijing time in every language
 *   Please try again in 8.25s.                      OpenAI; Gemini, Azure and others likewise
 */
#include "text/time_parse.h"

#include "limits.h"

/* More digits have no effect, and would overflow. */
enum { DIGITS_MAX = 15 };

enum { DAY = 24 * HOUR };

static const double china = 8.0 * HOUR;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Take digits off the front of |s|: how many there were, -1 for too many. */
static int take_digits(struct str *s, double *value) {
  int n = 0;
  *value = 0;
  while (s->n > 0 && is_digit(s->p[0])) {
    *value = *value * 10 + (s->p[0] - '0');
    *s = str_from(*s, 1);
    n++;
  }
  return n <= DIGITS_MAX ? n : -1;
}

/* Take "12", "12.5" or ".5" off the front of |s|. */
static bool take_number(struct str *s, double *value) {
  double fraction = 0;
  int whole = take_digits(s, value), digits = 0;
  if (s->n > 0 && s->p[0] == '.') {
    *s = str_from(*s, 1);
    digits = take_digits(s, &fraction);
  }
  if (whole < 0 || digits < 0 || whole + digits == 0)
    return false;
  for (; digits > 0; digits--)
    fraction /= 10;
  *value += fraction;
  return true;
}

double time_parse_number(struct str s) {
  double value;
  return take_number(&s, &value) && s.n == 0 ? value : -1;
}

/* Take a unit off the front of |s|: its milliseconds, 0 when it is none. */
static double take_unit(struct str *s) {
  static const struct {
    const char *name;
    double ms;
  } units[] = {
      {"ns", 1e-6}, {"us", 1e-3}, {"ms", 1}, {"s", SECOND}, {"m", MINUTE}, {"h", HOUR}, {"d", DAY},
  };
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    struct str name = str_literal(units[i].name);
    if (!str_starts(*s, name))
      continue;
    *s = str_from(*s, name.n);
    return units[i].ms;
  }
  return 0;
}

double time_parse_duration(struct str s) {
  double sum = 0;
  if (s.n == 0)
    return -1;
  while (s.n > 0) {
    double value;
    if (!take_number(&s, &value))
      return -1;
    double unit = take_unit(&s);
    if (unit == 0)
      return -1;
    sum += value * unit;
  }
  return sum;
}

/* Days from 1970-01-01 in the Gregorian calendar: years begin in March, so
 * that the leap day comes last (H. Hinnant, "chrono-compatible low-level date
 * algorithms"). */
static double days(int year, int month, int day) {
  int y = month <= 2 ? year - 1 : year;
  int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return 365.0 * y + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

/* A time in its parts. */
struct parts {
  int year, month, day, hour, minute, second;
};

static double moment_of(const struct parts *p) {
  if (p->year < 1970 || p->month < 1 || p->month > 12 || p->day < 1 || p->day > 31 ||
      p->hour > 23 || p->minute > 59 || p->second > 60)
    return -1;
  return days(p->year, p->month, p->day) * DAY + (double)p->hour * HOUR +
         (double)p->minute * MINUTE + (double)p->second * SECOND;
}

/* Does |s| begin with the pattern |shape|?  '0' stands for a digit and 'a' for any
 * byte; numbers[] is filled with the runs of digits. */
static bool match(struct str s, struct str shape, int *numbers) {
  int value = 0;
  if (s.n < shape.n)
    return false;
  for (size_t i = 0; i < shape.n; i++) {
    if (shape.p[i] == 'a')
      continue;
    if (shape.p[i] != '0') {
      if (s.p[i] != shape.p[i])
        return false;
      continue;
    }
    if (!is_digit(s.p[i]))
      return false;
    value = value * 10 + (s.p[i] - '0');
    if (i + 1 == shape.n || shape.p[i + 1] != '0') {
      *numbers++ = value;
      value = 0;
    }
  }
  return true;
}

double time_parse_date(struct str s) {
  static const struct str shape = STR_INIT("aaa, 00 aaa 0000 00:00:00 GMT");
  int n[5];
  if (s.n != shape.n || !match(s, shape, n))
    return -1;
  size_t month = str_find(STR("JanFebMarAprMayJunJulAugSepOctNovDec"), str_part(s, 8, 3));
  if (month == STR_NOWHERE || month % 3 != 0)
    return -1;
  return moment_of(&(struct parts){n[1], (int)month / 3 + 1, n[0], n[2], n[3], n[4]});
}

double time_find_stamp(struct str text) {
  static const struct str shape = STR_INIT("0000-00-00a00:00:00");
  for (; text.n >= shape.n; text = str_from(text, 1)) {
    int n[6];
    if (!match(text, shape, n))
      continue;
    double at = moment_of(&(struct parts){n[0], n[1], n[2], n[3], n[4], n[5]});
    if (at >= 0)
      return at - china;
  }
  return -1;
}

/* ---- waits in a sentence ---- */

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct str skip_spaces(struct str s) {
  while (s.n > 0 && s.p[0] == ' ')
    s = str_from(s, 1);
  return s;
}

/* Take a word off the front of |s|; the milliseconds of the unit that it names, 0 for none. */
static double take_unit_word(struct str *s) {
  static const struct {
    const char *name;
    double ms;
  } units[] = {
      {"ms", 1},          {"millisecond", 1},  {"milliseconds", 1},
      {"s", SECOND},      {"sec", SECOND},     {"secs", SECOND},
      {"second", SECOND}, {"seconds", SECOND}, {"second(s)", SECOND},
      {"m", MINUTE},      {"min", MINUTE},     {"mins", MINUTE},
      {"minute", MINUTE}, {"minutes", MINUTE}, {"h", HOUR},
      {"hour", HOUR},     {"hours", HOUR},     {"d", DAY},
      {"day", DAY},       {"days", DAY},
  };
  size_t n = 0;
  while (n < s->n && is_letter(s->p[n]))
    n++;
  struct str word = str_part(*s, 0, n);
  *s = str_from(*s, n);
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (str_equal_nocase(word, str_literal(units[i].name)))
      return units[i].ms;
  return 0;
}

/* "12m30s", "8.25s", "1 minute and 5 seconds" at the front of |s|; negative when it is none. */
static double leading_wait(struct str s) {
  double sum = -1, value;
  for (;;) {
    s = skip_spaces(s);
    if (str_starts(s, STR("and ")))
      s = skip_spaces(str_from(s, 4));
    if (!take_number(&s, &value))
      return sum;
    s = skip_spaces(s);
    double unit = take_unit_word(&s);
    if (unit == 0)
      return sum;
    sum = (sum < 0 ? 0 : sum) + value * unit;
  }
}

/* What follows |phrase| in |text|, ignoring case; empty when it is not there. */
static struct str behind(struct str text, struct str phrase) {
  for (; text.n >= phrase.n; text = str_from(text, 1))
    if (str_equal_nocase(str_part(text, 0, phrase.n), phrase))
      return str_from(text, phrase.n);
  return STR_NONE;
}

double time_find_wait(struct str text) {
  static const char *const phrases[] = {
      "again in ",    "retry in ",     "again after ", "retry after ", "resets in ", "reset in ",
      "reset after ", "available in ", "wait for ",    "wait ",        "after ",
  };
  for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
    double ms = leading_wait(behind(text, str_literal(phrases[i])));
    if (ms >= 0)
      return ms;
  }
  return -1;
}

double time_to_midnight(double now) {
  double past = now + china;
  return DAY - (past - (double)(int64_t)(past / DAY) * DAY);
}
