/**
 * What a daemon's own operators do by its protocol is written down before it is done: the ledger asks main to write the
 * entry, waits for the answer, and sends what came of it. `runDaemon` makes one around the link to main.
 */

import type { Outcome, WireError } from '../../../contract/errors.ts';
import type { DeedReport, DeedRequest, OperatorDeed } from '../../../contract/link/deeds.ts';
import type { Unrecorded } from '../../../contract/manifest.ts';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import {
  ascendingIds,
  type PendingOptions,
  PendingRequests,
  rejectionCode,
} from '../../../kit/pending-requests.ts';
import { limits } from '../limits.ts';

/** A deed that may be done. */
export interface BegunDeed {
  /** Null when its entry is written; else why it is not, which its operator should be told. */
  readonly unwritten: WireError | null;
  /** Writes down what came of it. To be called once, also where it was not done after all. */
  end(ok: boolean, outcome: string): void;
}

/** What came of the wish to write a deed down: it may be done, or it must not, and why. */
export type DeedAnswer =
  | { readonly mayRun: true; readonly deed: BegunDeed }
  | { readonly mayRun: false; readonly refusal: WireError };

/** Outcomes are cut to what the link takes, in characters. */
const OUTCOME_CHARS = 1_024;

/** What is known of a deed that waits for main. */
type Written = { readonly error: null } | { readonly error: WireError; readonly mayBeWritten: boolean };

/** Deeds under way. */
export class DeedLedger {
  readonly #send: (message: DeedRequest | DeedReport) => void;
  readonly #waiting: PendingRequests<Outcome<unknown>>;
  #closed = false;

  /** `send` brings a message to main; `more` is where deeds that wait are counted, and who hears that there are many. */
  constructor(
    send: (message: DeedRequest | DeedReport) => void,
    clock: Clock = systemClock,
    more: Omit<PendingOptions, 'limit'> = {},
  ) {
    this.#send = send;
    this.#waiting = new PendingRequests(
      clock,
      { ...more, limit: limits.deedsWaiting.default },
      ascendingIds(),
    );
  }

  /** How many deeds wait for main. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Asks main to write down what is about to be done. Resolves when it is written, when it cannot be, or when main has not
   * answered within `deedAnswerMs`; what may not be done unrecorded is refused then, with `audit_unavailable`. Never rejects.
   */
  async begin(deed: OperatorDeed, unrecorded: Unrecorded): Promise<DeedAnswer> {
    const { actor, command, args } = deed;
    const { requestId, answer } = this.#waiting.open('The deed', limits.deedAnswerMs.default);
    const report = (ok: boolean, outcome: string) => {
      if (this.#closed) return;
      const kept = outcome.slice(0, OUTCOME_CHARS);
      this.#send({ type: 'deed-done', requestId, actor, command, args, ok, outcome: kept });
    };
    if (this.#waiting.has(requestId)) this.#send({ type: 'deed', requestId, actor, command, args });
    const written = await answer.then(writtenIn, notAnswered);
    if (written.error === null || unrecorded === 'run') {
      return { mayRun: true, deed: { unwritten: written.error, end: report } };
    }
    const { error, mayBeWritten } = written;
    // Main may have written that it begins, or do so yet: then the trail must not leave open what came of it.
    if (mayBeWritten) report(false, `${error.code}: not done. ${error.message}`);
    return { mayRun: false, refusal: error };
  }

  /** Main has answered. */
  answered(requestId: number, outcome: Outcome<unknown>): void {
    this.#waiting.resolve(requestId, outcome);
  }

  /** Main is gone: nothing is written any more. */
  close(): void {
    this.#closed = true;
    this.#waiting.close(GONE);
  }
}

const GONE = unavailable('The process of Signalbox that writes it down has ended.');

function writtenIn(outcome: Outcome<unknown>): Written {
  return outcome.ok ? { error: null } : { error: unavailable(outcome.error.message), mayBeWritten: false };
}

/** Why main has not answered. */
function notAnswered(thrown: unknown): Written {
  const code = rejectionCode(thrown);
  if (code === 'limit_reached') {
    const message = `${limits.deedsWaiting.default} deeds of operators wait to be written down already.`;
    return { error: unavailable(message), mayBeWritten: false };
  }
  if (code !== 'timeout') return { error: GONE, mayBeWritten: true };
  const withinMs = limits.deedAnswerMs.default;
  const message = `Signalbox did not say within ${withinMs / 1000} s that it is written down.`;
  return { error: unavailable(message), mayBeWritten: true };
}

function unavailable(message: string): WireError {
  return { code: 'audit_unavailable', message };
}
