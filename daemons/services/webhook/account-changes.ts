/** What events of Keycloak change here. Called by the queue of webhooks; doing it twice is no harm. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import { KEYCLOAK } from '../keycloak/keycloak-owners.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import type { WebhookEvent } from './webhook-event.ts';

export interface AccountChangesOptions {
  readonly store: AccountStore;
  readonly links: KeycloakLinks;
  /** Forgets what is remembered of a user. */
  readonly forget: (who: { readonly userId: string; readonly username: string | null }) => void;
  /** Keeps the owner of an account out; whoever is logged in to it no longer is. */
  readonly keepOut: (account: string, by: string, reason: string) => Promise<unknown>;
  /** Whoever is logged in to it no longer is. */
  readonly logOut: (account: string) => void;
  /** Finds out about a user, a channel or the operators what is not said; answers in a few words what it does. */
  readonly look: (at: Look) => Promise<string>;
}

/** What is to be looked at in Keycloak, because it has changed. */
export type Look =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'group'; readonly path: string; readonly userId: string | null };

/** Acts upon an event; what was done, in a few words. */
export async function actUpon(event: WebhookEvent, options: AccountChangesOptions): Promise<string> {
  if (event.resource === 'membership' || event.resource === 'group') return await lookAtGroup(event, options);
  if (event.resource !== 'user' || event.userId === null) return 'nothing: it changes nothing here';
  options.forget({ userId: event.userId, username: event.username });
  const account = accountOf(event, options);
  if (event.operation === 'delete') {
    if (account === undefined) return 'forgot the user';
    await suspend(account, 'The account is deleted in Keycloak.', options);
    // What is kept of their password goes too.
    await options.look({ kind: 'user', userId: event.userId });
    return `suspended ${account.name}`;
  }
  if (event.operation === 'action') {
    if (event.action !== 'logout' || account === undefined) return 'forgot what is known of the user';
    options.logOut(account.name);
    return `logged ${account.name} out`;
  }
  // What somebody may be who comes for the first time is found out when they come.
  if (event.operation === 'create') return 'forgot what is known of the user';
  if (account !== undefined && event.enabled === false) {
    await suspend(account, 'The account is disabled in Keycloak.', options);
    return `suspended ${account.name}`;
  }
  return await options.look({ kind: 'user', userId: event.userId });
}

async function lookAtGroup(event: WebhookEvent, { look, forget }: AccountChangesOptions): Promise<string> {
  const { group, userId } = event;
  if (userId !== null) forget({ userId, username: null });
  if (group === null) return 'nothing: it says no group';
  return await look({ kind: 'group', path: group, userId });
}

/** The account of a user: one of the same name may be somebody else's. */
function accountOf(
  { userId }: WebhookEvent,
  { store, links }: AccountChangesOptions,
): StoredAccount | undefined {
  return store.find(links.accountOf(userId!) ?? '');
}

async function suspend(
  account: StoredAccount,
  reason: string,
  { keepOut }: AccountChangesOptions,
): Promise<void> {
  // What an operator has said stays.
  if (account.suspended_reason !== null) return;
  try {
    await keepOut(account.name, KEYCLOAK, reason);
  } catch (error) {
    // Gone meanwhile.
    if (!(error instanceof SignalboxError) || error.code !== 'not_found') throw error;
  }
}
