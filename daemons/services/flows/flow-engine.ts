/**
 * Runs flows. Where one stands is on the disk before its step is begun, so that after a crash it goes on there; a step that fails is
 * tried again after 30 seconds, then twice that, up to an hour. Flows of one subject go one after the other, and of all of them only so
 * many are at work at once.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { Histogram } from '../../../contract/histogram.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { limits } from '../limits.ts';
import type { AnyFlowKind, AnyFlowTurn, FlowAnswer, FlowKind, StoredFlow } from './flow-kind.ts';
import type { FlowStore } from './flow-store.ts';

export interface FlowEngineOptions {
  readonly store: FlowStore;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  /** From 0 to 1, for pauses that do not all end at once. */
  readonly random: () => number;
  readonly kinds: readonly AnyFlowKind[];
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

/** How a flow that is there is shown. */
export interface FlowRow extends Omit<StoredFlow, 'data' | 'due'> {
  /** Whether its step is under way, waits for another flow or for its turn, or for its next try. */
  readonly state: 'working' | 'queued' | 'waiting';
  /** When it is tried again; null where it does not wait for that. */
  readonly retryAt: number | null;
}

/** What was counted of a kind, since the start. */
export interface FlowCounts {
  begun: number;
  done: number;
  /** Steps that failed and were tried again. */
  retries: number;
  readonly times: Histogram;
}

/** A flow that is not at its end. */
interface Flow {
  row: StoredFlow;
  readonly kind: AnyFlowKind;
  working: boolean;
  /** Until its next try. */
  timer: Timer | null;
  /** Told once, of whatever comes first. */
  tell: ((answer: FlowAnswer<unknown>) => void) | null;
  readonly since: number;
}

export class FlowEngine {
  readonly counts = new Map<string, FlowCounts>();
  readonly #options: FlowEngineOptions;
  readonly #kinds: ReadonlyMap<string, AnyFlowKind>;
  readonly #flows = new Map<number, Flow>();
  /** By subject: those that are not at their end, the oldest first, which alone may work. */
  readonly #lines = new Map<string, Flow[]>();
  /** Those whose turn it is and for whom there was no room. */
  readonly #ready = new Set<Flow>();
  #working = 0;
  #reserved = 0;
  #closed = false;

  constructor(options: FlowEngineOptions) {
    this.#options = options;
    this.#kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
    for (const { name } of options.kinds)
      this.counts.set(name, { begun: 0, done: 0, retries: 0, times: new Histogram() });
  }

  /** Flows that are not at their end. */
  get size(): number {
    return this.#flows.size;
  }

  /** Those of them whose step has failed and is tried again. */
  get waiting(): number {
    let waiting = 0;
    for (const { row } of this.#flows.values()) if (row.attempts > 0) waiting++;
    return waiting;
  }

  /** Goes on with whatever was under way when the process ended. Called once. */
  resume(): void {
    for (const row of this.#options.store.all()) {
      const kind = this.#kinds.get(row.kind);
      if (kind === undefined || kind.steps[row.step] === undefined) {
        const what = `${row.kind} of ${row.subject} at ${row.step}`;
        this.#options.log('warn', 'flow_unknown', `A flow is left as it is that is not known here: ${what}`);
        continue;
      }
      this.#add(row, kind, null);
    }
    if (this.#flows.size > 0)
      this.#options.log('info', 'flows_resumed', `${this.#flows.size} flows of before go on`);
  }

  /**
   * Begins a flow; resolves when it is at its end, when its step fails for the first time, or when its user has waited long enough.
   * @param write what is written along with it, or not at all; throws SignalboxError for what keeps it from beginning
   * @throws SignalboxError `limit_reached` where as many are under way as may be, and what `write` and writing throw
   */
  async begin<Data extends object, Answer>(
    kind: FlowKind<Data, Answer>,
    subject: string,
    data: Data,
    write: () => void = () => {},
  ): Promise<FlowAnswer<Answer>> {
    const row = await this.#stored(kind, subject, data, write);
    return await this.#answerOf(row, kind);
  }

  /** Begins a flow for whose end nobody waits; resolves when it is on the disk. Throws as {@link begin}. */
  async start<Data extends object>(
    kind: FlowKind<Data, unknown>,
    subject: string,
    data: Data,
  ): Promise<void> {
    const row = await this.#stored(kind, subject, data, () => {});
    if (!this.#closed) this.#begun(row);
  }

  async #stored(kind: AnyFlowKind, subject: string, data: object, write: () => void): Promise<StoredFlow> {
    if (this.#closed) throw new SignalboxError('unavailable', 'Services are shutting down.');
    if (this.#flows.size + this.#reserved >= limits.flows.default)
      throw new SignalboxError('limit_reached', `${limits.flows.default} flows are under way already.`);
    this.#reserved++;
    return await this.#options.writes
      .write(() => {
        write();
        return this.#insert(kind, subject, data);
      })
      .finally(() => this.#reserved--);
  }

  /** Whether a flow of this kind is under way for a subject, and its step has not begun: what it will find is what is now. */
  isAhead({ name }: AnyFlowKind, subject: string): boolean {
    return (this.#lines.get(subject) ?? []).some(
      ({ kind, working, row }) => kind.name === name && !working && row.step === kind.first,
    );
  }

  /** Whether a flow of this kind is under way for a subject. */
  has({ name }: AnyFlowKind, subject: string): boolean {
    return (this.#lines.get(subject) ?? []).some(({ kind }) => kind.name === name);
  }

  /** Numbers of the flows under way for a subject. */
  under(subject: string): number[] {
    return (this.#lines.get(subject) ?? []).map(({ row }) => row.id);
  }

  rows(): FlowRow[] {
    return [...this.#flows.values()].map(({ row: { data: _data, due, ...shown }, working, timer }) => ({
      ...shown,
      state: working ? 'working' : timer === null ? 'queued' : 'waiting',
      retryAt: timer === null ? null : due,
    }));
  }

  /** Tries one again that waits, or all of them; how many. Throws SignalboxError `not_found`, `conflict`. */
  retry(id: number | null): number {
    if (id !== null && this.#get(id).timer === null)
      throw new SignalboxError('conflict', `The flow ${id} does not wait for its next try.`);
    let tried = 0;
    for (const flow of this.#flows.values()) {
      if (flow.timer === null || (id !== null && flow.row.id !== id)) continue;
      flow.timer.cancel();
      flow.timer = null;
      tried++;
      this.#wake(flow);
    }
    return tried;
  }

  /** @throws SignalboxError `not_found` */
  assertThere(id: number): void {
    this.#get(id);
  }

  /** Gives one up, wherever it stands. Throws SignalboxError `not_found`, `busy`. */
  async drop(id: number): Promise<void> {
    const flow = this.#get(id);
    if (flow.working) throw new SignalboxError('busy', `The flow ${id} is at work; try again in a moment.`);
    // It stands still until it is gone.
    flow.working = true;
    flow.timer?.cancel();
    flow.timer = null;
    this.#ready.delete(flow);
    try {
      await this.#options.writes.write(() => this.#options.store.drop(id));
    } catch (error) {
      flow.working = false;
      this.#wake(flow);
      throw error;
    }
    this.#remove(flow, { kind: 'delayed', why: 'An administrator gave it up.' });
  }

  /** Begins nothing more. What is under way is gone on with after the next start. */
  close(): void {
    this.#closed = true;
    for (const { timer, tell } of this.#flows.values()) {
      timer?.cancel();
      tell?.({ kind: 'delayed', why: 'Services are shutting down.' });
    }
    this.#flows.clear();
    this.#lines.clear();
    this.#ready.clear();
  }

  #get(id: number): Flow {
    const flow = this.#flows.get(id);
    if (flow === undefined) throw new SignalboxError('not_found', `There is no flow ${id}.`);
    return flow;
  }

  #answerOf<Answer>(row: StoredFlow, kind: AnyFlowKind): Promise<FlowAnswer<Answer>> {
    if (this.#closed) return Promise.resolve({ kind: 'delayed', why: 'Services are shutting down.' });
    this.#countsOf(kind).begun++;
    return new Promise((resolve) => {
      const flow = this.#add(row, kind, (answer) => {
        late.cancel();
        flow.tell = null;
        resolve(answer as FlowAnswer<Answer>);
      });
      const late = this.#options.clock.after(limits.flowAnswerMs.default, () =>
        flow.tell?.({ kind: 'delayed', why: 'It takes longer than usual.' }),
      );
    });
  }

  #insert(kind: AnyFlowKind, subject: string, data: object): StoredFlow {
    const now = this.#options.clock.now();
    const row = { kind: kind.name, subject, step: kind.first, data: JSON.stringify(data), begun: now };
    const id = this.#options.store.insert(row);
    return { ...row, id, attempts: 0, due: now, problem: null };
  }

  #add(row: StoredFlow, kind: AnyFlowKind, tell: Flow['tell']): Flow {
    const since = this.#options.clock.monotonic();
    const flow: Flow = { row, kind, working: false, timer: null, tell, since };
    this.#flows.set(row.id, flow);
    const line = this.#lines.get(row.subject);
    if (line === undefined) this.#lines.set(row.subject, [flow]);
    else line.push(flow);
    // Whoever waits for the answer hears of it in a turn of its own.
    if (row.attempts > 0) this.#pause(flow);
    else queueMicrotask(() => this.#wake(flow));
    return flow;
  }

  /** Begins the step of a flow, where it is its turn. */
  #wake(flow: Flow): void {
    const first = this.#lines.get(flow.row.subject)?.[0];
    if (this.#closed || first !== flow || flow.working || flow.timer !== null) return;
    if (this.#working >= limits.flowsAtOnce.default) {
      this.#ready.add(flow);
      return;
    }
    this.#ready.delete(flow);
    flow.working = true;
    this.#working++;
    void this.#step(flow).finally(() => {
      this.#working--;
      const [next] = this.#ready;
      if (next !== undefined) this.#wake(next);
    });
  }

  async #step(flow: Flow): Promise<void> {
    const { row, kind } = flow;
    try {
      const came = await kind.steps[row.step]!(JSON.parse(row.data) as never);
      if (this.#closed) return;
      const { turn, next, begun } = await this.#options.writes.write(() => this.#keep(flow, came));
      if (this.#closed) return;
      turn.after?.();
      for (const other of begun) this.#begun(other);
      flow.row = next;
      flow.working = false;
      if ('done' in turn) {
        const counts = this.#countsOf(kind);
        counts.done++;
        counts.times.record(Math.round((this.#options.clock.monotonic() - flow.since) * 1e6));
        this.#remove(flow, { kind: 'done', answer: turn.done });
      } else queueMicrotask(() => this.#wake(flow));
    } catch (error) {
      if (!this.#closed) await this.#failed(flow, error);
    }
  }

  /** Stores where a flow stands now. */
  #keep({ row, kind }: Flow, came: AnyFlowTurn | (() => AnyFlowTurn)) {
    const turn = typeof came === 'function' ? came() : came;
    const begun = (turn.begins ?? []).map((one) => this.#insert(one.kind, one.subject, one.data));
    if ('done' in turn) {
      this.#options.store.drop(row.id);
      return { turn, next: row, begun };
    }
    if (kind.steps[turn.to] === undefined) throw new Error(`${kind.name} has no step ${turn.to}`);
    const data = JSON.stringify({ ...JSON.parse(row.data), ...turn.data });
    const next = { ...row, step: turn.to, data, attempts: 0, problem: null, due: this.#options.clock.now() };
    this.#options.store.step(next);
    return { turn, next, begun };
  }

  /** One that was begun by another. */
  #begun(row: StoredFlow): void {
    const kind = this.#kinds.get(row.kind)!;
    this.#countsOf(kind).begun++;
    this.#add(row, kind, null);
  }

  async #failed(flow: Flow, error: unknown): Promise<void> {
    const { clock, random, store, writes, log } = this.#options;
    const attempts = flow.row.attempts + 1;
    const most = limits.flowRetryMaxMs.default;
    const pause = Math.min(most, limits.flowRetryBaseMs.default * 2 ** Math.min(attempts - 1, 20));
    const wait = Math.min(most, Math.round(pause * (1 + random() / 4)));
    const problem = (error instanceof Error ? error.message : String(error)).slice(0, PROBLEM_CHARS);
    flow.row = { ...flow.row, attempts, problem, due: clock.now() + wait };
    this.#countsOf(flow.kind).retries++;
    const { kind, subject, step } = flow.row;
    // What has no code is a defect.
    const level = error instanceof SignalboxError && error.code !== 'internal' ? 'warn' : 'error';
    log(level, 'flow_failed', `${kind} of ${subject} at ${step}, attempt ${attempts}: ${problem}`);
    // That it could not be written changes no more than when it is tried after a restart.
    await writes.write(() => store.failed(flow.row)).catch(() => {});
    if (this.#closed) return;
    flow.working = false;
    flow.tell?.({ kind: 'delayed', why: problem });
    this.#pause(flow);
  }

  #pause(flow: Flow): void {
    const { clock } = this.#options;
    // A clock that was set back keeps nobody waiting.
    const wait = Math.min(Math.max(0, flow.row.due - clock.now()), limits.flowRetryMaxMs.default);
    flow.timer = clock.after(wait, () => {
      flow.timer = null;
      this.#wake(flow);
    });
  }

  #remove(flow: Flow, answer: FlowAnswer<unknown>): void {
    const { id, subject } = flow.row;
    this.#flows.delete(id);
    this.#ready.delete(flow);
    const line = this.#lines.get(subject)!.filter((one) => one !== flow);
    const [next] = line;
    if (next === undefined) this.#lines.delete(subject);
    else this.#lines.set(subject, line);
    flow.tell?.(answer);
    if (next !== undefined) queueMicrotask(() => this.#wake(next));
  }

  #countsOf({ name }: AnyFlowKind): FlowCounts {
    return this.counts.get(name)!;
  }
}

/** Of what went wrong, as it is stored and shown. */
const PROBLEM_CHARS = 300;
