// answer.js -- show one answer while it streams in: text, calls, images, events and attempts.
import { Refusal, askModels, askRequests, streamResponse } from './api.js';
import { pathOf } from './attempts.js';
import { make, put, show } from './dom.js';
import { count, duration, money } from './format.js';
import { markdown } from './markdown.js';
import { say } from './words.js';

const PAUSE = 80; // ms between two updates of a growing text
const EVENTS_MAX = 2000; // how many raw events are kept
const LOOKS = [400, 1500, 4000, 8000]; // ms: the isolate that served it stores the record later

const STATES = { complete: 'healthy', failed: 'disabled', waiting: 'going', streaming: 'going' };

// An element whose text follows the page's language.
const worded = (tag, name, properties = {}) => make(tag, { ...properties, 'data-t': name },
  say(name));

function elementsOf(id) {
  const part = (tag, name, properties = {}) => make(tag, { id: `${id}-${name}`, ...properties });
  const parts = {
    title: worded('h2', 'answer', { id: `${id}-title` }),
    route: part('span', 'route', { class: 'soft small' }),
    state: part('span', 'state', { class: 'state', role: 'status' }),
    turns: part('div', 'turns', { class: 'turns' }),
    error: part('p', 'error', { class: 'note bad', role: 'alert', hidden: true }),
    reasoning: part('div', 'reasoning', { class: 'prose soft' }),
    text: part('div', 'text', { class: 'markdown' }),
    images: part('div', 'images', { class: 'images' }),
    calls: part('div', 'calls'),
    path: part('div', 'path'),
    facts: part('dl', 'facts', { class: 'facts' }),
    raw: part('pre', 'raw', { tabindex: 0 }),
  };
  parts.thoughts = make('details', { id: `${id}-thoughts`, open: true, hidden: true },
    worded('summary', 'reasoning'), parts.reasoning);
  parts.events = make('details', { id: `${id}-events`, hidden: true },
    worded('summary', 'rawEvents'), parts.raw);
  parts.root = make('div', {
    id, class: 'card answer', role: 'group', 'aria-labelledby': `${id}-title`,
  },
  make('div', { class: 'title' }, parts.title, parts.route, parts.state), parts.turns, parts.error,
  parts.thoughts, parts.text, parts.images, parts.calls, parts.path, parts.facts, parts.events);
  return parts;
}

const rendered = (text) => {
  try {
    return markdown(text);
  } catch {
    return [text]; // it was nested too deeply
  }
};

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

// The cost by the prices of /v1/models. A target's own may differ, so the page says "about".
function estimate({ usage, prices }) {
  if (!usage || !prices?.currency) return null;
  const cached = usage.input_tokens_details?.cached_tokens ?? 0;
  const { input_per_1m: input = 0, input_cache_per_1m: cache = input, output_per_1m: output = 0 }
    = prices;
  const amount = (usage.input_tokens - cached) * input + cached * cache
    + usage.output_tokens * output;
  return say('about', { amount: money(amount / 1e6, prices.currency.toUpperCase()) });
}

function tokens(n, detail, name, key) {
  if (n === undefined) return null;
  return detail > 0 ? say(name, { n: count(n), [key]: count(detail) }) : count(n);
}

const itemsOf = (output) => output.flatMap((item) => {
  if (item.type === 'message') {
    const text = (item.content ?? []).map((part) => part.text ?? part.refusal ?? '').join('');
    return [{ role: 'assistant', content: text }];
  }
  if (item.type !== 'function_call') return [];
  return [{ type: item.type, call_id: item.call_id, name: item.name, arguments: item.arguments }];
});

export class Answer {
  parts;
  items = []; // the conversation so far, as input of the next request
  #last = null; // the facts of the answer that is shown
  #timer = null;

  constructor(id) {
    this.parts = elementsOf(id);
    this.parts.events.addEventListener('toggle', () => this.#showRaw());
  }

  // Send |question| with |said|, the user's next items, and show the answer.
  async ask(question, said, signal) {
    this.#begin(question, said);
    const { input, ...rest } = question;
    const body = { ...rest, input: this.items.length + said.length > 1 || !input
      ? [...this.items, ...said] : input };
    await this.#read(body, signal).catch((error) => this.#excuse(error));
    this.#last.ended = performance.now();
    this.#render();
    this.#again();
    this.#learn(this.#last);
  }

  // Forget the conversation.
  forget() {
    this.items = [];
    put(this.parts.turns);
    if (this.#last) this.#clear();
    this.#last = null;
    this.parts.route.textContent = this.parts.state.textContent = '';
    this.parts.state.className = 'state';
  }

  speak() {
    if (!this.#last) return;
    this.#setState(...this.#last.state);
    this.#again();
  }

  get model() {
    return this.#last?.question.model;
  }

  // ---- display ----

  #begin(question, said) {
    const earlier = this.#last;
    if (earlier?.over && earlier.won) this.#keepTurn(earlier);
    else if (earlier) this.parts.turns.lastChild.remove();
    this.#clear();
    const asked = said.map((item) => item.shown ?? item.output ?? '').filter(Boolean).join('\n');
    this.parts.turns.append(make('div', { class: 'turn user' }, asked));
    this.#last = { question, said, began: performance.now(), text: '', raw: [], calls: [],
      images: [] };
    this.parts.route.textContent = question.model;
    this.#setState('waiting');
  }

  // Show an earlier answer above the current one.
  #keepTurn({ text, calls }) {
    this.parts.turns.append(
      make('div', { class: 'turn markdown' }, rendered(text),
        calls.map(({ name, arguments: given }) => make('code', {}, `${name}(${given})`))));
  }

  #clear() {
    const { text, reasoning, images, calls, path, facts, raw } = this.parts;
    for (const one of [text, reasoning, images, calls, path, facts, raw]) put(one);
    this.parts.thoughts.hidden = this.parts.events.hidden = true;
    show(this.parts.error, '');
  }

  #setState(name, values) {
    this.#last.state = [name, values];
    this.parts.state.textContent = say(name, values);
    this.parts.state.className = `state ${STATES[name] ?? 'cooling'}`;
  }

  #fail(message) {
    this.#setState('failed');
    show(this.parts.error, message);
  }

  #render() {
    clearTimeout(this.#timer);
    this.#timer = null;
    put(this.parts.text, rendered(this.#last.text));
  }

  #facts() {
    const { head, model, usage, began, first, ended, record } = this.#last;
    const of = (name) => head?.get(`x-gateway-${name}`);
    const exact = record?.cost === undefined ? of('cost')
      : money(record.cost, (record.currency ?? '').toUpperCase());
    return [
      ['provider', of('provider')],
      ['model', model],
      ['attempts', of('attempts')],
      ['firstTokenAt', first && duration(first - began)],
      ['duration', ended && duration(ended - began)],
      ['tokensIn', tokens(usage?.input_tokens, usage?.input_tokens_details?.cached_tokens,
        'withCached', 'cached')],
      ['tokensOut', tokens(usage?.output_tokens, usage?.output_tokens_details?.reasoning_tokens,
        'withReasoning', 'reasoning')],
      ['cost', exact ?? estimate(this.#last)],
      ['lossy', of('lossy')],
      ['requestId', head?.get('x-request-id')],
    ].filter(([, value]) => value);
  }

  #again() {
    put(this.parts.facts, this.#facts().map(([name, value]) => make('div', {},
      make('dt', {}, say(name)), make('dd', {}, value))));
    const path = this.#last.record && pathOf(this.#last.record);
    put(this.parts.path, path ? [make('h3', {}, say('tried')), path] : []);
    this.parts.events.hidden = this.#last.raw.length === 0;
    this.#showRaw();
  }

  #showRaw() {
    if (this.parts.events.open) this.parts.raw.textContent = this.#last?.raw.join('\n') ?? '';
  }

  // ---- events ----

  async #read(body, signal) {
    const { head, events } = await streamResponse(body, signal);
    this.#last.head = head;
    this.#again();
    for await (const data of events) this.#take(data);
    if (!this.#last.over) this.#fail(say('brokenOff'));
  }

  #take(data) {
    const last = this.#last;
    if (last.raw.length < EVENTS_MAX) last.raw.push(data);
    let event;
    try {
      event = JSON.parse(data);
    } catch {
      return; // it is shown only among the raw events
    }
    ON.get(event?.type)?.call(this, event);
  }

  #grow() {
    this.#last.first ??= performance.now();
    this.#setState('streaming');
  }

  static #text({ delta }) {
    this.#grow();
    this.#last.text += delta;
    this.#timer ??= setTimeout(() => this.#render(), PAUSE);
  }

  static #think({ delta }) {
    this.#grow();
    this.parts.thoughts.hidden = false;
    this.parts.reasoning.append(delta);
  }

  static #item({ item }) {
    const { images, calls } = this.#last;
    if (item?.type === 'image_generation_call' && /^[\w+/=-]+$/.test(item.result ?? '')) {
      images.push(item.result);
      this.parts.images.append(make('img', {
        alt: say('image'), src: `data:image/png;base64,${item.result}`,
      }));
    } else if (/_call$/.test(item?.type)) {
      this.#grow();
      calls.push(item);
      this.parts.calls.append(this.#callBox(item));
    }
  }

  static #finish({ response = {} }) {
    const { status, model, usage, error, output, incomplete_details: details } = response;
    const last = this.#last;
    const won = status !== 'failed';
    Object.assign(last, { model: model ?? last.model, usage, over: true, won });
    if (won) this.items = [...this.items, ...last.said.map(({ shown, ...item }) => item),
      ...itemsOf(output ?? [])];
    if (!won) this.#fail(error?.message ?? say('failed'));
    else if (status === 'incomplete') {
      this.#setState('incomplete', { reason: details?.reason ?? '?' });
    } else this.#setState('complete');
    this.#offerResults();
  }

  static on() {
    return new Map([
      ['response.created', function created(event) { this.#last.model = event.response?.model; }],
      ['response.output_text.delta', Answer.#text],
      ['response.refusal.delta', Answer.#text],
      ['response.reasoning_text.delta', Answer.#think],
      ['response.reasoning_summary_text.delta', Answer.#think],
      ['response.output_item.done', Answer.#item],
      ['response.completed', Answer.#finish],
      ['response.incomplete', Answer.#finish],
      ['response.failed', Answer.#finish],
      ['error', function failed({ message, error }) {
        Answer.#finish.call(this, {
          response: { status: 'failed', error: { message: message ?? error?.message } },
        });
      }],
    ]);
  }

  #excuse(error) {
    if (error.name === 'AbortError') {
      this.#setState('stopped');
      return;
    }
    if (!(error instanceof Refusal)) throw error;
    Object.assign(this.#last, { over: true, head: error.head });
    this.#fail(error.status ? `${error.status} ${error.code}: ${error.message}`
      : say('noAnswer', { message: error.message }));
  }

  // ---- calls of tools, and their results ----

  #callBox({ name, type, arguments: given, input, action }) {
    const said = given ?? input ?? (action && JSON.stringify(action)) ?? '';
    return make('div', { class: 'call' },
      make('div', { class: 'line' }, make('strong', {}, name ?? type),
        name ? make('span', { class: 'tag' }, type) : null),
      said ? make('pre', { tabindex: 0 }, make('code', {}, pretty(said))) : null);
  }

  // Offer a field for the result of each call.
  #offerResults() {
    const waiting = this.#last.won ? this.#last.calls.filter(({ type }) => type === 'function_call')
      : [];
    if (waiting.length === 0) return;
    const fields = waiting.map(({ name, call_id: id }) => make('textarea', {
      rows: 2, 'data-call': id, 'aria-label': say('resultOf', { name }),
      placeholder: say('resultOf', { name }),
    }));
    const send = () => this.onresults?.(fields.map((field) => ({
      type: 'function_call_output', call_id: field.dataset.call, output: field.value,
    })));
    this.parts.calls.append(...fields,
      make('button', { type: 'button', class: 'results', onclick: send }, say('sendResults')));
  }

  // ---- the request's record ----

  async #learn(last) {
    const id = last.head?.get('x-request-id');
    const name = last.head?.get('x-gateway-route') ?? last.question.model;
    const prices = askModels().then((models) => {
      last.prices = models.find((model) => model.id === name)?.pricing;
      if (last === this.#last) this.#again();
    }).catch(() => {});
    for (const pause of id ? LOOKS : []) {
      await new Promise((resolve) => { setTimeout(resolve, pause); });
      if (last !== this.#last) return;
      const { requests } = await askRequests({ id }).catch(() => ({ requests: [] }));
      [last.record] = requests;
      if (last.record) break;
    }
    await prices;
    if (last === this.#last) this.#again();
  }
}

const ON = Answer.on();
