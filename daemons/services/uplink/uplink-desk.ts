/**
 * Keeps one uplink standing: to the IRC server of the instance, which connects by itself, or to one of the configured servers, tried
 * in their order at longer and longer intervals. Nothing here waits but timers.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { PeerKind } from '../../irc/p10/kinds.ts';
import { limits } from '../limits.ts';
import {
  type Identity,
  Uplink,
  type UplinkEvents,
  type UplinkSettings,
  type UplinkTransport,
} from './uplink.ts';

/** A server of `[[services.uplink]]`. */
export interface UplinkBlock {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly tls: boolean;
  /** SHA-256 of the certificate that it has to show, in lower-case hex; null where its issuer is looked at. */
  readonly fingerprint: string | null;
  readonly kind: 'auto' | PeerKind;
}

/** A connection that is there. */
export interface UplinkCarrier extends UplinkTransport {
  start(uplink: Uplink): void;
}

export interface UplinkDeskOptions {
  readonly identity: Identity;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Connects. Rejects with words for people. */
  readonly dial: (block: UplinkBlock, signal: AbortSignal) => Promise<UplinkCarrier>;
  readonly events: UplinkEvents;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

export class UplinkDesk {
  readonly #options: UplinkDeskOptions;
  #blocks: readonly UplinkBlock[] = [];
  #next = 0;
  /** Attempts in a row that came to nothing. */
  #failures = 0;
  #timer: Timer | null = null;
  #attempt: AbortController | null = null;
  #current: Uplink | null = null;
  #closed = false;
  /** Called when an uplink stands. */
  readonly #waiting = new Set<() => void>();
  /** Lines of uplinks that are over. */
  #linesIn = 0;
  #linesOut = 0;
  /** Why there is none; null while there is, or nothing was tried. */
  reason: string | null = null;
  /** Uplinks that stood. */
  established = 0;

  constructor(options: UplinkDeskOptions) {
    this.#options = options;
  }

  /** The uplink that stands or is being introduced; null for none. */
  get current(): Uplink | null {
    return this.#current;
  }

  /** Lines of all uplinks so far. */
  get lines(): { readonly in: number; readonly out: number } {
    const { linesIn = 0, linesOut = 0 } = this.#current ?? {};
    return { in: this.#linesIn + linesIn, out: this.#linesOut + linesOut };
  }

  /** Takes other servers over. An uplink that stands stays. */
  configure(blocks: readonly UplinkBlock[]): void {
    this.#blocks = blocks;
    this.#next = 0;
    this.#failures = 0;
    this.#cancel();
    if (this.#current === null) this.#begin();
  }

  /** The server of this instance has connected, and has shown that it is that. */
  accept(carrier: UplinkCarrier, password: string): void {
    if (this.#closed) carrier.close();
    else {
      // It has come anew: what stood before is dead, and it does not know yet.
      this.#current?.fail('the server has connected again');
      this.#open(carrier, { password, kind: 'auto' });
    }
  }

  /** Resolves when an uplink stands that knows the network; false where that takes longer. */
  whenLinked(mostMs: number): Promise<boolean> {
    if (this.#current?.state === 'linked') return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (isLinked: boolean) => {
        late.cancel();
        this.#waiting.delete(linked);
        resolve(isLinked);
      };
      const linked = () => end(true);
      const late = this.#options.clock.after(mostMs, () => end(false));
      this.#waiting.add(linked);
    });
  }

  /** Ends it, and tries no more. */
  close(reason: string): void {
    this.#closed = true;
    this.#cancel();
    this.#current?.fail(reason);
  }

  #cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#attempt?.abort();
    this.#attempt = null;
  }

  #begin(): void {
    const block = this.#blocks[this.#next % Math.max(1, this.#blocks.length)];
    if (block === undefined || this.#closed) return;
    void this.#dial(block);
  }

  async #dial(block: UplinkBlock): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    let carrier: UplinkCarrier;
    try {
      carrier = await this.#options.dial(block, attempt.signal);
    } catch (error) {
      if (this.#attempt !== attempt) return;
      this.#attempt = null;
      this.#failed(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.#attempt !== attempt) {
      carrier.close();
      return;
    }
    this.#attempt = null;
    this.#open(carrier, { password: block.password, kind: block.kind });
  }

  #open(carrier: UplinkCarrier, settings: UplinkSettings): void {
    const { identity, events, clock } = this.#options;
    const uplink = new Uplink(
      carrier,
      identity,
      settings,
      {
        onIntroduced: (one) => events.onIntroduced(one),
        onLine: (one, heard) => events.onLine(one, heard),
        onLinked: (one) => {
          this.#failures = 0;
          this.established++;
          this.#options.log('info', 'uplink_linked', `Linked to ${one.peer!.name} (${one.kind})`);
          events.onLinked(one);
          for (const tell of this.#waiting) tell();
        },
        onEnd: (one, reason) => {
          if (this.#current === one) this.#current = null;
          this.#linesIn += one.linesIn;
          this.#linesOut += one.linesOut;
          events.onEnd(one, reason);
          if (this.#current === null) this.#failed(reason);
        },
      },
      clock,
    );
    this.#current = uplink;
    this.reason = null;
    carrier.start(uplink);
  }

  #failed(reason: string): void {
    this.reason = reason;
    if (this.#closed) return;
    this.#options.log('warn', 'uplink_ended', `There is no uplink: ${reason}`);
    if (this.#blocks.length === 0) return;
    this.#next++;
    const { clock, random } = this.#options;
    const rounds = Math.floor(this.#failures++ / this.#blocks.length);
    const mostMs = Math.min(limits.retryBaseMs.default * 2 ** rounds, limits.retryMaxMs.default);
    this.#timer = clock.after(mostMs * (0.5 + random() / 2), () => {
      this.#timer = null;
      this.#begin();
    });
  }
}
