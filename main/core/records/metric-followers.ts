/**
 * Who wants the figures of all processes as they come: `signalbox top`. Windows stream from the processes themselves and do not
 * pass here.
 */
import type { ControlEvent } from '../../../contract/control/messages.ts';
import type { MetricSummary } from '../../../contract/link/metric-summary.ts';
import type { Caller } from '../caller.ts';

/** Callers that are sent every second of every process. */
export class MetricFollowers {
  readonly #callers = new Set<Caller>();
  /** Callers whose end is heard of. */
  readonly #watched = new WeakSet<Caller>();

  get size(): number {
    return this.#callers.size;
  }

  /** Sends to it from now on until it closes. A second call changes nothing. */
  add(caller: Caller): void {
    this.#callers.add(caller);
    if (this.#watched.has(caller)) return;
    this.#watched.add(caller);
    caller.onClose(() => this.#callers.delete(caller));
  }

  delete(caller: Caller): void {
    this.#callers.delete(caller);
  }

  /** One second of a process. Costs nothing while nobody follows. */
  send(source: string, { time, revision, values }: MetricSummary): void {
    if (this.#callers.size === 0) return;
    const event: ControlEvent = { type: 'metrics', source, time, revision, values: [...values] };
    for (const caller of this.#callers) caller.send(event);
  }
}
