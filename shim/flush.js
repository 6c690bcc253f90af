// flush.js -- write what the module has collected to the store, some time after a request.
import { OP_SAVE } from './abi.js';
import { save } from './store_client.js';

const LOST = 30_000; // ms after which an overdue flush is assumed to be lost with its request
const due = new WeakMap(); // by core: when its next flush is due

// Flush after |ms|; does nothing when a flush is already due.
export async function flushLater(env, core, ms) {
  const now = Date.now();
  if (now < (due.get(core) ?? 0) + LOST) return;
  due.set(core, now + ms);
  await new Promise((resolve) => { setTimeout(resolve, ms); });
  due.delete(core);
  const plan = core.flush();
  if (plan?.op === OP_SAVE) await save(env, plan.head, plan.body);
}
