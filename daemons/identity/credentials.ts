/** Makes and checks passwords on threads, a bounded number at once, the networks of those who ask taking turns. */
import { SignalboxError } from '../../contract/errors.ts';
import { poolTask } from '../runtime/async/pool-task.ts';
import { ThreadPool, type ThreadPoolOptions } from '../runtime/async/thread-pool.ts';
import type * as tasks from './credential-tasks.ts';
import { limits } from './limits.ts';

const MODULE = new URL('credential-tasks.ts', import.meta.url);
const makeVerifiers = poolTask<typeof tasks.makeVerifiers>(MODULE, 'makeVerifiers');
const fitsHash = poolTask<typeof tasks.fitsHash>(MODULE, 'fitsHash');

/** Checked where there is no such account, so that the answer takes as long as for a wrong password. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$KGAlTLwyX4s0/JXRnCLKSg$jFVxq1A9YQAGlKczJ3kb1TNHpGwFMSvYK3D4l2EJyGQ';

/** Whether somebody waits for it. */
export type Urgency = 'normal' | 'low';

/** Makes and checks what is kept of passwords. */
export interface PasswordWork {
  /**
   * Makes what is kept of a prepared password.
   * @param network whose turn it takes
   * @param urgency `low` for what nobody waits for
   * @throws SignalboxError `limit_reached` where too many wait
   */
  make(password: string, network: string, urgency?: Urgency): Promise<tasks.Verifiers>;
  /** Whether a prepared password fits a hash; never with null, in the same time. Throws as {@link make}. */
  fits(hash: string | null, password: string, network: string, urgency?: Urgency): Promise<boolean>;
}

/**
 * The threads for it.
 * @param onLost told of threads that hang or end unasked
 */
export function passwordPool(onLost: NonNullable<ThreadPoolOptions['onLost']>): ThreadPool {
  return new ThreadPool({ name: 'passwords', capacity: limits.checksWaiting.default, onLost });
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

  make(password: string, network: string, priority: Urgency = 'normal'): Promise<tasks.Verifiers> {
    const iterations = limits.scramIterations.default;
    return this.#counted(network, () =>
      this.#pool.run(makeVerifiers, { password, iterations }, { group: network, priority }),
    );
  }

  async fits(
    hash: string | null,
    password: string,
    network: string,
    priority: Urgency = 'normal',
  ): Promise<boolean> {
    const fits = await this.#counted(network, () =>
      this.#pool.run(fitsHash, { hash: hash ?? NOBODY, password }, { group: network, priority }),
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
