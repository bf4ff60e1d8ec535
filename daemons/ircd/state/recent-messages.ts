/**
 * Who said a message, and to whom, of the messages of late: no more is kept of them than it takes to have them redacted (IRCv3
 * message-redaction). The ids that this server gives are numbers, so that noting a message is three stores into arrays.
 */
import { limits } from '../limits.ts';
import type { User } from './user.ts';

/** What is known of a message. */
export interface SaidMessage {
  readonly source: User;
  /** As receivers saw it: a nick, `#channel`, `@#channel`. */
  readonly target: string;
}

/** For so many messages there is room at first; a power of two. */
const FIRST_ROOM = 64;

/** The messages of late, of this server and of others. */
export class RecentMessages {
  readonly #stem: string;
  readonly #most: number;
  #last = 0;
  /** As long as all that were noted have room: arrays for the most of them are megabytes, which most servers never need. */
  #room: number;
  #numbers: Float64Array;
  #sources: (User | null)[];
  #targets: string[];
  /** Those of other servers, oldest first. */
  readonly #others = new Map<string, SaidMessage>();

  /** @param stem what the ids of this server begin with, and those of no other. */
  constructor(stem: string, most: number = limits.recentMessages.default) {
    this.#stem = stem;
    this.#most = most;
    this.#room = Math.min(FIRST_ROOM, most);
    this.#numbers = new Float64Array(this.#room);
    this.#sources = new Array(this.#room).fill(null);
    this.#targets = new Array(this.#room).fill('');
  }

  /** A new id for a message of this server. */
  begin(source: User, target: string): string {
    const number = ++this.#last;
    if (number >= this.#room && this.#room < this.#most) this.#makeRoom(number);
    const slot = number % this.#room;
    this.#numbers[slot] = number;
    this.#sources[slot] = source;
    this.#targets[slot] = target;
    return this.#stem + number.toString(36);
  }

  /** A new id for something that cannot be taken back. */
  unnoted(): string {
    return this.#stem + (++this.#last).toString(36);
  }

  /** A message that has the id of another server. */
  note(msgid: string, source: User, target: string): void {
    this.#others.set(msgid, { source, target });
    if (this.#others.size <= this.#most) return;
    for (const oldest of this.#others.keys()) {
      this.#others.delete(oldest);
      break;
    }
  }

  /** Null for a message that is too old, or never was. */
  find(msgid: string): SaidMessage | null {
    const slot = this.#slotOf(msgid);
    if (slot === null) return this.#others.get(msgid) ?? null;
    const source = this.#sources[slot] ?? null;
    return source === null ? null : { source, target: this.#targets[slot]! };
  }

  /** What was said to a channel was said to it under whatever name it has. */
  renamed(former: string, name: string): void {
    const now = (target: string) => target.slice(0, target.length - former.length) + name;
    const isIts = (target: string) => target.endsWith(former) && target.length <= former.length + 1;
    for (let i = 0; i < this.#targets.length; i++)
      if (isIts(this.#targets[i]!)) this.#targets[i] = now(this.#targets[i]!);
    for (const [msgid, said] of this.#others)
      if (isIts(said.target)) this.#others.set(msgid, { source: said.source, target: now(said.target) });
  }

  /** Once it was redacted. */
  forget(msgid: string): void {
    const slot = this.#slotOf(msgid);
    if (slot !== null) this.#sources[slot] = null;
    else this.#others.delete(msgid);
  }

  /** Makes so much room that `number` takes nobody's place, or the most. All that were noted stand at their numbers until then. */
  #makeRoom(number: number): void {
    const [numbers, sources, targets] = [this.#numbers, this.#sources, this.#targets];
    while (this.#room <= number && this.#room < this.#most) this.#room = Math.min(this.#room * 2, this.#most);
    this.#numbers = new Float64Array(this.#room);

    this.#numbers.set(numbers);
    this.#sources = sources.concat(new Array(this.#room - sources.length).fill(null));
    this.#targets = targets.concat(new Array(this.#room - targets.length).fill(''));
  }

  /** Where a message of this server is noted, if it still is. */
  #slotOf(msgid: string): number | null {
    if (!msgid.startsWith(this.#stem)) return null;
    const number = Number.parseInt(msgid.slice(this.#stem.length), 36);
    if (!(number > 0) || msgid !== this.#stem + number.toString(36)) return null;
    const slot = number % this.#room;
    return this.#numbers[slot] === number ? slot : null;
  }
}
