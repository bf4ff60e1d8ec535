/** What services keep of accounts, put together: the keeper, profiles, cookies and their mail, and what ends by itself. Called by `services.ts`. */
import type { LoginOrigin } from '../../contract/accounts.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { LoginTimelines } from '../../kit/login-timelines.ts';
import { AccountKeeper } from '../identity/account-keeper.ts';
import type { LoginRefusal } from '../identity/logins.ts';
import { AccountStore, type StoredAccount } from '../identity/store/account-store.ts';
import { ChannelStore } from '../identity/store/channel-store.ts';
import { allowedIn, whereaboutsIn } from './authserv/auth-world.ts';
import { CookieDesk } from './authserv/cookie-desk.ts';
import { coversUser } from './authserv/host-mask.ts';
import { LoginSlots } from './authserv/login-slots.ts';
import { mostLogins } from './authserv/settings.ts';
import { Standing } from './authserv/standing.ts';
import { UnusedAccounts } from './authserv/unused-accounts.ts';
import { Housekeeping } from './housekeeping.ts';
import { KeycloakLogins } from './keycloak/keycloak-logins.ts';
import { LocalVerifiers } from './keycloak/local-verifiers.ts';
import { MailQueue } from './mail/mail-queue.ts';
import type { NetworkView } from './network/network-view.ts';
import type { ServicesOptions } from './services.ts';
import { AccountRecords } from './store/account-record.ts';
import { CookieStore } from './store/cookie-store.ts';
import { DroppedAccounts } from './store/dropped-accounts.ts';
import { KeycloakLinks } from './store/keycloak-links.ts';
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
  readonly housekeeping: Housekeeping;
  /** Which accounts belong to users of Keycloak, and what is kept here of their passwords. */
  readonly links: KeycloakLinks;
  readonly verifiers: LocalVerifiers;
}

/** Who ends an account that nobody has confirmed: it was never anybody's, and is not kept to be brought back. */
const NOBODY = 'nobody';

/** @param view the network now; null while there is none */
export async function openAccountParts(
  options: ServicesOptions,
  view: () => NetworkView | null,
): Promise<AccountParts> {
  const { database, clock, writes, credentials, identity, leastPassword } = options;
  const { rules, catalogues, keycloak, log } = options;
  const now = () => clock.now();
  const store = new AccountStore(database, now);
  const profiles = new ProfileStore(database, now);
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
    drop: (account) => keeper.drop(account, 'nobody used it'),
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
  const cookies = new CookieDesk({
    store,
    profiles,
    cookies: cookieStore,
    mail,
    writes,
    clock,
    logins: () => keeper.logins,
  });
  const timelines = new LoginTimelines({ clock, most: options.loginTimelines, where: 'services' });
  const links = new KeycloakLinks(database, now);
  const verifiers = new LocalVerifiers({
    ...{ store, links, writes, credentials, clock },
    onFailure: (why) => log('warn', 'keycloak_not_kept', `Nothing was kept of a login by Keycloak: ${why}`),
  });
  const authority = new KeycloakLogins({
    ...{ keycloak, store, links, writes, verifiers, clock, log },
    adopt: (account, more) => keeper.adopt(account, more),
  });
  const keeper: AccountKeeper = await AccountKeeper.open({
    timelines,
    store,
    authority,
    // IRC servers are told of those alone who have status by coming in.
    channels: new ChannelStore(database, store, now, 'quiet = 0'),
    writes,
    credentials,
    clock,
    leastPassword,
    elsewhere: () => options.elsewhere?.() ?? null,
    confirm: {
      isAsked: () => rules().confirmByMail,
      begin: (account, verifiers, origin) => cookies.confirm(account, verifiers, origin),
      settle: (account, code, origin) => cookies.settle(account, code, origin),
    },
    beforeDrop: (account, by) => {
      if (by !== NOBODY && rules().graceDays > 0) dropped.keep(account, by);
    },
    admit: (account, origin) => admit(account, origin, { profiles, slots, links }),
    onUnchecked: (why) => log('warn', 'login_unchecked', `A login could not be looked at: ${why}`),
    onFailure: (account, { address }, why) =>
      log('warn', 'login_failed', `A login to ${account} from ${address} failed: ${why}`),
  });
  const housekeeping = new Housekeeping({
    clock,
    writes,
    cookies: cookieStore,
    mail,
    dropped,
    unused,
    graceDays: () => rules().graceDays,
    dropUnconfirmed: (account) => keeper.drop(account, NOBODY),
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
      housekeeping,
    },
    ...{ links, verifiers },
  };
}

/** What keeps somebody out who has proved to own an account. */
function admit(
  account: StoredAccount,
  origin: LoginOrigin,
  { profiles, slots, links }: Pick<AccountParts, 'profiles' | 'slots' | 'links'>,
): LoginRefusal['why'] | null {
  if (links.of(account)?.disabled === true) return 'suspended';
  const masks = profiles.masks(account);
  const where = whereaboutsIn(origin);
  const covered = masks.length === 0 || masks.some((mask) => coversUser(mask, where));
  if (!covered && allowedIn(origin) !== account.key) return 'host';
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
