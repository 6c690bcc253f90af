/* time_format.c -- see time_format.h. */
#include "text/time_format.h"

#include "limits.h"

static void put_digits(struct buf *out, int64_t value, int width) {
  char digits[20];
  int n = 0;
  while (n < width) {
    digits[n++] = (char)('0' + value % 10);
    value /= 10;
  }
  while (n > 0)
    buf_put_byte(out, digits[--n]);
}

/* H. Hinnant's "civil from days": its year begins in March. */
void time_put_day(struct buf *out, double now) {
  int64_t z = (int64_t)(now / (24.0 * HOUR)) + 719468, era = z / 146097, day_of_era = z % 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t march = (5 * day_of_year + 2) / 153;
  int64_t month = march < 10 ? march + 3 : march - 9;
  put_digits(out, year_of_era + era * 400 + (month <= 2), 4);
  buf_put_byte(out, '-');
  put_digits(out, month, 2);
  buf_put_byte(out, '-');
  put_digits(out, day_of_year - (153 * march + 2) / 5 + 1, 2);
}

void time_put_iso(struct buf *out, double now) {
  int64_t ms = (int64_t)now % (24 * HOUR);
  time_put_day(out, now);
  buf_put_byte(out, 'T');
  put_digits(out, ms / HOUR, 2);
  buf_put_byte(out, ':');
  put_digits(out, ms / MINUTE % 60, 2);
  buf_put_byte(out, ':');
  put_digits(out, ms / SECOND % 60, 2);
  buf_put_byte(out, '.');
  put_digits(out, ms % SECOND, 3);
  buf_put_byte(out, 'Z');
}
