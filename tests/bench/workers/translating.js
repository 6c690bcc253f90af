// translating.js -- Responses requests to GLM's chat API and back, written in JavaScript the usual
// way.

const encoder = new TextEncoder();
const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };
const id = (prefix) => prefix + crypto.randomUUID().replaceAll('-', '');
const seconds = () => Math.floor(Date.now() / 1000);

export default {
  async fetch(request, { UPSTREAM }) {
    const asked = await request.json();
    const { input, tools, stream } = asked;
    const upstream = await fetch(`${UPSTREAM}/glm/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
      body: JSON.stringify({
        model: 'glm-4.7', messages: messagesOf(input), tools: tools?.map(toolOf), stream,
      }),
    });
    if (!stream) return Response.json(whole(await upstream.json(), asked));
    return new Response(translated(upstream.body, asked), { headers });
  },
};

const messagesOf = (input) => (
  typeof input === 'string' ? [{ role: 'user', content: input }] : input.map(messageOf)
);
const toolOf = ({ type, ...rest }) => ({ type, function: rest });
const partOf = ({ type, text, image_url: url }) => (
  type === 'input_image' ? { type: 'image_url', image_url: { url } } : { type: 'text', text }
);

function messageOf({ type, role, content, call_id: id, name, arguments: text, output }) {
  switch (type) {
    case 'function_call':
      return {
        role: 'assistant',
        tool_calls: [{ id, type: 'function', function: { name, arguments: text } }],
      };
    case 'function_call_output':
      return { role: 'tool', tool_call_id: id, content: output };
    default:
      return { role, content: content.map(partOf) };
  }
}

function whole({ choices: [{ message }], usage, model }, asked) {
  const part = { type: 'output_text', text: message.content, annotations: [], logprobs: [] };
  const item = {
    id: id('msg_'), type: 'message', status: 'completed', role: 'assistant', content: [part],
  };
  return {
    id: id('resp_'), object: 'response', created_at: seconds(), status: 'completed', model,
    output: [item], tools: asked.tools ?? [],
    usage: { input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens },
  };
}

function translated(body, asked) {
  return new ReadableStream({
    async start(out) {
      const writer = new Writer(out, asked);
      writer.begin();
      for await (const data of eventsOf(body)) {
        if (data !== '[DONE]') writer.take(JSON.parse(data));
      }
      writer.end();
      out.close();
    },
  });
}

// The data of each event.
async function* eventsOf(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data: ')) yield line.slice('data: '.length);
    }
  }
}

class Writer {
  #out;
  #sequence = 0;
  #text = '';
  #response;
  #item = { id: id('msg_'), type: 'message', status: 'in_progress', role: 'assistant' };

  constructor(out, asked) {
    this.#out = out;
    this.#response = {
      id: id('resp_'), object: 'response', created_at: seconds(), completed_at: null,
      status: 'in_progress', incomplete_details: null, model: asked.model,
      previous_response_id: null, instructions: asked.instructions ?? null, output: [],
      error: null, tools: asked.tools ?? [], tool_choice: asked.tool_choice ?? 'auto',
      truncation: 'disabled', parallel_tool_calls: true, text: { format: { type: 'text' } },
      top_p: asked.top_p ?? 1, presence_penalty: 0, frequency_penalty: 0, top_logprobs: 0,
      temperature: asked.temperature ?? 1, reasoning: null, usage: null,
      max_output_tokens: asked.max_output_tokens ?? null, max_tool_calls: null, store: false,
      background: false, service_tier: 'default', metadata: asked.metadata ?? {},
      safety_identifier: null, prompt_cache_key: null,
    };
  }

  begin() {
    this.#put('response.created', { response: this.#response });
    this.#put('response.in_progress', { response: this.#response });
    this.#put('response.output_item.added', {
      output_index: 0, item: { ...this.#item, content: [] },
    });
    this.#put('response.content_part.added', { ...this.#place, part: this.#part });
  }

  take({ choices: [choice], usage }) {
    const delta = choice?.delta?.content;
    if (delta) {
      this.#text += delta;
      this.#put('response.output_text.delta', { ...this.#place, delta, logprobs: [] });
    }
    if (usage) {
      this.#response.usage = {
        input_tokens: usage.prompt_tokens,
        input_tokens_details: { cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0 },
        output_tokens: usage.completion_tokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: usage.total_tokens,
      };
    }
  }

  end() {
    const item = { ...this.#item, status: 'completed', content: [this.#part] };
    const response = {
      ...this.#response, status: 'completed', completed_at: seconds(), output: [item],
    };
    this.#put('response.output_text.done', { ...this.#place, text: this.#text, logprobs: [] });
    this.#put('response.content_part.done', { ...this.#place, part: this.#part });
    this.#put('response.output_item.done', { output_index: 0, item });
    this.#put('response.completed', { response });
    this.#out.enqueue(encoder.encode('data: [DONE]\n\n'));
  }

  get #place() {
    return { item_id: this.#item.id, output_index: 0, content_index: 0 };
  }

  get #part() {
    return { type: 'output_text', text: this.#text, annotations: [], logprobs: [] };
  }

  #put(type, rest) {
    const data = JSON.stringify({ type, sequence_number: this.#sequence, ...rest });
    this.#sequence += 1;
    this.#out.enqueue(encoder.encode(`event: ${type}\ndata: ${data}\n\n`));
  }
}
