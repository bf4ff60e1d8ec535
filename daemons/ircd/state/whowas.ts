/** The last users who left or changed nick, for WHOWAS. A ring, so its memory is fixed. */
import { fold } from '../../irc/casemapping.ts';
import type { User } from './user.ts';

/** Who somebody was; `leftMs` in Unix milliseconds. */
export interface WhowasEntry {
  readonly folded: string;
  readonly nick: string;
  readonly username: string;
  readonly host: string;
  readonly realname: string;
  readonly account: string | null;
  /** Name of the server that they were on. */
  readonly server: string;
  readonly leftMs: number;
}

/** At most as many entries as it was made for. */
export class Whowas {
  readonly #ring: WhowasEntry[] = [];
  #next = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#ring.length;
  }

  /** Remembers a user under their present nick. */
  remember(user: User, leftMs: number): void {
    this.#ring[this.#next] = {
      folded: fold(user.nick),
      nick: user.nick,
      username: user.username,
      host: user.host,
      realname: user.realname,
      account: user.account,
      server: user.server.name,
      leftMs,
    };
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** Entries for a nick, newest first. */
  find(nick: string, max: number): WhowasEntry[] {
    const wanted = fold(nick);
    const found: WhowasEntry[] = [];
    for (let back = 1; back <= this.#ring.length && found.length < max; back++) {
      const entry = this.#ring[(this.#next - back + this.#capacity) % this.#capacity];
      if (entry?.folded === wanted) found.push(entry);
    }
    return found;
  }

  clear(): void {
    this.#ring.length = 0;
    this.#next = 0;
  }
}
