/**
 * Runs flows. Where one stands is on the disk before its step is begun, so that after a crash it goes on there; a step that fails is
 * tried again after 30 seconds, then twice that, up to an hour. Flows of one subject go one after the other, and of all of them only so
 * many are at work at once.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { limits } from '../limits.ts';
import type { CountWork } from '../operations/operation-pool.ts';
import type { AnyFlowKind, AnyFlowTurn, FlowAnswer, FlowKind, StoredFlow } from './flow-kind.ts';
import { type Flow, FlowLines, type FlowRow, rowOf } from './flow-lines.ts';
import { afterFailure, type FlowStore } from './flow-store.ts';

export interface FlowEngineOptions {
  readonly store: FlowStore;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  /** From 0 to 1, for pauses that do not all end at once. */
  readonly random: () => number;
  readonly kinds: readonly AnyFlowKind[];
  /** Counts each step. */
  readonly count: CountWork;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

/** What was counted of a kind, since the start. */
export interface FlowCounts {
  begun: number;
  done: number;
  /** Steps that failed and were tried again. */
  retries: number;
}

export class FlowEngine {
  readonly counts = new Map<string, FlowCounts>();
  readonly #options: FlowEngineOptions;
  readonly #kinds: ReadonlyMap<string, AnyFlowKind>;
  readonly #lines = new FlowLines();
  #reserved = 0;
  #closed = false;

  constructor(options: FlowEngineOptions) {
    this.#options = options;
    this.#kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
    for (const { name } of options.kinds) this.counts.set(name, { begun: 0, done: 0, retries: 0 });
  }

  /** Flows that are not at their end. */
  get size(): number {
    return this.#lines.size;
  }

  /** Those of them whose step has failed and is tried again. */
  get waiting(): number {
    return this.#lines.waiting;
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
    if (this.size > 0) this.#options.log('info', 'flows_resumed', `${this.size} flows of before go on`);
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
    if (this.size + this.#reserved >= limits.flows.default)
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
  isAhead(kind: AnyFlowKind, subject: string): boolean {
    return this.#lines
      .of(subject)
      .some((flow) => flow.kind.name === kind.name && !flow.working && flow.row.step === kind.first);
  }

  /** Whether a flow of this kind is under way for a subject. */
  has({ name }: AnyFlowKind, subject: string): boolean {
    return this.#lines.of(subject).some(({ kind }) => kind.name === name);
  }

  /** Numbers of the flows under way for a subject. */
  under(subject: string): number[] {
    return this.#lines.of(subject).map(({ row }) => row.id);
  }

  rows(): FlowRow[] {
    return [...this.#lines.all()].map(rowOf);
  }

  /** Tries one again that waits, or all of them; how many. Throws SignalboxError `not_found`, `conflict`. */
  retry(id: number | null): number {
    if (id !== null && this.#lines.get(id).timer === null)
      throw new SignalboxError('conflict', `The flow ${id} does not wait for its next try.`);
    let tried = 0;
    for (const flow of this.#lines.all()) {
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
    this.#lines.get(id);
  }

  /** Gives one up, wherever it stands. Throws SignalboxError `not_found`, `busy`. */
  async drop(id: number): Promise<void> {
    const flow = this.#lines.get(id);
    if (flow.working) throw new SignalboxError('busy', `The flow ${id} is at work; try again in a moment.`);
    // It stands still until it is gone.
    this.#lines.hold(flow);
    flow.timer?.cancel();
    flow.timer = null;
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
    for (const { timer, tell } of this.#lines.all()) {
      timer?.cancel();
      tell?.({ kind: 'delayed', why: 'Services are shutting down.' });
    }
    this.#lines.clear();
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
    const flow: Flow = { row, kind, working: false, timer: null, tell };
    this.#lines.add(flow);
    // Whoever waits for the answer hears of it in a turn of its own.
    if (row.attempts > 0) this.#pause(flow);
    else queueMicrotask(() => this.#wake(flow));
    return flow;
  }

  /** Begins the step of a flow, where it is its turn. */
  #wake(flow: Flow): void {
    if (this.#closed || !this.#lines.take(flow)) return;
    void this.#step(flow).finally(() => {
      const next = this.#lines.leave();
      if (next !== undefined) this.#wake(next);
    });
  }

  async #step(flow: Flow): Promise<void> {
    const { row, kind } = flow;
    const ended = this.#options.count(`flow ${kind.name}`);
    try {
      const came = await kind.steps[row.step]!(JSON.parse(row.data) as never);
      if (this.#closed) return;
      const { turn, next, begun } = await this.#options.writes.write(() => this.#keep(flow, came));
      if (this.#closed) return;
      ended();
      turn.after?.();
      for (const other of begun) this.#begun(other);
      flow.row = next;
      flow.working = false;
      if ('done' in turn) {
        this.#countsOf(kind).done++;
        this.#remove(flow, { kind: 'done', answer: turn.done });
      } else queueMicrotask(() => this.#wake(flow));
    } catch (error) {
      ended(true);
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
    const failed = afterFailure(flow.row, error, { now: clock.now(), random: random() });
    flow.row = failed;
    this.#countsOf(flow.kind).retries++;
    const { kind, subject, step, attempts, problem } = failed;
    // What has no code is a defect.
    const level = error instanceof SignalboxError && error.code !== 'internal' ? 'warn' : 'error';
    log(level, 'flow_failed', `${kind} of ${subject} at ${step}, attempt ${attempts}: ${problem}`);
    // That it could not be written changes no more than when it is tried after a restart.
    await writes.write(() => store.failed(failed)).catch(() => {});
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
    const next = this.#lines.remove(flow);
    flow.tell?.(answer);
    if (next !== undefined) queueMicrotask(() => this.#wake(next));
  }

  #countsOf({ name }: AnyFlowKind): FlowCounts {
    return this.counts.get(name)!;
  }
}
