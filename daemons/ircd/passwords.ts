/**
 * Verifies argon2id hashes off the event loop, a few at a time: each verification holds memory and a pool thread, so
 * a crowd guessing passwords must not starve everything else. Called by OPER and by registration.
 */
import { hash, verify } from '@node-rs/argon2';
import { limits } from './limits.ts';

/** Checked when there is no block of that name, so that the answer takes as long as for a wrong password. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$KGAlTLwyX4s0/JXRnCLKSg$jFVxq1A9YQAGlKczJ3kb1TNHpGwFMSvYK3D4l2EJyGQ';

/** Thrown (as a rejection) when too many verifications wait already. */
export class PasswordQueueFull extends Error {
  constructor() {
    super('too many passwords are being checked');
    this.name = 'PasswordQueueFull';
  }
}

/** Makes an argon2id hash with the parameters that {@link NOBODY} has too. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
}

/** At most `passwordChecks` verifications at once, `passwordChecksWaiting` in line. */
export class PasswordChecker {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  /**
   * Whether a password fits a hash; never with `hash` null, in the same time.
   * @throws PasswordQueueFull
   */
  async check(hash: string | null, password: string): Promise<boolean> {
    if (this.running >= limits.passwordChecks.default) {
      if (this.queue.length >= limits.passwordChecksWaiting.default) throw new PasswordQueueFull();
      await new Promise<void>((resolve) => this.queue.push(resolve));
    } else {
      this.running++;
    }
    try {
      const fits = await verify(hash ?? NOBODY, password);
      return fits && hash !== null;
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}
