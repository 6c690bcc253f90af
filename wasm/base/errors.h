/* errors.h -- the gateway's own errors, as numbers and as what clients see. */
#ifndef BASE_ERRORS_H
#define BASE_ERRORS_H

#include "base/str.h"

enum error_place {
  ERROR_PLACE_NONE,
#define ERROR(name, status, type, code, sentence) ERROR_PLACE_##name,
#include "base/errors.def"
#undef ERROR
};

/* Errors are negative, so that a function can return a count or a state, or an error. */
enum error {
#define ERROR(name, status, type, code, sentence) ERR_##name = -ERROR_PLACE_##name,
#include "base/errors.def"
#undef ERROR
};

/* A failure as the client sees it; strings may be empty. */
struct failure {
  int status; /* HTTP */
  struct str type;
  struct str code;
  struct str param;
  struct str message;
};

/* What errors.def has for |error|; the strings are literals. */
struct failure error_failure(int error);

/* Fill |*f| with |error|, |param| and |message|; empty: the error's own. Returns |error|. */
int error_refuse(struct failure *f, int error, struct str param, struct str message);

#endif
