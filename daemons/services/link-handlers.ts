/** The code of the admin commands that give accounts to users of Keycloak. */
import { SignalboxError } from '../../contract/errors.ts';
import { pending } from '../identity/account-changes.ts';
import type { CommandHandlers } from '../runtime/host/daemon-definition.ts';
import type { AccountParts } from './account-parts.ts';
import type { KeycloakAccounts } from './flows/keycloak-accounts.ts';
import type { LinkOutcome } from './flows/link-flow.ts';
import type { linkCommands } from './link-commands.ts';
import type { KeycloakLink } from './store/keycloak-links.ts';

export function linkHandlers(
  { keeper, links }: AccountParts,
  accounts: KeycloakAccounts,
): CommandHandlers<typeof linkCommands> {
  const { store } = keeper;
  return {
    'link-account': {
      check: ({ account, user }) => {
        const stored = store.get(account);
        const link = links.of(stored);
        if (link === null) accounts.assertAsked();
        else if (!isOf(link, user)) throw refusal('linked', stored.name, user, link.username);
      },
      impact: ({ account, user }) =>
        `has the password of ${account} be that of the user ${user} of Keycloak, and its address as well`,
      run: async ({ account, user }) => {
        const stored = store.get(account);
        const link = links.of(stored);
        // It is so already.
        if (link !== null && isOf(link, user)) return { account: stored.name, user: link.username };
        const outcome = await accounts.link(stored.name, user);
        if (outcome === 'delayed') throw pending(`The account ${stored.name} is given to ${user}`);
        if (outcome !== 'done')
          throw refusal(outcome, stored.name, user, links.of(stored)?.username ?? 'somebody');
        return { account: stored.name, user: links.of(stored)?.username ?? user };
      },
    },
    'unlink-account': {
      check: ({ account }) => accounts.assertLinked(account),
      impact: ({ account }) => {
        const stored = store.get(account);
        const has = store.passwordHash(stored) !== null;
        return has
          ? `has ${stored.name} keep the password of its last login, whatever becomes of it in Keycloak`
          : `leaves ${stored.name} without a password: nobody can log in to it by one before it is given another`;
      },
      run: async ({ account }) => {
        const stored = await accounts.unlink(account);
        return {
          account: stored.name,
          password: store.passwordHash(stored) !== null,
          suspended: stored.suspended_reason !== null,
        };
      },
    },
  };
}

/** As Keycloak compares names. */
function isOf({ username }: KeycloakLink, user: string): boolean {
  return username.toLowerCase() === user.toLowerCase();
}

function refusal(
  why: Exclude<LinkOutcome, 'done'>,
  account: string,
  user: string,
  owner: string,
): SignalboxError {
  const said: Readonly<Record<typeof why, string>> = {
    gone: `There is no account ${account} any more.`,
    no_user: `Keycloak has no user ${user}.`,
    linked: `The account ${account} belongs to the user ${owner} of Keycloak: expected it to be unlinked first.`,
    taken: `The user ${user} of Keycloak has another account.`,
    refused: `Keycloak does not take the certificates of ${account}.`,
  };
  const missing = why === 'gone' || why === 'no_user';
  return new SignalboxError(missing ? 'not_found' : 'conflict', said[why]);
}
