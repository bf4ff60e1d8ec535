/** Users of Keycloak, remembered for a while: who has a name, what is known of them, and whose a certificate is. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Clock } from '../../../kit/clock.ts';
import { AsyncCache } from '../../runtime/async/async-cache.ts';
import { limits } from '../limits.ts';
import type { KeycloakClient } from './keycloak-client.ts';
import { KeycloakError } from './keycloak-error.ts';
import type { KeycloakUser } from './keycloak-shapes.ts';
import { FINGERPRINTS, onlyByAdministrators, type UserProfile } from './user-operations.ts';

export class UserDirectory {
  readonly #client: KeycloakClient;
  /** Ids by name, in lower case. */
  readonly ids: AsyncCache<string, string>;
  /** All that is known of a user, by id. */
  readonly users: AsyncCache<string, KeycloakUser>;
  /** Ids by the fingerprint of a certificate. */
  readonly fingerprints: AsyncCache<string, string>;
  /** What the realm says of attributes, under the one key there is. */
  readonly profile: AsyncCache<'', UserProfile>;

  constructor(client: KeycloakClient, clock: Clock) {
    this.#client = client;
    const shared = { clock, capacity: limits.keycloakUsersCached.default };
    const ttlMs = limits.keycloakUserMs.default;
    this.ids = new AsyncCache({ ...shared, name: 'keycloak ids', ttlMs, ask: (name) => this.#find(name) });
    this.users = new AsyncCache({ ...shared, name: 'keycloak users', ttlMs, ask: (id) => this.#get(id) });
    this.fingerprints = new AsyncCache({
      ...shared,
      name: 'keycloak fingerprints',
      ttlMs: limits.keycloakFingerprintMs.default,
      noneTtlMs: limits.keycloakFailedLoginMs.default,
      ask: (fingerprint) => this.#owner(fingerprint),
    });
    this.profile = new AsyncCache({
      ...{ clock, capacity: 1, name: 'keycloak profile', ttlMs },
      ask: () => this.#client.users.profile(),
    });
  }

  /** The user of a name; null where there is none. @throws as `UserOperations.find` */
  async named(name: string): Promise<KeycloakUser | null> {
    const id = await this.ids.load(name.toLowerCase());
    return id === null ? null : await this.users.load(id);
  }

  /** The user with an id; null where there is none. @throws as `UserOperations.get` */
  async withId(id: string): Promise<KeycloakUser | null> {
    return await this.users.load(id);
  }

  /**
   * Whose a certificate is; null for nobody's.
   * @throws SignalboxError `conflict` where more than one user has it; else as `UserOperations.byFingerprint`
   */
  async withCertificate(fingerprint: string): Promise<KeycloakUser | null> {
    const id = await this.fingerprints.load(fingerprint);
    if (id === null) return null;
    // What is remembered for months is compared with what is known since minutes.
    const user = await this.users.load(id);
    const values = user?.attributes[FINGERPRINTS] ?? [];
    if (user !== null && values.some((one) => one.toLowerCase() === fingerprint)) return user;
    this.fingerprints.forget(fingerprint);
    return null;
  }

  /** Whether nobody but administrators can give a user an attribute. @throws as `UserOperations.profile` */
  async isOnlyByAdministrators(attribute: string): Promise<boolean> {
    const profile = await this.profile.load('');
    return profile !== null && onlyByAdministrators(profile, attribute);
  }

  /** A user may be another one now. */
  forget(id: string): void {
    const name = this.users.get(id)?.username.toLowerCase();
    this.users.forget(id);
    if (name !== undefined) this.ids.forget(name);
  }

  /** Everything may be another. */
  clear(): void {
    this.ids.clear();
    this.users.clear();
    this.fingerprints.clear();
    this.profile.clear();
  }

  async #find(name: string): Promise<string | null> {
    const user = await this.#client.users.find(name);
    if (user !== null) this.users.put(user.id, user);
    return user?.id ?? null;
  }

  async #get(id: string): Promise<KeycloakUser | null> {
    try {
      return await this.#client.users.get(id);
    } catch (error) {
      if (error instanceof KeycloakError && error.code === 'not_found') return null;
      throw error;
    }
  }

  async #owner(fingerprint: string): Promise<string | null> {
    const [user, other] = await this.#client.users.byFingerprint(fingerprint);
    if (other !== undefined)
      throw new SignalboxError(
        'conflict',
        `More than one user of Keycloak has the certificate ${fingerprint.slice(0, 64)}, so it is nobody's.`,
      );
    if (user === undefined) return null;
    this.users.put(user.id, user);
    return user.id;
  }
}
