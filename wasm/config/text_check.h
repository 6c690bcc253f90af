/* text_check.h -- tell what a text is that is no ROUTES_CONFIG, and find keys pasted into it. */
#ifndef CONFIG_TEXT_CHECK_H
#define CONFIG_TEXT_CHECK_H

#include "config/problem.h"

/* Report that the configuration's text is not JSON at |at|, with a hint at the cause. |error| is
 * json_parse()'s. */
void config_say_syntax(struct config_reader *r, const struct config_place *at, int error);

/* Set the hint for a text whose root is |root|, which is no object. */
void config_hint_type(struct config_reader *r, struct json_value root);

/* The program for which |text| is a configuration, by the members of its root |root|; empty if none
 * is known, or if it names keys as routes do. */
struct str config_program_of(struct str text, struct json_value root);

/* Report the first string that looks like an API key, wherever it stands. */
void config_check_pasted(struct config_reader *r);

#endif
