/** All logins under way, by session. Nothing has to be swept: what is too old is found when it is asked for, and their number is bounded. */
import {
  type LoginOrigin,
  SASL_MECHANISMS,
  type SaslAnswer,
  type SaslMechanism,
} from '../../../contract/accounts.ts';
import type { Clock } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import { refused } from '../logins.ts';
import { beginExchange, type Exchange, type ExchangeWorld, firstChallenge } from './exchange.ts';
import { fromBase64 } from './scram.ts';

interface Open {
  exchange: Exchange | null;
  readonly since: number;
  /** Whether a message is being looked at: clients wait for the answer before they send another. */
  busy: boolean;
}

/** The exchanges of one connection of the IRC server. */
export class Exchanges {
  readonly #world: ExchangeWorld;
  readonly #clock: Clock;
  /** The oldest first. */
  readonly #open = new Map<string, Open>();

  constructor(world: ExchangeWorld, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
  }

  get size(): number {
    return this.#open.size;
  }

  start(session: string, mechanism: string, origin: LoginOrigin): SaslAnswer {
    this.#open.delete(session);
    const known = SASL_MECHANISMS.find((one): one is SaslMechanism => one === mechanism);
    if (known === undefined) return refused('mechanism', null);
    const open: Open = { exchange: null, since: this.#clock.monotonic(), busy: false };
    const stands = () => this.#open.get(session) === open;
    open.exchange = beginExchange(this.#world, known, { origin, stands });
    this.#open.set(session, open);
    if (this.#open.size > limits.saslSessions.default) {
      const oldest = this.#open.keys().next();
      if (oldest.done !== true) this.#open.delete(oldest.value);
    }
    return firstChallenge();
  }

  async data(session: string, base64: string): Promise<SaslAnswer> {
    const open = this.#open.get(session);
    const message = fromBase64(base64);
    const late =
      open === undefined || this.#clock.monotonic() - open.since > limits.saslSeconds.default * 1_000;
    if (late || message === null || open.busy || open.exchange === null) {
      this.#open.delete(session);
      return refused('malformed', null);
    }
    open.busy = true;
    const answer = await open.exchange.take(message);
    open.busy = false;
    if (answer.kind !== 'challenge' && this.#open.get(session) === open) this.#open.delete(session);
    return answer;
  }

  abort(session: string): void {
    this.#open.delete(session);
  }
}
