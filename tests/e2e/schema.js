// schema.js -- is what the gateway says valid, and in the order that clients rely on?
//
// Two judges. The schema is ../shared/spec/openapi.json, with every object closed: a member that
// it does not know is a mistake of ours. The order is RESPONSES.md's, and is checked even where
// the schema is absent.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';

const SPEC = new URL('../../../shared/spec/openapi.json', import.meta.url);

// Whether there is a schema; without it checkResponse() and checkEvent() accept everything.
export const hasSchema = existsSync(SPEC);

// ---- the schema ----

const text = { type: 'string' };
const number = { type: 'integer' };
const word = (...words) => ({ type: 'string', enum: words });
const object = (properties, optional = {}) => ({
  type: 'object', properties: { ...properties, ...optional }, required: Object.keys(properties),
});

// What OpenAI has and the vendor-neutral specification leaves out.
const OPENAI = {
  CustomToolCall: object({
    type: word('custom_tool_call'), id: text, call_id: text, name: text, input: text,
  }, { status: word('in_progress', 'completed', 'incomplete'), namespace: text }),
  CustomToolCallOutput: object({
    type: word('custom_tool_call_output'), id: text, call_id: text, output: {},
    status: word('completed'),
  }),
  CustomTool: object({ type: word('custom'), name: text }, {
    description: { type: ['string', 'null'] },
    format: { anyOf: [object({ type: word('text') }), object({
      type: word('grammar'), syntax: word('lark', 'regex'), definition: text,
    })] },
  }),
  NamespaceTool: object({ type: word('namespace'), name: text, tools: { type: 'array' } }, {
    description: { type: ['string', 'null'] },
  }),
  // Tools that OpenAI runs itself, such as web_search, are echoed as they came.
  HostedTool: {
    type: 'object',
    properties: { type: { type: 'string', not: word('function', 'custom', 'namespace') } },
    required: ['type'],
    additionalProperties: true,
  },
  CustomToolChoice: object({ type: word('custom'), name: text }),
  HostedToolChoice: object({
    type: { type: 'string', not: word('function', 'custom', 'allowed_tools') },
  }),
  ResponseCustomToolCallInputDeltaStreamingEvent: object({
    type: word('response.custom_tool_call_input.delta'), sequence_number: number, item_id: text,
    output_index: number, delta: text,
  }),
  ResponseCustomToolCallInputDoneStreamingEvent: object({
    type: word('response.custom_tool_call_input.done'), sequence_number: number, item_id: text,
    output_index: number, input: text,
  }),
};

const ref = (name) => ({ $ref: `#/components/schemas/${name}` });

function extend(schemas) {
  Object.assign(schemas, OPENAI);
  // STATE.md, section 5: newer than the description.
  schemas.ResponseCompactionCompactingStreamingEvent = object({
    type: word('response.compaction.compacting'),
    sequence_number: number,
    item_id: text,
    output_index: number,
  });
  schemas.ItemField.oneOf.push(ref('CustomToolCall'), ref('CustomToolCallOutput'));
  schemas.Tool.oneOf.push(ref('CustomTool'), ref('NamespaceTool'), ref('HostedTool'));
  schemas.ResponseResource.properties.tool_choice.oneOf.push(
    ref('CustomToolChoice'), ref('HostedToolChoice'),
  );
  schemas.AllowedToolChoice.properties.tools.items.oneOf.push(
    ref('CustomToolChoice'), ref('HostedToolChoice'),
  );
  // A call of a function in a namespace names both.
  schemas.FunctionCall.properties.namespace = text;
  // It allows null alone, though the request's twin allows an object.
  schemas.JsonSchemaResponseFormat.properties.schema.anyOf.push({ type: 'object' });
  // The request's own words are echoed, and OpenAI and GLM know two more.
  schemas.ReasoningEffortEnum.enum.push('minimal', 'max');
  // Required in the newer SDK's type.
  Object.assign(schemas.InputTokensDetails.properties, { cache_write_tokens: number });
  // In the newer SDK's type: what of the input the upstream was not sent, if anything.
  schemas.ResponseResource.properties.conversation = {
    type: 'object', required: ['id'], properties: { id: { type: 'string' } },
  };
  schemas.ResponseResource.properties.input_transformations = {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      properties: { id: text, type: text, action: { enum: ['removed'] }, reason: text },
      required: ['id', 'type', 'action', 'reason'],
      additionalProperties: false,
    },
  };
  // RESPONSES.md: the recorded error is nested, the SDK's type is flat, so we send both in one.
  Object.assign(schemas.ErrorStreamingEvent.properties, {
    code: { type: ['string', 'null'] }, message: text, param: { type: ['string', 'null'] },
  });
}

// What stands in a description's place could hold "properties" too, so it is left alone.
function close(node, key) {
  if (typeof node !== 'object' || node === null || key === 'example') return;
  if (node.properties && typeof node.properties === 'object' && node.type === 'object') {
    node.additionalProperties ??= false;
  }
  for (const [name, child] of Object.entries(node)) close(child, name);
}

function compile() {
  const { components: { schemas } } = JSON.parse(readFileSync(SPEC, 'utf8'));
  extend(schemas);
  close(schemas);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', components: { schemas } });
  const validator = (name) => ajv.getSchema(`openapi#/components/schemas/${name}`);
  const names = Object.keys(schemas).filter((name) => name.endsWith('StreamingEvent'));
  const events = new Map(names.flatMap((name) => (
    schemas[name].properties.type.enum.map((type) => [type, validator(name)])
  )));
  return {
    events,
    response: validator('ResponseResource'),
    compaction: validator('CompactResource'),
    item: validator('ItemField'),
  };
}

// Half a second of work, done at once: later it would hold up the fakes, which live in the same
// process, and the gateway would take them for silent.
const judge = hasSchema ? compile() : null;

function mustFit(validate, value, what) {
  if (validate(value)) return;
  const wrong = validate.errors.map(({ instancePath, message, params }) => (
    `  ${instancePath} ${message} ${JSON.stringify(params)}`
  ));
  assert.fail(`${what} does not fit the schema:\n${wrong.join('\n')}\n${JSON.stringify(value)}`);
}

// Beside the 31 keys, where there is something to say.
const OPTIONAL_KEYS = ['input_transformations', 'conversation'];

export function checkResponse(response) {
  const keys = Object.keys(response).filter((key) => !OPTIONAL_KEYS.includes(key));
  assert.equal(keys.length, 31, 'a response has 31 keys');
  if (judge) mustFit(judge.response, response, 'the response');
}

// What /responses/compact answers.
export function checkCompaction(compaction) {
  assert.equal(compaction.object, 'response.compaction');
  if (judge) mustFit(judge.compaction, compaction, 'the compaction');
}

// An item of a list.
export function checkItem(item) {
  if (judge) mustFit(judge.item, item, 'the item');
}

export function checkEvent(event) {
  if (event.response) checkResponse(event.response);
  if (!judge) return;
  const validate = judge.events.get(event.type);
  assert.ok(validate, `no client knows an event of type ${event.type}`);
  mustFit(validate, event, event.type);
}

// ---- frames ----

// The events of a whole stream; its frames are as strict as we write them.
export function parseStream(stream) {
  assert.ok(!stream.includes('\r'), 'lines end in LF alone');
  assert.ok(stream.endsWith('\n\ndata: [DONE]\n\n'), `ends with [DONE], not ${stream.slice(-200)}`);
  const frames = stream.slice(0, -2).split('\n\n');
  frames.pop();
  return frames.filter((frame) => frame !== ': ping').map(parseFrame);
}

function parseFrame(frame) {
  const match = frame.match(/^event: (.*)\ndata: (.*)$/);
  assert.ok(match, `a frame is an event line and a data line, not ${JSON.stringify(frame)}`);
  const [, name, data] = match;
  const event = JSON.parse(data);
  assert.equal(name, event.type, 'the event line says the type');
  return event;
}

// ---- order ----

const LAST = ['response.completed', 'response.incomplete', 'response.failed'];

const FLAVOURS = {
  message: { added: { content: [] }, delta: 'response.output_text.delta',
    done: ['response.output_text.done', 'text'], part: 'response.content_part' },
  refusal: { added: { content: [] }, delta: 'response.refusal.delta',
    done: ['response.refusal.done', 'refusal'], part: 'response.content_part' },
  reasoning: { added: { summary: [] }, delta: 'response.reasoning_summary_text.delta',
    done: ['response.reasoning_summary_text.done', 'text'],
    part: 'response.reasoning_summary_part' },
  function_call: { added: { arguments: '' }, delta: 'response.function_call_arguments.delta',
    done: ['response.function_call_arguments.done', 'arguments'] },
  custom_tool_call: { added: { input: '' }, delta: 'response.custom_tool_call_input.delta',
    done: ['response.custom_tool_call_input.done', 'input'] },
  compaction: { added: { encrypted_content: '' } },
};

// Those that have no status while they grow.
const STATELESS = ['reasoning', 'compaction'];

const textOf = (parts) => parts.map((part) => part.text ?? part.refusal).join('');

// What an item says, whatever its kind.
export function contentOf(item) {
  return item.arguments ?? item.input ?? textOf(item.content ?? item.summary ?? []);
}

const isRefusal = (item) => item.content?.some((part) => part.type === 'refusal');

// One item from output_item.added to output_item.done, as the deltas tell it.
class OpenItem {
  said = '';
  done = null; // the item of output_item.done
  #place = 'part'; // what has to come next
  #part = null;
  #notes = [];

  constructor({ item, output_index: index }) {
    this.item = item;
    this.index = index;
    this.flavour = FLAVOURS[item.type];
    assert.ok(this.flavour, `an item of type ${item.type}`);
    for (const [name, value] of Object.entries(this.flavour.added)) {
      assert.deepEqual(item[name], value, `a fresh ${item.type} is empty`);
    }
    if (!STATELESS.includes(item.type)) assert.equal(item.status, 'in_progress');
    if (!this.flavour.part) this.#place = 'text';
    if (item.type === 'compaction') this.#place = 'compacting';
  }

  take(event) {
    if (event.type === 'response.output_item.done') {
      // Reasoning may have no summary.
      if (event.item.summary?.length === 0 && this.#place === 'part') this.#place = 'done';
      this.#close(event.item);
      return;
    }
    assert.equal(event.item_id, this.item.id, `${event.type} names its item`);
    if (event.type === 'response.compaction.compacting') this.#compact();
    else if (event.type === `${this.flavour.part}.added`) this.#openPart(event.part);
    else if (event.type === `${this.flavour.part}.done`) this.#closePart(event.part);
    else if (event.type === 'response.output_text.annotation.added') this.#note(event);
    else this.#text(event);
  }

  #expect(place) {
    assert.equal(this.#place, place, `events of item ${this.index} are in order`);
  }

  #note({ annotation, annotation_index: index }) {
    this.#expect('text');
    assert.equal(index, this.#notes.length, 'annotations are numbered from 0');
    this.#notes.push(annotation);
  }

  #compact() {
    this.#expect('compacting');
    this.#place = 'done';
  }

  #openPart(part) {
    this.#expect('part');
    if (part.type === 'refusal') this.flavour = FLAVOURS.refusal;
    assert.equal(textOf([part]), '');
    this.#part = part;
    this.#place = 'text';
  }

  #text(event) {
    this.#expect('text');
    const [type, member] = this.flavour.done;
    if (event.type === this.flavour.delta) {
      assert.notEqual(event.delta, '', 'a delta says something');
      this.said += event.delta;
      return;
    }
    assert.equal(event.type, type, `an event of ${this.item.type}`);
    assert.equal(event[member], this.said, `${type} repeats the deltas`);
    this.#place = this.flavour.part ? 'close' : 'done';
  }

  #closePart(part) {
    this.#expect('close');
    assert.equal(part.type, this.#part.type);
    assert.equal(textOf([part]), this.said, 'part.done repeats the deltas');
    assert.deepEqual(part.annotations ?? [], this.#notes, 'part.done repeats the annotations');
    this.#part = part;
    this.#place = 'done';
  }

  #close(item) {
    this.#expect('done');
    this.#place = 'over';
    this.done = item;
    const { id, type, name, call_id: call, namespace } = this.item;
    const { id: id2, type: type2, name: name2, call_id: call2, namespace: namespace2 } = item;
    assert.deepEqual([id2, type2, name2, call2, namespace2], [id, type, name, call, namespace]);
    assert.equal(contentOf(item), this.said, 'output_item.done repeats the deltas');
    if (this.#part) assert.deepEqual((item.content ?? item.summary).at(-1), this.#part);
    assert.equal(isRefusal(item) ?? false, this.flavour === FLAVOURS.refusal);
  }
}

function checkNumbers(events) {
  assert.equal(events[0].sequence_number, 0, 'sequence numbers begin with 0');
  events.reduce((last, { sequence_number: n, type }) => {
    assert.ok(n > last, `sequence number ${n} of ${type} after ${last}`);
    return n;
  }, -1);
}

function checkStart([created, inProgress], { response: { usage } }) {
  assert.equal(created.type, 'response.created');
  assert.equal(inProgress?.type, 'response.in_progress');
  for (const { response } of [created, inProgress]) {
    assert.equal(response.status, 'in_progress');
    assert.deepEqual(response.output, []);
    // Known already only where nothing was said before the end.
    if (response.usage) assert.deepEqual(response.usage, usage, 'no usage until it is known');
    assert.equal(response.completed_at, null);
  }
}

// All that the request decided stays as it was at the beginning.
const CHANGES = ['status', 'completed_at', 'error', 'incomplete_details', 'output', 'usage'];

function checkEcho({ response: first }, { response: last }) {
  const kept = (response) => Object.entries(response).filter(([key]) => !CHANGES.includes(key));
  assert.deepEqual(kept(last), kept(first));
}

function checkEnd(last) {
  const { status, error, incomplete_details: details, completed_at: at } = last.response;
  assert.equal(last.type, `response.${status}`);
  assert.equal(status === 'failed', error !== null);
  assert.equal(status === 'incomplete', details !== null);
  assert.equal(status === 'completed', at !== null);
}

function checkFailure(events) {
  const { response: { error } } = events.at(-1);
  const before = events.at(-2);
  assert.equal(before.type, 'error', 'an error event stands before response.failed');
  const { code, message, param } = before;
  assert.deepEqual(before.error, { type: before.error.type, code, message, param });
  assert.deepEqual(error, { code, message });
}

function takeItems(events) {
  const items = [];
  for (const event of events) {
    if (event.type === 'response.output_item.added') {
      assert.equal(event.output_index, items.length, 'items are numbered from 0');
      items.push(new OpenItem(event));
    } else {
      assert.ok(items[event.output_index], `${event.type} belongs to an item`);
      items[event.output_index].take(event);
    }
  }
  return items;
}

// The deltas, output_item.done and the last response tell the same story three times.
function checkStories(items, { response: { status, output } }) {
  assert.deepEqual(output.map((item) => item.id), items.map(({ item }) => item.id));
  items.forEach(({ done, said }, i) => {
    if (status !== 'failed') assert.ok(done, `item ${i} is done`);
    if (done) assert.deepEqual(output[i], done, 'the last response has the item as it was done');
    if (status === 'completed') assert.ok([undefined, 'completed'].includes(done.status));
    assert.equal(contentOf(output[i]), said, 'the last response repeats the deltas');
  });
}

// Check a stream that the gateway wrote itself, from its bytes to its meaning. Returns
// { events, response }, the latter being the last.
export function checkStream(stream) {
  const events = parseStream(stream);
  assert.ok(events.length >= 3, 'a stream has a beginning and an end');
  events.forEach(checkEvent);
  checkNumbers(events);
  const last = events.at(-1);
  assert.ok(LAST.includes(last.type), `ends with a response, not ${last.type}`);
  checkStart(events, last);
  checkEcho(events[0], last);
  checkEnd(last);
  const failed = last.type === 'response.failed';
  if (failed) checkFailure(events);
  checkStories(takeItems(events.slice(2, failed ? -2 : -1)), last);
  return { events, response: last.response };
}
