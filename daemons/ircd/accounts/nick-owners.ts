/** Asks whom nicks belong to: those of one turn of the loop in one question, so that a crowd that connects asks once. */
import { MOST_NICKS } from '../../../contract/accounts.ts';
import { limits } from '../limits.ts';
import type { AccountAuthority } from './authority.ts';

interface Asked {
  readonly nick: string;
  readonly resolve: (owner: string | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Whom nicks belong to, as whoever knows the accounts says. */
export class NickOwners {
  readonly #authority: () => AccountAuthority;
  #asked: Asked[] = [];

  /** @param authority who is asked now */
  constructor(authority: () => AccountAuthority) {
    this.#authority = authority;
  }

  /** The account that owns a nick, null where none does. Rejects where nobody can say. */
  of(nick: string): Promise<string | null> {
    return new Promise((resolve, reject) => {
      if (this.#asked.push({ nick, resolve, reject }) === 1) setImmediate(() => this.#ask());
    });
  }

  /** As {@link of}, but null as well where nobody can say in time: what is not known keeps nobody out. */
  async inTime(nick: string): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), limits.nickAnswerMs.default);
    });
    try {
      return await Promise.race([this.of(nick), late]);
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  #ask(): void {
    const all = this.#asked;
    this.#asked = [];
    for (let from = 0; from < all.length; from += MOST_NICKS) {
      const some = all.slice(from, from + MOST_NICKS);
      this.#authority()
        .ask('nickOwners', { nicks: some.map(({ nick }) => nick) })
        .then(
          ({ owners }) => {
            for (const [at, { resolve }] of some.entries()) resolve(owners[at] ?? null);
          },
          (error) => {
            for (const { reject } of some) reject(error);
          },
        );
    }
  }
}
