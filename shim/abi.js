// abi.js -- the numbers of wasm/plan.h, as JavaScript; tests/unit/abi.test.js compares them.

export const ABI_VERSION = 4;

export const CONFIG_ROUTES = 1;
export const CONFIG_VARIABLE = 2;
export const CONFIG_READY = 3;
export const CONFIG_STORE = 4;
export const CONFIG_BUNDLED = 5;
export const CONFIG_MEMORY = 6;
export const CONFIG_CHECK = 7;
export const CONFIG_SOCKETS = 8;
export const CONFIG_LIMITER = 9;

export const PUT_HEAD = 1;
export const PUT_BODY = 2;
export const PUT_ANSWER_HEAD = 3;
export const PUT_CHUNK = 4;
export const PUT_END = 5;
export const PUT_FAILED = 6;
export const PUT_STORED = 7;
export const PUT_LEFT = 8;
export const PUT_RUN = 9;
export const PUT_CANCEL = 10;

export const OP_WANT = 1;
export const OP_FETCH = 2;
export const OP_WAIT = 3;
export const OP_START = 4;
export const OP_EMIT = 5;
export const OP_PIPE = 6;
export const OP_REPLY = 7;
export const OP_LOAD = 8;
export const OP_SAVE = 9;
export const OP_DONE = 10;
export const OP_SEAL = 11;
export const OP_UNSEAL = 12;
export const OP_PAGE = 13;
export const OP_CLOSE = 14;
export const OP_UPGRADE = 15;
export const OP_FOLLOW = 16;

export const LOG_INFO = 0;
export const LOG_WARNING = 1;
export const LOG_ERROR = 2;

export const PLAN_PARTS = 3;
export const PLAN_WORDS = 8 + 2 * PLAN_PARTS;
