/** Reads what a process has used from /proc, so that a rival is measured the same way as our server. Linux only. */
import { readFileSync } from 'node:fs';

/** Linux reports CPU time to user space in hundredths of a second on every architecture. */
const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  readonly cpuSeconds: number;
  /** write() and writev() calls since start. */
  readonly writeCalls: number;
  readonly rssBytes: number;
  readonly threads: number;
}

/** The usage of a process now. @throws Error when it is gone. */
export function readUsage(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const io = readFileSync(`/proc/${pid}/io`, 'utf8');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    writeCalls: Number(/syscw: (\d+)/.exec(io)?.[1] ?? 0),
    rssBytes: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024,
    threads: Number(/Threads:\s+(\d+)/.exec(status)?.[1] ?? 0),
  };
}

/** CPU seconds that all processes of the machine have used since it started. */
export function machineCpuSeconds(): number {
  const fields =
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
}
