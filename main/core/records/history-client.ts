/**
 * Main's side of the recorder: collects samples and state changes, sends them as one batch a second, and keeps them while
 * the recorder is down. A batch is sent again, unchanged and under its number, until the recorder confirms it, so that a
 * crash in between neither loses nor doubles anything. The audit trail is on disk already: the recorder is told to read
 * the journal.
 */
import { randomUUID } from 'node:crypto';
import type { HistoryStatus } from '../../../contract/control/history.ts';
import { type Outcome, SignalboxError } from '../../../contract/errors.ts';
import type {
  HistoryBatch,
  JournalTaken,
  SourceCatalog,
  StateChange,
} from '../../../contract/history-batch.ts';
import type { DaemonSnapshot } from '../../../contract/states.ts';
import type { QueueCounts } from '../../../daemons/runtime/telemetry/queue-instrument.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { ControlLimits } from '../limits.ts';
import type { AuditJournal } from './audit-journal.ts';
import { CatalogNumbers } from './catalog-numbers.ts';
import { HistoryBuffer, type MeasuredSecond } from './history-buffer.ts';

/** The recorder as the client reaches it. */
export interface RecorderLink {
  /** Runs one of the recorder's internal commands. */
  call(name: string, args: unknown, timeoutMs: number): Promise<Outcome<unknown>>;
}

/** What a client works with. */
export interface HistoryClientOptions {
  /** Null in a host without a recorder: then nothing is kept. */
  readonly recorder: RecorderLink | null;
  /** Null in a host without a recorder. */
  readonly journal: AuditJournal | null;
  /** What every process is going to measure, as its manifest says. */
  readonly catalogs: readonly SourceCatalog[];
  readonly clock: Clock;
  readonly limits: ControlLimits;
  readonly onStatus: (status: HistoryStatus) => void;
}

/** The one that speaks to the recorder. */
export class HistoryClient {
  readonly #options: HistoryClientOptions;
  readonly #buffer: HistoryBuffer;
  readonly #numbers = new CatalogNumbers();
  readonly #epoch = randomUUID();
  #batch = 0;
  /** Sent, or about to be, and not confirmed. */
  #inFlight: HistoryBatch | null = null;
  #sending: Promise<void> | null = null;
  #up = false;
  /** Whether the running recorder knows the catalogs. */
  #introduced = false;
  #reason: string | null;
  /** Why the running recorder did not take the journal over; null where it did. */
  #journalProblem: string | null = null;
  #since: number;
  #timer: Timer | null = null;
  #published = '';

  constructor(options: HistoryClientOptions) {
    this.#options = options;
    this.#buffer = new HistoryBuffer(options.limits);
    this.#since = options.clock.now();
    this.#reason =
      options.recorder === null ? 'This host has no recorder.' : 'The recorder has not started yet.';
    if (options.recorder !== null) this.#schedule();
  }

  status(): HistoryStatus {
    const recording = this.#up && this.#reason === null;
    return {
      state: recording ? 'recording' : 'paused',
      since: this.#since,
      reason: this.#reason,
      // While recording, the handful that waits for the next second is not news.
      buffered: recording ? 0 : this.#buffered(),
      dropped: this.#buffer.dropped + (this.#options.journal?.dropped ?? 0),
    };
  }

  /** What waits for the recorder, the batch included that it has not confirmed. */
  get queue(): QueueCounts {
    const { historySamples, historyStates } = this.#options.limits;
    const { highWater, submitted, dropped } = this.#buffer;
    const depth = this.#buffer.size + this.#inFlightEntries();
    return { depth, highWater, capacity: historySamples + historyStates, submitted, dropped };
  }

  addSample(sample: MeasuredSecond): void {
    if (this.#options.recorder !== null) this.#buffer.addSample(sample);
  }

  addState(change: StateChange): void {
    if (this.#options.recorder !== null) this.#buffer.addState(change);
  }

  /** Told whenever the recorder's snapshot changes. */
  recorderChanged(snapshot: DaemonSnapshot): void {
    const up = snapshot.state === 'running';
    if (up === this.#up) {
      if (!up && snapshot.cause !== null)
        this.#setReason(`The recorder is ${snapshot.state}: ${snapshot.cause}`);
      return;
    }
    this.#up = up;
    this.#introduced = false;
    this.#numbers.forget();
    this.#journalProblem = null;
    this.#setReason(
      up ? null : `The recorder is ${snapshot.state}${snapshot.cause === null ? '' : `: ${snapshot.cause}`}`,
    );
    if (up) void this.flush();
  }

  /** Sends what waits; resolves when the recorder has it all or does not answer. */
  async flush(): Promise<void> {
    while (this.#up && this.#hasMore()) {
      this.#sending ??= this.#sendOne().finally(() => {
        this.#sending = null;
      });
      await this.#sending;
      if (this.#reason !== null) return;
    }
  }

  /** Runs a query; throws `history_paused` while the recorder is down. */
  async query(name: string, args: unknown): Promise<unknown> {
    const { recorder, limits } = this.#options;
    if (recorder === null || !this.#up) {
      throw new SignalboxError('history_paused', this.#reason ?? 'The recorder is down.');
    }
    // What happened a moment ago belongs to the answer.
    await this.flush();
    const outcome = await recorder.call(name, args, limits.historyQueryMs);
    if (outcome.ok) return outcome.result;
    throw new SignalboxError(outcome.error.code, outcome.error.message, { detail: outcome.error.detail });
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #buffered(): number {
    return this.#buffer.size + this.#inFlightEntries() + (this.#options.journal?.waiting ?? 0);
  }

  #inFlightEntries(): number {
    const sent = this.#inFlight;
    return sent === null ? 0 : sent.samples.length + sent.states.length;
  }

  #hasMore(): boolean {
    return this.#inFlight !== null || this.#buffer.size > 0 || this.#options.journal?.pending === true;
  }

  /** Has the recorder take what the journal holds; after a batch, so that it knows the catalogs first. */
  async #sendJournal(recorder: RecorderLink, journal: AuditJournal): Promise<void> {
    const { written } = journal;
    for (;;) {
      const outcome = await recorder.call(
        'journal',
        { folder: journal.folder, run: journal.run },
        this.#options.limits.historyAppendMs,
      );
      if (!outcome.ok) {
        this.#journalProblem = `The recorder did not store: ${outcome.error.message}`;
        this.#setReason(this.#journalProblem);
        return;
      }
      // The recorder is ours and answers in the contract's shape.
      const { done, more } = outcome.result as JournalTaken;
      journal.finished(done);
      if (!more) break;
    }
    journal.taken(written);
    this.#journalProblem = null;
    if (this.#up) this.#setReason(null);
  }

  #schedule(): void {
    const { clock, limits } = this.#options;
    this.#timer = clock.after(limits.historyFlushMs, () => {
      this.#schedule();
      if (this.#up) void this.flush();
      this.#publish();
    });
  }

  async #sendOne(): Promise<void> {
    const { recorder, journal, catalogs, limits } = this.#options;
    if (recorder === null) return;
    if (this.#introduced && journal?.pending === true) {
      await this.#sendJournal(recorder, journal);
      // The rest does not wait for a journal that cannot be read.
      if (!this.#up || (this.#inFlight === null && this.#buffer.size === 0)) return;
    }
    this.#inFlight ??= this.#nextBatch();
    const introducing = !this.#introduced;
    const used = this.#inFlight.catalogs;
    const declared = introducing ? this.#numbers.declared(catalogs, used) : [];
    const batch = { ...this.#inFlight, catalogs: [...declared, ...this.#numbers.unknown(used)] };
    const outcome = await recorder.call('append', batch, limits.historyAppendMs);
    if (outcome.ok) {
      // What a recorder has stored that is gone meanwhile, the next does not remember.
      if (this.#up) this.#numbers.stored(this.#inFlight.samples);
      this.#inFlight = null;
      if (introducing && this.#up) this.#introduced = true;
      if (this.#up) this.#setReason(this.#journalProblem);
      return;
    }
    if (outcome.error.code === 'bad_request') {
      // It would be refused for ever and hold up everything behind it.
      const { samples, states } = this.#inFlight;
      this.#buffer.countLost(samples.length + states.length);
      this.#inFlight = null;
    }
    this.#setReason(`The recorder did not store: ${outcome.error.message}`);
  }

  #nextBatch(): HistoryBatch {
    const { samples, states } = this.#buffer.take();
    return { epoch: this.#epoch, batch: ++this.#batch, states, ...this.#numbers.number(samples) };
  }

  #setReason(reason: string | null): void {
    if (reason === this.#reason) return;
    const wasRecording = this.#reason === null;
    this.#reason = reason;
    if (wasRecording !== (reason === null)) this.#since = this.#options.clock.now();
    this.#publish();
  }

  #publish(): void {
    const status = this.status();
    const text = JSON.stringify(status);
    if (text === this.#published) return;
    this.#published = text;
    this.#options.onStatus(status);
  }
}
