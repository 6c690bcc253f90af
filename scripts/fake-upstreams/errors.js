/* errors.js -- what each upstream says when it refuses.
 *
 * One row for each error of UPSTREAMS.md, so that a fault can name it by its code alone.
 * `glmError` and `openaiError` make a neutral `{status, code, type, param, message}`, and
 * `glmBody` and `openaiBody` give it the shape that the upstream sends.
 */

/** Thrown by a rule that the request breaks; `error` is the neutral error to answer with. */
export class Refusal extends Error {
  constructor(error) {
    super(error.message);
    this.error = error;
  }
}

const QUOTA = 'Your quota for this service is used up. Please check your plan.';

/* code: [HTTP status, message, the Chinese text where one was recorded] */
const GLM = {
  500: [500, 'Internal Error'],
  401: [401, 'The token is expired or incorrect!', '令牌已过期或验证不正确！'],
  1000: [401, 'Authentication Failed'],
  1001: [401, 'Authentication parameter not received in Header, unable to authenticate'],
  1002: [401, 'Authorization Token is invalid, please ensure that the Authorization Token is ' +
    'correctly provided.'],
  1003: [401, 'Authorization Token has expired, please regenerate it.',
    'Authorization Token已过期，请重新生成/获取。'],
  1004: [401, 'Authentication with the provided Authorization Token failed'],
  1110: [429, 'Your account is currently inactive. Please check your account information'],
  1111: [401, 'Your account does not exist'],
  1112: [429, 'Your account has been locked. Please contact customer service to unlock it'],
  1113: [429, 'Insufficient balance or no resource package. Please recharge.',
    '余额不足或无可用资源包,请充值。'],
  1121: [429, 'Your account has irregular activities and has been locked.'],
  1200: [500, 'API Call Error'],
  1210: [400, 'Invalid API parameter, please check the documentation.'],
  1211: [400, 'Unknown Model, please check the model code.', '模型不存在，请检查模型代码。'],
  1212: [400, 'The current model does not support this call method'],
  1213: [400, 'A required parameter was not received properly'],
  1214: [400, 'The messages parameter is illegal. Please check the documentation.',
    '角色信息不正确'],
  1215: [400, 'These parameters cannot be set at the same time'],
  1220: [403, 'You do not have permission to access this API'],
  1221: [404, 'This API has been taken offline'],
  1222: [404, 'This API does not exist'],
  1230: [500, 'API call process error'],
  1231: [400, 'You already have a request with this request_id'],
  1234: [500, 'Network error, error id: 202602261029392bc0093d0e944297, please contact customer ' +
    'service', '网络错误，错误id：202602261029392bc0093d0e944297，请联系客服。'],
  1261: [400, 'Prompt too long', 'Prompt 超长'],
  1300: [400, 'The API call was blocked by policy'],
  1301: [400, 'Potentially unsafe or sensitive content was detected in the input or output'],
  1302: [429, 'Rate limit reached for requests', '您的账户已达到速率限制，请您控制请求频率'],
  1303: [429, 'High frequency usage of this API, please reduce the frequency'],
  1304: [429, 'The daily call limit for this API has been reached'],
  1305: [429, 'The service may be temporarily overloaded, please try again later'],
  1308: [429, 'Usage limit reached for 5 hour. Your limit will reset at {reset}',
    '已达到 5 小时的使用上限。您的限额将在 {reset} 重置。'],
  1309: [429, 'Your GLM Coding Plan package has expired and is temporarily unavailable'],
  1310: [429, 'Weekly/Monthly Limit Exhausted. Your limit will reset at {reset}'],
  1311: [403, 'Your current subscription plan does not yet include access to this model'],
  1312: [529, 'This model is experiencing high traffic, please try again later'],
  1313: [429, 'Your usage pattern does not comply with the Fair Usage Policy'],
  1314: [429, QUOTA], 1315: [429, QUOTA], 1316: [429, QUOTA], 1317: [429, QUOTA],
  1318: [429, QUOTA], 1319: [429, QUOTA], 1320: [429, QUOTA], 1321: [429, QUOTA],
};

const BAD = 'invalid_request_error';
const SPENT = 'You exceeded your current quota, please check your plan and billing details.';

/* code: [HTTP status, type, message] */
const OPENAI = {
  invalid_api_key: [401, BAD, 'Incorrect API key provided: sk-fake. You can find your API key ' +
    'at https://platform.openai.com/account/api-keys.'],
  permission_denied: [403, BAD, 'You have insufficient permissions for this operation.'],
  unsupported_country_region_territory: [403, 'request_forbidden',
    'Country, region, or territory not supported'],
  model_not_found: [404, BAD, 'The requested model does not exist.'],
  invalid_request_error: [400, BAD, 'The request is invalid.'],
  invalid_value: [400, BAD, 'A value is invalid.'],
  unknown_parameter: [400, BAD, 'Unknown parameter.'],
  unsupported_parameter: [400, BAD, 'Unsupported parameter.'],
  missing_required_parameter: [400, BAD, 'Missing required parameter.'],
  context_length_exceeded: [400, BAD, 'Your input exceeds the context window of this model. ' +
    'Please adjust your input and try again.'],
  previous_response_not_found: [400, BAD, 'Previous response not found.'],
  invalid_prompt: [400, BAD, 'Invalid prompt: your prompt was flagged as potentially violating ' +
    'our usage policy.'],
  bio_policy: [400, BAD, 'This request was refused by policy.'],
  image_content_policy_violation: [400, BAD, 'The image was refused by policy.'],
  rate_limit_exceeded: [429, 'tokens', 'Rate limit reached for gpt-4o in organization org-fake ' +
    'on tokens per min (TPM): Limit 30000, Used 29500, Requested 1100. Please try again in 1.2s.'],
  slow_down: [429, 'requests', 'Your requests are rising too fast. Please slow down.'],
  insufficient_quota: [429, 'insufficient_quota', SPENT],
  credit_balance_exhausted: [429, 'insufficient_quota', SPENT],
  organization_spend_limit_exceeded: [429, 'insufficient_quota', SPENT],
  project_usage_limit_exceeded: [429, 'insufficient_quota', SPENT],
  usage_not_included: [429, 'insufficient_quota', 'This usage is not included in your plan.'],
  request_timeout: [408, 'server_error', 'Request timed out.'],
  conflict: [409, BAD, 'The request conflicts with another one under way.'],
  server_error: [500, 'server_error', 'The server had an error while processing your request. ' +
    'Sorry about that!'],
  bad_gateway: [502, 'server_error', 'Bad gateway.'],
  server_is_overloaded: [503, 'service_unavailable_error',
    'Our servers are currently overloaded. Please try again later.'],
  vector_store_timeout: [500, 'server_error', 'The vector store timed out.'],
};

/** Every GLM code of the table, as strings. */
export const glmCodes = () => Object.keys(GLM);

/** Every OpenAI code of the table. */
export const openaiCodes = () => Object.keys(OPENAI);

/* GLM prints the reset as Beijing time without saying so. */
function beijing(ms) {
  return new Date(ms + 8 * 3600e3).toISOString().slice(0, 19).replace('T', ' ');
}

/* An unknown code is answered all the same: a test may want to see an error of tomorrow. */
function glmRow(code, status) {
  if (GLM[code]) return GLM[code];
  return [status ?? 400, `Error ${code}`];
}

/**
 * A GLM error by code.
 * @param {string|number} code
 * @param {object} [how] status, message (replaces the text), note (put after the text),
 *   zh (Chinese text where one is known), resetIn (seconds, for {reset}; default 3600)
 */
export function glmError(code, how = {}) {
  const [status, en, zh] = glmRow(code, how.status);
  const reset = beijing(Math.ceil(Date.now() / 1000 + Number(how.resetIn ?? 3600)) * 1000);
  const text = how.message ?? ((how.zh && zh) || en).replace('{reset}', reset);
  return {
    status: how.status ?? status,
    code: String(code),
    type: null,
    param: null,
    message: how.note ? `${text} (fake upstream: ${how.note})` : text,
  };
}

function openaiRow(code, status = 400) {
  if (Object.hasOwn(OPENAI, code)) return OPENAI[code];
  const [, type, message] = OPENAI[status >= 500 ? 'server_error' : 'invalid_request_error'];
  return [status, type, code ? `Error ${code}` : message];
}

/**
 * An OpenAI error by code.
 * @param {?string} code null gives an error whose code is null
 * @param {object} [how] status, type, param, message
 */
export function openaiError(code, how = {}) {
  const [status, type, message] = openaiRow(code, how.status);
  return {
    status: how.status ?? status,
    code: code ?? null,
    type: how.type ?? type,
    param: how.param ?? null,
    message: how.message ?? message,
  };
}

/** The body of a GLM error; its code is always a string. */
export const glmBody = ({ code, message }) => JSON.stringify({ error: { code, message } });

/** The body of an OpenAI error, printed with two spaces as the real one is. */
export const openaiBody = ({ message, type, param, code }) =>
  `${JSON.stringify({ error: { message, type, param, code } }, null, 2)}\n`;
