/** Makes and checks passwords on threads, a bounded number at once, the networks of those who ask taking turns. */
import { availableParallelism } from 'node:os';
import { SignalboxError } from '../../contract/errors.ts';
import { poolTask, type TaskTimes } from '../runtime/async/pool-task.ts';
import { ThreadPool, type ThreadPoolOptions } from '../runtime/async/thread-pool.ts';
import { NOBODY } from './argon2.ts';
import type * as tasks from './credential-tasks.ts';
import { limits } from './limits.ts';

const MODULE = new URL('credential-tasks.ts', import.meta.url);
const makeVerifiers = poolTask<typeof tasks.makeVerifiers>(MODULE, 'makeVerifiers');
const fitsHash = poolTask<typeof tasks.fitsHash>(MODULE, 'fitsHash');

/** Threads that are not ended when nobody logs in for a while: one is at the hash of somebody else when the next comes. */
const STAYING_THREADS = 2;

/** Whether somebody waits for it. */
export type Urgency = 'normal' | 'low';

/** Functions that the instrument of the pool shows by themselves as well, and how they are called there. */
export const PASSWORD_TASKS = { fitsHash: 'passwords checked', makeVerifiers: 'passwords made' } as const;

/** Makes and checks what is kept of passwords. */
export interface PasswordWork {
  /**
   * Makes what is kept of a prepared password.
   * @param network whose turn it takes
   * @param urgency `low` for what nobody waits for
   * @param onTimes told what it took
   * @throws SignalboxError `limit_reached` where too many wait
   */
  make(
    password: string,
    network: string,
    urgency?: Urgency,
    onTimes?: (times: TaskTimes) => void,
  ): Promise<tasks.Verifiers>;
  /** Whether a prepared password fits a hash; never with null, in the same time. Throws as {@link make}. */
  fits(
    hash: string | null,
    password: string,
    network: string,
    urgency?: Urgency,
    onTimes?: (times: TaskTimes) => void,
  ): Promise<boolean>;
}

/**
 * The threads for it, one for each core: they are niced, so that the loop, which needs little of its core, comes first all the same, and
 * on a machine with two cores nobody waits for the hash of somebody else.
 * @param onLost told of threads that hang or end unasked
 */
export function passwordPool(onLost: NonNullable<ThreadPoolOptions['onLost']>): ThreadPool {
  return new ThreadPool({
    name: 'passwords',
    min: Math.min(STAYING_THREADS, availableParallelism()),
    max: availableParallelism(),
    capacity: limits.checksWaiting.default,
    onLost,
  });
}

/** Starts the threads, which takes as long as some logins, before anybody logs in. */
export function warmPasswords(pool: ThreadPool): void {
  pool.warm([fitsHash, makeVerifiers]);
}

/** Makes and checks passwords in a pool. */
export class Credentials implements PasswordWork {
  readonly #pool: Pick<ThreadPool, 'run' | 'close'>;
  /** Checks under way of each network that has some. */
  readonly #underWay = new Map<string, number>();

  /** @param pool where they are made and checked: see {@link passwordPool} */
  constructor(pool: Pick<ThreadPool, 'run' | 'close'>) {
    this.#pool = pool;
  }

  make(
    password: string,
    network: string,
    priority: Urgency = 'normal',
    onTimes: (times: TaskTimes) => void = () => {},
  ): Promise<tasks.Verifiers> {
    const iterations = limits.scramIterations.default;
    return this.#counted(network, () =>
      this.#pool.run(makeVerifiers, { password, iterations }, { group: network, priority, onTimes }),
    );
  }

  async fits(
    hash: string | null,
    password: string,
    network: string,
    priority: Urgency = 'normal',
    onTimes: (times: TaskTimes) => void = () => {},
  ): Promise<boolean> {
    const fits = await this.#counted(network, () =>
      this.#pool.run(fitsHash, { hash: hash ?? NOBODY, password }, { group: network, priority, onTimes }),
    );
    return fits && hash !== null;
  }

  async close(): Promise<void> {
    await this.#pool.close(limits.checksCloseMs.default);
  }

  async #counted<Result>(network: string, work: () => Promise<Result>): Promise<Result> {
    const open = this.#underWay.get(network) ?? 0;
    if (open >= limits.checksPerNetwork.default)
      throw new SignalboxError('limit_reached', `${open} passwords of ${network} are being checked already.`);
    this.#underWay.set(network, open + 1);
    try {
      return await work();
    } finally {
      const left = this.#underWay.get(network)! - 1;
      if (left === 0) this.#underWay.delete(network);
      else this.#underWay.set(network, left);
    }
  }
}
