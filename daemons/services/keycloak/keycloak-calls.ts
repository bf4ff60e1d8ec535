/**
 * One call of Keycloak: through the breaker, over a connection that is kept, tried again where that may help, given up at its
 * deadline. The operations are in `sign-in-operations.ts`, `user-operations.ts` and `group-operations.ts`.
 */
import { type ErrorCode, SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import { abortedError } from '../../runtime/async/callers.ts';
import {
  ConnectionPool,
  type PooledAnswer,
  type PooledRequest,
} from '../../runtime/async/connection-pool.ts';
import { limits } from '../limits.ts';
import type { CountWork } from '../operations/operation-pool.ts';
import { refusalOf } from './answer-reading.ts';
import { Breaker, type BreakerOptions } from './breaker.ts';
import { KeycloakError } from './keycloak-error.ts';
import type { KeycloakSettings } from './keycloak-settings.ts';

/** What lets services administer the realm. See `AdminToken`. */
export interface Bearer {
  /** @throws KeycloakError that says nothing more of Keycloak: it was counted where the token was asked for */
  get(): Promise<string>;
  /** It was refused. */
  forget(token: string): void;
}

/** What is asked, and what is made of the answer. */
export interface KeycloakCall<Result> {
  /** Completes "Keycloak did not ...": `look a user up`. */
  readonly what: string;
  readonly method?: PooledRequest['method'];
  /** Below the URL of the settings. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bearer?: Bearer;
  /** Statuses that {@link read} understands; every other one is an error. */
  readonly accepts: readonly number[];
  readonly read: (answer: PooledAnswer) => Result;
  /** Whether it is tried again where that may help: not what a user waits for, and not what counts as a guess. */
  readonly repeats: boolean;
  /** Milliseconds in all. Default `limits.keycloakCallMs`. */
  readonly deadlineMs?: number;
  /** What errors must not show: passwords and tokens. */
  readonly secrets?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface KeycloakCallsOptions extends BreakerOptions {
  readonly settings: KeycloakSettings;
  /** Counts each call by what it is. Default nowhere. */
  readonly count?: CountWork;
}

/** What was counted of calls. */
export interface KeycloakFigures {
  /** Calls that were begun, those refused by the breaker included. */
  calls: number;
  /** Attempts that came to nothing for a reason of Keycloak or the way there. */
  faults: number;
  /** Attempts after the first one. */
  retries: number;
}

export class KeycloakCalls {
  readonly breaker: Breaker;
  readonly pool: ConnectionPool;
  readonly figures: KeycloakFigures = { calls: 0, faults: 0, retries: 0 };
  readonly #options: KeycloakCallsOptions;
  readonly #clock: Clock;
  /** Calls that somebody waits for, which are given up when the breaker opens. */
  readonly #awaited = new Set<AbortController>();

  constructor(options: KeycloakCallsOptions) {
    this.#options = options;
    this.#clock = options.clock;
    const { settings } = options;
    this.pool = new ConnectionPool(settings.origin, {
      connections: limits.keycloakConnections.default,
      waiting: limits.keycloakWaiting.default,
      connectMs: limits.keycloakConnectMs.default,
      requestMs: limits.keycloakCallMs.default,
      answerBytes: limits.keycloakAnswerBytes.default,
      ...(settings.ca === null ? {} : { ca: settings.ca }),
    });
    this.breaker = new Breaker({
      ...options,
      onState: (state, why) => {
        if (state === 'open') for (const ending of this.#awaited) ending.abort(this.breaker.refusal());
        options.onState(state, why);
      },
    });
  }

  /** Below the URL of the settings. */
  get realmPath(): string {
    return `/realms/${encodeURIComponent(this.#options.settings.realm)}`;
  }

  /** The same for administration. */
  get adminPath(): string {
    return `/admin${this.realmPath}`;
  }

  /**
   * Asks.
   * @throws KeycloakError `unavailable`, `timeout`, `unauthorized`, `forbidden`, `not_found`, `conflict`, `bad_request`; NotAsked
   *   while the breaker is open; SignalboxError `limit_reached` where too much is asked at once, `cancelled` by the signal
   */
  async call<Result>(call: KeycloakCall<Result>): Promise<Result> {
    this.figures.calls++;
    this.breaker.assertClosed();
    const ended = this.#options.count?.(`keycloak: ${call.what}`);
    const ending = new AbortController();
    if (!call.repeats) this.#awaited.add(ending);
    try {
      const deadlineMs = call.deadlineMs ?? limits.keycloakCallMs.default;
      const work = () => this.#attempts(call, ending.signal);
      const result = await this.#within(deadlineMs, call, ending, work);
      ended?.();
      return result;
    } catch (error) {
      ended?.(!(error instanceof SignalboxError && REFUSALS.has(error.code)));
      throw error;
    } finally {
      this.#awaited.delete(ending);
    }
  }

  /** Asks once, whatever the breaker says and without telling it: for its own looks. Throws as {@link call}. */
  async probe<Result>(call: KeycloakCall<Result>): Promise<Result> {
    const ending = new AbortController();
    const work = () => this.#attempt(call, ending.signal);
    return await this.#within(limits.keycloakProbeAnswerMs.default, call, ending, work);
  }

  /** Ends everything that is under way. May be called again. */
  async close(): Promise<void> {
    this.breaker.stop();
    await this.pool.destroy();
  }

  async #within<Result>(
    deadlineMs: number,
    { what, signal }: Pick<KeycloakCall<Result>, 'what' | 'signal'>,
    ending: AbortController,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const onAbort = () => ending.abort(signal?.reason);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    const late = `Keycloak did not ${what} within ${deadlineMs / 1_000} s.`;
    const timer = this.#clock.after(deadlineMs, () =>
      ending.abort(new KeycloakError('timeout', late, { says: 'fault' })),
    );
    try {
      return await work();
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #attempts<Result>(call: KeycloakCall<Result>, signal: AbortSignal): Promise<Result> {
    const waits = call.repeats ? RETRY_MS : [];
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await this.#attempt(call, signal);
        this.breaker.succeeded();
        return result;
      } catch (error) {
        this.#judge(error);
        const passes = error instanceof KeycloakError && error.passes;
        const wait = waits[attempt];
        if (!passes || wait === undefined || signal.aborted) throw error;
        await this.#pause(wait, signal);
        this.breaker.assertClosed();
        this.figures.retries++;
      }
    }
  }

  #judge(error: unknown): void {
    if (!(error instanceof KeycloakError)) return;
    if (error.says === 'answer') this.breaker.succeeded();
    if (error.says !== 'fault') return;
    this.figures.faults++;
    this.breaker.failed(error);
  }

  async #attempt<Result>(call: KeycloakCall<Result>, signal: AbortSignal): Promise<Result> {
    const { bearer, what, secrets = [] } = call;
    let answer = await this.#ask(
      call,
      bearer === undefined ? null : await awaited(bearer.get(), signal),
      signal,
    );
    if (answer.status === 401 && bearer !== undefined) {
      // Keycloak has been restarted with other keys, or the token was revoked: a fresh one may do.
      answer = await this.#ask(call, await awaited(bearer.get(), signal), signal);
    }
    if (call.accepts.includes(answer.status)) return call.read(answer);
    throw refusalOf(answer, what, secrets);
  }

  async #ask(
    { bearer, ...call }: KeycloakCall<unknown>,
    token: string | null,
    signal: AbortSignal,
  ): Promise<PooledAnswer> {
    const { method = 'GET', path, headers = {}, body, what } = call;
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    try {
      const answer = await this.pool.request({
        method,
        path: this.#options.settings.basePath + path,
        headers: { accept: 'application/json', ...headers, ...authorization },
        ...(body === undefined ? {} : { body }),
        signal,
      });
      if (answer.status === 401 && token !== null) bearer?.forget(token);
      return answer;
    } catch (thrown) {
      throw faultOf(thrown, what, signal);
    }
  }

  /** Half to all of a wait. */
  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        timer.cancel();
        reject(abortedError(signal));
      };
      const timer = this.#clock.after(ms * (0.5 + this.#options.random() / 2), () => {
        signal.removeEventListener('abort', end);
        resolve();
      });
      signal.addEventListener('abort', end, { once: true });
    });
  }
}

/** Of what was asked for, and not of Keycloak or of services. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['not_found', 'conflict', 'bad_request', 'cancelled']);

/** Before the second attempt, and before the third. */
const RETRY_MS = [1_000, 2_000];

/** What a promise answers, unless the signal comes first. */
function awaited<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const end = () => reject(abortedError(signal));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}

/** What the pool threw, in words of Keycloak; that the caller has left is none of its faults. */
function faultOf(thrown: unknown, what: string, signal: AbortSignal): unknown {
  if (signal.aborted) return abortedError(signal);
  if (!(thrown instanceof SignalboxError)) return thrown;
  const { code, message } = thrown;
  if (code !== 'unavailable' && code !== 'timeout') return thrown;
  const passes = code === 'unavailable';
  return new KeycloakError(code, `Keycloak did not ${what}: ${message}`, {
    passes,
    says: 'fault',
    cause: thrown,
  });
}
