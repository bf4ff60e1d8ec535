/**
 * Looks at a user of Keycloak who has changed, and has it hold here: whether they may log in, what they are called, their address, their
 * certificates and how much they may do as an operator.
 */
import { limits as accountLimits } from '../../identity/limits.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import { isValidNick } from '../../irc/names.ts';
import { KEYCLOAK } from '../keycloak/keycloak-owners.ts';
import { ATTRIBUTES, type Directory, type DirectoryUser, isAnswer } from './directory.ts';
import { type AnyFlowKind, end, type FlowBegin, type FlowKind } from './flow-kind.ts';
import { levelThere, mergedLevel } from './level-flow.ts';
import { type AccountFlowOptions, userSubject } from './linked-account.ts';

export interface UserFlowOptions extends AccountFlowOptions {
  /** Keeps the owner of an account out; whoever is logged in to it no longer is. */
  readonly keepOut: (account: string, by: string, reason: string) => Promise<unknown>;
  /** Whoever is logged in to it no longer is. */
  readonly logOut: (account: string) => void;
  /** Whether an account can be called so now, on the network too. */
  readonly mayRename: (account: string, next: string) => boolean;
  /** Brings a level that was given here to Keycloak. */
  readonly level: AnyFlowKind;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

export interface UserData {
  readonly userId: string;
  /** Whether a suspension by an operator ends where Keycloak has nothing against it. */
  readonly lift?: boolean;
}

/** Name of the account that it was about, and whether its owner is kept out; null where the user has none here. */
export type UserAnswer = { readonly account: string; readonly suspended: boolean } | null;

export function userFlow(options: UserFlowOptions): FlowKind<UserData, UserAnswer> {
  const { directory, store, links } = options;
  /** An account of the same name is somebody else's. */
  const accountNow = (userId: string) => store.find(links.accountOf(userId) ?? '');
  return {
    name: 'user',
    first: 'look',
    steps: {
      async look({ userId, lift = false }) {
        const user = await found(directory, userId);
        const account = accountNow(userId);
        if (account === undefined) return end(null);
        const level = user === null ? null : await levelThere(directory, user);
        const wanted = reasonToKeepOut(user);
        if (wanted !== null && mayKeepOut(account, wanted, lift))
          await options.keepOut(account.name, KEYCLOAK, wanted);
        return () => {
          // It may have gone meanwhile.
          const now = accountNow(userId);
          if (now === undefined) return end(null);
          if (wanted === null && now.suspended_reason !== null && (lift || now.suspended_by === KEYCLOAK))
            store.suspend(now, null, KEYCLOAK);
          if (user === null) {
            // Who is no more has no password.
            options.facts.dropPassword(now);
            return end({ account: now.name, suspended: true });
          }
          keepAddress(now, user, options);
          keepCertificates(now, user, options);
          const begins = level === null ? [] : keepLevel(now, user, level, options);
          const after = keepName(now, user, options);
          // As it is by now: it may be called otherwise.
          const { name, suspended_reason: reason } = accountNow(userId)!;
          return end({ account: name, suspended: reason !== null }, { begins, after });
        };
      },
    },
  };
}

async function found(directory: Directory, userId: string): Promise<DirectoryUser | null> {
  try {
    return await directory.users.get(userId);
  } catch (error) {
    if (isAnswer(error, 'not_found')) return null;
    throw error;
  }
}

function reasonToKeepOut(user: DirectoryUser | null): string | null {
  if (user === null) return 'The account is deleted in Keycloak.';
  return user.enabled ? null : 'The account is disabled in Keycloak.';
}

/** What an operator has said stays, unless it is to end. */
function mayKeepOut(account: StoredAccount, reason: string, lift: boolean): boolean {
  const { suspended_by: by, suspended_reason: said } = account;
  return said === null || (said !== reason && (lift || by === KEYCLOAK));
}

function keepAddress(account: StoredAccount, { email }: DirectoryUser, { facts }: UserFlowOptions): void {
  const address = email == null || email === '' ? null : email;
  if (address?.toLowerCase() !== account.email?.toLowerCase()) facts.setEmail(account, address);
}

/** Those that Keycloak names are the user's, and no others. */
function keepCertificates(account: StoredAccount, user: DirectoryUser, options: UserFlowOptions): void {
  const named = fingerprintsOf(user);
  for (const one of options.store.details(account.name).fingerprints)
    if (!named.delete(one)) options.facts.takeFingerprint(account, one);
  for (const one of named) options.facts.giveFingerprint(account, one);
}

/** The fingerprints that a user has in Keycloak, as they are kept here. */
export function fingerprintsOf({ attributes }: Pick<DirectoryUser, 'attributes'>): Set<string> {
  const all = (attributes[ATTRIBUTES.fingerprints] ?? []).map(plain);
  return new Set(all.filter((one) => HEX.test(one)));
}

const HEX = /^[0-9a-f]{64}$/;

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

/** Takes the level that Keycloak has, or has Keycloak take the one that is here. */
function keepLevel(
  account: StoredAccount,
  { id: userId }: DirectoryUser,
  there: number,
  { profiles, links, level: kind, log }: UserFlowOptions,
): FlowBegin[] {
  const { level: here } = profiles.of(account);
  const level = mergedLevel(links.of(account)!.level, here, there);
  if (level !== here) {
    profiles.setLevel(account, level);
    log(
      'info',
      'level_from_keycloak',
      `Keycloak gave the account ${account.name} the level ${level}, from ${here}`,
    );
  }
  if (level === there) {
    links.setLevel(account, level);
    return [];
  }
  return [{ kind, subject: userSubject(userId), data: { account: account.name, userId, level } }];
}

/** Calls the account as the user is called by now, where both had the same name and that is possible. */
function keepName(account: StoredAccount, user: DirectoryUser, options: UserFlowOptions): () => void {
  const { store, facts, links, renamed, logOut, mayRename, log } = options;
  const { username: before } = links.of(account)!;
  const next = user.username;
  if (before.toLowerCase() === next.toLowerCase()) return () => {};
  links.rename(account, next);
  const owner = store.find(next) ?? store.ownerOf(next);
  const isFree = owner === undefined || owner.id === account.id;
  const isName = isValidNick(next, accountLimits.accountNameLength.default);
  const follows = account.name.toLowerCase() === before.toLowerCase();
  if (follows && isFree && isName && mayRename(account.name, next)) {
    facts.rename(account, next);
    return renamed(account.name, next);
  }
  log(
    'warn',
    'keycloak_name',
    `The user of the account ${account.name} is called ${next} in Keycloak now; the account keeps its name`,
  );
  return () => logOut(account.name);
}
