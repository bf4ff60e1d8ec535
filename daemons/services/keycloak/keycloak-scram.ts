/** What SCRAM is done with for whoever is in Keycloak, and when their password was changed there. */
import type { Proof } from '../../identity/logins.ts';
import type { ScramSource, Verdict } from '../../identity/password-authority.ts';
import { parseVerifier } from '../../identity/sasl/scram.ts';
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import type { KeycloakLinks } from '../store/keycloak-links.ts';
import type { LoginKeycloak } from './keycloak-logins.ts';
import { complain, type KeycloakOwners, type KeycloakOwnersOptions } from './keycloak-owners.ts';
import type { LocalVerifiers } from './local-verifiers.ts';
import { scramVerifierIn } from './scram-attributes.ts';

export interface KeycloakScramOptions {
  readonly store: AccountStore;
  readonly links: KeycloakLinks;
  readonly verifiers: LocalVerifiers;
  readonly owners: KeycloakOwners;
  readonly log: KeycloakOwnersOptions['log'];
}

export class KeycloakScram {
  readonly #options: KeycloakScramOptions;

  constructor(options: KeycloakScramOptions) {
    this.#options = options;
  }

  /**
   * What the user has in Keycloak, or what was kept of the last login unless the password is another one by now. Names that nobody has
   * are looked up as well, so that an answer does not tell by its time who is there.
   */
  async sourceOf(
    keycloak: LoginKeycloak,
    name: string,
    account: StoredAccount | undefined,
  ): Promise<ScramSource | 'none'> {
    const { links, verifiers, owners, log } = this.#options;
    const link = account === undefined ? null : links.of(account);
    const kept = account === undefined ? null : this.#kept(account);
    try {
      const user =
        link === null ? await keycloak.directory.named(name) : await keycloak.directory.withId(link.user);
      if (user === null || !user.enabled) return 'none';
      const there = scramVerifierIn(user);
      const good = { user: user.id, username: user.username };
      const fromThere: ScramSource | 'none' =
        there === null
          ? 'none'
          : { verifier: there, claim: () => owners.letIn(keycloak, name, good, { isFresh: false }) };
      if (account === undefined || kept === null) return fromThere;
      const changedAt = await passwordChange(keycloak, user.id, null, log);
      const isOld =
        typeof changedAt === 'number' && link?.passwordAt !== null && changedAt !== link?.passwordAt;
      if (!isOld) return kept;
      await verifiers.end(account.name, verifiers.hashOf(account) ?? '');
      return fromThere;
    } catch (error) {
      complain(error, log);
      return kept ?? 'none';
    }
  }

  /** What was kept of the last login. */
  #kept(account: StoredAccount): ScramSource | null {
    const { store } = this.#options;
    const text = store.credential(account, 'scram-sha-256');
    const verifier = text === null ? null : parseVerifier(text);
    if (verifier === null) return null;
    const proof: Proof = (now) => store.credential(now, 'scram-sha-256') === text;
    const verdict: Verdict = { kind: 'right', account: account.name, proof };
    return { verifier, claim: async () => verdict };
  }
}

/**
 * When a user's password was changed last: null where that is not known, `since` where it was after a login.
 * @param at when the login was; null where there was none
 */
export async function passwordChange(
  { client }: LoginKeycloak,
  user: string,
  at: number | null,
  log: KeycloakOwnersOptions['log'],
): Promise<number | 'since' | null> {
  let newest = 0;
  try {
    for (const { type, createdDate } of await client.users.credentials(user))
      if (type === 'password') newest = Math.max(newest, createdDate ?? 0);
  } catch (error) {
    complain(error, log);
    return null;
  }
  if (newest === 0) return null;
  // The moment of the login is known in whole seconds.
  return at !== null && newest > at + 999 ? 'since' : newest;
}
