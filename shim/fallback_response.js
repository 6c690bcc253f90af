// fallback_response.js -- the only replies that C does not make: for when it is full or has failed.

const message = 'The gateway failed while it was answering. Try again.';
const code = 'internal_error';
const error = { message, type: 'server_error', param: '', code };

const json = (status, body, headers = {}) => Response.json(body, {
  status,
  headers: { 'access-control-allow-origin': '*', ...headers },
});

export const failed = () => json(502, { error });

export const full = () => json(503, {
  error: {
    ...error,
    message: 'The gateway is working on as many requests as it can hold. Try again in a moment.',
    code: 'server_is_overloaded',
  },
}, { 'retry-after': '1' });

// The error event for a WebSocket's client.
export const failedEvent = JSON.stringify({ type: 'error', status: 502, error });

// The log line of a request for which C cannot write it: see wasm/report/access_log.c.
export const logFailed = () => console.error(lineOf(502, code));
export const logFull = () => console.error(lineOf(503, 'server_is_overloaded'));
const lineOf = (status, reason) => (
  JSON.stringify({ event: 'request', status, outcome: 'failed', code: reason })
);

// The end of an open event stream. The sequence number and the response are unknown here. The
// stream may have stopped inside a frame, which the empty line at the beginning ends.
const frame = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const response = {
  id: '', object: 'response', created_at: 0, completed_at: null, status: 'failed',
  incomplete_details: null, model: '', previous_response_id: null, instructions: null, output: [],
  error: { code: 'server_error', message }, tools: [], tool_choice: 'auto', truncation: 'disabled',
  parallel_tool_calls: true, text: { format: { type: 'text' } }, top_p: 1, presence_penalty: 0,
  frequency_penalty: 0, top_logprobs: 0, temperature: 1, reasoning: null, usage: null,
  max_output_tokens: null, max_tool_calls: null, store: false, background: false,
  service_tier: 'default', metadata: {}, safety_identifier: null, prompt_cache_key: null,
};

export const failedStream = new TextEncoder().encode('\n\n'
  + frame({ type: 'error', sequence_number: 0, code, message, param: '', error })
  + frame({ type: 'response.failed', sequence_number: 1, response })
  + 'data: [DONE]\n\n');
