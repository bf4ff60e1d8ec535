/**
 * HTTP requests to one target, over connections that are kept and used again. The connections are undici's; what is ours: a bound
 * on the requests that wait, one deadline for a request from the call to the last byte, a bound on the answer, errors with codes
 * that show neither path nor body, and figures. Redirects are not followed. For calls that should be tried again, see Resilience.
 */
import { Pool } from 'undici';
import { SignalboxError } from '../../../contract/errors.ts';
import { limits } from '../limits.ts';
import { abortedError, Callers, type WaitOptions } from './callers.ts';
import { FollowingLimit } from './following-limit.ts';

export interface ConnectionPoolOptions {
  /** Connections at most. Default `limits.poolConnections`. */
  readonly connections?: number;
  /**
   * Of them that are used to begin with; from there on as many as the target takes without its answers getting slower. Default all of
   * them, always.
   */
  readonly leastConnections?: number;
  /** Requests that may wait for one. Default `limits.poolWaiting`. */
  readonly waiting?: number;
  /** Milliseconds to connect in, TLS included. Default `limits.poolConnectMs`. */
  readonly connectMs?: number;
  /** Milliseconds after which a connection that nobody uses is closed. Default `limits.poolIdleMs`. */
  readonly idleMs?: number;
  /** Milliseconds of a request, from the call to the last byte of the answer. Default `limits.callMs`. */
  readonly requestMs?: number;
  /** Bytes of an answer at most. Default `limits.poolAnswerBytes`. */
  readonly answerBytes?: number;
  /** PEM of whom the issuer of the target's certificate must be; the system's authorities where absent. */
  readonly ca?: string;
}

export interface PooledRequest extends WaitOptions {
  /** Default `GET`. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Such as take equally long, for a pool with {@link ConnectionPoolOptions.leastConnections}; of few words. Default all are one kind. */
  readonly kind?: string;
}

/** What the target answered, with whatever status. */
export interface PooledAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Figures of a pool. Totals are since it was made. */
export interface ConnectionStats {
  /** Requests that wait for a connection. */
  readonly waiting: number;
  /** Connections in use, those being made included. */
  readonly active: number;
  /** Connections open and free. */
  readonly idle: number;
  /** Connections that may be in use now. */
  readonly max: number;
  /** Requests taken in. */
  readonly submitted: number;
  /** Requests answered, with whatever status. */
  readonly completed: number;
  /** Requests that failed or were cancelled. */
  readonly failed: number;
  /** Requests refused because too many waited. */
  readonly rejected: number;
  /** Connections opened. */
  readonly opened: number;
}

/** How the target is, as the requests found it: nobody asks for its own sake. */
export interface TargetHealth {
  /** `unknown` before the first request. */
  readonly state: 'unknown' | 'up' | 'down';
  /** Requests in a row that it did not answer. */
  readonly failures: number;
  /** Why it did not; null where it did. */
  readonly problem: string | null;
  /** Unix time in milliseconds of the newest answer; null before the first. */
  readonly answeredAt: number | null;
}

export class ConnectionPool {
  /** `https://id.example.org`. */
  readonly origin: string;
  readonly #pool: Pool;
  readonly #limit: FollowingLimit;
  readonly #maxWaiting: number;
  readonly #requestMs: number;
  readonly #answerBytes: number;
  readonly #waiting = new Callers<void>();
  readonly #running = new Set<AbortController>();
  #closing: Promise<void> | null = null;
  #settleIdle = () => {};
  #active = 0;
  #submitted = 0;
  #completed = 0;
  #failed = 0;
  #rejected = 0;
  #opened = 0;
  #health: TargetHealth = { state: 'unknown', failures: 0, problem: null, answeredAt: null };
  /** Hears how long each request waited for a connection, in nanoseconds. See `instrumentConnections`. */
  onWait: ((ns: number) => void) | null = null;
  /** Hears how long each took after that. */
  onRun: ((ns: number) => void) | null = null;

  /**
   * @param origin scheme, host and port of the target
   * @throws SignalboxError `bad_request` where it is no HTTP origin
   */
  constructor(origin: string, options: ConnectionPoolOptions = {}) {
    this.origin = originOf(origin);
    const connections = options.connections ?? limits.poolConnections.default;
    this.#limit = new FollowingLimit(options.leastConnections ?? connections, connections);
    this.#maxWaiting = options.waiting ?? limits.poolWaiting.default;
    this.#requestMs = options.requestMs ?? limits.callMs.default;
    this.#answerBytes = options.answerBytes ?? limits.poolAnswerBytes.default;
    const idleMs = options.idleMs ?? limits.poolIdleMs.default;
    this.#pool = new Pool(this.origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      // The deadline of the whole request is ours.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: options.connectMs ?? limits.poolConnectMs.default,
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      },
    });
    this.#pool.on('connect', () => this.#opened++);
  }

  /**
   * Asks, and reads the whole answer.
   * @throws SignalboxError `limit_reached` where too many requests wait or the answer is too large, `unavailable` where the target
   *   cannot be reached or breaks off, `timeout` at the deadline, `cancelled` by the signal or after {@link close}, `bad_request`
   *   where it is no request
   */
  async request(request: PooledRequest): Promise<PooledAnswer> {
    if (this.#closing !== null) throw this.#closed();
    const { signal } = request;
    if (signal?.aborted === true) throw abortedError(signal);
    if (this.#active >= this.#limit.current && this.#waiting.size >= this.#maxWaiting) {
      this.#rejected++;
      throw new SignalboxError(
        'limit_reached',
        `${this.#maxWaiting} requests to ${this.origin} wait already. Ask again later.`,
      );
    }
    this.#submitted++;
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(this.#late()), this.#requestMs);
    timer.unref();
    const onAbort = () => ending.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    try {
      const answer = await this.#inTurn(request, ending);
      this.#completed++;
      return answer;
    } catch (error) {
      this.#failed++;
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  stats(): ConnectionStats {
    return {
      waiting: this.#waiting.size,
      active: this.#active,
      idle: Math.max(0, this.#pool.stats.connected - this.#active),
      max: this.#limit.current,
      submitted: this.#submitted,
      completed: this.#completed,
      failed: this.#failed,
      rejected: this.#rejected,
      opened: this.#opened,
    };
  }

  get health(): TargetHealth {
    return this.#health;
  }

  /** Takes no more requests, cancels those that wait, lets those under way end and closes the connections. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Like {@link close}, but ends also what is under way, at once. */
  async destroy(): Promise<void> {
    const closing = this.close();
    for (const ending of this.#running) ending.abort(this.#closed());
    await closing;
  }

  async #close(): Promise<void> {
    this.#waiting.rejectAll(this.#closed());
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        this.#settleIdle = resolve;
      });
    }
    await this.#pool.destroy();
  }

  /** Waits for a connection to be free, asks, and leaves it to the next. */
  async #inTurn(request: PooledRequest, ending: AbortController): Promise<PooledAnswer> {
    const asked = performance.now();
    if (this.#active < this.#limit.current) this.#active++;
    else await this.#waiting.wait(undefined, ending.signal);
    const began = performance.now();
    this.onWait?.((began - asked) * 1e6);
    this.#running.add(ending);
    try {
      const answer = await this.#ask(request, ending.signal);
      const now = performance.now();
      // What is refused is refused sooner than the same is done: whoever asks for nonsense says nothing of how fast the rest is.
      const kind = `${answer.status} ${request.kind ?? ''}`;
      this.#limit.answered(kind, now - began, this.#waiting.size > 0, now);
      return answer;
    } finally {
      this.#running.delete(ending);
      this.onRun?.((performance.now() - began) * 1e6);
      this.#leave();
    }
  }

  #leave(): void {
    this.#active--;
    // Who waits takes the place over, and another one where there may be more by now.
    while (this.#waiting.size > 0 && this.#active < this.#limit.current) {
      this.#active++;
      this.#waiting.resolveFirst();
    }
    if (this.#active === 0) this.#settleIdle();
  }

  async #ask(request: PooledRequest, signal: AbortSignal): Promise<PooledAnswer> {
    const { method = 'GET', path, headers = {}, body = null } = request;
    try {
      const answer = await this.#pool.request({ method, path, headers, body, signal });
      const whole = await this.#read(answer.body);
      this.#health = { state: 'up', failures: 0, problem: null, answeredAt: Date.now() };
      return { status: answer.statusCode, headers: answer.headers, body: whole };
    } catch (thrown) {
      const error = this.#errorOf(thrown, signal);
      if (error.code === 'unavailable' || error.code === 'timeout') this.#failedBy(error);
      throw error;
    }
  }

  async #read(body: AsyncIterable<Buffer>): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of body) {
      bytes += piece.length;
      // Leaving the loop breaks the connection off: the rest is not read.
      if (bytes > this.#answerBytes)
        throw new SignalboxError(
          'limit_reached',
          `${this.origin} answered with more than ${this.#answerBytes} bytes. Ask it for less.`,
        );
      pieces.push(piece);
    }
    return Buffer.concat(pieces, bytes);
  }

  #failedBy({ message }: SignalboxError): void {
    const { failures, answeredAt } = this.#health;
    this.#health = { state: 'down', failures: failures + 1, problem: message, answeredAt };
  }

  #errorOf(thrown: unknown, signal: AbortSignal): SignalboxError {
    if (thrown instanceof SignalboxError) return thrown;
    if (signal.aborted) return abortedError(signal);
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === 'UND_ERR_INVALID_ARG')
      return new SignalboxError('bad_request', `This is no request for ${this.origin}: ${message}.`, {
        cause: thrown,
      });
    const what = code === 'UND_ERR_CONNECT_TIMEOUT' ? 'it cannot be connected to in time' : message;
    return new SignalboxError('unavailable', `${this.origin} does not answer: ${what}`, { cause: thrown });
  }

  #late(): SignalboxError {
    return new SignalboxError('timeout', `${this.origin} did not answer within ${this.#requestMs / 1000} s.`);
  }

  #closed(): SignalboxError {
    return new SignalboxError('cancelled', `The connections to ${this.origin} were closed.`);
  }
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin) return url.origin;
  throw new SignalboxError(
    'bad_request',
    'Expected the scheme, host and port of an HTTP server and nothing else, such as https://id.example.org:8443.',
  );
}
