/**
 * A request, command or query from its arrival to its end: its name, how long it waited and behind what. Made by
 * `LoopTurn.trace`; queues on its way add what it waited in them.
 */
import { AHEAD_NAMES, type Ahead, type WorkTiming } from '../../../contract/work-timing.ts';

/** Work under way. */
export class TracedWork {
  /** Changed where a better name is known, such as that of the command in a request to run one. */
  work: string;
  readonly connection: string;
  /** Whatever was begun during it, such as a listener, carries its name further. */
  over = false;
  /** Under which key the audit trail has it; empty where it has not. */
  auditKey = '';
  readonly #begunAt = performance.now();
  readonly #ahead = new Map<string, number>();
  #waitedMs = 0;

  constructor(work: string, connection: string) {
    this.work = work;
    this.connection = connection;
  }

  /** It waited so many milliseconds for its turn; `ahead` names each that was served or waited before. */
  waited(ms: number, ahead: Iterable<string> = []): void {
    this.#waitedMs += Math.max(0, ms);
    const counts = new Map<string, number>();
    for (const name of ahead) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const [name, count] of counts) this.behind(name, count);
  }

  /** So many of that name were before it. Who says so again, such as another queue, speaks of the same ones. */
  behind(name: string, count = 1): void {
    if (name === '') return;
    const before = this.#ahead.get(name);
    if (before === undefined && this.#ahead.size >= AHEAD_NAMES) return;
    this.#ahead.set(name, Math.max(before ?? 0, count));
  }

  /** Milliseconds since it arrived. */
  get ms(): number {
    return performance.now() - this.#begunAt;
  }

  /** What it took: all of it until now, or `ms` where another clock says so. */
  timing(ms: number = this.ms): WorkTiming {
    const queueMs = Math.min(this.#waitedMs, ms);
    const ahead: Ahead = [...this.#ahead].map(([name, count]) => ({ name: name.slice(0, 64), count }));
    return { queueMs: tenth(queueMs), workMs: tenth(ms - queueMs), ahead };
  }
}

function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}
