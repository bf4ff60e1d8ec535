/** All logins under way, by session. Nothing has to be swept: what is too old is found when it is asked for, and their number is bounded. */
import {
  type AccountArgs,
  type LoginOrigin,
  SASL_MECHANISMS,
  type SaslAnswer,
  type SaslMechanism,
} from '../../../contract/accounts.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { LoginTimeline, LoginTimelines } from '../../../kit/login-timelines.ts';
import { limits } from '../limits.ts';
import { LoginTrace, type TracedOrigin } from '../login-trace.ts';
import { refused } from '../logins.ts';
import { beginExchange, type Exchange, type ExchangeWorld, firstChallenge } from './exchange.ts';
import { fromBase64 } from './scram.ts';

interface Open {
  exchange: Exchange | null;
  readonly since: number;
  /** Whether a message is being looked at: clients wait for the answer before they send another. */
  busy: boolean;
  readonly trace: LoginTrace | null;
  /** Whether whoever asks is told the steps. */
  readonly told: boolean;
  /** What is kept here of it. */
  readonly timeline: LoginTimeline | null;
}

/** What else is known of a login that begins. */
export interface ExchangeFacts {
  /** Of whom the timeline is that whoever asks keeps; absent where they keep none. */
  readonly timeline?: AccountArgs<'saslStart'>['timeline'];
}

export interface ExchangesOptions {
  readonly world: ExchangeWorld;
  readonly clock: Clock;
  /** Keeps what logins went through; absent where that is not kept here. */
  readonly timelines?: LoginTimelines | undefined;
  /** The server that asks, as timelines name sessions; empty where there is but one. */
  readonly asker?: string | undefined;
}

/** The exchanges of one connection of the IRC server. */
export class Exchanges {
  readonly #options: ExchangesOptions;
  /** The oldest first. */
  readonly #open = new Map<string, Open>();

  constructor(options: ExchangesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  start(session: string, mechanism: string, origin: LoginOrigin, facts: ExchangeFacts = {}): SaslAnswer {
    this.abort(session);
    const all: readonly SaslMechanism[] = [
      ...SASL_MECHANISMS,
      ...(this.#options.world.authority?.mechanisms ?? []),
    ];
    const known = all.find((one) => one === mechanism);
    if (known === undefined) return refused('mechanism', null);
    const { world, clock } = this.#options;
    const timeline = this.#timelineOf(session, mechanism, origin, facts);
    const told = facts.timeline !== undefined;
    const trace = told || timeline !== null ? new LoginTrace(clock) : null;
    const from: LoginOrigin | TracedOrigin = trace === null ? origin : { ...origin, trace };
    const since = clock.monotonic();
    const open: Open = { exchange: null, since, busy: false, trace, told, timeline };
    const stands = () => this.#open.get(session) === open;
    open.exchange = beginExchange(world, known, { origin: from, stands });
    this.#open.set(session, open);
    if (this.#open.size > limits.saslSessions.default) {
      const oldest = this.#open.keys().next();
      if (oldest.done !== true) this.abort(oldest.value);
    }
    return firstChallenge();
  }

  async data(session: string, base64: string): Promise<SaslAnswer> {
    const open = this.#open.get(session);
    const message = fromBase64(base64);
    const late =
      open === undefined || this.#options.clock.monotonic() - open.since > limits.saslSeconds.default * 1_000;
    if (late || message === null || open.busy || open.exchange === null) {
      open?.timeline?.end('refused: malformed', null);
      this.#open.delete(session);
      return refused('malformed', null);
    }
    const { trace, timeline, told } = open;
    trace?.restart();
    const done = timeline?.begin('message of the client', 'services');
    open.busy = true;
    const answer = await open.exchange.take(message);
    open.busy = false;
    const steps = trace?.steps ?? [];
    done?.(steps);
    if (answer.kind !== 'challenge') {
      if (answer.kind === 'success') timeline?.end('success', answer.login.account);
      else timeline?.end(`refused: ${answer.why}`, answer.account);
      if (this.#open.get(session) === open) this.#open.delete(session);
    }
    return told && steps.length > 0 ? { ...answer, steps: [...steps] } : answer;
  }

  abort(session: string): void {
    this.#open.get(session)?.timeline?.end('given up by the client', null);
    this.#open.delete(session);
  }

  #timelineOf(
    session: string,
    way: string,
    { address }: LoginOrigin,
    { timeline }: ExchangeFacts,
  ): LoginTimeline | null {
    const { timelines, asker = '' } = this.#options;
    if (timelines === undefined) return null;
    return timelines.begin({
      session: `${asker} ${session}`,
      client: timeline?.client ?? '*',
      address,
      way,
      connectedAtMs: timeline?.connectedAt ?? null,
    });
  }
}
