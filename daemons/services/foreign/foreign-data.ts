/** What other services kept, in the terms of these: what comes of X3's and of Atheme's database before it is written, and what cannot come along. */
import type { TableStyle } from '../bots/reply-style.ts';
import type { ForeignChannel } from './foreign-channels.ts';
import type { ForeignHelpBot, ForeignSpamChannel, ForeignSpamTrust } from './foreign-help.ts';
import type { ForeignLists } from './foreign-lists.ts';

/** Something that an operator wrote down. */
export interface ForeignNote {
  readonly by: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly text: string;
}

/** An account of other services; null where nothing was set. */
export interface ForeignAccount {
  readonly name: string;
  readonly email: string | null;
  /** Unix milliseconds. */
  readonly created: number;
  readonly lastLogin: number | null;
  /** A hash that is checked here (`foreign-hashes.ts`); null where nobody can log in by a password before it is set anew. */
  readonly hash: string | null;
  readonly nicks: readonly string[];
  readonly hostMasks: readonly string[];
  /** SHA-256, lower-case hex. */
  readonly fingerprints: readonly string[];
  /** nick!user@host. */
  readonly ignores: readonly string[];
  readonly notes: readonly ForeignNote[];
  readonly info: string | null;
  readonly maxLogins: number | null;
  readonly level: number;
  /** As OSET FLAGS has them. */
  readonly flags: string;
  readonly epithet: string | null;
  readonly privmsg: boolean | null;
  readonly style: TableStyle | null;
  readonly width: number | null;
  readonly color: boolean | null;
  readonly language: string | null;
  /** Whether its owner is away for longer. */
  readonly isAway: boolean;
  readonly suspended: { readonly reason: string; readonly by: string } | null;
}

/** What a file holds. */
export interface ForeignData {
  readonly accounts: readonly ForeignAccount[];
  readonly channels: readonly ForeignChannel[];
  readonly lists: ForeignLists;
  readonly help: readonly ForeignHelpBot[];
  readonly spam: {
    readonly channels: readonly ForeignSpamChannel[];
    readonly trusts: readonly ForeignSpamTrust[];
  };
  readonly left: LeftList;
}

/** What a file is read with. */
export interface ForeignReading {
  /** Unix milliseconds. */
  readonly now: number;
  /** Nicks of bots that are there by themselves, which no help bot can have. */
  readonly bots: readonly string[];
}

/** One kind of thing that could not come along. */
export interface LeftBehind {
  readonly what: string;
  readonly why: string;
  readonly count: number;
  /** Some of them. */
  readonly examples: string;
}

const MOST_EXAMPLES = 5;

/** Counts what cannot come along, kind by kind. */
export class LeftList {
  readonly #found = new Map<string, { what: string; why: string; count: number; examples: string[] }>();

  /** @param which the one that it is about, as its people call it */
  add(what: string, why: string, which: string): void {
    const key = `${what}\n${why}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      found = { what, why, count: 0, examples: [] };
      this.#found.set(key, found);
    }
    found.count++;
    if (found.examples.length < MOST_EXAMPLES) found.examples.push(which.slice(0, 64));
  }

  /** Several of one kind at once. */
  addMany(what: string, why: string, which: readonly string[]): void {
    for (const one of which) this.add(what, why, one);
  }

  rows(): LeftBehind[] {
    return [...this.#found.values()].map(({ examples, ...row }) => ({
      ...row,
      examples: examples.join(', '),
    }));
  }
}

/** Bytes of a file, a character each, as text: UTF-8 where they are that, else as they stand there. */
export function decoded(bytes: string): string {
  try {
    return UTF8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
