/**
 * Verifies argon2id hashes in a thread pool, which bounds how many are verified and how many wait: each verification computes for some
 * 20 ms, so a crowd guessing passwords must not starve everything else. Called by OPER and by registration.
 */
import { availableParallelism } from 'node:os';
import { hash } from '@node-rs/argon2';
import { SignalboxError } from '../../contract/errors.ts';
import { poolTask } from '../runtime/async/pool-task.ts';
import { ThreadPool, type ThreadPoolOptions } from '../runtime/async/thread-pool.ts';
import { limits } from './limits.ts';
import type * as tasks from './password-tasks.ts';

/** Checked when there is no block of that name, so that the answer takes as long as for a wrong password. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$KGAlTLwyX4s0/JXRnCLKSg$jFVxq1A9YQAGlKczJ3kb1TNHpGwFMSvYK3D4l2EJyGQ';

const verifyPassword = poolTask<typeof tasks.verifyPassword>(
  new URL('password-tasks.ts', import.meta.url),
  'verifyPassword',
);

/** Thrown (as a rejection) when too many verifications wait already. */
export class PasswordQueueFull extends Error {
  constructor() {
    super('too many passwords are being checked');
    this.name = 'PasswordQueueFull';
  }
}

/** Whether a check failed because the hash is none: the configuration has to be mended. */
export function isDamagedHash(error: unknown): boolean {
  return error instanceof SignalboxError && error.code === 'config_invalid';
}

/** Makes an argon2id hash with the parameters that {@link NOBODY} has too. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
}

/** Takes a check back that waits. */
type Withdraw = () => void;

/**
 * Networks take turns, and when `passwordChecksWaiting` are in line the one that stands in it most often pays: guessers delay and
 * refuse each other, and nobody else.
 */
export class PasswordChecker {
  /** Does the work; its instrument shows how many wait and for how long. */
  readonly pool: ThreadPool;
  /** By network those that have not ended, the newest last. None is empty. */
  readonly #lines = new Map<unknown, Withdraw[]>();

  /** @param onLost told of threads that hang or end unasked */
  constructor(onLost: ThreadPoolOptions['onLost'] = () => {}) {
    const threads = limits.passwordChecks.default;
    this.pool = new ThreadPool({
      name: 'passwords',
      max: Math.min(threads, Math.max(1, availableParallelism() - 1)),
      // Those that begin at once have waited for a moment, too.
      capacity: threads + limits.passwordChecksWaiting.default,
      onLost,
    });
  }

  /**
   * Whether a password fits a hash; never with `hash` null, in the same time.
   * @param network what stands for the address, or /64 of IPv6, that asks
   * @throws PasswordQueueFull; SignalboxError `config_invalid` where the hash is none, other codes as ThreadPool.submit
   */
  async check(hash: string | null, password: string, network: unknown): Promise<boolean> {
    if (this.pool.full) this.#makeRoom(network);
    const ticket = this.pool.submit(verifyPassword, { hash: hash ?? NOBODY, password }, { group: network });
    let refused = false;
    const withdraw = () => {
      refused = true;
      ticket.cancel();
    };
    const line = this.#lines.get(network) ?? [];
    this.#lines.set(network, line);
    line.push(withdraw);
    try {
      const fits = await ticket.result;
      return fits && hash !== null;
    } catch (error) {
      throw refused ? new PasswordQueueFull() : error;
    } finally {
      const at = line.indexOf(withdraw);
      if (at !== -1) line.splice(at, 1);
      if (line.length === 0) this.#lines.delete(network);
    }
  }

  /** Takes nothing more in and ends the threads; those that are at it come to an end. */
  async close(): Promise<void> {
    await this.pool.close(limits.passwordCloseMs.default);
  }

  /** Refuses the last of the network that waits most often. */
  #makeRoom(newcomer: unknown): void {
    let longest: Withdraw[] = [];
    for (const line of this.#lines.values()) if (line.length > longest.length) longest = line;
    if (longest.length <= (this.#lines.get(newcomer)?.length ?? 0)) throw new PasswordQueueFull();
    longest.pop()?.();
  }
}
