/** One help bot as it is served: what is set, who helps there and which requests are open. Changed by help-desk.ts. */

import { fold } from '../../irc/casemapping.ts';
import type { Standing } from '../authserv/standing.ts';
import type { CommandCall } from '../bots/command-row.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { type HelpSettings, readSettings } from './help-settings.ts';
import type { HelpStore, StoredHelpBot } from './help-store.ts';
import { OpenRequest, RequestIndex } from './request-index.ts';
import type { StaffRole } from './roles.ts';

/** An open request of somebody on the network. */
export type HelpRequest = OpenRequest<ViewUser>;

export class HelpBot {
  stored: StoredHelpBot;
  settings: HelpSettings;
  /** When somebody last asked or helped there, Unix milliseconds. */
  used: number;
  readonly requests = new RequestIndex<ViewUser>();
  /** By folded account. */
  readonly staff = new Map<string, { readonly account: string; readonly role: StaffRole }>();
  /** Since when those who help are on the channel, monotonic milliseconds; by folded account. */
  readonly present = new Map<string, number>();
  /** When it was last told that requests wait, and that nobody is there; monotonic milliseconds. */
  whinedMs = Number.NEGATIVE_INFINITY;
  emptyMs = Number.NEGATIVE_INFINITY;

  constructor(stored: StoredHelpBot) {
    this.stored = stored;
    this.settings = readSettings(stored.settings);
    this.used = stored.used;
  }

  /** Reads what is kept of it. */
  static load(store: HelpStore, stored: StoredHelpBot): HelpBot {
    const bot = new HelpBot(stored);
    for (const member of store.staff(stored.key)) bot.staff.set(fold(member.account), member);
    for (const parts of store.open(stored.key)) bot.requests.add(new OpenRequest<ViewUser>(parts));
    return bot;
  }

  get key(): string {
    return this.stored.key;
  }

  get nick(): string {
    return this.stored.nick;
  }

  get channel(): string {
    return this.stored.channel;
  }

  /** @param now Unix milliseconds */
  isSuspended(now: number): boolean {
    const { suspendedReason, suspendedUntil } = this.stored;
    return suspendedReason !== null && (suspendedUntil === null || suspendedUntil > now);
  }

  /** Whether somebody is on the channel that it helps on. */
  isOnChannel(user: ViewUser): boolean {
    const key = fold(this.channel);
    for (const { name } of user.channels ?? []) if (fold(name) === key) return true;
    return false;
  }

  /** What an account is here; null for nobody who helps. */
  staffRole(account: string): StaffRole | null {
    return this.staff.get(fold(account))?.role ?? null;
  }

  /** What somebody is here who speaks to the bot itself; operators of services are it by way of HelpServ alone. */
  roleOf(user: ViewUser, standing: Standing): StaffRole | null {
    const account = standing.accountOf(user);
    return account === null || account.suspended_reason !== null ? null : this.staffRole(account.name);
  }

  /** The open request that a word names: a number, `*account`, or the nick of whoever asked; the newest of several. */
  find(word: string, by: Pick<CommandCall, 'byNick'>): HelpRequest | undefined {
    const number = /^#?(\d{1,15})$/.exec(word)?.[1];
    if (number !== undefined) return this.requests.byNumber(Number(number));
    if (word.startsWith('*')) return newest(this.requests.ofAccount(word.slice(1)));
    const user = by.byNick(word);
    const own = user === undefined ? undefined : this.requests.ofUser(user);
    return own ?? newest(this.requests.ofNick(word));
  }
}

function newest(found: ReadonlySet<HelpRequest>): HelpRequest | undefined {
  let latest: HelpRequest | undefined;
  for (const one of found) if (latest === undefined || one.number > latest.number) latest = one;
  return latest;
}
