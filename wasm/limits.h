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
  BODY_TIMEOUT = 2 * MINUTE,   /* between two pieces of it, of 1 MiB at most */
  BODY_MAX_CEILING = 64 * MIB, /* what MAX_BODY_BYTES can say: an isolate has 128 MB */

  GUESSES_MAX = 20,  /* different wrong tokens of one address, in a minute */
  GUESSERS_MAX = 64, /* addresses that are remembered */

  /* JSON, from anybody. */
  JSON_DEPTH_MAX = 128,
  JSON_VALUES_MAX = 1 * MIB, /* that are kept at once; 8 bytes each */

  /* Checking an answer against a JSON Schema. */
  SCHEMA_FAULTS_MAX = 16,                /* lines */
  SCHEMA_QUOTE_MAX = 200,                /* bytes of the schema, or of a key, in a line */
  SCHEMA_STEPS_MAX = 1000 * 1000,        /* of work; past that everything is valid */
  SCHEMA_DEPTH_MAX = 2 * JSON_DEPTH_MAX, /* schemas within schemas, likewise */

  /* What an upstream sends. */
  ANSWER_HEAD_MAX = 64 * KIB,
  ANSWER_MAX = 32 * MIB, /* an answer that is not streamed */
  ERROR_BODY_MAX = 64 * KIB,
  PREAMBLE_MAX = 4 * MIB,       /* of a stream before its first output */
  SNIFF_MAX = 1 * KIB,          /* of a body by which it is told whether it is a stream */
  SSE_EVENT_MAX = 16 * MIB,     /* one event; a generated image comes in one */
  CHUNK_SHAPE_MAX = KIB,        /* of a chunk, around its text: 405 at most were seen */
  OUTPUT_MAX = 16 * MIB,        /* an answer's text, calls and reasoning together */
  OUTPUT_ITEMS_MAX = 512,       /* items in one answer */
  UPSTREAM_BODY_MAX = 72 * MIB, /* a translated request */
  TOOLS_MAX = 1024,             /* in a translated request; a service may take fewer */
  REMOVED_MAX = 16 * KIB,       /* of input_transformations */
  LOSSY_MAX = 1 * KIB,          /* the names in x-gateway-lossy */
  MESSAGE_MAX = 2 * KIB,        /* an error's message, of an upstream's too */
  ANSWER_ID_MAX = 128,          /* an upstream's id of a request, or code, in the log */
  WHY_MAX = 200,                /* what the host says of a broken connection, for the log */
  PATH_SHOWN_MAX = 256,         /* of a client's path, in the log */
  REDACT_MIN = 8,               /* bytes of a key that are not shown, even alone */

  /* The configuration. */
  ROUTES_TEXT_MAX = 1 * MIB,
  VARIABLE_MAX = 16 * KIB, /* one secret or setting */
  ROUTES_MAX = 256,
  TARGETS_MAX = 32,       /* providers of one route */
  KEYS_MAX = 512,         /* different secrets in all, each once for an endpoint */
  KEY_MODELS_MAX = 256,   /* (key, model) pairs whose state is remembered */
  PROBLEMS_MAX = 100,     /* reported at once */
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
  THINKING_FACTOR = 6, /* idleMs this many times, when an opened item is thought about in silence */
  COMMENTS_FACTOR = 4, /* idleMs this many times, when nothing but comments comes */
  TIMEOUT_MIN = 10,
  TIMEOUT_MAX = 10 * MINUTE,
  HEDGE_MAX = 10 * MINUTE,        /* hedgeMs */
  RETRY_BUDGET_MAX = 10 * MINUTE, /* retryBudgetMs */
  TAIL_TIMEOUT = 2 * SECOND,      /* for what follows a stream's terminal event */
  COALESCE_TEXT_MS = 100,         /* what a piece of output may wait for others, by default: */
  COALESCE_REASONING_MS = 250,    /* ten updates a second look smooth; what is not read as */
  COALESCE_ARGUMENTS_MS = 250,    /* it comes can wait longer */
  COALESCE_MAX = 2 * SECOND,      /* coalesceMs */
  COPY_READS = 8,                 /* of a piped stream's copy, in the time of its idleMs; */
  COPY_READ_MAX = 5 * SECOND,     /* what comes in between waits in the host's memory */

  /* Waits and cooldowns after a failure. */
  RETRY_WAIT = 250,       /* before the same key again: this and as much jitter */
  RATE_WAIT = 1 * SECOND, /* after a rate limit: this and RATE_WAIT_JITTER at most */
  RATE_WAIT_JITTER = 4 * SECOND,
  SAME_WAIT_MAX = 10 * SECOND,         /* who asks for more is left for another */
  BACKOFF_MIN = 1 * SECOND,            /* the growing backoff: doubles from here */
  BACKOFF_MAX = 5 * MINUTE,            /* to here */
  COOLDOWN_QUOTA = 1 * HOUR,           /* no balance, a plan that ended */
  COOLDOWN_MODEL = 10 * MINUTE,        /* a key without this model */
  COOLDOWN_FIVE_HOURS = 5 * HOUR,      /* GLM's 5-hour quota lasts no longer */
  COOLDOWN_MAX = 24 * HOUR,            /* what a Retry-After can say */
  COOLDOWN_STAMP_MAX = 20 * 24 * HOUR, /* what a reset stamp can say: an int's most */
  PROBE_INTERVAL = 10 * MINUTE,        /* a disabled key is tried again */
  RETRY_AFTER_MAX = 1 * MINUTE,        /* what a client is told: Codex obeys without a word */
  HEALTH_KEPT = 24 * HOUR,             /* in the store, after a key's rest is over */

  /* What is kept of usage. */
  TOKENS_MAX = 2000000000,      /* that an upstream's usage may tell of one answer */
  USAGE_ROWS_MAX = 96,          /* (route, target, key) in one isolate */
  USAGE_ROW_BYTES = 4 * KIB,    /* what one takes in the store's lines, names in %XX */
  CURRENCY_MAX = 32,            /* bytes of pricingCurrency that are shown */
  USAGE_FLUSH_MS = 10 * SECOND, /* an isolate writes it no more often */
  USAGE_HOURS_KEPT = 48,
  USAGE_DAYS_KEPT = 400,
  USAGE_DAYS_SHOWN_MAX = 90, /* in one report */

  /* What is kept of the last requests: their lines of the log. */
  RECENT_BYTES = 48 * KIB,     /* in one isolate until it tells the store; half of it for answers */
  RECENT_LINE_MAX = 16 * KIB,  /* a longer line is left out */
  RECENT_REFUSED_MAX = 8,      /* wrong tokens among them */
  RECENT_KEY_MAX = 64,         /* bytes of a row's key, and of what stands around its text */
  RECENT_ROWS_KEPT = 400,      /* in the store: one for each batch */
  RECENT_READ_MAX = 256 * KIB, /* of them in one report */
  RECENT_SHOWN = 50,           /* requests in one report, by default */
  RECENT_SHOWN_MAX = 200,

  /* What is stored of conversations. */
  STORE_DAYS = 30, /* for how long, unless a route's storeDays says otherwise */
  STORE_DAYS_MAX = 400,
  CONVERSATION_MAX = 64 * MIB,    /* bytes of one conversation; its oldest turns go first */
  CONVERSATIONS_MAX = 1024 * MIB, /* of all together */
  TURN_MAX = 28 * MIB,            /* one turn; a larger one is not stored */
  CONTEXT_MAX = 64 * MIB,         /* a request with all that came before it */
  RESPONSE_ID_MAX = 256,          /* bytes of an id that an upstream gave */
  LINKS_MAX = 1000,               /* ids of stored things in one request */
  TREES_MAX = 8,                  /* conversations that they are of */
  MEMORY_WAIT_MS = 5 * SECOND,    /* for a stored conversation */
  TURN_WAIT_MS = 2 * SECOND,      /* for a turn that is just being written */
  TURN_FRESH_MS = 15 * MINUTE,    /* since it began: it may still be written */
  MEMORY_SAVE_MS = 10 * SECOND,   /* for the store to take a turn; nobody waits for it */
  CONVERSATION_ITEMS_MAX = 20,    /* added to a conversation at once */
  METADATA_PAIRS_MAX = 16,        /* of a conversation, */
  METADATA_KEY_MAX = 64,          /* characters of their keys */
  METADATA_VALUE_MAX = 512,       /* ... and values */
  PAGE_ITEMS = 20,                /* of a list, by default */
  PAGE_ITEMS_MAX = 100,

  /* A client's WebSocket. */
  SOCKET_AGE = 60 * MINUTE,      /* then it is closed, or earlier by WEBSOCKET_SECONDS */
  SOCKET_LANES_MAX = 32,         /* different names of lanes (stream_id) */
  SOCKET_LANE_NAME_MAX = 256,    /* bytes of such a name */
  SOCKET_IN_FLIGHT = 16,         /* responses at once; more messages wait */
  SOCKET_WAITING_MAX = 64,       /* messages that wait */
  SOCKET_MESSAGE_MAX = 31 * MIB, /* that a client is told of; the platform takes 32 MiB */
  SOCKET_HELD_MAX = 64 * MIB,    /* of messages, in the host's memory */

  /* Work under way. */
  RETRY_WAIT_MS = 1 * MINUTE,    /* of pauses before a key is called again, in all, by default */
  STORE_WAIT_MS = 300,           /* for the store's answer; then it goes on without */
  REPORT_WAIT_MS = 5 * SECOND,   /* ... where a report is what was asked for */
  STORE_LINES_MAX = 128 * KIB,   /* in one call of it */
  PING_MS = 15 * SECOND,         /* silence of an upstream, towards the client */
  POOL_MAX = 96 * MIB,           /* all arenas together; JavaScript needs the rest of 128 MB */
  SEQUENCE_AFTER_PIPE = 1000000, /* of events after a stream that did not count its own */
  HIGH_WATER_BYTES = 48 * MIB,   /* an idle instance this large is replaced */
  EXCHANGES_MAX = 2000,
  MEMORY_BUDGET = 64 * MIB, /* past that, requests wait before their bodies are read */
  MEMORY_WAIT = 2 * MINUTE, /* ... so long at most */
  QUEUE_POLL = 10,          /* ms until the first of them looks again; the next 10 later */
  QUEUE_POLL_MAX = 250,
  BODY_SMALL = 32 * KIB,   /* a body that need not wait behind larger ones */
  BODY_EXPECTED = 1 * MIB, /* of a body that does not say how long it is */
  ATTEMPTS_MAX = 8,        /* upstream calls for one request, by default */

  /* The free plan allows a request 50 subrequests, calls of the store among them. */
  SUBREQUESTS_MAX = 50,
  ATTEMPTS_CEILING = 31,  /* what maxAttempts can say; bits of a WANT */
  DOCTOR_PROBES_MAX = 30, /* in one request; bits of a WANT too */
  DOCTOR_HOSTS_MAX = 4,   /* of a vendor, for one key */
  MEMORY_CALLS_MAX = 12,  /* loads of conversations for one request, and what it saves */
  /* ... and one that tells of usage */
  STORE_CALLS_MAX = SUBREQUESTS_MAX - ATTEMPTS_CEILING - MEMORY_CALLS_MAX - 1,
};

#endif
