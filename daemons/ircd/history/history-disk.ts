/**
 * Has the keeper of messages write what is kept, and reads there what is no longer in memory. Nobody who says something waits for it:
 * what is to be written waits in a queue and goes in batches, one under way at a time, each of which is asked for until it is answered.
 * Made by message-history.ts; docs/architecture.md says what a crash loses.
 */
import {
  type MessageArgs,
  type MessageResult,
  MOST_SCOPES,
  type StoreChange,
} from '../../../contract/messages.ts';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import { WorkGate } from '../../runtime/async/work-gate.ts';
import type { WorkTurns } from '../../runtime/async/work-turns.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import { limits } from '../limits.ts';
import { DiskQueue } from './disk-queue.ts';
import { DiskWaiters } from './disk-waiters.ts';
import { DroppedScopes } from './dropped-scopes.ts';
import type { HistoryEntry } from './history-buffer.ts';
import { ReadTurns } from './read-turns.ts';
import { StoredReaders, type StoredReadersOptions } from './stored-readers.ts';

/** What a {@link HistoryDisk} needs. */
export interface DiskOptions extends StoredReadersOptions {
  readonly work: WorkTurns;
  /** How much is kept. */
  readonly amount: () => MessageArgs<'open'>;
  /**
   * Told of the highest order that was ever written, before anything is written or read, and of the messages that wait to be. Answers by
   * how much those were moved to be behind it.
   */
  readonly onOrder: (order: number, waiting: Iterable<HistoryEntry>) => number;
  /** Told that the disk has nothing any more of what was dropped of a scope, and of the one that it was called before. */
  readonly onDeleted: (scope: string) => void;
  /** Told that all is dropped, also how much is kept of what. */
  readonly onDropped: () => void;
  /** Told why nothing is written, once for each cause, and null when it is again. */
  readonly onProblem: (problem: string | null) => void;
}

/** Something that is to be on disk before anybody is told. */
export interface DiskWait {
  /** Closed until it is, or took too long, or failed. */
  readonly gate: WorkGate;
  /** Whether it is there. */
  isWritten: boolean;
}

/** The history of one server on disk. */
export class HistoryDisk {
  readonly #options: DiskOptions;
  readonly #queue = new DiskQueue();
  readonly #turns = new ReadTurns();
  readonly #account = new WorkAccount(new WorkGroup());
  /** Of this process, for the batches that it writes. */
  readonly #run = `${process.pid}-${Date.now()}`;
  #isOpen = false;
  /** Whose opening holds: the keeper may come and go. */
  #opening = 0;
  #batch: Omit<MessageArgs<'write'>, 'clean'> | null = null;
  #batches = 0;
  #written = 0;
  /** Up to which change what was deleted is in no file any more. */
  #cleaned = 0;
  #writing = false;
  #due: NodeJS.Timeout | null = null;
  #retryMs: number = limits.journalRetryBaseMs.default;
  #problem: string | null = null;
  readonly #waiters = new DiskWaiters();
  readonly #readers: StoredReaders;
  readonly #dropped = new DroppedScopes();
  #frozen = false;

  constructor(options: DiskOptions) {
    this.#options = options;
    this.#readers = new StoredReaders(options);
    options.keeper.listen(() => this.#onPresence());
    this.#onPresence();
  }

  /** Changes that wait, that came, and that are on disk, and the batches that it took. */
  get counts(): Counts<'batcher'> {
    const { added, size } = this.#queue;
    const depth = size + (this.#batch?.changes.length ?? 0);
    return { depth, submitted: added, completed: added - depth, batches: this.#batches };
  }

  /** Why nothing is written now; null where it is. */
  get problem(): string | null {
    return this.#isOpen ? this.#problem : 'the keeper of the messages is away';
  }

  /** Messages that were not written because there was no room for them. */
  get lost(): number {
    return this.#queue.lost;
  }

  keep(entry: HistoryEntry): void {
    if (this.#frozen) return;
    this.#queue.keep(entry);
    this.#soon();
  }

  change(change: StoreChange): void {
    if (this.#frozen) return;
    this.#readers.changed(change);
    const isAllDropped = this.#queue.change(change);
    this.#dropped.changed(change, this.#queue.added);
    if (isAllDropped) this.#options.onDropped();
    this.#soon();
  }

  /** Whether a scope was dropped and the disk may have it yet. */
  isDropping(scope: string): boolean {
    return this.#dropped.has(scope);
  }

  /** A scope begins: what is there of that name, and was not told yet, is of one that has ended. */
  begins(scope: string): void {
    if (!this.#readers.areKnown) this.change({ do: 'drop', scope });
  }

  /**
   * Waits until all that was changed so far is on disk, and what was deleted in no file of it, for `journalWaitMs` at most: before anybody is told. Null where nothing can be
   * written now.
   */
  wait(): DiskWait | null {
    if (this.problem !== null) return null;
    const gate = new WorkGate();
    gate.holder = this.#account;
    const wait: DiskWait = { gate, isWritten: false };
    const { work } = this.#options;
    let late: NodeJS.Timeout | null = null;
    const open = () => {
      if (late === null) return;
      clearTimeout(late);
      late = null;
      work.run(this.#account, {
        step: () => {
          work.leave(gate);
          return 'done';
        },
      });
    };
    late = setTimeout(open, limits.journalWaitMs.default);
    this.written(true).then(() => {
      wait.isWritten = true;
      open();
    }, open);
    return wait;
  }

  /**
   * Resolves when all that was changed so far is on disk; rejects where it cannot be written now.
   * @param isClean waits also until what was deleted is in no file any more, which takes the keeper longer.
   */
  written(isClean = false): Promise<void> {
    const upTo = this.#queue.added;
    if ((isClean ? this.#cleaned : this.#written) >= upTo) return Promise.resolve();
    if (!this.#isOpen || this.#problem !== null)
      return Promise.reject(new Error(this.#problem ?? 'the keeper of the messages is away'));
    const written = this.#waiters.wait(upTo, isClean);
    this.#now();
    return written;
  }

  /** Waits until it is known who may read what is there from before; false where that takes longer. */
  whenKnown(mostMs: number): Promise<boolean> {
    return this.#readers.whenKnown(mostMs);
  }

  /**
   * Rejects where it cannot be read now.
   * @param by who reads: those who do take turns.
   */
  async read(by: string, args: MessageArgs<'read'>): Promise<MessageResult<'read'>> {
    await this.#settled();
    if (this.isDropping(args.scope)) throw new Error('what was kept before is not deleted yet');
    return await this.#turns.ask(by, () => this.#options.keeper.ask('read', args));
  }

  /** The latest messages of scopes, as {@link read}. */
  async latest(by: string, { scopes }: MessageArgs<'latest'>): Promise<MessageResult<'latest'>['found']> {
    await this.#settled();
    const found: MessageResult<'latest'>['found'] = [];
    for (let from = 0; from < scopes.length; from += MOST_SCOPES) {
      const some = scopes.slice(from, from + MOST_SCOPES).filter(({ scope }) => !this.isDropping(scope));
      if (some.length === 0) continue;
      const asked = () => this.#options.keeper.ask('latest', { scopes: some });
      found.push(...(await this.#turns.ask(by, asked)).found);
    }
    return found;
  }

  /** Folded accounts of which something is on disk, page by page; ends where it cannot be read. */
  async *accounts(): AsyncGenerator<readonly string[]> {
    for (let after = ''; this.#isOpen; ) {
      const answer = await this.#options.keeper.ask('accounts', { after }).catch(() => null);
      if (answer === null || answer.accounts.length === 0) return;
      yield answer.accounts;
      after = answer.accounts.at(-1)!;
    }
  }

  /** How much is kept is another amount. */
  configure(): void {
    const { keeper, amount } = this.#options;
    // Told anew with the next opening.
    if (this.#isOpen) keeper.ask('open', amount()).catch(() => {});
  }

  /** From here on everybody leaves because the server goes down: who may read what stays as it is. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Writes what waits, as far as that is done in time, and ends; whether all of it was written. */
  async close(deadline: AbortSignal): Promise<boolean> {
    this.freeze();
    const ended = new Promise<false>((resolve) => {
      if (deadline.aborted) resolve(false);
      else deadline.addEventListener('abort', () => resolve(false), { once: true });
    });
    const written = this.written().then(
      () => true,
      () => false,
    );
    const isWritten = await Promise.race([written, ended]);
    this.#leave();
    this.#options.keeper.close();
    return isWritten;
  }

  /** What was said a moment ago may be in no memory any more; what cannot be written is not waited for. */
  async #settled(): Promise<void> {
    await this.written().catch(() => {});
    if (!this.#isOpen) throw new Error('the keeper of the messages is away');
  }

  #onPresence(): void {
    this.#leave();
    if (this.#options.keeper.present) void this.#open(this.#opening);
  }

  #leave(): void {
    this.#opening++;
    this.#isOpen = false;
    if (this.#due !== null) clearTimeout(this.#due);
    this.#due = null;
    this.#waiters.fail(new Error('the keeper of the messages is away'));
  }

  async #open(opening: number): Promise<void> {
    const { keeper, amount, onOrder } = this.#options;
    try {
      const { order } = await keeper.ask('open', amount());
      if (opening !== this.#opening) return;
      this.#queue.move(onOrder(order, this.#queue.entries()));
      this.#isOpen = true;
      this.#retryMs = limits.journalRetryBaseMs.default;
      this.#say(null);
      if (this.#queue.size > 0 || this.#batch !== null) this.#now();
      else this.#readers.read();
    } catch (error) {
      // What is away comes back by itself.
      if (opening !== this.#opening || !keeper.present) return;
      this.#say(textOf(error));
      this.#retry(() => this.#onPresence());
    }
  }

  #soon(): void {
    if (!this.#isOpen || this.#writing || this.#problem !== null) return;
    if (this.#queue.isLarge) this.#now();
    else this.#due ??= setTimeout(() => this.#now(), limits.historyFlushMs.default);
  }

  #now(): void {
    if (!this.#isOpen || this.#writing || this.#problem !== null) return;
    if (this.#due !== null) clearTimeout(this.#due);
    this.#due = null;
    void this.#writeAll(this.#opening);
  }

  async #writeAll(opening: number): Promise<void> {
    this.#writing = true;
    try {
      // A batch of nothing is for who waits until what was written already is clean.
      while (
        opening === this.#opening &&
        (this.#batch !== null || this.#queue.size > 0 || this.#waiters.size > 0)
      ) {
        this.#batch ??= { run: this.#run, batch: ++this.#batches, changes: this.#queue.take() };
        const { taken } = this.#queue;
        const clean = this.#waiters.wantClean(taken);
        await this.#options.keeper.ask('write', { ...this.#batch, clean });
        this.#batch = null;
        this.#written = taken;
        if (clean) this.#cleaned = taken;
        this.#succeeded();
        // What came meanwhile may wait for more, unless somebody waits for it.
        if (!this.#queue.isLarge && this.#waiters.size === 0) break;
      }
    } catch (error) {
      this.#failed(opening, error);
    }
    this.#writing = false;
    if (this.#queue.size > 0 || this.#batch !== null) this.#soon();
  }

  #succeeded(): void {
    this.#retryMs = limits.journalRetryBaseMs.default;
    this.#say(null);
    this.#waiters.settle(this.#written, this.#cleaned);
    for (const scope of this.#dropped.settle(this.#written)) this.#options.onDeleted(scope);
    if (this.#queue.size === 0) this.#readers.read();
  }

  /** It is asked for again: by the next opening where the keeper is away, else in a while. */
  #failed(opening: number, error: unknown): void {
    this.#waiters.fail(error);
    if (opening !== this.#opening || !this.#options.keeper.present) return;
    this.#say(textOf(error));
    this.#retry(() => void this.#writeAll(this.#opening));
  }

  #retry(work: () => void): void {
    this.#due = setTimeout(() => {
      this.#due = null;
      work();
    }, this.#retryMs);
    this.#due.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, limits.journalRetryMaxMs.default);
  }

  #say(problem: string | null): void {
    // Said once for each cause, not with every attempt.
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.onProblem(problem);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
