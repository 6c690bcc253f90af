/* openai-memory.js -- what `store` kept: the responses and the items of each account.
 *
 * Every key is an account of its own, whatever fault it asks for: what one key made, no other can
 * name.
 */
import { Refusal, openaiError } from './errors.js';
import { itemsOf } from './prompt.js';

const unstored = (id) => `Item with id '${id}' not found. Items are not persisted when \`store\` ` +
  'is set to false. Try again with `store` set to true, or remove this item from your input.';

/* A thought without its seal is known by its id alone. */
const isKnownById = ({ type, id, encrypted_content: sealed }) => (
  type === 'item_reference' || (type === 'reasoning' && Boolean(id) && !sealed)
);

const nameOf = (key, id) => `${key.replace(/\.?fault:.*$/, '')} ${id}`;

export class OpenaiMemory {
  #responses = new Map();
  #items = new Map();

  reset() {
    this.#responses.clear();
    this.#items.clear();
  }

  /** The response that |key| made under |id|: {response, context}, or undefined. */
  find(key, id) {
    return this.#responses.get(nameOf(key, id));
  }

  #resolve(key, item) {
    if (!isKnownById(item)) return item;
    const known = this.#items.get(nameOf(key, item.id));
    if (known) return known;
    throw new Refusal(openaiError(null, {
      status: 404, message: unstored(item.id), param: 'input',
    }));
  }

  /**
   * All that the model is to read: the turns before, then the input with its references resolved.
   * @throws {Refusal} if an item is not known
   */
  contextOf(key, { input, previous_response_id: previous }) {
    const before = previous ? this.find(key, previous).context : [];
    return [...before, ...itemsOf(input).map((item) => this.#resolve(key, item))];
  }

  /** Keep |response|, which answered |context|. */
  keep(key, response, context) {
    const all = [...context, ...response.output];
    this.#responses.set(nameOf(key, response.id), { response, context: all });
    for (const item of all) if (item.id) this.#items.set(nameOf(key, item.id), item);
  }
}
