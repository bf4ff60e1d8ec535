/**
 * Keeps accounts that belong to a user of Keycloak from being changed here alone: whoever tries has passed by `AccountChanges`, or the
 * account was linked a moment ago.
 */
import type { FactsGuard } from '../../identity/store/shared-facts.ts';
import { notDone } from '../bots/refused-reply.ts';
import { said } from '../bots/reply.ts';
import type { KeycloakLinks } from './keycloak-links.ts';

export function linkedGuard(links: Pick<KeycloakLinks, 'of'>): FactsGuard {
  return (account) => {
    if (links.of(account) !== null)
      throw notDone(
        'conflict',
        said`The account ${account.name} belongs to a user of Keycloak, and is not changed here alone. Ask again.`,
      );
  };
}
