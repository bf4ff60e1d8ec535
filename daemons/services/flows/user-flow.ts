/** Looks at a user of Keycloak who has changed, and has it hold here: whether they may log in, their address and their certificates. */
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import { ATTRIBUTES, type Directory, type DirectoryUser, isAnswer } from './directory.ts';
import { end, type FlowKind } from './flow-kind.ts';

/** By whom accounts are suspended that may not log in to Keycloak. */
export const KEYCLOAK = 'Keycloak';

export interface UserFlowOptions {
  readonly directory: Directory;
  readonly store: AccountStore;
  readonly links: KeycloakLinks;
  /** Suspends an account, whoever is logged in to it no longer is; null as the reason lets its owner in again. */
  readonly suspend: (account: string, by: string, reason: string | null) => Promise<unknown>;
  /** Whoever is logged in to it no longer is. */
  readonly logOut: (account: string) => void;
}

export interface UserData {
  readonly userId: string;
}

/** Name of the account that it was about; null where the user has none here. */
export type UserAnswer = string | null;

export function userFlow(options: UserFlowOptions): FlowKind<UserData, UserAnswer> {
  const { directory, store, links, logOut } = options;
  return {
    name: 'user',
    first: 'look',
    steps: {
      async look({ userId }) {
        const user = await found(directory, userId);
        // An account of the same name is somebody else's.
        const account = store.find(links.accountOf(userId) ?? '');
        if (account === undefined) return end(null);
        await settleSuspension(account, user, options);
        if (user === null) return end(account.name);
        return () => {
          // It may have gone meanwhile.
          const now = store.find(account.name);
          if (now === undefined) return end(null);
          keepAddress(now, user, store);
          keepCertificates(now, user, store);
          const link = links.of(now);
          const renamed = link !== null && link.username.toLowerCase() !== user.username.toLowerCase();
          if (renamed) links.link(now, user.id, user.username);
          return end(now.name, renamed ? { after: () => logOut(now.name) } : {});
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

async function settleSuspension(
  { name, suspended_by: by, suspended_reason: reason }: StoredAccount,
  user: DirectoryUser | null,
  { suspend }: UserFlowOptions,
): Promise<void> {
  const wanted =
    user === null
      ? 'The account is deleted in Keycloak.'
      : user.enabled
        ? null
        : 'The account is disabled in Keycloak.';
  // What an operator has said stays.
  if (wanted === reason || (reason !== null && by !== KEYCLOAK)) return;
  await suspend(name, KEYCLOAK, wanted);
}

function keepAddress(account: StoredAccount, { email }: DirectoryUser, store: AccountStore): void {
  const address = email == null || email === '' ? null : email;
  if (address?.toLowerCase() !== account.email?.toLowerCase()) store.setEmail(account, address);
}

/** Those that Keycloak names are the user's, and no others. */
function keepCertificates(account: StoredAccount, { attributes }: DirectoryUser, store: AccountStore): void {
  const named = new Set(
    (attributes[ATTRIBUTES.fingerprints] ?? []).map(plain).filter((one) => HEX.test(one)),
  );
  for (const one of store.details(account.name).fingerprints)
    if (!named.delete(one)) store.takeFingerprint(account, one);
  for (const one of named) store.giveFingerprint(account, one);
}

const HEX = /^[0-9a-f]{64}$/;

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
