/** What services keep of accounts, put together: the keeper, profiles, cookies and their mail, and what ends by itself. Called by `services.ts`. */
import type { LoginOrigin } from '../../contract/accounts.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { LoginTimelines } from '../../kit/login-timelines.ts';
import { AccountKeeper } from '../identity/account-keeper.ts';
import { limits } from '../identity/limits.ts';
import type { LoginRefusal } from '../identity/logins.ts';
import { AccountStore, type StoredAccount } from '../identity/store/account-store.ts';
import { ChannelStore } from '../identity/store/channel-store.ts';
import { SETTLED_ELSEWHERE, SharedFacts } from '../identity/store/shared-facts.ts';
import { allowedIn, whereaboutsIn } from './authserv/auth-world.ts';
import { CookieDesk } from './authserv/cookie-desk.ts';
import { coversUser } from './authserv/host-mask.ts';
import { LoginSlots } from './authserv/login-slots.ts';
import { mostLogins } from './authserv/settings.ts';
import { Standing } from './authserv/standing.ts';
import { sessionOf } from './authserv/timed-login.ts';
import { UnusedAccounts } from './authserv/unused-accounts.ts';
import { quietRows } from './chanserv/access-writes.ts';
import { ChannelRows, STATUS_RULES } from './chanserv/channel-store.ts';
import { Housekeeping } from './housekeeping.ts';
import { KeycloakLogins } from './keycloak/keycloak-logins.ts';
import { LocalVerifiers } from './keycloak/local-verifiers.ts';
import type { LevelDoor } from './level-door.ts';
import { MailQueue } from './mail/mail-queue.ts';
import type { NetworkView } from './network/network-view.ts';
import { PushDesk } from './push/push-desk.ts';
import type { ServicesOptions } from './services.ts';
import { AccountRecords } from './store/account-record.ts';
import { CookieStore } from './store/cookie-store.ts';
import { DroppedAccounts } from './store/dropped-accounts.ts';
import { KeycloakLinks } from './store/keycloak-links.ts';
import { linkedGuard } from './store/linked-guard.ts';
import { ProfileStore } from './store/profile-store.ts';

export interface AccountParts {
  readonly keeper: AccountKeeper;
  /** What the latest logins went through. */
  readonly timelines: LoginTimelines;
  readonly profiles: ProfileStore;
  readonly slots: LoginSlots;
  readonly standing: Standing;
  readonly cookies: CookieDesk;
  readonly records: AccountRecords;
  readonly dropped: DroppedAccounts;
  readonly unused: UnusedAccounts;
  readonly mail: MailQueue;
  readonly push: PushDesk;
  readonly housekeeping: Housekeeping;
  /** Which accounts belong to users of Keycloak, and what is kept here of their passwords. */
  readonly links: KeycloakLinks;
  readonly verifiers: LocalVerifiers;
  /** The door through which levels change. */
  readonly levels: LevelDoor;
}

/** Who ends an account that nobody has confirmed: it was never anybody's, and is not kept to be brought back. */
const NOBODY = 'nobody';

/** What accounts need of the network. */
export interface AccountNetwork {
  /** The network now; null while there is none. */
  readonly view: () => NetworkView | null;
  /** An account is called otherwise. */
  readonly renamed: (before: string, next: string) => void;
}

export async function openAccountParts(
  options: ServicesOptions,
  { view, renamed }: AccountNetwork,
): Promise<AccountParts> {
  const { database, clock, writes, credentials, identity, leastPassword } = options;
  const { rules, catalogues, keycloak, log } = options;
  const now = () => clock.now();
  const links = new KeycloakLinks(database, now);
  const guard = linkedGuard(links);
  const store = new AccountStore(database, now, limits.accounts.default, guard);
  const profiles = new ProfileStore(database, now, guard);
  const records = new AccountRecords(database);
  const dropped = new DroppedAccounts(database, records, now);
  const cookieKey = await writes.write(() => store.secret('cookies'));
  const cookieStore = new CookieStore(database, cookieKey, now);
  const slots = new LoginSlots(clock, (account) => view()?.loggedIn(account).size ?? 0);
  const unused = new UnusedAccounts({
    store,
    profiles,
    mail: () => mail,
    writes,
    clock,
    days: () => rules().unusedDays,
    view,
    drop: (account) => keeper.changes.drop(account, 'nobody used it'),
  });
  const mail = new MailQueue({
    database,
    writes,
    store,
    profiles,
    cookies: cookieStore,
    clock,
    catalogues,
    server: identity.name,
    keptUntil: (account) => unused.keptUntil(account),
    log,
  });
  const push = new PushDesk({ database, writes, clock, store, profiles, catalogues, view, log });
  const cookies = new CookieDesk({
    store,
    profiles,
    cookies: cookieStore,
    mail,
    writes,
    clock,
    logins: () => keeper.logins,
    changes: () => keeper.changes,
  });
  const timelines = new LoginTimelines({ clock, most: options.loginTimelines, where: 'services' });
  const verifiers = new LocalVerifiers({
    ...{ store, links, writes, credentials, clock },
    facts: new SharedFacts(database, now, store, SETTLED_ELSEWHERE),
    onFailure: (why) => log('warn', 'keycloak_not_kept', `Nothing was kept of a login by Keycloak: ${why}`),
  });
  const channelRows = new ChannelRows(database, now);
  const authority = new KeycloakLogins({
    ...{ keycloak, store, links, writes, verifiers, clock, log },
    adopt: (account, more, comesBack) => keeper.adopt(account, more, comesBack),
    keepOut: (account, by, reason) => keeper.changes.keepOut(account, by, reason),
    seen: (user) => options.seen?.(user),
  });
  const keeper: AccountKeeper = await AccountKeeper.open({
    timelines,
    byBot: (nick) => {
      const user = view()?.byNick(nick);
      return user === undefined ? null : timelines.told({ session: sessionOf(user) });
    },
    store,
    authority,
    // IRC servers are told of those alone who have status by coming in.
    channels: new ChannelStore(database, store, now, STATUS_RULES, (key) =>
      quietRows(channelRows, key, now()),
    ),
    writes,
    credentials,
    clock,
    leastPassword,
    elsewhere: () => options.elsewhere?.() ?? null,
    confirm: {
      isAsked: () => rules().confirmByMail,
      begin: (account, secret, origin) => cookies.confirm(account, secret, origin),
      settle: (account, code, origin) => cookies.settle(account, code, origin),
    },
    beforeDrop: (account, by) => {
      if (by !== NOBODY && rules().graceDays > 0) dropped.keep(account, by);
    },
    renamed,
    admit: (account, origin) => admit(account, origin, { profiles, slots }),
    onQueued: (ms) => options.onQueued?.(ms),
    onUnchecked: (why) => log('warn', 'login_unchecked', `A login could not be looked at: ${why}`),
    onFailure: (account, { address }, why) =>
      log('warn', 'login_failed', `A login to ${account} from ${address} failed: ${why}`),
  });
  const housekeeping = new Housekeeping({
    clock,
    writes,
    cookies: cookieStore,
    mail,
    push,
    dropped,
    unused,
    graceDays: () => rules().graceDays,
    dropUnconfirmed: (account) => keeper.changes.drop(account, NOBODY),
    idOf: (account) => store.find(account),
    log,
  });
  const standing = new Standing(store, profiles);
  return {
    ...{
      keeper,
      timelines,
      profiles,
      slots,
      standing,
      cookies,
      records,
      dropped,
      unused,
      mail,
      push,
      housekeeping,
    },
    ...{ links, verifiers },
    levels: { store, profiles, writes, elsewhere: () => options.elsewhere?.() ?? null },
  };
}

/** What keeps somebody out who has proved to own an account. */
function admit(
  account: StoredAccount,
  origin: LoginOrigin,
  { profiles, slots }: Pick<AccountParts, 'profiles' | 'slots'>,
): LoginRefusal['why'] | null {
  const masks = profiles.masks(account);
  const where = whereaboutsIn(origin);
  const covered = masks.length === 0 || masks.some((mask) => coversUser(mask, where));
  if (!covered && allowedIn(origin) !== account.id) return 'host';
  return slots.take(account.name, mostLogins(profiles.of(account).maxLogins)) ? null : 'max_logins';
}

/**
 * Brings an account back that was dropped.
 * @param below its level has to be below this
 * @throws SignalboxError `not_found`, `conflict` where there is another of its name by now, `access_denied` where it is above
 */
export async function restoreAccount(
  { keeper, dropped, profiles }: AccountParts,
  writes: ServicesOptions['writes'],
  name: string,
  below: number,
): Promise<string> {
  const { store } = keeper;
  const account = await writes.write(() => {
    dropped.restore(name);
    const back = store.get(name);
    if (profiles.of(back).level >= below)
      throw new SignalboxError('access_denied', `${back.name} is not below you, and stays as it is.`);
    return back;
  });
  keeper.restored(account);
  return account.name;
}
