/* limits.h -- every maximum of the gateway, a line each. */
#ifndef LIMITS_H
#define LIMITS_H

enum {
  KIB = 1024,
  MIB = 1024 * 1024,
  SECOND = 1000, /* times are in milliseconds */
  MINUTE = 60 * SECOND,
  HOUR = 60 * MINUTE,

  /* What a client sends. */
  HEAD_MAX = 64 * KIB,         /* request line and headers */
  BODY_MAX = 32 * MIB,         /* request body, unless MAX_BODY_BYTES says otherwise */
  BODY_TIMEOUT = 2 * MINUTE,   /* between two pieces of the body, of up to 1 MiB each */
  BODY_MAX_CEILING = 64 * MIB, /* the largest MAX_BODY_BYTES: an isolate has 128 MB */

  GUESSES_MAX = 20,  /* different wrong tokens from one address in a minute */
  GUESSERS_MAX = 64, /* addresses that are tracked */

  /* JSON from clients and upstreams. */
  JSON_DEPTH_MAX = 128,
  JSON_VALUES_MAX = 1 * MIB, /* tokens in memory at once; 8 bytes each */

  /* Checking an answer against a JSON Schema. */
  SCHEMA_FAULTS_MAX = 16,                /* lines of the report */
  SCHEMA_QUOTE_MAX = 200,                /* bytes of the schema, or of a key, in a line */
  SCHEMA_STEPS_MAX = 1000 * 1000,        /* of work; after that everything counts as valid */
  SCHEMA_DEPTH_MAX = 2 * JSON_DEPTH_MAX, /* nested schemas; deeper ones count as valid */

  /* What an upstream sends. */
  ANSWER_HEAD_MAX = 64 * KIB,
  ANSWER_MAX = 32 * MIB, /* an answer that is not streamed */
  ERROR_BODY_MAX = 64 * KIB,
  PREAMBLE_MAX = 4 * MIB,       /* of a stream before its first output */
  SNIFF_MAX = 1 * KIB,          /* first bytes of a body that show whether it is a stream */
  SSE_EVENT_MAX = 16 * MIB,     /* one event; a generated image comes in one */
  CHUNK_SHAPE_MAX = KIB,        /* of a chunk, without its text; the largest recorded has 405 */
  OUTPUT_MAX = 16 * MIB,        /* an answer's text, calls and reasoning together */
  BLANK_MAX = 256,              /* bytes of spaces at the front of an answer that are held back */
  OUTPUT_ITEMS_MAX = 512,       /* items in one answer */
  UPSTREAM_BODY_MAX = 72 * MIB, /* a translated request */
  TOOLS_MAX = 1024,             /* in a translated request; a service may take fewer */
  REMOVED_MAX = 16 * KIB,       /* of input_transformations */
  LOSSY_MAX = 1 * KIB,          /* the names in x-gateway-lossy */
  MESSAGE_MAX = 2 * KIB,        /* the message of an error, an upstream's included */
  ANSWER_ID_MAX = 128,          /* an upstream's request id or error code, in the log */
  WHY_MAX = 200,                /* the host's reason for a broken connection, in the log */
  PATH_SHOWN_MAX = 256,         /* of a client's path, in the log */
  REDACT_MIN = 8,               /* bytes of a key that an error does not show, even alone */
  REDACT_ANSWER_MIN = 12,       /* ... nor an answer */
  REDACT_SECRET_MAX = 1 * KIB,  /* bytes of a key that are looked for */

  /* The configuration. */
  ROUTES_TEXT_MAX = 1 * MIB,
  VARIABLE_MAX = 16 * KIB, /* one secret or setting */
  ROUTES_MAX = 256,
  TARGETS_MAX = 32,       /* providers of one route */
  KEYS_MAX = 512,         /* secrets in all; one that is used at two endpoints counts twice */
  KEY_MODELS_MAX = 256,   /* (key, model) pairs whose state is remembered */
  PROBLEMS_MAX = 100,     /* problems reported at once */
  NAME_MAX_BYTES = 200,   /* a route's name */
  MODEL_MAX_BYTES = 200,  /* a model's name at the upstream */
  ENDPOINT_MAX = 1 * KIB, /* a base URL */
  CLIENTS_MAX = 64,       /* secrets PROXY_AUTH_TOKEN_<NAME> */
  KEY_NAME_MAX = 128,     /* a secret's name */
  CURRENCIES_MAX = 4,     /* of a client's spendPerDay */
  PER_MINUTE_MAX = 100 * 1000,
  SPEND_MAX = 1000 * 1000, /* of a currency, in a day */
  WEIGHT_MAX = 1000 * 1000,

  /* Deadlines of one attempt, unless a provider's "timeouts" say otherwise. */
  CONNECT_TIMEOUT = 10 * SECOND,     /* until the answer's headers */
  FIRST_TOKEN_TIMEOUT = 60 * SECOND, /* until the first output */
  IDLE_TIMEOUT = 90 * SECOND,        /* between two chunks */
  WHOLE_TIMEOUT = 4 * MINUTE,        /* until the headers of an answer that is not streamed: twice
                                        this is less than the 10 minutes of the SDKs */
  THINKING_FACTOR = 6,               /* times idleMs, while an opened item is still empty */
  COMMENTS_FACTOR = 4,               /* times idleMs, while only comments come */
  TIMEOUT_MIN = 10,
  TIMEOUT_MAX = 10 * MINUTE,
  HEDGE_MAX = 10 * MINUTE,        /* hedgeMs */
  RETRY_BUDGET_MAX = 10 * MINUTE, /* retryBudgetMs */
  TAIL_TIMEOUT = 2 * SECOND,      /* for the rest of a stream after its terminal event */
  COALESCE_TEXT_MS = 100,         /* how long a piece of output may wait for others, by default: */
  COALESCE_REASONING_MS = 250,    /* ten updates a second look smooth; reasoning and arguments, */
  COALESCE_ARGUMENTS_MS = 250,    /* which nobody reads as they come, can wait longer */
  COALESCE_MAX = 2 * SECOND,      /* coalesceMs */
  COPY_READS = 8,                 /* reads of a piped stream's copy within its idleMs; */
  COPY_READ_MAX = 5 * SECOND,     /* between two reads, the copy waits in the host's memory */

  /* Waits and cooldowns after a failure. */
  RETRY_WAIT = 250,       /* before the same key is called again; plus as much jitter */
  RATE_WAIT = 1 * SECOND, /* after a rate limit; plus up to RATE_WAIT_JITTER */
  RATE_WAIT_JITTER = 4 * SECOND,
  SAME_WAIT_MAX = 10 * SECOND,         /* for a longer Retry-After another key is called instead */
  BACKOFF_MIN = 1 * SECOND,            /* exponential backoff: doubles from this */
  BACKOFF_MAX = 5 * MINUTE,            /* to this */
  COOLDOWN_QUOTA = 1 * HOUR,           /* no balance, a plan that ended */
  COOLDOWN_MODEL = 10 * MINUTE,        /* the account does not have this model */
  COOLDOWN_FIVE_HOURS = 5 * HOUR,      /* GLM's 5-hour quota lasts no longer */
  COOLDOWN_MAX = 24 * HOUR,            /* the longest Retry-After that is respected */
  COOLDOWN_STAMP_MAX = 20 * 24 * HOUR, /* the latest reset time that is respected: fits an int */
  PROBE_INTERVAL = 10 * MINUTE,        /* between two tries of a disabled key */
  RETRY_AFTER_MAX = 1 * MINUTE,        /* sent to a client: Codex waits for all of it, silently */
  HEALTH_KEPT = 24 * HOUR,             /* in the store, after the end of a cooldown */

  /* What is kept of usage. */
  TOKENS_MAX = 2000000000,      /* that an upstream may report for one answer */
  USAGE_ROWS_MAX = 96,          /* (route, target, key, client) in one isolate */
  USAGE_ROW_BYTES = 4 * KIB,    /* the longest line of a row, with all names in %XX */
  CURRENCY_MAX = 32,            /* bytes of pricingCurrency that are shown */
  USAGE_FLUSH_MS = 10 * SECOND, /* between two writes of an isolate */
  USAGE_HOURS_KEPT = 48,
  USAGE_DAYS_KEPT = 400,
  USAGE_DAYS_SHOWN_MAX = 90, /* in one report */

  /* What is kept of the last requests: their lines of the log. */
  RECENT_BYTES =
      48 * KIB, /* in one isolate until it writes to the store; half of it for successes */
  RECENT_BATCH_MS = MINUTE,     /* in which lines are added to a batch, */
  RECENT_BATCH_BYTES = 8 * KIB, /* while it is shorter */
  RECENT_LINE_MAX = 16 * KIB,   /* a longer line is left out */
  RECENT_REFUSED_MAX = 8,       /* of them with wrong tokens */
  RECENT_KEY_MAX = 64,          /* bytes of a row's key and of the syntax around its text */
  RECENT_ROWS_KEPT = 400,       /* in the store: one row for each batch */
  RECENT_READ_MAX = 256 * KIB,  /* bytes of rows in one report */
  RECENT_SHOWN = 50,            /* requests in one report, by default */
  RECENT_SHOWN_MAX = 200,

  /* What is stored of conversations. */
  STORE_DAYS = 30, /* for how long, unless a route's storeDays says otherwise */
  STORE_DAYS_MAX = 400,
  CONVERSATION_MAX = 64 * MIB,    /* bytes of one conversation; its oldest turns go first */
  CONVERSATIONS_MAX = 1024 * MIB, /* of all conversations together */
  TURN_MAX = 28 * MIB,            /* one turn; a larger one is not stored */
  CONTEXT_MAX = 64 * MIB,         /* a request with all earlier turns */
  RESPONSE_ID_MAX = 256,          /* bytes of an id that an upstream gave */
  LINKS_MAX = 1000,               /* ids of stored things in one request */
  TREES_MAX = 8,                  /* conversations that these belong to */
  MEMORY_WAIT_MS = 5 * SECOND,    /* for the load of a conversation */
  TURN_WAIT_MS = 2 * SECOND,      /* for a turn that is being written */
  INDEX_WAIT_MS = 100,            /* for the ids of an answer that are being written, ... */
  INDEX_WAIT_LAST_MS = 900,       /* ... then three times as long, up to this */
  TURN_FRESH_MS = 15 * MINUTE,    /* since a turn began: it may still be being written */
  RUN_TRIES_MAX = 3,              /* of a run in an object that was interrupted without output */
  MEMORY_SAVE_MS = 10 * SECOND,   /* for the write of a turn; the client does not wait for it */
  CONVERSATION_ITEMS_MAX = 20,    /* added to a conversation at once */
  METADATA_PAIRS_MAX = 16,        /* of a conversation, */
  METADATA_KEY_MAX = 64,          /* characters of their keys */
  METADATA_VALUE_MAX = 512,       /* ... and values */
  PAGE_ITEMS = 20,                /* of a list, by default */
  PAGE_ITEMS_MAX = 100,

  /* A client's WebSocket. */
  SOCKET_AGE = 60 * MINUTE,      /* a socket is closed then; WEBSOCKET_SECONDS can make it less */
  SOCKET_LANES_MAX = 32,         /* different names of lanes (stream_id) */
  SOCKET_LANE_NAME_MAX = 256,    /* bytes of such a name */
  SOCKET_IN_FLIGHT = 16,         /* responses at once; more messages wait */
  SOCKET_WAITING_MAX = 64,       /* messages that wait */
  SOCKET_MESSAGE_MAX = 31 * MIB, /* the documented limit; the platform accepts 32 MiB */
  SOCKET_HELD_MAX = 64 * MIB,    /* of messages, in the host's memory */

  /* Work under way. */
  RETRY_WAIT_MS = 1 * MINUTE, /* default retryBudgetMs: all waits of one request together */
  STORE_WAIT_MS = 300, /* for the store's answer; after that the request goes on without it */
  REPORT_WAIT_MS = 5 * SECOND, /* the same for a report, which needs the store */
  STORE_LINES_MAX = 128 * KIB, /* in one call of the store */
  PING_MS = 15 * SECOND,       /* of silence after which the client is sent a comment */
  POOL_MAX = 96 * MIB,         /* all arenas together; the rest of 128 MB is JavaScript's */
  SEQUENCE_AFTER_PIPE =
      1000000, /* sequence numbers after a piped stream, whose events were not counted */
  HIGH_WATER_BYTES = 48 * MIB, /* an idle instance of this size is replaced by a new one */
  EXCHANGES_MAX = 2000,
  MEMORY_BUDGET = 64 * MIB, /* above it, requests wait before their bodies are read */
  MEMORY_WAIT = 2 * MINUTE, /* ... for this long at most; then 503 */
  QUEUE_POLL = 10, /* ms until the first in the queue checks again; each later one 10 more */
  QUEUE_POLL_MAX = 250,
  BODY_SMALL = 32 * KIB,   /* a body of this size does not wait behind larger ones */
  BODY_EXPECTED = 1 * MIB, /* assumed size of a body without Content-Length */
  ATTEMPTS_MAX = 8,        /* upstream calls for one request, by default */

  /* The free plan allows 50 subrequests for each request; calls of the store count. */
  SUBREQUESTS_MAX = 50,
  ATTEMPTS_CEILING = 31,  /* the largest maxAttempts: attempts are bits of OP_WANT's mask */
  DOCTOR_PROBES_MAX = 30, /* in one request; also bits of OP_WANT's mask */
  DOCTOR_HOSTS_MAX = 4,   /* hosts of a vendor that one key is tried at */
  MEMORY_CALLS_MAX = 12,  /* loads and saves of conversations for one request */
  /* one more writes the usage */
  STORE_CALLS_MAX = SUBREQUESTS_MAX - ATTEMPTS_CEILING - MEMORY_CALLS_MAX - 1,
};

#endif
