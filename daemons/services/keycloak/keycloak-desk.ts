/** The Keycloak that is configured, or none: made anew when its settings change, shown to operators, closed at the end. */

import type { BreakerState } from '../../../contract/instrument-figures.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { CacheStats } from '../../runtime/async/async-cache.ts';
import { instrumentCache } from '../../runtime/async/async-cache.ts';
import { instrumentBreaker } from '../../runtime/async/breaker-instrument.ts';
import { instrumentConnections } from '../../runtime/async/connection-instrument.ts';
import type { OpenInstrument } from '../../runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import type { CountWork } from '../operations/operation-pool.ts';
import { KeycloakClient } from './keycloak-client.ts';
import type { KeycloakSettings } from './keycloak-settings.ts';
import { LoginMemory } from './login-memory.ts';
import { TokenVerifier } from './token-verifier.ts';
import { UserDirectory } from './user-directory.ts';
import { keepsAttributes, onlyByAdministrators } from './user-operations.ts';

/** A Keycloak with what is remembered of it. */
export interface OpenKeycloak {
  readonly client: KeycloakClient;
  readonly directory: UserDirectory;
  readonly logins: LoginMemory;
  readonly tokens: TokenVerifier;
}

/** What operators see of it. */
export interface KeycloakStatus {
  readonly configured: boolean;
  /** Closed also where no Keycloak is configured: nothing is kept back. */
  readonly breaker: BreakerState;
  /** Failures in a row. */
  readonly failures: number;
  /** When services look whether it is back, Unix milliseconds; null while it is there or they look. */
  readonly nextProbeAt: number | null;
  /** When the token of services runs out, Unix milliseconds; null while they have none. */
  readonly tokenExpiresAt: number | null;
  /** Requests under way. */
  readonly inFlight: number;
  /** What waits for a connection or for the token. */
  readonly waiting: number;
  readonly caches: Readonly<Record<string, CacheStats>>;
}

/** What was counted of calls, and of what is remembered. */
interface KeycloakFigures {
  calls: number;
  faults: number;
  retries: number;
  hits: number;
  misses: number;
}

export interface KeycloakDeskOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Counts each call by what it is. */
  readonly count: CountWork;
  /** When what an answer brings about may begin, where not now. Default always now. */
  readonly turn?: () => Promise<void> | null;
  /** It is asked again, after it was not. */
  readonly onUp?: () => void;
  /** Null where nothing is measured. */
  readonly metrics: MetricRegistry | null;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, message: string) => void;
}

export class KeycloakDesk {
  readonly #options: KeycloakDeskOptions;
  #open: OpenKeycloak | null = null;
  #instruments: OpenInstrument[] = [];
  /** What Keycloaks counted that were configured before. */
  readonly #past: KeycloakFigures = { calls: 0, faults: 0, retries: 0, hits: 0, misses: 0 };

  constructor(options: KeycloakDeskOptions) {
    this.#options = options;
  }

  /** Null while none is configured. */
  get current(): OpenKeycloak | null {
    return this.#open;
  }

  /** Takes settings into force; false where they are the same, and nothing changes. */
  configure(settings: KeycloakSettings | null): boolean {
    const before = this.#open?.client.settings ?? null;
    if (JSON.stringify(before) === JSON.stringify(settings)) return false;
    this.close();
    if (settings === null) return true;
    const { clock, random, count, turn, log } = this.#options;
    const client = new KeycloakClient({
      settings,
      clock,
      random,
      count,
      ...(turn === undefined ? {} : { turn }),
      onState: (state, why) => this.#say(state, why),
    });
    this.#open = {
      client,
      directory: new UserDirectory(client, clock),
      logins: new LoginMemory(clock),
      tokens: new TokenVerifier(client.signIn, settings, clock),
    };
    this.#instrument(this.#open);
    log(
      'info',
      'keycloak_configured',
      `Logins are looked at by Keycloak at ${settings.origin}, realm ${settings.realm}`,
    );
    void this.#look(client);
    return true;
  }

  status(): KeycloakStatus {
    if (this.#open === null)
      return {
        configured: false,
        breaker: 'closed',
        failures: 0,
        nextProbeAt: null,
        tokenExpiresAt: null,
        inFlight: 0,
        waiting: 0,
        caches: {},
      };
    const { calls, token } = this.#open.client;
    const { active, waiting } = calls.pool.stats();
    return {
      configured: true,
      breaker: calls.breaker.state,
      failures: calls.breaker.failures,
      nextProbeAt: calls.breaker.nextProbeAt,
      tokenExpiresAt: token.expiresAt,
      inFlight: active,
      waiting: waiting + token.waiting,
      caches: Object.fromEntries(cachesOf(this.#open).map(({ key, stats }) => [key, stats()])),
    };
  }

  /** Totals since the process started. */
  get figures(): Readonly<KeycloakFigures> {
    const { calls, faults, retries, hits, misses } = this.#past;
    const now = this.#open === null ? null : figuresOf(this.#open);
    return {
      calls: calls + (now?.calls ?? 0),
      faults: faults + (now?.faults ?? 0),
      retries: retries + (now?.retries ?? 0),
      hits: hits + (now?.hits ?? 0),
      misses: misses + (now?.misses ?? 0),
    };
  }

  /** A user may be another one now, with another password. @param username where it is known */
  forget(user: string, username: string | null): void {
    if (this.#open === null) return;
    const { directory, logins } = this.#open;
    directory.forget(user);
    if (username !== null) directory.ids.forget(username.toLowerCase());
    logins.forget(user);
  }

  /** Ends what is under way. May be called again. */
  close(): void {
    if (this.#open === null) return;
    const last = figuresOf(this.#open);
    for (const name of Object.keys(last) as (keyof typeof last)[]) this.#past[name] += last[name];
    for (const instrument of this.#instruments.splice(0)) instrument.close();
    const { client } = this.#open;
    this.#open = null;
    void client.close();
  }

  /** Finds at once what would be found at the first login. */
  async #look(client: KeycloakClient): Promise<void> {
    const { log } = this.#options;
    try {
      const profile = await client.users.profile();
      if (!onlyByAdministrators(profile, LEVEL))
        log(
          'warn',
          'keycloak_profile',
          `Users of Keycloak can edit ${LEVEL} of themselves, so levels of operators are not taken from there: set unmanagedAttributePolicy to ADMIN_EDIT, see docs/keycloak.md`,
        );
      if (keepsAttributes(profile)) return;
      log(
        'warn',
        'keycloak_profile',
        'Keycloak drops attributes that its user profile does not name, among them fingerprints and levels: set unmanagedAttributePolicy to ADMIN_EDIT, see docs/keycloak.md',
      );
    } catch (error) {
      if (this.#open?.client !== client) return;
      log('warn', 'keycloak_unusable', error instanceof Error ? error.message : String(error));
    }
  }

  #say(state: BreakerState, why: string | null): void {
    const { log } = this.#options;
    if (state === 'open')
      log('error', 'keycloak_down', `Keycloak is not asked any more for the moment: ${why}`);
    if (state !== 'closed') return;
    log('info', 'keycloak_up', 'Keycloak is asked again');
    this.#options.onUp?.();
  }

  #instrument(open: OpenKeycloak): void {
    const { metrics } = this.#options;
    if (metrics === null) return;
    const { calls } = open.client;
    this.#instruments = [
      instrumentConnections(metrics, 'keycloak', calls.pool),
      instrumentBreaker(metrics, 'keycloak', calls.resilience),
      ...cachesOf(open).map((cache) => instrumentCache(metrics, cache)),
    ];
  }
}

/** The attribute with the level of an operator, as X3 names it. */
export const LEVEL = 'x3_opserv_level';

/** Everything that is remembered of a Keycloak. */
function cachesOf({ directory, logins, tokens }: OpenKeycloak): ShownCache[] {
  const { ids, users, fingerprints, profile } = directory;
  return [
    { key: 'ids', name: 'keycloak ids', stats: () => ids.stats() },
    { key: 'users', name: 'keycloak users', stats: () => users.stats() },
    { key: 'fingerprints', name: 'keycloak fingerprints', stats: () => fingerprints.stats() },
    { key: 'profile', name: 'keycloak profile', stats: () => profile.stats() },
    { key: 'keys', name: 'keycloak keys', stats: () => tokens.signers.stats() },
    { key: 'goodLogins', name: 'keycloak good logins', stats: () => logins.goodStats },
    { key: 'failedLogins', name: 'keycloak failed logins', stats: () => logins.failedStats },
  ];
}

interface ShownCache {
  /** In the result of the command. */
  readonly key: string;
  /** As an instrument. */
  readonly name: string;
  readonly stats: () => CacheStats;
}

function figuresOf(open: OpenKeycloak): KeycloakFigures {
  let hits = 0;
  let misses = 0;
  for (const { stats } of cachesOf(open)) {
    hits += stats().hits;
    misses += stats().misses;
  }
  const { calls, faults, retries } = open.client.calls.resilience.figures;
  return { calls, faults, retries, hits, misses };
}
