/** Turns under a clock that only work moves, and a loop that only the test turns. */
import { WorkAccount, WorkGroup } from '../work-account.ts';
import { type WorkSteps, WorkTurns, type WorkTurnsOptions } from '../work-turns.ts';

const NS_PER_MS = 1e6;

export class WorkLoop {
  nowMs = 1000;
  readonly due: (() => void)[] = [];
  readonly errors: unknown[] = [];
  readonly turns: WorkTurns;

  /** Turns of 25 ms with slices of 2 ms, unless told otherwise. */
  constructor(options: WorkTurnsOptions = {}) {
    this.turns = new WorkTurns({
      turnMs: 25,
      sliceMs: 2,
      now: () => this.nowMs,
      schedule: (callback) => this.due.push(callback),
      onError: (error) => this.errors.push(error),
      ...options,
    });
  }

  account(group = new WorkGroup()): WorkAccount {
    return new WorkAccount(group);
  }

  /** Ends the turn of the loop. False when nothing was to be done. */
  turn(): boolean {
    const due = this.due.splice(0);
    for (const callback of due) callback();
    return due.length > 0;
  }

  /** How many turns it takes until nothing waits. */
  drain(most = 10_000): number {
    let count = 0;
    while (this.turn()) if (++count > most) throw new Error('it does not end');
    return count;
  }

  /** Work of `ms` in steps of 0.1 ms, which says when each step was. */
  *work(ms: number, told: (nowMs: number) => void = () => {}): WorkSteps {
    for (let left = ms * 10; left > 0; left--) {
      this.nowMs += 0.1;
      told(this.nowMs);
      if (this.turns.spend(0.1 * NS_PER_MS)) yield null;
    }
  }
}
