/**
 * The flows that are not at their end, and whose turn it is: those of one subject go one after the other, and of all only so many are
 * at work at once. Used by `flow-engine.ts`, which does their steps.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Timer } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import type { AnyFlowKind, FlowAnswer, StoredFlow } from './flow-kind.ts';

/** How a flow that is there is shown. */
export interface FlowRow extends Omit<StoredFlow, 'data' | 'due'> {
  /** Whether its step is under way, waits for another flow or for its turn, or for its next try. */
  readonly state: 'working' | 'queued' | 'waiting';
  /** When it is tried again; null where it does not wait for that. */
  readonly retryAt: number | null;
}

/** A flow that is not at its end. */
export interface Flow {
  row: StoredFlow;
  readonly kind: AnyFlowKind;
  working: boolean;
  /** Until its next try. */
  timer: Timer | null;
  /** Told once, of whatever comes first. */
  tell: ((answer: FlowAnswer<unknown>) => void) | null;
}

export class FlowLines {
  readonly #flows = new Map<number, Flow>();
  /** By subject: the oldest first, which alone may work. */
  readonly #lines = new Map<string, Flow[]>();
  /** Those whose turn it is and for whom there was no room. */
  readonly #ready = new Set<Flow>();
  #working = 0;

  get size(): number {
    return this.#flows.size;
  }

  /** Those whose step has failed and is tried again. */
  get waiting(): number {
    let waiting = 0;
    for (const { row } of this.#flows.values()) if (row.attempts > 0) waiting++;
    return waiting;
  }

  all(): Iterable<Flow> {
    return this.#flows.values();
  }

  /** Those of a subject, the oldest first. */
  of(subject: string): readonly Flow[] {
    return this.#lines.get(subject) ?? [];
  }

  /** @throws SignalboxError `not_found` */
  get(id: number): Flow {
    const flow = this.#flows.get(id);
    if (flow === undefined) throw new SignalboxError('not_found', `There is no flow ${id}.`);
    return flow;
  }

  add(flow: Flow): void {
    const { id, subject } = flow.row;
    this.#flows.set(id, flow);
    const line = this.#lines.get(subject);
    if (line === undefined) this.#lines.set(subject, [flow]);
    else line.push(flow);
  }

  /** Takes one out; the one that comes after it, where there is any. */
  remove(flow: Flow): Flow | undefined {
    const { id, subject } = flow.row;
    this.#flows.delete(id);
    this.#ready.delete(flow);
    const line = this.of(subject).filter((one) => one !== flow);
    if (line.length === 0) this.#lines.delete(subject);
    else this.#lines.set(subject, line);
    return line[0];
  }

  /** Whether its step begins now, which holds a place until {@link leave}. Where it is its turn and there is no room, it comes next. */
  take(flow: Flow): boolean {
    if (this.of(flow.row.subject)[0] !== flow || flow.working || flow.timer !== null) return false;
    if (this.#working >= limits.flowsAtOnce.default) {
      this.#ready.add(flow);
      return false;
    }
    this.#ready.delete(flow);
    flow.working = true;
    this.#working++;
    return true;
  }

  /** A step has ended; whose turn it may be now. */
  leave(): Flow | undefined {
    this.#working--;
    const [next] = this.#ready;
    return next;
  }

  /** It stands still, whatever its turn is. */
  hold(flow: Flow): void {
    flow.working = true;
    this.#ready.delete(flow);
  }

  clear(): void {
    this.#flows.clear();
    this.#lines.clear();
    this.#ready.clear();
  }
}

/** How one is shown. */
export function rowOf({ row: { data: _data, due, ...shown }, working, timer }: Flow): FlowRow {
  return {
    ...shown,
    state: working ? 'working' : timer === null ? 'queued' : 'waiting',
    retryAt: timer === null ? null : due,
  };
}
