/* isolate.js -- which part of a process' CPU time passed inside of an isolate.
 *
 * This is what Cloudflare counts: JavaScript, WebAssembly and the runtime's calls for them, but
 * no sockets. perf samples the process' stacks, and those below workerd's runInContextScope
 * count. V8's own profiler is no use here: it counts idle time.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FREQUENCY = 4000; // samples a second of CPU time
const START_MS = 300; // until perf samples
const SCOPE = 'workerd::IoContext::runInContextScope';
const REPORT = ['--children', '-g', 'none', '--sort', 'symbol', '--stdio', '--percent-limit', '0'];
const TEXT_MAX = 1 << 28; // bytes of a report

const MEASURABLE = spawnSync('perf', ['stat', '-e', 'cpu-clock', 'true']).status === 0;

function shareIn(file) {
  const text = execFileSync('perf', ['report', '-i', file, ...REPORT], {
    stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: TEXT_MAX, encoding: 'latin1',
  });
  const line = text.split('\n').find((one) => one.includes(SCOPE));
  return line ? Number.parseFloat(line) / 100 : 0;
}

// Sample process |pid| from now on. Returns stop(), which answers the share, 0 to 1; null where
// there is no perf. The file is kept where |keep| says.
export async function startSampling(pid, keep) {
  if (!MEASURABLE) return async () => null;
  const file = keep ?? join(tmpdir(), `gateway-bench-${pid}.perf`);
  const perf = spawn('perf', [
    'record', '-q', '-F', FREQUENCY, '-g', '-e', 'cpu-clock', '-p', pid, '-o', file,
  ], { stdio: 'ignore' });
  const over = once(perf, 'exit');
  await sleep(START_MS);
  return async () => {
    perf.kill('SIGINT');
    await over;
    const share = shareIn(file);
    if (!keep) await rm(file, { force: true });
    return share;
  };
}
