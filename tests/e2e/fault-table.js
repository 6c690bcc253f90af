// fault-table.js -- every failure of the fake upstreams, and what must become of it.
//
// faults.test.js makes cells of it: a failure x who speaks x where it breaks x JSON or SSE x who
// else is left. The failures are written as in scripts/fake-upstreams/faults.js.

// Who asks whom. |stages|: where a stream breaks before its first output, after it, and after its
// end; |blind|: the stream is piped, so that the client has what the upstream says, whatever that
// is.
const OPENAI_STAGES = {
  early: ['head', 'preamble', 'item'], late: ['reasoning:2', 'text:3', 'tool:2', 'item:-1'],
};
const GLM_STAGES = { early: ['head'], late: ['reasoning:2', 'text:3', 'tool:1', 'text:-1'] };
const LAST = { last: ['last:-1'] };
export const MODES = {
  translated: { first: 'glm', api: 'responses', stages: { ...GLM_STAGES, ...LAST } },
  piped: {
    first: 'openai', api: 'responses', stages: { ...OPENAI_STAGES, ...LAST }, blind: true,
  },
  watched: {
    first: 'openai',
    api: 'responses',
    stages: { ...OPENAI_STAGES, ...LAST },
    route: { watch: true },
  },
  chat: { first: 'glm', api: 'chat', stages: { ...GLM_STAGES, ...LAST }, blind: true },
  chatWatched: {
    first: 'glm', api: 'chat', stages: { ...GLM_STAGES, ...LAST }, route: { watch: true },
  },
};

// Where an answer that is not streamed breaks: at its first byte, in its middle, at its last.
export const JSON_STAGES = ['head', 'text', 'last'];

// Which keys are asked, one after the other: 1 is the one that fails, 2 another of the same
// provider, 3 another provider's. |itself|: nobody else is left, but it fails only once.
export const LEFT = ['none', 'itself', 'key', 'provider', 'both'];
export const FEW_LEFT = ['none', 'both']; // where the failure's name decides, and not its place
export const ACTIONS = {
  SAME: { none: [1, 1], itself: [1, 1], key: [1, 1, 2], provider: [1, 1, 3], both: [1, 1, 3] },
  RATE: { none: [1, 1], itself: [1, 1], key: [1, 2], provider: [1, 3], both: [1, 2] },
  KEY: { none: [1], itself: [1], key: [1, 2], provider: [1, 3], both: [1, 2] },
  LAST: { none: [1], itself: [1], key: [1, 2], provider: [1, 3], both: [1, 3] },
  PROVIDER: { none: [1], itself: [1], key: [1], provider: [1, 3], both: [1, 3] },
  FAIL: { none: [1], itself: [1], key: [1], provider: [1], both: [1] },
};

// What the client is told when nobody answers: status, code, type.
const BAD = 'invalid_request_error';
const SERVER = 'server_error';
const AUTH = [502, 'upstream_auth_failed', SERVER];
const BROKEN = [502, 'upstream_error', SERVER];
const BUSY = [503, 'server_is_overloaded', SERVER];
const GONE = [404, 'model_not_found', BAD];
const INTERNAL = [500, 'upstream_error', SERVER];
const LONG = [400, 'context_length_exceeded', BAD];
const NOWHERE = [502, 'upstream_not_found', SERVER];
const POLICY = [400, 'invalid_prompt', BAD];
const QUOTA = [429, 'insufficient_quota', 'insufficient_quota'];
const RATE = [429, 'rate_limit_exceeded', 'requests'];
const REFUSED = [400, 'invalid_request', BAD];
const SILENT = [504, 'upstream_timeout', SERVER];

// An upstream refuses, in whatever way: by an HTTP status, inside a 200, or as the first frame of
// a stream. The fourth: what differs when it is not by the status.
export const REFUSALS = {
  glm: {
    401: ['KEY', AUTH],
    500: ['SAME', INTERNAL],
    1000: ['KEY', AUTH],
    1001: ['KEY', AUTH],
    1002: ['KEY', AUTH],
    1003: ['KEY', AUTH],
    1004: ['KEY', AUTH],
    1110: ['KEY', AUTH],
    1111: ['KEY', AUTH],
    1112: ['KEY', AUTH],
    1113: ['KEY', QUOTA],
    1121: ['KEY', AUTH],
    1200: ['SAME', INTERNAL, ['SAME', BROKEN]],
    1210: ['FAIL', REFUSED],
    1211: ['PROVIDER', GONE],
    1212: ['FAIL', REFUSED],
    1213: ['FAIL', REFUSED],
    1214: ['FAIL', REFUSED],
    1215: ['FAIL', REFUSED],
    1220: ['KEY', GONE],
    1221: ['LAST', NOWHERE],
    1222: ['LAST', NOWHERE],
    1230: ['SAME', INTERNAL, ['SAME', BROKEN]],
    1231: ['SAME', BROKEN],
    1234: ['SAME', INTERNAL, ['SAME', BROKEN]],
    1261: ['PROVIDER', LONG],
    1300: ['FAIL', POLICY],
    1301: ['FAIL', POLICY],
    1302: ['RATE', RATE],
    1303: ['RATE', RATE],
    1304: ['KEY', QUOTA],
    1305: ['LAST', BUSY],
    1308: ['KEY', QUOTA],
    1309: ['KEY', QUOTA],
    1310: ['KEY', QUOTA],
    1311: ['KEY', GONE],
    1312: ['LAST', BUSY],
    1313: ['KEY', QUOTA],
    1314: ['KEY', QUOTA],
    1315: ['KEY', QUOTA],
    1316: ['KEY', QUOTA],
    1317: ['KEY', QUOTA],
    1318: ['KEY', QUOTA],
    1319: ['KEY', QUOTA],
    1320: ['KEY', QUOTA],
    1321: ['KEY', QUOTA],
  },
  openai: {
    invalid_api_key: ['KEY', AUTH],
    permission_denied: ['KEY', AUTH, ['FAIL', [400, 'permission_denied', BAD]]],
    unsupported_country_region_territory: ['PROVIDER', [502, 'upstream_region_refused', SERVER]],
    model_not_found: ['KEY', GONE],
    invalid_request_error: ['FAIL', [400, 'invalid_request_error', BAD]],
    invalid_value: ['FAIL', [400, 'invalid_value', BAD]],
    unknown_parameter: ['FAIL', [400, 'unknown_parameter', BAD]],
    unsupported_parameter: ['FAIL', [400, 'unsupported_parameter', BAD]],
    missing_required_parameter: ['FAIL', [400, 'missing_required_parameter', BAD]],
    context_length_exceeded: ['FAIL', LONG],
    previous_response_not_found: ['KEY', [400, 'previous_response_not_found', BAD]],
    invalid_prompt: ['FAIL', POLICY],
    bio_policy: ['FAIL', [400, 'bio_policy', BAD]],
    image_content_policy_violation: ['FAIL', [400, 'image_content_policy_violation', BAD]],
    rate_limit_exceeded: ['RATE', RATE],
    slow_down: ['RATE', RATE],
    insufficient_quota: ['KEY', QUOTA],
    credit_balance_exhausted: ['KEY', QUOTA],
    organization_spend_limit_exceeded: ['KEY', QUOTA],
    project_usage_limit_exceeded: ['KEY', QUOTA],
    usage_not_included: ['KEY', QUOTA],
    request_timeout: ['SAME', [408, 'request_timeout', SERVER],
      ['SAME', [502, 'request_timeout', SERVER]]],
    conflict: ['SAME', [409, 'conflict', BAD], ['FAIL', [400, 'conflict', BAD]]],
    server_error: ['SAME', [500, 'server_error', SERVER], ['SAME', [502, 'server_error', SERVER]]],
    bad_gateway: ['SAME', [502, 'bad_gateway', SERVER]],
    server_is_overloaded: ['SAME', BUSY],
    vector_store_timeout: ['SAME', [500, 'vector_store_timeout', SERVER],
      ['SAME', [502, 'vector_store_timeout', SERVER]]],
  },
};

// What happens to whatever is asked.
export const ALWAYS = {
  refuse: ['SAME', BROKEN],
  'stall-head': { stream: ['RATE', SILENT], json: ['KEY', SILENT] },
  'status=502,body=html': ['SAME', BROKEN],
  'status=503,body=empty': ['SAME', [503, 'upstream_error', SERVER]],
};

// What looks like a failure, and is none.
export const ODDITIES = [
  'comments', 'id-lines', 'crlf', 'unknown-event', 'no-done', 'late-usage', 'no-usage', 'chunk=7',
  'delay=100', 'stall-after=text:2,for=300', 'stall-after=text:2,for=3000,alive=100',
];

// An answer that breaks at a STAGE. |early|: nothing has been said yet, which in JSON is all the
// time; |late|: the code that a stream ends with, and in |blind| what a piped one does instead:
// say that it is complete, or that it failed, as the upstream did.
export const BREAKS = {
  'cut-after=STAGE': { early: ['SAME', BROKEN], late: 'upstream_error' },
  'end-after=STAGE': { early: ['SAME', BROKEN], late: 'upstream_error' },
  // One that has opened an item is at work: it is kept, and given up much later.
  'stall-after=STAGE': { early: ['KEY', SILENT], late: 'upstream_timeout', working: 'item' },
  // Comments are no output.
  'stall-after=STAGE,alive=100': { early: ['KEY', SILENT], late: 'upstream_timeout',
    working: 'item' },
  'garbage-after=STAGE': { early: ['SAME', BROKEN], late: 'upstream_error', blind: 'says' },
  'error-after=STAGE,code=1302': { of: 'glm', early: ['RATE', RATE], late: 'rate_limit_exceeded',
    blind: 'tells' },
  'event-error=STAGE,code=1305': { of: 'glm', early: ['LAST', BUSY], late: 'server_is_overloaded',
    blind: 'tells' },
  'error-after=STAGE,code=server_error': { of: 'openai',
    early: ['SAME', [502, 'server_error', SERVER]], late: 'server_error', blind: 'tells' },
  'finish=network_error': { of: 'glm', early: ['SAME', BROKEN], late: 'upstream_error',
    at: 'text:-1' },
};
