/**
 * Keeps channels beyond a crash. Actions say which channel changed; at the end of the turn all that changed are written
 * together, as they are then, and brought to the disk by one fdatasync, off the event loop. Whoever made a change waits for
 * that, and nobody else. Nothing is written while nothing changes.
 *
 * A disk that is full or hangs stops nobody: changes are then announced at once, which the log, the operators and the
 * effect of a stop say, and are written as soon as it can be.
 */
import { fold } from '../../irc/casemapping.ts';
import { WorkAccount, WorkGroup } from '../../runtime/async/work-account.ts';
import { WorkGate } from '../../runtime/async/work-gate.ts';
import type { WorkTurns } from '../../runtime/async/work-turns.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import type { Keeper } from '../keeper.ts';
import { limits } from '../limits.ts';
import type { Channel } from '../state/channel.ts';
import type { NetworkState } from '../state/network.ts';
import { recordOf } from './channel-record.ts';
import type { JournalFile } from './journal-file.ts';
import { JournalWrites, pieces, problemText } from './journal-writes.ts';

/** What a journal needs. */
export interface JournalOptions {
  readonly state: NetworkState;
  readonly work: WorkTurns;
  readonly file: JournalFile;
  /** Told why channels are not on disk, once for each cause, and null when they are again. */
  readonly onProblem: (problem: string | null) => void;
}

/** The journal of the channels of one server. */
export class ChannelJournal implements Keeper {
  readonly #options: JournalOptions;
  readonly #account = new WorkAccount(new WorkGroup());
  /** Names of what changed since the last write began, by key: a channel may be called otherwise by the time it is written. */
  #changed = new Map<string, string>();
  /** What the write under way is about. */
  #underWay: ReadonlyMap<string, string> = new Map();
  /** Waited at by those who changed it. */
  #gate: WorkGate | null = null;
  readonly #writes: JournalWrites;
  /** Channels are no longer what they say: what was not on disk then stands here. */
  #frozen: readonly string[] | null = null;
  #submitted = 0;
  #completed = 0;
  #batches = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#writes = new JournalWrites({
      write: () => this.#write(),
      hasMore: () => this.#changed.size > 0 && this.#frozen === null,
      onProblem: options.onProblem,
    });
  }

  /** Changes that wait, that came, and that are on disk, and the writes that it took. */
  get counts(): Counts<'batcher'> {
    return {
      depth: this.#submitted - this.#completed,
      submitted: this.#submitted,
      completed: this.#completed,
      batches: this.#batches,
    };
  }

  get problem(): string | null {
    return this.#writes.problem;
  }

  /** Channels that a crash would bring back as they were before: none while the disk takes them. */
  get unsaved(): number {
    return this.#writes.problem === null ? 0 : this.#changed.size;
  }

  changed(channel: Channel): WorkGate | null {
    if (this.#frozen !== null) return null;
    this.#note(channel.key, channel.name);
    if (this.#writes.problem !== null) return null;
    if (this.#gate === null) {
      this.#gate = new WorkGate();
      this.#gate.holder = this.#account;
    }
    this.#writes.soon();
    return this.#gate;
  }

  ended(name: string): void {
    if (this.#frozen === null) this.#note(fold(name), name);
  }

  /** From here on everybody leaves because the server goes down: channels are kept as they are now. */
  freeze(): void {
    this.#writes.cancel();
    this.#frozen ??= [...this.#linesOf(new Map([...this.#underWay, ...this.#changed]))];
  }

  /** Writes what is not on disk yet once more, and closes the file. */
  async close(): Promise<void> {
    this.freeze();
    await this.settled();
    this.#writes.giveUp();
    const { file, onProblem } = this.#options;
    try {
      if (this.#changed.size > 0 && !(await file.append(this.#frozen ?? [])))
        onProblem(`${file.path} is gone`);
    } catch (error) {
      onProblem(problemText(error));
    }
    this.#changed = new Map();
    await file.close();
  }

  /** Resolves when nothing is being written any more. */
  settled(): Promise<void> {
    return this.#writes.settled();
  }

  #note(key: string, name: string): void {
    if (this.#changed.has(key)) return;
    this.#submitted++;
    this.#changed.set(key, name);
  }

  async #write(): Promise<void> {
    const changed = this.#changed;
    const gate = this.#gate;
    this.#underWay = changed;
    this.#changed = new Map();
    this.#gate = null;
    const late = setTimeout(() => this.#hangs(gate), limits.journalWaitMs.default);
    try {
      const { file } = this.#options;
      if (file.due || !(await file.append(this.#whole(this.#linesOf(changed)))))
        await file.rewrite(this.#whole(this.#everything()));
      this.#completed += changed.size;
      this.#batches++;
      this.#writes.succeeded();
    } catch (error) {
      this.#submitted -= changed.size;
      for (const [key, name] of changed) this.#note(key, name);
      this.#failed(error);
    } finally {
      clearTimeout(late);
      this.#underWay = new Map();
      if (gate !== null) this.#open(gate);
    }
  }

  *#linesOf(changed: ReadonlyMap<string, string>): Iterable<string> {
    const { state } = this.#options;
    yield* pieces(changed.values(), (name) => {
      const now = state.findChannel(name);
      return now === undefined ? { kind: 'ended', name } : recordOf(now);
    });
  }

  *#everything(): Iterable<string> {
    yield* pieces(this.#options.state.channels.values(), recordOf);
  }

  /** Lines as long as channels are what they say. */
  *#whole(lines: Iterable<string>): Iterable<string> {
    for (const text of lines) {
      yield text;
      if (this.#frozen !== null) throw new Error('the server goes down');
    }
  }

  #open(gate: WorkGate): void {
    const { work } = this.#options;
    work.run(this.#account, {
      step: () => {
        work.leave(gate);
        return 'done';
      },
    });
  }

  #hangs(gate: WorkGate | null): void {
    this.#writes.hangs();
    if (gate !== null) this.#open(gate);
    this.#letGo();
  }

  #failed(error: unknown): void {
    this.#letGo();
    if (this.#frozen === null) this.#writes.failed(error);
  }

  /** Those who came during a write wait no longer than those whose write it is. */
  #letGo(): void {
    if (this.#gate !== null) this.#open(this.#gate);
    this.#gate = null;
  }
}
