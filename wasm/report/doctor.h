/* doctor.h -- probe every key of every route with a small question, and report each result.
 *
 * The keys are probed one after the other.  One request probes DOCTOR_PROBES_MAX of them;
 * the report says where the next request continues.
 *
 * If it is asked to look elsewhere, a failing key is probed at the other hosts of its vendor until
 * one answers, and a good one at the vendor's native Responses endpoints. */
#ifndef REPORT_DOCTOR_H
#define REPORT_DOCTOR_H

#include "upstream/attempt.h"

enum doctor_state {
  DOCTOR_CALL, /* |attempt| is to be fetched; then doctor_called() */
  DOCTOR_WAIT, /* for |attempt|, until attempt_deadline() */
  DOCTOR_DONE, /* |report| is complete */
};

struct doctor {
  struct config *config;
  struct arena *arena; /* of the exchange */
  struct id_source *ids;
  struct json json; /* the question */
  struct ask ask;
  uint32_t route, target, key; /* the next to be probed */
  uint32_t count;
  int64_t from, passed; /* (target, key) pairs: where to start; how many were skipped */
  bool looks;           /* elsewhere, too */
  struct choice asked;  /* whose probe is the last one of the report */
  bool good;            /* it answered */
  uint32_t host;        /* the next of its vendor's to be asked */
  bool looked;          /* no other host is to be asked */
  struct attempt *attempt;
  struct dialect_writer writer; /* of the attempt; its output is discarded */
  bool calling;
  struct buf
      report; /* {"probes":[{"route","provider","model","key","ok",...,"elsewhere":"https:.."}],
                 "next":30} */
};

/* |query| may say "from=30", and "hosts=1" to look elsewhere.  0, or ERR_MEMORY.  All is borrowed.
 */
int doctor_init(struct doctor *d, struct config *config, struct arena *arena, struct id_source *ids,
                struct str query) __attribute__((warn_unused_result));

/* Go on until I/O is needed. What the probes show is noted in the health of the keys. */
enum doctor_state doctor_next(struct doctor *d, double now);
void doctor_called(struct doctor *d);

/* Close the attempt that is under way. */
void doctor_close(struct doctor *d);

#endif
