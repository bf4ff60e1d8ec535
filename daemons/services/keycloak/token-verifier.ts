/**
 * Whether a bearer token is one of the realm, for services, and holds now. Keycloak's keys are remembered, so that it is asked for none
 * of that; a token that is signed with a key that is not known has them asked for again, and then itself looked at by Keycloak.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../../../kit/clock.ts';
import { AsyncCache } from '../../runtime/async/async-cache.ts';
import { limits } from '../limits.ts';
import type { KeycloakSettings } from './keycloak-settings.ts';
import type { Introspection, KeySet } from './keycloak-shapes.ts';
import type { SignInOperations } from './sign-in-operations.ts';

/** Whose a token is. */
export interface TokenUser {
  /** Id of the user. */
  readonly user: string;
  readonly username: string;
}

/** What came of a token. */
export type TokenVerdict = TokenUser | { readonly wrong: string };

/** What tokens are compared with. */
interface Signers {
  readonly keys: KeySet;
  readonly issuer: string;
}

/** Signatures by a key pair alone: with a shared secret, whoever knows a public key could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** What clocks may differ by. */
const TOLERANCE_SECONDS = 5;

const ONLY = 'realm';

export class TokenVerifier {
  readonly #signIn: Pick<SignInOperations, 'keys' | 'issuer' | 'introspect'>;
  readonly #settings: KeycloakSettings;
  readonly #clock: Clock;
  /** One entry: those of the realm. */
  readonly signers: AsyncCache<string, Signers>;
  /** When keys were asked for again last, monotonic. */
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(
    signIn: Pick<SignInOperations, 'keys' | 'issuer' | 'introspect'>,
    settings: KeycloakSettings,
    clock: Clock,
  ) {
    this.#signIn = signIn;
    this.#settings = settings;
    this.#clock = clock;
    this.signers = new AsyncCache({
      clock,
      name: 'keycloak keys',
      capacity: 1,
      ttlMs: limits.keycloakKeysMs.default,
      ask: async () => {
        const [keys, issuer] = await Promise.all([signIn.keys(), signIn.issuer()]);
        return { keys, issuer };
      },
    });
  }

  /** @throws as `KeycloakCalls.call` where Keycloak has to be asked and does not answer */
  async look(token: string): Promise<TokenVerdict> {
    const signers = await this.#signers();
    const verdict = await this.#verify(token, signers);
    if (verdict !== 'unknown key') return verdict;
    const renewed = await this.#renewed(signers);
    const again = renewed === signers ? verdict : await this.#verify(token, renewed);
    return again === 'unknown key' ? await this.#introspect(token, renewed) : again;
  }

  async #signers(): Promise<Signers> {
    // It is never answered with nothing.
    return (await this.signers.load(ONLY))!;
  }

  /** The keys as they are now; the same ones where they were asked for just before. */
  async #renewed(known: Signers): Promise<Signers> {
    const now = this.#clock.monotonic();
    if (now - this.#renewedAt < limits.keycloakKeysAgainMs.default) return known;
    this.#renewedAt = now;
    this.signers.forget(ONLY);
    return await this.#signers();
  }

  async #verify(token: string, { keys, issuer }: Signers): Promise<TokenVerdict | 'unknown key'> {
    const { clientId } = this.#settings;
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys as JSONWebKeySet), {
        algorithms: ALGORITHMS,
        issuer,
        audience: clientId,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(this.#clock.now()),
      });
      return userIn(payload);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key';
      // Nothing of the token is repeated: what jose says names the claim and not what is in it.
      return { wrong: error instanceof errors.JOSEError ? error.message : 'it is no token' };
    }
  }

  /** What only Keycloak can tell. The same has to be so as of one whose signature was looked at. */
  async #introspect(token: string, { issuer }: Signers): Promise<TokenVerdict> {
    const said = await this.#signIn.introspect(token);
    if (!said.active) return { wrong: 'Keycloak says that it is not active' };
    const seconds = this.#clock.now() / 1_000;
    const { aud = [], iss, exp, nbf = 0 } = said;
    if (iss !== issuer) return { wrong: 'unexpected "iss" claim value' };
    if (![aud].flat().includes(this.#settings.clientId)) return { wrong: 'unexpected "aud" claim value' };
    if (exp === undefined || exp + TOLERANCE_SECONDS <= seconds)
      return { wrong: '"exp" claim timestamp check failed' };
    if (nbf - TOLERANCE_SECONDS > seconds) return { wrong: '"nbf" claim timestamp check failed' };
    return userIn(said);
  }
}

/** Only access tokens let somebody in: one that tells who somebody is goes to every program that they use. */
function userIn(claims: JWTPayload | Extract<Introspection, { active: true }>): TokenVerdict {
  const { typ = 'Bearer', sub, preferred_username: name } = claims as Record<string, unknown>;
  if (typ !== 'Bearer') return { wrong: 'it is no access token' };
  const username = name ?? (claims as { username?: unknown }).username;
  if (typeof sub !== 'string' || typeof username !== 'string')
    return { wrong: 'it does not say whose it is' };
  return { user: sub, username };
}
