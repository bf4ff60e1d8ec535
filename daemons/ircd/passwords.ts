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

/** A check in line. */
interface Waiter {
  readonly begin: () => void;
  readonly refuse: (error: PasswordQueueFull) => void;
}

/**
 * At most `passwordChecks` verifications at once, `passwordChecksWaiting` in line. Networks take turns, and when the line
 * is full the one that stands in it most often pays: guessers delay and refuse each other, and nobody else.
 */
export class PasswordChecker {
  #running = 0;
  #waiting = 0;
  /** Who waits, by network; the first network is next. None is empty. */
  readonly #lines = new Map<unknown, Waiter[]>();

  /**
   * Whether a password fits a hash; never with `hash` null, in the same time.
   * @param network what stands for the address, or /64 of IPv6, that asks
   * @throws PasswordQueueFull
   */
  async check(hash: string | null, password: string, network: unknown): Promise<boolean> {
    if (this.#running >= limits.passwordChecks.default) await this.#turnOf(network);
    else this.#running++;
    try {
      const fits = await verify(hash ?? NOBODY, password);
      return fits && hash !== null;
    } finally {
      this.#next();
    }
  }

  #turnOf(network: unknown): Promise<void> {
    if (this.#waiting >= limits.passwordChecksWaiting.default) this.#makeRoom(network);
    return new Promise((begin, refuse) => {
      const line = this.#lines.get(network);
      if (line === undefined) this.#lines.set(network, [{ begin, refuse }]);
      else line.push({ begin, refuse });
      this.#waiting++;
    });
  }

  /** Refuses the last of the network that waits most often. */
  #makeRoom(newcomer: unknown): void {
    let longest: [unknown, Waiter[]] | null = null;
    for (const entry of this.#lines)
      if (longest === null || entry[1].length > longest[1].length) longest = entry;
    if (longest === null || longest[1].length <= (this.#lines.get(newcomer)?.length ?? 0)) {
      throw new PasswordQueueFull();
    }
    const [network, line] = longest;
    const last = line.pop();
    if (line.length === 0) this.#lines.delete(network);
    this.#waiting--;
    last?.refuse(new PasswordQueueFull());
  }

  /** Begins the next check of the network whose turn it is. */
  #next(): void {
    for (const [network, line] of this.#lines) {
      const first = line.shift();
      this.#lines.delete(network);
      if (line.length > 0) this.#lines.set(network, line);
      if (first === undefined) continue;
      this.#waiting--;
      first.begin();
      return;
    }
    this.#running--;
  }
}
