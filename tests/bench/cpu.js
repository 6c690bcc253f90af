// cpu.js -- the processor time that a process has used.
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK']));
const UTIME = 11; // of the fields after the name, see proc(5)
const STIME = 12;

// User and system time of all threads of process |pid|, in milliseconds.
export function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) * 1000 / TICKS;
}
