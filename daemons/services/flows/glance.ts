/** Whether a user of Keycloak, as they were shown by the way, is to be looked at: a login shows them, and nobody may have told of a change. */
import type { StoredAccount } from '../../identity/store/account-store.ts';
import { KEYCLOAK } from '../keycloak/keycloak-owners.ts';
import type { KeycloakUser } from '../keycloak/keycloak-shapes.ts';
import type { KeycloakLink } from '../store/keycloak-links.ts';
import { levelIn } from './level-flow.ts';

/** @param level of the account here */
export function differs(
  user: KeycloakUser,
  account: StoredAccount,
  link: KeycloakLink,
  level: number,
): boolean {
  return (
    user.enabled === (account.suspended_by === KEYCLOAK) ||
    user.username.toLowerCase() !== link.username.toLowerCase() ||
    (user.email ?? '').toLowerCase() !== (account.email ?? '').toLowerCase() ||
    levelIn(user) !== level ||
    // Never compared, and there is something to compare.
    (link.level === null && level > 0)
  );
}
