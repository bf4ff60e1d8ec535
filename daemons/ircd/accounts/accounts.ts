/** Accounts as commands and registration see them; `AccountDesk` implements it. */
import type { ChannelRegistration, LoggedIn, LoginOrigin } from '../../../contract/accounts.ts';
import type { LoginTimelines } from '../../../kit/login-timelines.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { AccountAuthority } from './authority.ts';
import type { SaslSessions } from './sasl-sessions.ts';

/** What was counted since the start. */
export interface AccountCounts {
  logins: number;
  failures: number;
  registrations: number;
}

/** Registered nicks belong to their accounts (`nick_protection`). */
export interface NickProtection {
  /**
   * Whose nick a client wants that is not theirs, where such nicks are refused; null where nobody has to be asked. What is promised
   * comes soon, never rejects, and is null where the client may have the nick.
   */
  strangerTo(client: LocalClient, nick: string): Promise<string | null> | null;
  /** A client has another nick or account than before: tells a stranger to leave the nick, and sees to it. */
  check(client: LocalClient): void;
  /** Gives a client a guest's nick at once, where it is still called `nick`. */
  rename(client: LocalClient, nick: string, why: string): void;
  /** A client leaves. */
  forget(client: LocalClient): void;
}

/** Which channels belong to accounts. */
export interface ChannelOwnership {
  /** Whether all of them are known: whoever knows the accounts has been asked since the start. */
  readonly known: boolean;
  /** Whose a channel is; null where it is nobody's. */
  of(channel: string): ChannelRegistration | null;
  all(): Iterable<ChannelRegistration>;
  /** `STATUS` bits that an account has on a channel; null where that is nobody's. */
  statusOf(channel: string, account: string | null): number | null;
  /** A channel was made here. */
  made(channel: Channel): void;
}

/** The server's side of accounts. */
export interface Accounts {
  readonly authority: AccountAuthority;
  readonly sessions: SaslSessions;
  readonly counts: AccountCounts;
  /** What the latest logins went through. */
  readonly timelines: LoginTimelines;
  readonly nicks: NickProtection;
  readonly channels: ChannelOwnership;
  /** Whether a capability is offered now. */
  offers(bit: number): boolean;
  /** What stands behind the name of a capability in `CAP LS 302`; empty for nothing. */
  valueOf(name: string): string;
  /** Where a client comes from, for whoever counts guesses. */
  originOf(client: LocalClient): LoginOrigin;
  /** A client has proved that an account is theirs: 900, and ACCOUNT for those who share a channel (IRCv3 account-notify). */
  logIn(client: LocalClient, login: LoggedIn): WorkSteps | null;
  /** The account of a client is gone: 901, and ACCOUNT for those who share a channel. */
  logOut(client: LocalClient): WorkSteps | null;

  /** Tells a client which account it has from now on, null for none; whoever calls it changes the account. */
  tell(client: LocalClient, account: string | null): void;
}
