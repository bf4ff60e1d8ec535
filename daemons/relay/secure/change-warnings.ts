/**
 * What the log says of identities that ask for peer ids of others. Asking costs little and a refused client may ask again, so that
 * refusals are told once for each who asks for each, and so many a minute: nobody writes the log full. Owned by relay-server.ts.
 */
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';
import { FIXED_LIMITS } from '../limits.ts';

const MINUTE_MS = 60_000;
const MOST = FIXED_LIMITS.identity_warnings_per_minute.default;

export class ChangeWarnings {
  readonly #log: Pick<SubsystemLogger, 'warn'>;
  /** Who asked for what in this minute. */
  readonly #told = new Set<string>();
  #begun = Number.NEGATIVE_INFINITY;
  #untold = 0;

  constructor(log: Pick<SubsystemLogger, 'warn'>) {
    this.#log = log;
  }

  /** An identity has a peer id of another from now on: always told. */
  taken(peer: string, before: string, identity: string): void {
    this.#log.warn('identity_changed', `${asked(peer, before, identity)}: it takes it over.`);
  }

  /** @param nowMs of one monotonic clock */
  refused(peer: string, before: string, identity: string, nowMs: number): void {
    if (nowMs - this.#begun >= MINUTE_MS) {
      this.#told.clear();
      this.#begun = nowMs;
    }
    const what = `${identity} ${peer}`;
    if (this.#told.has(what) || this.#told.size >= MOST) {
      this.#untold++;
      return;
    }
    this.#told.add(what);
    const untold =
      this.#untold === 0 ? '' : ` ${this.#untold} more were refused since the last that was told.`;
    this.#untold = 0;
    this.#log.warn('identity_changed', `${asked(peer, before, identity)}: refused.${untold}`);
  }
}

function asked(peer: string, before: string, identity: string): string {
  return `${identity} asks for the peer id ${peer}, which is of ${before}`;
}
