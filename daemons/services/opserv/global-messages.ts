/** What Global says: at once to all whom it is for, or to each as they come until it expires. */
import type { Clock } from '../../../kit/clock.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import type { Bot } from '../bots/bot-roster.ts';
import { type Message, said } from '../bots/reply.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { Uplink } from '../uplink/uplink.ts';
import type { GlobalMessage } from './lists.ts';
import { sliced } from './sliced.ts';
import type { StoredList } from './stored-list.ts';

/** Whom a message is for. */
export const TARGETS = [
  'all',
  'users',
  'authed',
  'helpers',
  'opers',
  'staff',
  'channels',
  'rchannels',
] as const;
/** One of {@link TARGETS}. */
export type Target = (typeof TARGETS)[number];

export function readTarget(word: string): Target | null {
  const named = word.toLowerCase() === 'privileged' ? 'staff' : word.toLowerCase();
  return TARGETS.find((target) => target === named) ?? null;
}

export interface GlobalMessagesOptions {
  readonly list: StoredList<GlobalMessage>;
  readonly clock: Clock;
  readonly uplink: () => Uplink | null;
  readonly bot: () => Bot;
  /** Whether somebody helps on the network. */
  readonly isHelper: (user: ViewUser) => boolean;
  /** Whether a channel belongs to an account. */
  readonly isRegistered: (channel: string) => boolean;
  readonly tell: (bot: Bot, user: ViewUser, reply: Message) => void;
}

export class GlobalMessages {
  readonly #options: GlobalMessagesOptions;
  #lastId: number;

  constructor(options: GlobalMessagesOptions) {
    this.#options = options;
    this.#lastId = options.list.all().reduce((most, { id }) => Math.max(most, id), 0);
  }

  /** A number that no other one has. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Those that are for somebody, the oldest first. */
  for(user: ViewUser): GlobalMessage[] {
    return this.#options.list.all().filter(({ target }) => this.#isFor(target as Target, user));
  }

  /** Somebody has come. */
  came(user: ViewUser): void {
    this.#show(user, (target) => target === 'all' || target === 'users');
  }

  /** Somebody has logged in: what is for whoever has. */
  loggedIn(user: ViewUser): void {
    const helper = this.#options.isHelper(user);
    this.#show(
      user,
      (target) => target === 'authed' || (helper && (target === 'helpers' || target === 'staff')),
    );
  }

  /** Somebody is an operator now. */
  becameOperator(user: ViewUser): void {
    const helper = this.#options.isHelper(user);
    this.#show(user, (target) => target === 'opers' || (target === 'staff' && !helper));
  }

  /** A message as its reader sees it. */
  line({ sender, text, setMs }: GlobalMessage): Message {
    return said`${sender} (${new Date(setMs).toISOString().slice(0, 16).replace('T', ' ')}): ${text}`;
  }

  /**
   * Says something once, in slices where it is not one line for everybody.
   * @returns how many lines were sent, of which one may be for all
   */
  async say(target: Target, text: string): Promise<number> {
    const { uplink: now, bot, clock, isRegistered } = this.#options;
    const uplink = now();
    if (uplink === null) return 0;
    const line = (to: string) => uplink.send(writeLine(bot().numeric, TOKEN.NOTICE, [to], bytesOf(text)));
    let sent = 0;
    const goesOn = () => now() === uplink;
    if (target === 'all' || target === 'users') {
      // Every server of the network is under this mask.
      line('$*');
      return 1;
    }
    if (target === 'channels' || target === 'rchannels') {
      await sliced(
        clock,
        uplink.view.channels.values(),
        ({ name }) => {
          if (target === 'rchannels' && !isRegistered(name)) return true;
          line(bytesOf(name));
          sent++;
          return true;
        },
        goesOn,
      );
      return sent;
    }
    await sliced(
      clock,
      uplink.view.users.values(),
      (user) => {
        if (user.server === uplink.view.me || !this.#isFor(target, user)) return true;
        line(user.numeric);
        sent++;
        return true;
      },
      goesOn,
    );
    return sent;
  }

  /** How many would read it. */
  reach(target: Target): number {
    const uplink = this.#options.uplink();
    if (uplink === null) return 0;
    if (target === 'channels') return uplink.view.channels.size;
    if (target === 'rchannels')
      return [...uplink.view.channels.values()].filter(({ name }) => this.#options.isRegistered(name)).length;
    let count = 0;
    for (const user of uplink.view.users.values())
      if (user.server !== uplink.view.me && this.#isFor(target, user)) count++;
    return count;
  }

  #isFor(target: Target, user: ViewUser): boolean {
    if (target === 'all' || target === 'users') return true;
    if (target === 'authed') return user.account !== null;
    if (target === 'opers') return user.isOperator;
    if (target === 'helpers') return this.#options.isHelper(user);
    return target === 'staff' && (user.isOperator || this.#options.isHelper(user));
  }

  #show(user: ViewUser, wanted: (target: Target) => boolean): void {
    const { list, bot, tell } = this.#options;
    for (const message of list.all())
      if (wanted(message.target as Target)) tell(bot(), user, this.line(message));
  }
}
