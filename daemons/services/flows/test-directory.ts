/** For tests: a Keycloak in memory, which fails or has its caller killed where the test says. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { HashedPassword } from '../../identity/elsewhere.ts';
import type { AttributeChange, Directory } from './directory.ts';

interface User {
  id: string;
  username: string;
  enabled: boolean;
  email: string | null;
  emailVerified: boolean;
  attributes: Record<string, readonly string[]>;
  password: HashedPassword | null;
  sessions: number;
  readonly groups: Set<string>;
}

interface Group {
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  attributes: Record<string, readonly string[]>;
}

/** Called before and after what is asked is done; throws what the call fails with, or never comes back. */
export type Meddle = (call: string, when: 'before' | 'after') => Promise<void>;

function fail(code: 'conflict' | 'not_found' | 'bad_request', what: string): never {
  throw new SignalboxError(code, `Keycloak: ${what}`);
}

export class TestDirectory implements Directory {
  readonly everybody = new Map<string, User>();
  readonly all = new Map<string, Group>();
  readonly calls: string[] = [];
  meddle: Meddle = async () => {};
  #ids = 0;

  /** By name. */
  user(username: string): User | undefined {
    return [...this.everybody.values()].find((user) => user.username === username.toLowerCase());
  }

  add(username: string, more: Partial<User> = {}): User {
    const id = `u${++this.#ids}`;
    const user: User = {
      id,
      username: username.toLowerCase(),
      enabled: true,
      email: null,
      emailVerified: false,
      attributes: {},
      password: null,
      sessions: 1,
      groups: new Set(),
      ...more,
    };
    this.everybody.set(id, user);
    return user;
  }

  /** Names of the members of a group, by its path. */
  membersOf(...path: string[]): string[] {
    const group = this.#at(path);
    return [...this.everybody.values()]
      .filter(({ groups }) => group !== undefined && groups.has(group.id))
      .map(({ username }) => username)
      .sort();
  }

  readonly users: Directory['users'] = {
    find: (username) => this.#asked('find', () => this.#shown(this.user(username))),
    get: (id) => this.#asked('get', () => this.#shown(this.#get(id))!),
    byFingerprint: (fingerprint) =>
      this.#asked('byFingerprint', () =>
        [...this.everybody.values()].filter(({ attributes }) =>
          attributes.x509_fingerprints?.includes(fingerprint),
        ),
      ),
    create: ({ username, email, emailVerified = false, attributes, password }) =>
      this.#asked('create', () => {
        if (this.user(username) !== undefined) fail('conflict', 'the name is taken');
        if (email !== undefined && [...this.everybody.values()].some((user) => user.email === email))
          fail('conflict', 'the address is taken');
        if (username.includes('[')) fail('bad_request', 'that is no name');
        const more = { email: email ?? null, emailVerified, attributes: { ...attributes } };
        return this.add(username, { ...more, password: password ?? null }).id;
      }),
    update: (id, { username, email, emailVerified, attributes }) =>
      this.#asked('update', () => {
        const user = this.#get(id);
        if (email !== undefined && email !== '')
          for (const other of this.everybody.values())
            if (other !== user && other.email === email) fail('conflict', 'the address is taken');
        if (username !== undefined) {
          const other = this.user(username);
          if (other !== undefined && other !== user) fail('conflict', 'the name is taken');
          user.username = username.toLowerCase();
        }
        if (emailVerified !== undefined) user.emailVerified = emailVerified;
        if (email !== undefined) user.email = email === '' ? null : email;
        user.attributes = changed(user.attributes, attributes ?? {});
        return this.#shown(user)!;
      }),
    setPassword: (id, password) =>
      this.#asked('setPassword', () => {
        this.#get(id).password = password;
      }),
    delete: (id) => this.#asked('delete', () => this.everybody.delete(id)),
    endSessions: (id) =>
      this.#asked('endSessions', () => {
        this.#get(id).sessions = 0;
      }),
    join: (id, group) =>
      this.#asked('join', () => {
        if (!this.all.has(group)) fail('not_found', 'no such group');
        this.#get(id).groups.add(group);
      }),
    leave: (id, group) => this.#asked('leave', () => this.everybody.get(id)?.groups.delete(group) === true),
    groups: (id) =>
      this.#asked('groups', () =>
        [...this.#get(id).groups].map((group) => {
          const found = this.all.get(group)!;
          return { ...found, path: found.parent === null ? `/${found.name}` : `/elsewhere/${found.name}` };
        }),
      ),
  };

  /** Whether users can edit attributes of themselves. */
  isEditable = false;

  async isOnlyByAdministrators(): Promise<boolean> {
    return !this.isEditable;
  }

  readonly groups: Directory['groups'] = {
    findTop: (name) => this.#asked('findTop', () => this.#child(null, name) ?? null),
    findChild: (parent, name) => this.#asked('findChild', () => this.#child(parent, name) ?? null),
    atPath: (path) => this.#asked('atPath', () => this.#at(path) ?? null),
    create: (name, parent) =>
      this.#asked('createGroup', () => {
        if (parent !== null && !this.all.has(parent)) fail('not_found', 'no such group');
        if (this.#child(parent, name) !== undefined) fail('conflict', 'there is such a group');
        const id = `g${++this.#ids}`;
        this.all.set(id, { id, name, parent, attributes: {} });
        return id;
      }),
    delete: (id) =>
      this.#asked('deleteGroup', () => {
        for (const { groups } of this.everybody.values()) groups.delete(id);
        return this.all.delete(id);
      }),
    members: (id) =>
      this.#asked('members', () =>
        [...this.everybody.values()].filter(({ groups }) => groups.has(id)).map((user) => this.#shown(user)!),
      ),
  };

  async #asked<Result>(call: string, answer: () => Result): Promise<Result> {
    this.calls.push(call);
    await this.meddle(call, 'before');
    const result = answer();
    await this.meddle(call, 'after');
    return result;
  }

  #get(id: string): User {
    return this.everybody.get(id) ?? fail('not_found', 'no such user');
  }

  #shown(user: User | undefined) {
    return user === undefined ? null : { ...user, attributes: { ...user.attributes } };
  }

  #child(parent: string | null, name: string): Group | undefined {
    return [...this.all.values()].find((group) => group.parent === parent && group.name === name);
  }

  #at(path: readonly string[]): Group | undefined {
    let found: Group | undefined;
    for (const name of path) {
      found = this.#child(found?.id ?? null, name);
      if (found === undefined) return undefined;
    }
    return found;
  }
}

function changed(before: Record<string, readonly string[]>, change: AttributeChange) {
  const merged = { ...before };
  for (const [name, values] of Object.entries(change)) {
    if (values === null) delete merged[name];
    else merged[name] = values;
  }
  return merged;
}
