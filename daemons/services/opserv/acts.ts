/** What OpServ does to users, whoever wants it: an operator, an administrator, an alert. Whether it may is asked before. */
import { SignalboxError } from '../../../contract/errors.ts';
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import type { Bot } from '../bots/bot-roster.ts';
import { killUser } from '../bots/command-desk.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { Uplink } from '../uplink/uplink.ts';
import type { OperatorLists } from './lists.ts';
import type { NetworkBan, NetworkBans } from './network-bans.ts';

export interface ActsOptions {
  readonly bans: NetworkBans;
  readonly lists: OperatorLists;
  readonly uplink: () => Uplink | null;
  readonly bot: () => Bot;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** How long something lasts, why, and who wants it. */
export interface Why {
  readonly seconds: number;
  readonly reason: string;
  readonly by: string;
}

export class Acts {
  readonly #options: ActsOptions;

  constructor(options: ActsOptions) {
    this.#options = options;
  }

  /** @throws SignalboxError `unavailable` while there is no network */
  linked(): Uplink {
    const uplink = this.#options.uplink();
    if (uplink === null) throw new SignalboxError('unavailable', 'Services are linked to no network now.');
    return uplink;
  }

  kill(user: ViewUser, reason: string): void {
    const uplink = this.#options.uplink();
    if (uplink !== null) killUser(uplink, user, reason);
  }

  /** Bans all who come from somebody's address. */
  async banAddress(
    user: ViewUser,
    { seconds, reason, by }: Why,
    kind: 'gline' | 'shun' = 'gline',
  ): Promise<NetworkBan> {
    return await this.#options.bans.set(kind, addressMask(user), { seconds, reason, by });
  }

  /** Keeps bots from hearing all from somebody's host. */
  async gag({ host }: ViewUser, { seconds, reason, by }: Why): Promise<void> {
    const { lists, now } = this.#options;
    const setMs = now();
    const expiresMs = seconds === 0 ? null : setMs + seconds * 1_000;
    await lists.gags.put({ mask: `*!*@${host}`, reason, by, setMs, expiresMs });
  }

  /** The bot says something to somebody, as it is. */
  say(user: ViewUser, text: string, as: 'notice' | 'message' = 'notice'): void {
    const token = as === 'notice' ? TOKEN.NOTICE : TOKEN.PRIVMSG;
    this.#options
      .uplink()
      ?.send(writeLine(this.#options.bot().numeric, token, [user.numeric], bytesOf(text)));
  }

  /** The bot tells all operators of the network something. */
  tellOperators(text: string): void {
    this.#options.uplink()?.send(writeLine(this.#options.bot().numeric, TOKEN.WALLOPS, [], bytesOf(text)));
  }
}

/** The mask of all who come from somebody's address. */
export function addressMask({ address }: ViewUser): string {
  return `*@${address}`;
}
