/** Users of the realm, as an administrator sees and changes them. */
import { z } from 'zod';
import { KeyedLock } from '../../runtime/async/keyed-lock.ts';
import { limits } from '../limits.ts';
import { type AdminCalls, segment, type Wish } from './admin-calls.ts';
import { unbelievable } from './answer-reading.ts';
import { KeycloakError } from './keycloak-error.ts';
import {
  type Attributes,
  credentialSchema,
  groupSchema,
  type KeycloakCredential,
  type KeycloakGroup,
  type KeycloakUser,
  userSchema,
} from './keycloak-shapes.ts';

/** A password as Keycloak takes it: in clear, or hashed by whoever has seen it. */
export type NewPassword =
  | { readonly value: string }
  | {
      readonly algorithm: 'pbkdf2-sha256';
      readonly iterations: number;
      /** Base64. */
      readonly salt: string;
      /** Base64. */
      readonly hash: string;
    };

/** What a new user is made of. */
export interface NewUser {
  readonly username: string;
  readonly enabled?: boolean;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly attributes?: Attributes;
  readonly password?: NewPassword;
}

/** What is changed of a user; what is absent stays. */
export interface UserChange {
  readonly username?: string;
  readonly enabled?: boolean;
  readonly email?: string;
  readonly emailVerified?: boolean;
  /** By name; null takes one away. */
  readonly attributes?: Readonly<Record<string, readonly string[] | null>>;
}

/** The attribute that certificate fingerprints are in, as X3 names it. */
export const FINGERPRINTS = 'x509_fingerprints';

const usersSchema = z.array(userSchema);
const credentialsSchema = z.array(credentialSchema);
const groupsSchema = z.array(groupSchema);
const profileSchema = z.object({
  unmanagedAttributePolicy: z.string().optional(),
  attributes: z
    .array(
      z.object({
        name: z.string(),
        permissions: z.object({ edit: z.array(z.string()).default([]) }).optional(),
      }),
    )
    .default([]),
});
/** What the realm says of attributes of users. */
export type UserProfile = z.output<typeof profileSchema>;

export class UserOperations {
  readonly #admin: AdminCalls;
  /** Changes of one user, which read before they write. */
  readonly #changes = new KeyedLock();

  constructor(admin: AdminCalls) {
    this.#admin = admin;
  }

  /** The user of a name, which Keycloak compares without case; null where there is none. */
  async find(username: string, wish: Wish = {}): Promise<KeycloakUser | null> {
    const what = 'look a user up';
    const query = new URLSearchParams({ username, exact: 'true', briefRepresentation: 'false' });
    const users = await this.#admin.read(what, `/users?${query}`, usersSchema, wish);
    const [user] = users;
    if (users.length > 1 || (user !== undefined && user.username.toLowerCase() !== username.toLowerCase()))
      throw unbelievable(what, 'it names somebody else');
    return user ?? null;
  }

  /** @throws KeycloakError `not_found` */
  async get(id: string, wish: Wish = {}): Promise<KeycloakUser> {
    const what = 'show a user';
    const user = await this.#admin.read(what, userPath(id), userSchema, wish);
    if (user.id !== id) throw unbelievable(what, 'it shows somebody else');
    return user;
  }

  /** Who has a certificate: two where more than one user says so, and then it is nobody's. Never tried again. */
  async byFingerprint(fingerprint: string, wish: Wish = {}): Promise<KeycloakUser[]> {
    const what = 'look a certificate up';
    const q = `${FINGERPRINTS}:${fingerprint}`;
    const query = new URLSearchParams({ q, briefRepresentation: 'false', max: '2' });
    const users = await this.#admin.read(what, `/users?${query}`, usersSchema, {
      deadlineMs: limits.keycloakLoginMs.default,
      ...wish,
      repeats: false,
    });
    const wanted = fingerprint.toLowerCase();
    const has = ({ attributes }: KeycloakUser) =>
      attributes[FINGERPRINTS]?.some((one) => one.toLowerCase() === wanted) === true;
    if (!users.every(has)) throw unbelievable(what, 'it names somebody without that certificate');
    return users;
  }

  /**
   * Makes a user; answers the id. After a break of the connection it may have been made although `conflict` is answered.
   * @throws KeycloakError `conflict` where the name or the e-mail address is taken
   */
  async create({ password, ...rest }: NewUser): Promise<string> {
    const credentials = password === undefined ? {} : { credentials: [credentialOf(password)] };
    const body = { enabled: true, ...rest, ...credentials };
    return await this.#admin.make('make a user', '/users', { body, secrets: secretsOf(password) });
  }

  /**
   * Changes a user: reads, merges and writes, since Keycloak erases what a body with attributes does not have; changes of one user
   * go one after another. Attributes are read back, since Keycloak drops in silence those that its profile does not have.
   * @throws KeycloakError `not_found`, `conflict` for an e-mail address that is taken, `refused` where attributes were dropped
   */
  async update(id: string, change: UserChange): Promise<KeycloakUser> {
    return await this.#changes.run(id, async () => {
      const body = mergedUser(await this.get(id), change);
      await this.#admin.change('change a user', 'PUT', userPath(id), { body });
      const after = await this.get(id);
      const dropped = Object.entries(change.attributes ?? {})
        .filter(([name, values]) => !haveSame(after.attributes[name] ?? [], values ?? []))
        .map(([name]) => name);
      if (dropped.length === 0) return after;
      throw new KeycloakError(
        'refused',
        `Keycloak did not keep ${dropped.join(', ')} of a user. Set unmanagedAttributePolicy of the realm's user profile to ADMIN_EDIT; docs/keycloak.md shows it.`,
      );
    });
  }

  /** Gives a user another password; all else stays. @throws KeycloakError `bad_request` where the realm's policy refuses it */
  async setPassword(id: string, password: NewPassword): Promise<void> {
    const change = { body: { credentials: [credentialOf(password)] }, secrets: secretsOf(password) };
    await this.#changes.run(id, () => this.#admin.change('change a password', 'PUT', userPath(id), change));
  }

  /** Deletes a user; false where there was none. */
  async delete(id: string): Promise<boolean> {
    return await this.#changes.run(id, () => this.#admin.remove('delete a user', userPath(id)));
  }

  /** By what a user can prove who they are; not what it is. */
  async credentials(id: string, wish: Wish = {}): Promise<KeycloakCredential[]> {
    const what = 'tell when a password was changed';
    return await this.#admin.read(what, `${userPath(id)}/credentials`, credentialsSchema, wish);
  }

  /** Ends every session that a user has in Keycloak. */
  async endSessions(id: string): Promise<void> {
    await this.#admin.change('end the sessions of a user', 'POST', `${userPath(id)}/logout`);
  }

  /** The groups that a user is in. @throws KeycloakError as {@link get} */
  async groups(id: string): Promise<KeycloakGroup[]> {
    const max = String(limits.keycloakMembers.default);
    const query = new URLSearchParams({ briefRepresentation: 'false', first: '0', max });
    const what = 'list the groups of a user';
    return await this.#admin.read(what, `${userPath(id)}/groups?${query}`, groupsSchema);
  }

  /** Puts a user into a group; one who is in it stays. @throws KeycloakError `not_found` */
  async join(id: string, group: string): Promise<void> {
    await this.#admin.change('put a user into a group', 'PUT', membershipPath(id, group));
  }

  /** Takes a user out of a group; false where there is no such user or group. */
  async leave(id: string, group: string): Promise<boolean> {
    return await this.#admin.remove('take a user out of a group', membershipPath(id, group));
  }

  /** What attributes users may have, and who may change them. */
  async profile(): Promise<UserProfile> {
    return await this.#admin.read('tell the profile of users', '/users/profile', profileSchema);
  }
}

/** Whether the realm keeps attributes that its profile does not name. */
export function keepsAttributes({ unmanagedAttributePolicy: policy }: UserProfile): boolean {
  return policy === 'ENABLED' || policy === 'ADMIN_EDIT';
}

/** Whether nobody but administrators can give a user an attribute, so that what it says can be believed. */
export function onlyByAdministrators(
  { unmanagedAttributePolicy, attributes }: UserProfile,
  name: string,
): boolean {
  const named = attributes.find((one) => one.name === name);
  // What is in the profile without permissions nobody edits but administrators by the API.
  if (named !== undefined) return named.permissions?.edit.includes('user') !== true;
  return unmanagedAttributePolicy !== 'ENABLED';
}

function userPath(id: string): string {
  return `/users/${segment(id)}`;
}

function membershipPath(id: string, group: string): string {
  return `${userPath(id)}/groups/${segment(group)}`;
}

function credentialOf(password: NewPassword): object {
  if ('value' in password) return { type: 'password', value: password.value, temporary: false };
  const { algorithm, iterations: hashIterations, salt, hash: value } = password;
  return {
    type: 'password',
    credentialData: JSON.stringify({ hashIterations, algorithm, additionalParameters: {} }),
    secretData: JSON.stringify({ value, salt }),
  };
}

function secretsOf(password: NewPassword | undefined): string[] {
  if (password === undefined) return [];
  return 'value' in password ? [password.value] : [password.hash, password.salt];
}

/** The whole of a user with a change in it. */
function mergedUser(user: KeycloakUser, { attributes = {}, ...rest }: UserChange): KeycloakUser {
  const merged: Record<string, string[]> = { ...user.attributes };
  for (const [name, values] of Object.entries(attributes)) {
    if (values === null) delete merged[name];
    else merged[name] = [...values];
  }
  return { ...user, ...rest, attributes: merged };
}

function haveSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}
