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

const accountOf = (key) => key.replace(/\.?fault:.*$/, '');
const nameOf = (key, id) => `${accountOf(key)} ${id}`;

const unreadable = (sealed) => (
  `The encrypted content ${sealed.slice(0, 4)}...${sealed.slice(-4)} could not be verified. ` +
  'Reason: Encrypted content could not be decrypted or parsed.'
);

export class OpenaiMemory {
  #responses = new Map();
  #items = new Map();
  #seals = new Map(); // whose: what one account sealed, no other can open

  reset() {
    this.#responses.clear();
    this.#items.clear();
    this.#seals.clear();
  }

  /** The response that |key| made under |id|: {response, context}, or undefined. */
  find(key, id) {
    return this.#responses.get(nameOf(key, id));
  }

  #resolve(key, item) {
    if ((this.#seals.get(item.encrypted_content) ?? accountOf(key)) !== accountOf(key)) {
      const message = unreadable(item.encrypted_content);
      throw new Refusal(openaiError('invalid_encrypted_content', { status: 400, message }));
    }
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

  /** Keep |response|, which answered |context|; of one that is not stored, only who sealed it. */
  keep(key, response, context) {
    for (const { encrypted_content: sealed } of response.output) {
      if (sealed) this.#seals.set(sealed, accountOf(key));
    }
    if (!response.store) return;
    const all = [...context, ...response.output];
    this.#responses.set(nameOf(key, response.id), { response, context: all });
    for (const item of all) if (item.id) this.#items.set(nameOf(key, item.id), item);
  }
}
