/** What Keycloak is asked as any client of OpenID Connect asks: whether a password or token is somebody's, and the keys of tokens. */
import type { z } from 'zod';
import type { PooledAnswer } from '../../runtime/async/connection-pool.ts';
import { limits } from '../limits.ts';
import type { FreshToken } from './admin-token.ts';
import { parseAnswer, problemIn, refusalOf } from './answer-reading.ts';
import type { KeycloakCall, KeycloakCalls } from './keycloak-calls.ts';
import { KeycloakError } from './keycloak-error.ts';
import type { KeycloakSettings } from './keycloak-settings.ts';
import {
  discoverySchema,
  type Introspection,
  introspectionSchema,
  type KeySet,
  keySetSchema,
  tokenClaimsSchema,
  tokenSchema,
} from './keycloak-shapes.ts';

/** What came of a password. */
export type Grant =
  | {
      readonly kind: 'granted';
      /** Id and name of the user; null where the token does not say them. */
      readonly user: string | null;
      readonly username: string | null;
      /** When it was so, by the clock of Keycloak, in whole seconds as Unix milliseconds; null where the token does not say. */
      readonly at: number | null;
      /** Null where they have none; undefined where the token does not say. */
      readonly email: string | null | undefined;
    }
  /** No such user, or a wrong password: Keycloak does not say which. */
  | { readonly kind: 'wrong' }
  /** The user is disabled. Whether the password is right as well depends on the version of Keycloak. */
  | { readonly kind: 'disabled' }
  /** The password is right, and the user has to do something in Keycloak first. */
  | { readonly kind: 'incomplete' };

/** The end of waiting, where whoever asks may leave. */
type Asked = Pick<KeycloakCall<unknown>, 'signal'>;

export class SignInOperations {
  readonly #calls: KeycloakCalls;
  readonly #settings: KeycloakSettings;

  constructor(calls: KeycloakCalls, settings: KeycloakSettings) {
    this.#calls = calls;
    this.#settings = settings;
  }

  /**
   * Whether a password is a user's (RFC 6749 section 4.3). Never tried again: each try may count as a guess there.
   * @throws as `KeycloakCalls.call`; KeycloakError `unauthorized` and `forbidden` where the client may not ask
   */
  async grant(username: string, password: string, { signal }: Asked = {}): Promise<Grant> {
    const what = 'look at a password';
    return await this.#calls.call({
      ...this.#token({ grant_type: 'password', username, password }),
      what,
      accepts: [200, 400],
      read: (answer) => (answer.status === 200 ? granted(answer, what) : declined(answer, what)),
      repeats: false,
      deadlineMs: limits.keycloakLoginMs.default,
      secrets: [password, this.#settings.clientSecret],
      signal,
    });
  }

  /** A token of the client itself (RFC 6749 section 4.4). */
  async clientToken(): Promise<FreshToken> {
    return await this.#calls.call(this.#clientToken());
  }

  /** The same as a look whether Keycloak is there: once, whatever the breaker says. */
  async probe(): Promise<FreshToken> {
    return await this.#calls.probe(this.#clientToken());
  }

  /** Whether a token is somebody's and holds (RFC 7662). Only tokens whose audience the client is in are active. */
  async introspect(token: string, { signal }: Asked = {}): Promise<Introspection> {
    const what = 'look at a token';
    return await this.#calls.call({
      ...this.#token({ token, token_type_hint: 'access_token' }, '/introspect'),
      what,
      accepts: [200],
      read: (answer) => parseAnswer(introspectionSchema, answer, what),
      repeats: false,
      deadlineMs: limits.keycloakLoginMs.default,
      secrets: [token, this.#settings.clientSecret],
      signal,
    });
  }

  /** The keys that tokens are signed with (RFC 7517). */
  async keys(): Promise<KeySet> {
    const what = 'tell the keys of tokens';
    return await this.#calls.call({
      path: `${this.#calls.realmPath}/protocol/openid-connect/certs`,
      what,
      accepts: [200],
      read: (answer) => parseAnswer(keySetSchema, answer, what),
      repeats: true,
    });
  }

  /** Who tokens say that they are from (OpenID Connect Discovery): the name that people reach Keycloak by, which may be another. */
  async issuer(): Promise<string> {
    const what = 'tell who it is';
    return await this.#calls.call({
      path: `${this.#calls.realmPath}/.well-known/openid-configuration`,
      what,
      accepts: [200],
      read: (answer) => parseAnswer(discoverySchema, answer, what).issuer,
      repeats: true,
    });
  }

  #clientToken(): KeycloakCall<FreshToken> {
    const what = 'let services in';
    return {
      ...this.#token({ grant_type: 'client_credentials' }),
      what,
      accepts: [200],
      read: (answer) => {
        const { access_token: token, expires_in: lastsSeconds } = parseAnswer(tokenSchema, answer, what);
        return { token, lastsSeconds };
      },
      repeats: true,
      secrets: [this.#settings.clientSecret],
    };
  }

  /** A form for the token endpoint, or one below it; who asks is said by HTTP Basic (RFC 6749 section 2.3.1). */
  #token(form: Readonly<Record<string, string>>, below = '') {
    const { clientId, clientSecret } = this.#settings;
    const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64');
    return {
      method: 'POST',
      path: `${this.#calls.realmPath}/protocol/openid-connect/token${below}`,
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    } as const;
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function granted(answer: PooledAnswer, what: string): Grant {
  const { access_token: token } = parseAnswer(tokenSchema, answer, what);
  const { sub = null, preferred_username: username = null, iat, email, scope = '' } = claimsIn(token);
  return {
    kind: 'granted',
    user: sub,
    username,
    at: iat === undefined ? null : iat * 1_000,
    email: email ?? (scope.split(' ').includes('email') ? null : undefined),
  };
}

/** What a token says that comes from Keycloak itself, where no signature has to be looked at (OpenID Connect Core 3.1.3.7). */
function claimsIn(token: string): Partial<z.output<typeof tokenClaimsSchema>> {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    return tokenClaimsSchema.parse(JSON.parse(payload));
  } catch {
    return {};
  }
}

function declined(answer: PooledAnswer, what: string): Grant {
  const { error, error_description: description } = problemIn(answer);
  if (error === 'invalid_grant') {
    if (description === 'Account disabled') return { kind: 'disabled' };
    if (description === 'Account is not fully set up') return { kind: 'incomplete' };
    return { kind: 'wrong' };
  }
  if (error === 'unauthorized_client' || error === 'invalid_client')
    throw new KeycloakError(
      'forbidden',
      `Keycloak did not ${what}: the client may not ask for that. Switch its direct access grants on.`,
      { status: answer.status },
    );
  throw refusalOf(answer, what, []);
}
