// flush.js -- some time after an answer, keep what the module has gathered since.
import { OP_SAVE } from './abi.js';
import { save } from './store_client.js';

const LOST = 30_000; // ms after which a flush has died with the request that was to make it
const due = new WeakMap(); // by core: when its flush is to be

// After |ms|; one that is on its way will do for all.
export async function flushLater(env, core, ms) {
  const now = Date.now();
  if (now < (due.get(core) ?? 0) + LOST) return;
  due.set(core, now + ms);
  await new Promise((resolve) => { setTimeout(resolve, ms); });
  due.delete(core);
  const plan = core.flush();
  if (plan?.op === OP_SAVE) await save(env, plan.head, plan.body);
}
