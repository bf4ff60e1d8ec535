/** The threads that take store work from each other, as the daemon's thread has them: tells each who the others are. */
import type { ServingWorker } from './serving-worker.ts';
import { type DequePlace, idleMemory } from './stealing-work.ts';
import { dequeMemory } from './work-deque.ts';

export class StealingGroup {
  readonly #idle = idleMemory();
  readonly #members = new Map<ServingWorker, DequePlace>();
  #last = -1;

  /** A thread takes part from here on, where it did not yet. */
  join(worker: ServingWorker): void {
    if (this.#members.has(worker)) return;
    this.#members.set(worker, { number: ++this.#last, memory: dequeMemory() });
    this.#introduce();
  }

  /** A thread has ended: what it had taken is done by those whose it is. */
  leave(worker: ServingWorker): void {
    const gone = this.#members.get(worker);
    if (gone === undefined) return;
    this.#members.delete(worker);
    this.#introduce();
    for (const member of this.#members.keys()) member.tell({ type: 'stealerLost', number: gone.number });
  }

  #introduce(): void {
    for (const [worker, own] of this.#members) {
      const others = [...this.#members.values()].filter((place) => place !== own);
      worker.tell({ type: 'steal', members: { own, others, idle: this.#idle } });
    }
  }
}
