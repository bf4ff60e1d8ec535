/**
 * One call of Keycloak: through the breaker, over a connection that is kept, tried again where that may help, given up at its
 * deadline. The operations are in `sign-in-operations.ts`, `user-operations.ts` and `group-operations.ts`.
 */
import { type ErrorCode, SignalboxError } from '../../../contract/errors.ts';
import { abortedError } from '../../runtime/async/callers.ts';
import type { CircuitBreaker, CircuitBreakerOptions } from '../../runtime/async/circuit-breaker.ts';
import {
  ConnectionPool,
  type PooledAnswer,
  type PooledRequest,
} from '../../runtime/async/connection-pool.ts';
import { Resilience } from '../../runtime/async/resilience.ts';
import { limits } from '../limits.ts';
import type { CountWork } from '../operations/operation-pool.ts';
import { refusalOf } from './answer-reading.ts';
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

/** What is not said by limits. */
export interface KeycloakCallsOptions
  extends Pick<CircuitBreakerOptions, 'clock' | 'random' | 'probe' | 'onState'> {
  readonly settings: KeycloakSettings;
  /** Counts each call by what it is. Default nowhere. */
  readonly count?: CountWork;
  /** When what an answer brings about may begin, where not now: many come at once. Default always now. */
  readonly turn?: () => Promise<void> | null;
}

export class KeycloakCalls {
  readonly resilience: Resilience;
  readonly pool: ConnectionPool;
  readonly #options: KeycloakCallsOptions;

  constructor(options: KeycloakCallsOptions) {
    this.#options = options;
    const { settings, clock, random, probe, onState } = options;
    this.pool = new ConnectionPool(settings.origin, {
      connections: limits.keycloakConnections.default,
      leastConnections: limits.keycloakLeastConnections.default,
      waiting: limits.keycloakWaiting.default,
      connectMs: limits.keycloakConnectMs.default,
      requestMs: limits.keycloakCallMs.default,
      answerBytes: limits.keycloakAnswerBytes.default,
      ...(settings.ca === null ? {} : { ca: settings.ca }),
    });
    this.resilience = new Resilience({
      ...{ what: 'Keycloak', clock, random, probe, onState },
      failures: limits.keycloakFailures.default,
      openMs: limits.keycloakProbeMs.default,
      openMaxMs: limits.keycloakProbeMaxMs.default,
      retryMs: RETRY_MS,
      verdict: (error) => (error instanceof KeycloakError ? error.says : 'nothing'),
      passes: (error) => error instanceof KeycloakError && error.passes,
    });
  }

  get breaker(): CircuitBreaker {
    return this.resilience.breaker;
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
    const { what, repeats, signal, deadlineMs = limits.keycloakCallMs.default } = call;
    let ended: ReturnType<CountWork> | undefined;
    try {
      const result = await this.resilience.run((until) => this.#attempt(call, until), {
        ...{ deadlineMs, repeats, signal, late: lateError(what, deadlineMs) },
        begun: () => {
          ended = this.#options.count?.(`keycloak: ${what}`);
        },
      });
      ended?.();
      return result;
    } catch (error) {
      ended?.(!(error instanceof SignalboxError && REFUSALS.has(error.code)));
      throw error;
    }
  }

  /** Asks once, whatever the breaker says and without telling it: for its own looks. Throws as {@link call}. */
  async probe<Result>(call: KeycloakCall<Result>): Promise<Result> {
    const deadlineMs = limits.keycloakProbeAnswerMs.default;
    const late = lateError(call.what, deadlineMs);
    return await this.resilience.once((signal) => this.#attempt(call, signal), { deadlineMs, late });
  }

  /** Ends everything that is under way. May be called again. */
  async close(): Promise<void> {
    this.resilience.stop();
    await this.pool.destroy();
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
    await this.#options.turn?.();
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
        kind: what,
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
}

/** Of what was asked for, and not of Keycloak or of services. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['not_found', 'conflict', 'bad_request', 'cancelled']);

/** Before the second attempt, and before the third. */
const RETRY_MS = [1_000, 2_000];

function lateError(what: string, deadlineMs: number): () => KeycloakError {
  const message = `Keycloak did not ${what} within ${deadlineMs / 1_000} s.`;
  return () => new KeycloakError('timeout', message, { says: 'fault' });
}

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
