/** What the commands of AuthServ work with. Put together by `services.ts`. */
import type { ACCOUNT_QUESTIONS, LoginOrigin } from '../../../contract/accounts.ts';
import type { LoginRefusal } from '../../identity/logins.ts';
import type { AccountStore } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Answerers } from '../../runtime/net/peer-questions.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { type Whereabouts, whereaboutsOf } from './host-mask.ts';

/** Where somebody is who logs in by a bot: more is known than of a client that is not on the network yet. */
export interface UserOrigin extends LoginOrigin {
  readonly whereabouts: Whereabouts;
}

export interface AuthWorld {
  /** The questions about accounts, which AuthServ asks as servers do. */
  readonly ask: Answerers<typeof ACCOUNT_QUESTIONS>;
  readonly store: AccountStore;
  readonly profiles: ProfileStore;
  readonly writes: WriteTurn;
  /** The network now; null while there is none. */
  readonly view: () => NetworkView | null;
  /** The longest account that the network holds. */
  readonly longestAccount: () => number;
  /** Takes somebody off the network; everybody reads why. */
  readonly kill: (user: ViewUser, reason: string) => void;
  /** Why a password is not the account's, as it counts for guessing; null where it is. Nobody is logged in by that. */
  readonly prove: (account: string, password: string, origin: UserOrigin) => Promise<LoginRefusal | null>;
}

/** Where a user logs in from. */
export function originOf(user: ViewUser): UserOrigin {
  return { address: user.address, fingerprint: null, whereabouts: whereaboutsOf(user) };
}

/** Where whoever logs in is, as masks see it. */
export function whereaboutsIn(origin: LoginOrigin): Whereabouts {
  return 'whereabouts' in origin
    ? (origin as UserOrigin).whereabouts
    : { username: null, host: null, address: origin.address };
}
