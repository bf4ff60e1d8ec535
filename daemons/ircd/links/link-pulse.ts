/**
 * Whether anybody is at the other end of a link, and how far away: it asks every now and then, and gives up on whoever says
 * nothing. Used by link.ts.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';

/** What it does by its link. */
export interface PulseActions {
  /** Sends a ping. @param stamp Unix time in seconds, which comes back with the answer. */
  ask(stamp: string): void;
  /** Nothing was heard for too long; `reason` says of what. */
  silent(reason: string): void;
}

/** The pings of one link. */
export class LinkPulse {
  readonly #clock: Clock;
  readonly #actions: PulseActions;
  #timer: Timer;
  #heardMs: number;
  /** When the ping was sent that is not answered yet. */
  #asked: { readonly stamp: string; readonly atMs: number } | null = null;
  #lagMs: number | null = null;

  constructor(clock: Clock, actions: PulseActions) {
    this.#clock = clock;
    this.#actions = actions;
    this.#heardMs = clock.monotonic();
    const { default: mostMs } = limits.linkHandshakeMs;
    this.#timer = clock.after(mostMs, () =>
      actions.silent(`it did not say within ${mostMs / 1000} seconds who it is`),
    );
  }

  /** How long the last answer took, in milliseconds; null before there was one. */
  get lagMs(): number | null {
    return this.#lagMs;
  }

  /** The peer has said who it is: from here on it is asked whenever it is silent. */
  begin(): void {
    this.#timer.cancel();
    this.#wait(limits.linkPingMs.default);
  }

  /** Asks how far away it is now, because both have told all they know. */
  measure(): void {
    this.#timer.cancel();
    this.#ask();
  }

  /** A line has come, whatever it says. */
  heard(): void {
    this.#heardMs = this.#clock.monotonic();
  }

  /** An answer has come to a ping with this stamp. */
  answered(stamp: string): void {
    if (this.#asked?.stamp !== stamp) return;
    this.#lagMs = this.#clock.monotonic() - this.#asked.atMs;
    this.#asked = null;
  }

  /** Ends it. Calling it twice is fine. */
  close(): void {
    this.#timer.cancel();
  }

  #ask(): void {
    const stamp = (this.#clock.now() / 1000).toFixed(6);
    this.#asked = { stamp, atMs: this.#clock.monotonic() };
    this.#actions.ask(stamp);
    this.#wait(limits.linkPingMs.default);
  }

  #wait(ms: number): void {
    this.#timer = this.#clock.after(ms, () => this.#look());
  }

  /** Lines only note the time, so that none has to touch a timer. */
  #look(): void {
    const silentMs = this.#clock.monotonic() - this.#heardMs;
    const { linkPingMs, linkPingTimeoutMs } = limits;
    if (silentMs < linkPingMs.default) this.#wait(linkPingMs.default - silentMs);
    else if (silentMs < linkPingMs.default + linkPingTimeoutMs.default) this.#askOrWait(silentMs);
    else this.#actions.silent(`Ping timeout: ${Math.round(silentMs / 1000)} seconds`);
  }

  #askOrWait(silentMs: number): void {
    const { linkPingMs, linkPingTimeoutMs } = limits;
    const asked = this.#asked !== null && this.#asked.atMs >= this.#heardMs;
    if (asked) this.#wait(linkPingMs.default + linkPingTimeoutMs.default - silentMs);
    else this.#ask();
  }
}
