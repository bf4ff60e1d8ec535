/** Who somebody on the network is to services: which account they are logged in to, how much it may do, and how they are answered. */
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import { type Reply, said } from '../bots/reply.ts';
import { PLAIN_STYLE } from '../bots/reply-lines.ts';
import { type ReplyStyle, TABLE_STYLES } from '../bots/reply-style.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { ProfileStore } from '../store/profile-store.ts';

/** The highest level. */
export const MOST_LEVEL = 1_000;

/** From this level on one sees of accounts what else only their owners see. */
export const LOOKING_LEVEL = 100;

export class Standing {
  readonly #store: AccountStore;
  readonly #profiles: ProfileStore;

  constructor(store: AccountStore, profiles: ProfileStore) {
    this.#store = store;
    this.#profiles = profiles;
  }

  /**
   * The account that a user is logged in to. A stamp outlives its account on some networks, and a later account of the same name is
   * somebody else's.
   */
  accountOf({ account, accountSeconds }: ViewUser): StoredAccount | null {
    if (account === null) return null;
    const found = this.#store.find(account);
    if (found === undefined) return null;
    return accountSeconds === 0 || accountSeconds === Math.floor(found.created / 1_000) ? found : null;
  }

  /** The level of somebody's account; null for who is logged in to none, or to one that is suspended, which some networks cannot undo. */
  levelOf(user: ViewUser): number | null {
    const account = this.accountOf(user);
    return account === null || account.suspended_reason !== null ? null : this.#profiles.of(account).level;
  }

  /** Why a user may do nothing to an account: it is one of their level or above. Null where they may. */
  outranked(user: ViewUser, target: StoredAccount): Reply | null {
    const level = this.levelOf(user) ?? 0;
    return this.#profiles.of(target).level < level
      ? null
      : said`${target.name} is not below you: nobody changes an account of their own level or above.`;
  }

  styleOf(user: ViewUser): ReplyStyle {
    const account = this.accountOf(user);
    if (account === null) return PLAIN_STYLE;
    const { privmsg, style, width, color, language } = this.#profiles.of(account);
    return {
      privmsg: privmsg === 1,
      style: TABLE_STYLES.find((one) => one === style) ?? PLAIN_STYLE.style,
      width: width ?? PLAIN_STYLE.width,
      color: color === 1,
      language: language ?? PLAIN_STYLE.language,
    };
  }
}
