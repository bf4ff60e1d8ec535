/**
 * What was refused, in the log. Whoever is refused again and again must not fill the disk with it: of each second a few records are
 * written, and a count of the rest. Used by ObjectsServer for clients and for requests.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { SubsystemLogger } from '../runtime/telemetry/logger.ts';
import { FIXED_LIMITS } from './limits.ts';

/** The events that it writes. */
export type RefusalEvent = 'client_refused' | 'request_refused';

const SECOND_MS = 1_000;

export class RefusalLog {
  readonly #log: Pick<SubsystemLogger, 'warn'>;
  readonly #clock: Pick<Clock, 'after'>;
  #written = 0;
  #left = 0;
  #timer: Timer | null = null;

  constructor(log: Pick<SubsystemLogger, 'warn'>, clock: Pick<Clock, 'after'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Something was refused, and why. */
  refused(event: RefusalEvent, message: string): void {
    this.#timer ??= this.#clock.after(SECOND_MS, () => this.#endSecond());
    if (this.#written >= FIXED_LIMITS.refusal_log_records.default) {
      this.#left++;
      return;
    }
    this.#written++;
    this.#log.warn(event, message);
  }

  /** Ends the open second; what was left out is told. */
  close(): void {
    this.#timer?.cancel();
    this.#endSecond();
  }

  #endSecond(): void {
    this.#timer = null;
    this.#written = 0;
    const left = this.#left;
    this.#left = 0;
    if (left > 0)
      this.#log.warn('refusals_not_logged', `${left} more refusals within a second`, { refusals: left });
  }
}
