/* url.c -- see url.h.
 *
 *   https://host[:port][/path]      RFC 3986, without userinfo, query, fragment
 */
#include "config/url.h"

#include <stdint.h>

#include "limits.h"

/* Has |url| a byte that RFC 3986 does not allow? */
static bool has_odd_byte(struct str url) {
  for (size_t i = 0; i < url.n; i++) {
    char c = url.p[i];
    if (c <= ' ' || c > '~' || str_find_byte(STR("\"<>\\^`{|}"), c) != STR_NOWHERE)
      return true;
  }
  return false;
}

static bool starts_nocase(struct str s, struct str with) {
  return s.n >= with.n && str_equal_nocase(str_part(s, 0, with.n), with);
}

/* Cut |authority| into host and port; an IPv6 address keeps its brackets. */
static bool cut_port(struct str authority, struct str *host) {
  size_t bracket = str_find_byte(authority, ']');
  size_t from = bracket == STR_NOWHERE ? 0 : bracket + 1;
  size_t colon = str_find_byte(str_from(authority, from), ':');
  int64_t port;
  *host = authority;
  if (colon == STR_NOWHERE)
    return from == 0 || from == authority.n;
  *host = str_part(authority, 0, from + colon);
  struct str digits = str_from(authority, from + colon + 1);
  return (from == 0 || colon == 0) && str_integer(digits, &port) && port > 0 && port < 65536;
}

static bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

static bool is_host(struct str host) {
  bool v6 = host.n > 3 && host.p[0] == '[' && host.p[host.n - 1] == ']';
  if (v6)
    host = str_part(host, 1, host.n - 2);
  for (size_t i = 0; i < host.n; i++)
    if (!is_name_byte(host.p[i]) && !(v6 && host.p[i] == ':'))
      return false;
  return host.n > 0 && host.p[0] != '.' && host.p[0] != '-';
}

/* 127.0.0.0/8, with four numbers: 127.evil.example is a name. */
bool config_url_is_local(struct str host) {
  struct str piece, rest = host;
  int64_t n, parts = 0;
  if (str_equal_nocase(host, STR("localhost")) || str_equal(host, STR("[::1]")))
    return true;
  while (str_cut(&rest, '.', &piece)) {
    if (piece.n > 3 || str_starts(piece, STR("-")) || !str_integer(piece, &n) || n > 255 ||
        (parts == 0 && n != 127))
      return false;
    parts++;
  }
  return parts == 4 && !str_ends(host, STR("."));
}

struct str config_url_check(struct str url) {
  bool https = starts_nocase(url, STR("https://"));
  struct str host, rest = str_from(url, https ? 8 : 7);
  if (url.n > ENDPOINT_MAX)
    return STR("shorter");
  if (has_odd_byte(url))
    return STR("a URL without spaces, line breaks and special characters");
  if (!https && !starts_nocase(url, STR("http://")))
    return STR("an https URL, such as https://api.openai.com/v1");
  if (str_find_byte(rest, '?') != STR_NOWHERE || str_find_byte(rest, '#') != STR_NOWHERE)
    return STR("a base URL without a query (?) and a fragment (#)");
  struct str authority = str_part(rest, 0, str_find_byte(rest, '/'));
  if (str_find_byte(authority, '@') != STR_NOWHERE)
    return STR("a URL without a user name or password; keys are Worker secrets");
  if (!cut_port(authority, &host) || !is_host(host))
    return STR("a URL with a host name, and a port from 1 to 65535 if any");
  if (!https && !config_url_is_local(host))
    return STR("an https URL; http is for 127.0.0.1 and localhost alone, or the key would "
               "travel in the open");
  return STR_NONE;
}

static void trim_slashes(struct str *url) {
  while (str_ends(*url, STR("/")))
    *url = str_part(*url, 0, url->n - 1);
}

bool config_url_trim(struct str *url) {
  static const struct str paths[] = {STR_INIT("/chat/completions"), STR_INIT("/responses")};
  trim_slashes(url);
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    if (!str_ends(*url, paths[i]))
      continue;
    *url = str_part(*url, 0, url->n - paths[i].n);
    trim_slashes(url);
    return true;
  }
  return false;
}

struct str config_url_host(struct str url) {
  struct str rest = str_from(url, starts_nocase(url, STR("https://")) ? 8 : 7), host = STR_NONE;
  (void)cut_port(str_part(rest, 0, str_find_byte(rest, '/')), &host);
  return host;
}
