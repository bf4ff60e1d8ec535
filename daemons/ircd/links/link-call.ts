/**
 * Calling one server of `[[ircd.link]]`: one attempt at a time, and where it is to be linked by itself again and again, at
 * longer and longer intervals. Used by link-desk.ts.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import type { Link, LinkTransport } from './link.ts';
import type { LinkBlock } from './link-block.ts';

/** A connection that is there and waits for its link. */
export interface LinkCarrier extends LinkTransport {
  /** Reads for a link from here on. */
  start(link: Link): void;
  /** Ends it without a word. */
  destroy(): void;
}

/** What calling needs. */
export interface LinkCaller {
  readonly clock: Clock;
  /** A number from 0 to 1, by which servers that lost each other at once call at different times. */
  readonly random: () => number;
  /** Connects. Rejects with an error whose message is for people. */
  readonly dial: (block: LinkBlock, signal: AbortSignal) => Promise<LinkCarrier>;
  /** Makes a link of a connection. */
  readonly open: (carrier: LinkCarrier, block: LinkBlock) => void;
  /** Told when it has got further. */
  readonly changed: () => void;
  /** Told why an attempt came to nothing. */
  readonly failed: (block: LinkBlock, reason: string) => void;
}

/** Where it stands, as far as it is not linked. */
export type CallState = 'idle' | 'connecting' | 'waiting';

/** The calls to one server. */
export class LinkCall {
  block: LinkBlock;
  readonly #caller: LinkCaller;
  #attempt: AbortController | null = null;
  #timer: Timer | null = null;
  #failures = 0;
  /** Somebody wants it not to be called by itself. */
  #held = false;
  /** Why it is not linked; null where nothing failed. */
  reason: string | null = null;
  /** When the reason came up, Unix milliseconds. */
  sinceMs: number | null = null;
  direction: 'in' | 'out' | null = null;

  constructor(caller: LinkCaller, block: LinkBlock) {
    this.#caller = caller;
    this.block = block;
  }

  get state(): CallState {
    if (this.#attempt !== null) return 'connecting';
    return this.#timer === null ? 'idle' : 'waiting';
  }

  /** Calls now, whether it is to be linked by itself or not. */
  now(): void {
    this.#held = false;
    this.#failures = 0;
    this.#begin();
  }

  /** Calls now where it is to be linked by itself. */
  byItself(): void {
    this.#held = false;
    if (this.block.autoconnect) this.#begin();
  }

  /** It is linked, whoever called. */
  settled(): void {
    this.#stop();
    this.reason = null;
    this.sinceMs = null;
  }

  /** Both have told all they know: whatever went wrong before is over. */
  proved(): void {
    this.#failures = 0;
  }

  /** It is not linked, or no longer. */
  failed(reason: string, direction: 'in' | 'out'): void {
    this.reason = reason;
    this.sinceMs = this.#caller.clock.now();
    this.direction = direction;
    if (this.block.autoconnect && !this.#held && this.state === 'idle') this.#wait();
    this.#caller.changed();
  }

  /** Gives up calling until somebody wants it again. */
  hold(): void {
    this.#held = true;
    this.#stop();
  }

  /** Ends it for good. */
  close(): void {
    this.hold();
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#attempt?.abort();
    this.#attempt = null;
  }

  #begin(): void {
    this.#stop();
    void this.#dial();
    this.#caller.changed();
  }

  async #dial(): Promise<void> {
    const attempt = new AbortController();
    const { block } = this;
    this.#attempt = attempt;
    let carrier: LinkCarrier;
    try {
      carrier = await this.#caller.dial(block, attempt.signal);
    } catch (error) {
      if (this.#attempt !== attempt) return;
      this.#attempt = null;
      const reason = (error as Error).message;
      this.#caller.failed(block, reason);
      this.failed(reason, 'out');
      return;
    }
    if (this.#attempt !== attempt) {
      carrier.destroy();
      return;
    }
    this.#attempt = null;
    this.#caller.open(carrier, block);
  }

  #wait(): void {
    const { clock, random } = this.#caller;
    const { linkRetryBaseMs, linkRetryMaxMs } = limits;
    const mostMs = Math.min(linkRetryBaseMs.default * 2 ** this.#failures++, linkRetryMaxMs.default);
    this.#timer = clock.after(mostMs * (0.5 + random() / 2), () => {
      this.#timer = null;
      this.#begin();
    });
  }
}
