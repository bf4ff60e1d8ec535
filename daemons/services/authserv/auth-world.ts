/** What the commands of AuthServ work with. Put together by `services.ts`. */
import type { ACCOUNT_QUESTIONS, LoginAnswer, LoginOrigin } from '../../../contract/accounts.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { LoginTimelines } from '../../../kit/login-timelines.ts';
import type { NewSecret } from '../../identity/elsewhere.ts';
import type { LoginRefusal } from '../../identity/logins.ts';
import type { AccountStore } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Answerers } from '../../runtime/net/peer-questions.ts';
import type { Bot } from '../bots/bot-roster.ts';
import type { Catalogues } from '../bots/catalogues.ts';
import type { Reply } from '../bots/reply.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { PushDesk } from '../push/push-desk.ts';
import type { AccountRecords } from '../store/account-record.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import type { CookieDesk } from './cookie-desk.ts';
import { type Whereabouts, whereaboutsOf } from './host-mask.ts';
import type { Standing } from './standing.ts';
import type { UnusedAccounts } from './unused-accounts.ts';

/** Where somebody is who logs in by a bot: more is known than of a client that is not on the network yet. */
export interface UserOrigin extends LoginOrigin {
  readonly whereabouts: Whereabouts;
  /** Number of the account that an operator lets them log in to whatever host masks it has; null for none. */
  readonly allowed: number | null;
}

export interface AuthWorld {
  /** The questions about accounts, which AuthServ asks as servers do. */
  readonly ask: Answerers<typeof ACCOUNT_QUESTIONS>;
  readonly store: AccountStore;
  readonly profiles: ProfileStore;
  readonly writes: WriteTurn;
  /** What the latest logins went through. */
  readonly timelines: LoginTimelines;
  readonly clock: Clock;
  readonly standing: Standing;
  readonly cookies: CookieDesk;
  readonly records: AccountRecords;
  readonly unused: UnusedAccounts;
  readonly push: PushDesk;
  readonly catalogues: () => Catalogues;
  /** Users whom an operator lets log in from where they are, with the number of the account that it is for. */
  readonly allowed: WeakMap<ViewUser, number>;
  /** The network now; null while there is none. */
  readonly view: () => NetworkView | null;
  /** The longest account that the network holds. */
  readonly longestAccount: () => number;
  /** Takes somebody off the network; everybody reads why. */
  readonly kill: (user: ViewUser, reason: string) => void;
  /** Why a password is not the account's, as it counts for guessing; null where it is. Nobody is logged in by that. */
  readonly prove: (account: string, password: string, origin: UserOrigin) => Promise<LoginRefusal | null>;
  /** Lets somebody in who has proved otherwise to own an account, as far as nothing else keeps them out. */
  readonly proven: (account: string, origin: UserOrigin) => Promise<LoginAnswer>;
  /** See `AccountChanges.secretFor`. */
  readonly secretFor: (account: string, password: string, network: string) => Promise<NewSecret>;
  /** See `AccountChanges.setPassword`. */
  readonly setPassword: (account: string, password: string, network: string) => Promise<void>;
  /** See `AccountChanges.setEmail`. */
  readonly setEmail: (account: string, email: string | null) => Promise<boolean>;
  /** See `setLevel` in `level-door.ts`. */
  readonly setLevel: (account: string, level: number, check?: () => void) => Promise<void>;
  /** Forgets failed logins to an account. */
  readonly forgetFailures: (account: string) => void;
  /** Ends an account. @param by who wants it, for whoever may bring it back */
  readonly drop: (account: string, by: string) => Promise<unknown>;
  /** Brings an account back that was dropped, where its level is below one; answers how it is called. */
  readonly restore: (account: string, belowLevel: number) => Promise<string>;
  /** Calls an account something else, on the network too. */
  readonly rename: (account: string, next: string) => Promise<void>;
  /** A bot says something to a user, as they like to be answered. */
  readonly tell: (bot: Bot, user: ViewUser, reply: Reply) => void;
}

/** Where a user logs in from. */
export function originOf(user: ViewUser): UserOrigin {
  return { address: user.address, fingerprint: null, whereabouts: whereaboutsOf(user), allowed: null };
}

/** Number of the account that whoever logs in may log in to whatever host masks it has. */
export function allowedIn(origin: LoginOrigin): number | null {
  return 'allowed' in origin ? (origin as UserOrigin).allowed : null;
}

/** Where whoever logs in is, as masks see it. */
export function whereaboutsIn(origin: LoginOrigin): Whereabouts {
  return 'whereabouts' in origin
    ? (origin as UserOrigin).whereabouts
    : { username: null, host: null, address: origin.address };
}
