/**
 * For tests: a small server that answers as a real Keycloak does, as far as services ask, and fails in the ways that tests want. What a
 * real one answers was looked at by `real-keycloak.test.ts`, which runs the same operations against one.
 */
import { generateKeyPairSync, pbkdf2Sync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KeycloakSettings } from './keycloak-settings.ts';

/** A user as the test server keeps them. */
export interface TestUser {
  id: string;
  username: string;
  enabled: boolean;
  email?: string;
  emailVerified: boolean;
  attributes: Record<string, string[]>;
  password: string;
  /** Unix milliseconds. */
  passwordAt: number;
  /** Whether something has to be done in Keycloak before logging in. */
  incomplete: boolean;
  /** Where the password is a hash that somebody else made. */
  iterations?: number;
}

interface TestGroup {
  id: string;
  name: string;
  parent: string | null;
  attributes: Record<string, string[]>;
  members: Set<string>;
}

/** What the server does instead of answering. */
export type Fault =
  | 'status 503'
  | 'status 429'
  | 'garbage'
  | 'wrong shape'
  | 'hang up'
  | 'hold'
  /** Says this, as if all were well. */
  | { readonly say: string };

type Answer = readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>];

const REALM = 'irc';
const CLIENT = 'signalbox';
const SECRET = 'signalbox-secret';

export class TestKeycloak {
  readonly users = new Map<string, TestUser>();
  readonly groups = new Map<string, TestGroup>();
  /** Requests in their order, as `METHOD path`. */
  readonly asked: string[] = [];
  /** Bodies of them, in the same order. */
  readonly bodies: string[] = [];
  /** Consumed one a request; the last one stays where it is `always`. */
  faults: Fault[] = [];
  /** What every request meets; null for an answer. */
  always: Fault | null = null;
  /** Requests that are held. */
  readonly held: ServerResponse[] = [];
  /** Whether attributes are kept that the profile does not name. */
  keepsAttributes = true;
  /** Whether users can edit attributes of themselves that the profile does not name. */
  editable = false;
  tokenSeconds = 300;
  /** Whether tokens of users say their addresses, as those of a client do that nobody has changed. */
  tellsEmail = true;
  /** Tokens that were revoked. */
  tokens = new Set<string>();
  secret = SECRET;
  readonly #server = createServer((request, response) => void this.#take(request, response));
  #keys = firstKeys();

  static async start(): Promise<TestKeycloak> {
    const keycloak = new TestKeycloak();
    await once(keycloak.#server.listen(0, '127.0.0.1'), 'listening');
    keycloak.addUser('alice', 'alice-pw', { email: 'alice@example.net', emailVerified: true });
    return keycloak;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get settings(): KeycloakSettings {
    return {
      origin: this.origin,
      basePath: '',
      realm: REALM,
      clientId: CLIENT,
      clientSecret: SECRET,
      ca: null,
    };
  }

  /** What tokens say who gave them. */
  get issuer(): string {
    return `${this.origin}/realms/${REALM}`;
  }

  addUser(username: string, password: string, more: Partial<TestUser> = {}): TestUser {
    const user: TestUser = {
      id: randomUUID(),
      username: username.toLowerCase(),
      enabled: true,
      emailVerified: false,
      attributes: {},
      password,
      passwordAt: Date.now() - 60_000,
      incomplete: false,
      ...more,
    };
    this.users.set(user.id, user);
    return user;
  }

  named(username: string): TestUser | undefined {
    return [...this.users.values()].find((user) => user.username === username.toLowerCase());
  }

  /** Signs with other keys from now on; returns the old ones. */
  turnKeys(): TestKeys {
    const old = this.#keys;
    this.#keys = keyPair(`key ${randomUUID()}`);
    return old;
  }

  /** A token as Keycloak signs it. */
  sign(claims: object, { kid, privateKey }: TestKeys = this.#keys): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
  }

  /** A token of a user, as their client gets it. */
  tokenOf(user: TestUser, more: object = {}, keys: TestKeys = this.#keys): string {
    const now = Math.floor(Date.now() / 1_000);
    const { issuer: iss } = this;
    const claims = {
      iss,
      aud: [CLIENT],
      sub: user.id,
      preferred_username: user.username,
      iat: now,
      exp: now + 300,
    };
    return this.sign({ ...claims, ...more }, keys);
  }

  /** How many requests there were of a kind. */
  count(part: string): number {
    return this.asked.filter((one) => one.includes(part)).length;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request) body += String(piece);
    this.asked.push(`${request.method} ${request.url}`);
    this.bodies.push(body);
    const fault = this.faults.shift() ?? this.always;
    if (fault === 'hang up') request.socket.destroy();
    else if (fault === 'hold') this.held.push(response);
    else if (fault !== null && typeof fault === 'object') response.end(fault.say);
    else if (fault !== null) response.writeHead(...headOf(fault)).end(BODIES[fault]);
    else {
      const [status, answer, headers = {}] = this.#answer(request, body);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(answer === undefined ? '' : JSON.stringify(answer));
    }
  }

  #answer({ method = '', url = '', headers }: IncomingMessage, body: string): Answer {
    const { pathname, searchParams: query } = new URL(url, this.origin);
    const below = `/realms/${REALM}/protocol/openid-connect`;
    if (pathname === `${below}/certs`) return [200, { keys: [{ ...this.#keys.jwk, use: 'sig' }] }];
    if (pathname.endsWith('/.well-known/openid-configuration')) return [200, { issuer: this.issuer }];
    if (pathname.startsWith(`${below}/token`)) {
      const basic = `Basic ${Buffer.from(`${CLIENT}:${this.secret}`).toString('base64')}`;
      if (headers.authorization !== basic)
        return [
          401,
          { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
        ];
      const form = new URLSearchParams(body);
      return pathname.endsWith('/introspect') ? this.#introspect(form.get('token') ?? '') : this.#token(form);
    }
    const admin = `/admin/realms/${REALM}`;
    if (!pathname.startsWith(admin)) return [404, { error: 'Realm does not exist' }];
    if (!this.tokens.has(headers.authorization?.replace('Bearer ', '') ?? ''))
      return [401, { error: 'HTTP 401 Unauthorized' }];
    const path = pathname.slice(admin.length).split('/').slice(1).map(decodeURIComponent);
    const given = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
    if (path[0] === 'users') return this.#users(method, path.slice(1), query, given);
    return this.#groups(method, path, query, given);
  }

  #token(form: URLSearchParams): Answer {
    if (form.get('grant_type') === 'client_credentials') {
      const token = `client-token-${randomUUID()}`;
      this.tokens.add(token);
      return [200, { access_token: token, expires_in: this.tokenSeconds, token_type: 'Bearer' }];
    }
    const user = this.named(form.get('username') ?? '');
    const refuse = (description: string): Answer => [
      400,
      { error: 'invalid_grant', error_description: description },
    ];
    if (user !== undefined && !user.enabled) return refuse('Account disabled');
    if (user === undefined || !fits(user, form.get('password') ?? ''))
      return refuse('Invalid user credentials');
    if (user.incomplete) return refuse('Account is not fully set up');
    const said = { scope: 'email profile', ...(user.email == null ? {} : { email: user.email }) };
    const token = this.tokenOf(user, this.tellsEmail ? said : {});
    return [200, { access_token: token, expires_in: this.tokenSeconds, token_type: 'Bearer' }];
  }

  #introspect(token: string): Answer {
    try {
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
        sub: string;
        preferred_username: string;
        exp: number;
      };
      const user = this.users.get(claims.sub);
      if (user?.enabled !== true || claims.exp * 1_000 < Date.now()) return [200, { active: false }];
      return [200, { active: true, ...claims, username: user.username }];
    } catch {
      return [200, { active: false }];
    }
  }

  #users(
    method: string,
    [id, part, more]: string[],
    query: URLSearchParams,
    given: Record<string, unknown>,
  ): Answer {
    if (id === undefined && method === 'POST') return this.#addUser(given);
    if (id === undefined) return [200, this.#search(query).map(shown)];
    if (id === 'profile')
      return [
        200,
        this.keepsAttributes ? { unmanagedAttributePolicy: this.editable ? 'ENABLED' : 'ADMIN_EDIT' } : {},
      ];
    const user = this.users.get(id);
    if (user === undefined) return [404, { error: 'User not found' }];
    if (part === 'credentials')
      return [200, [{ id: `${id}-password`, type: 'password', createdDate: user.passwordAt }]];
    if (part === 'logout') return [204];
    if (part === 'groups' && more !== undefined) {
      const group = this.groups.get(more);
      if (group === undefined) return [404, { error: 'Group not found' }];
      if (method === 'PUT') group.members.add(id);
      else group.members.delete(id);
      return [204];
    }
    if (part === 'groups')
      return [
        200,
        [...this.groups.values()].filter((group) => group.members.has(id)).map((one) => this.#group(one)),
      ];
    if (method === 'GET') return [200, shown(user)];
    if (method === 'DELETE') this.users.delete(id);
    else return this.#changed(user, given);
    return [204];
  }

  #addUser(given: Record<string, unknown>): Answer {
    const username = String(given.username);
    if (this.named(username) !== undefined) return [409, { errorMessage: 'User exists with same username' }];
    const user = this.addUser(username, '', { enabled: given.enabled === true });
    this.#change(user, given);
    return [201, undefined, { location: `${this.origin}/admin/realms/${REALM}/users/${user.id}` }];
  }

  #changed(user: TestUser, given: Record<string, unknown>): Answer {
    const { username, email } = given as { username?: string; email?: string };
    const others = [...this.users.values()].filter((one) => one !== user);
    if (username !== undefined && others.some((one) => one.username === username.toLowerCase()))
      return [409, { errorMessage: 'User exists with same username' }];
    if (email !== undefined && email !== '' && others.some((one) => one.email === email))
      return [409, { errorMessage: 'User exists with same email' }];
    this.#change(user, given);
    return [204];
  }

  /** A body with attributes erases whatever it does not have. */
  #change(user: TestUser, given: Record<string, unknown>): void {
    const { username, email, attributes, credentials, enabled, emailVerified } = given as {
      username?: string;
      email?: string;
      attributes?: Record<string, string[]>;
      credentials?: { value?: string; secretData?: string; credentialData?: string }[];
      enabled?: boolean;
      emailVerified?: boolean;
    };
    if (attributes !== undefined) {
      user.attributes = this.keepsAttributes ? attributes : {};
      if (email === undefined) delete user.email;
    }
    if (email !== undefined) user.email = email;
    if (username !== undefined) user.username = username.toLowerCase();
    if (enabled !== undefined) user.enabled = enabled;
    if (emailVerified !== undefined) user.emailVerified = emailVerified;
    const [credential] = credentials ?? [];
    if (credential === undefined) return;
    user.password = credential.value ?? credential.secretData ?? '';
    if (credential.value !== undefined) delete user.iterations;
    else
      user.iterations = (
        JSON.parse(credential.credentialData ?? '{}') as { hashIterations: number }
      ).hashIterations;
    user.passwordAt++;
  }

  #search(query: URLSearchParams): TestUser[] {
    const username = query.get('username');
    const [name = '', value = ''] = (query.get('q') ?? '').split(':');
    return [...this.users.values()].filter((user) =>
      username !== null
        ? user.username === username.toLowerCase()
        : user.attributes[name]?.some((one) => one.toLowerCase() === value.toLowerCase()),
    );
  }

  #groups(method: string, path: string[], query: URLSearchParams, given: Record<string, unknown>): Answer {
    if (path[0] === 'group-by-path') {
      let found: TestGroup | undefined;
      for (const name of path.slice(1)) found = this.#child(found?.id ?? null, name);
      return found === undefined ? [404, { error: 'Group path does not exist' }] : [200, this.#group(found)];
    }
    const [, id, part] = path;
    const page = (entries: object[]): Answer => {
      const first = Number(query.get('first') ?? 0);
      return [200, entries.slice(first, first + Number(query.get('max') ?? 100))];
    };
    const search = query.get('search');
    const below = (parent: string | null) =>
      [...this.groups.values()].filter(
        (one) => one.parent === parent && (search === null || one.name === search),
      );
    if (id === undefined && method === 'GET') return page(below(null).map((one) => this.#group(one)));
    if (id === undefined) return this.#addGroup(null, String(given.name));
    const group = this.groups.get(id);
    if (group === undefined) return [404, { error: 'Could not find group by id' }];
    if (part === 'members') return page([...group.members].map((one) => shown(this.users.get(one)!)));
    if (part === 'children' && method === 'POST') return this.#addGroup(id, String(given.name));
    if (part === 'children') return page(below(id).map((one) => this.#group(one)));
    if (method === 'GET') return [200, this.#group(group)];
    if (method === 'DELETE') this.groups.delete(id);
    else group.attributes = (given.attributes ?? {}) as Record<string, string[]>;
    return [204];
  }

  #addGroup(parent: string | null, name: string): Answer {
    if (this.#child(parent, name) !== undefined)
      return [409, { errorMessage: `Sibling group named '${name}' already exists.` }];
    const group: TestGroup = { id: randomUUID(), name, parent, attributes: {}, members: new Set() };
    this.groups.set(group.id, group);
    return [201, undefined, { location: `${this.origin}/admin/realms/${REALM}/groups/${group.id}` }];
  }

  #child(parent: string | null, name: string): TestGroup | undefined {
    return [...this.groups.values()].find((one) => one.parent === parent && one.name === name);
  }

  #group({ id, name, parent, attributes }: TestGroup): object {
    const above = parent === null ? '' : `/${this.groups.get(parent)?.name ?? ''}`;
    return { id, name, path: `${above}/${name}`, attributes, subGroups: [] };
  }
}

/** Whether a password is a user's, whoever has hashed it. */
function fits({ password, iterations }: TestUser, typed: string): boolean {
  if (iterations === undefined) return password === typed;
  const { value, salt } = JSON.parse(password) as { value: string; salt: string };
  const hash = pbkdf2Sync(typed, Buffer.from(salt, 'base64'), iterations, 32, 'sha256');
  return hash.toString('base64') === value;
}

let first: TestKeys | null = null;

/** Made once for all tests of a worker: it takes a tenth of a second. */
function firstKeys(): TestKeys {
  first ??= keyPair('key 1');
  return first;
}

/** Keys that tokens are signed with. */
export type TestKeys = ReturnType<typeof keyPair>;

function keyPair(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256' } };
}

function shown({ password, passwordAt, incomplete, iterations, ...rest }: TestUser): object {
  return rest;
}

type Said = Exclude<Fault, 'hang up' | 'hold' | object>;

const BODIES: Readonly<Record<Said, string>> = {
  'status 503': '{"error":"Service Unavailable"}',
  'status 429': '{"error":"Too Many Requests"}',
  garbage: '<html>Welcome to the wrong server</html>',
  'wrong shape': '{"access_token":7,"keys":"none"}',
};

function headOf(fault: Said): [number] {
  const status = /^status (\d+)$/.exec(fault);
  return [status === null ? 200 : Number(status[1])];
}
