// cpu.js -- the processor time that a process has used.
import { readdirSync, readFileSync } from 'node:fs';

const NS = 1e6; // in a millisecond

// Milliseconds on a processor, of all threads of process |pid|: see proc(5), schedstat.
export function cpuOf(pid) {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder).reduce((sum, thread) => {
    const [ns] = readFileSync(`${folder}/${thread}/schedstat`, 'latin1').split(' ');
    return sum + Number(ns) / NS;
  }, 0);
}
