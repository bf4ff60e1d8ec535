/**
 * Which passwords Keycloak took or refused of late, so that it is not asked for each login of somebody who logs in again and again. No
 * password is in here: what is kept are digests under a key that only this process has.
 */
import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../kit/clock.ts';
import type { CacheStats } from '../../runtime/async/async-cache.ts';
import { limits } from '../limits.ts';
import { PasswordDigest } from './password-digest.ts';

/** Whose password was right. */
export interface GoodLogin {
  /** Id of the user. */
  readonly user: string;
  /** Their name in Keycloak. */
  readonly username: string;
}

interface Kept extends GoodLogin {
  readonly digest: Buffer;
}

export class LoginMemory {
  readonly #digests = new PasswordDigest();
  /** The newest good password of each name. */
  readonly #good: CountedCache<Kept>;
  /** Bad passwords, by digest; whose they are said to be. */
  readonly #failed: CountedCache<string>;
  /** Names with a good password, by user: a webhook tells of users a thousand times a second. */
  readonly #names = new Map<string, Set<string>>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#good = new CountedCache(limits.keycloakGoodLoginMs.default, clock, (name, { user }) =>
      this.#unname(user, name),
    );
    this.#failed = new CountedCache(limits.keycloakFailedLoginMs.default, clock);
  }

  /** Whether a password was refused, or whose it is; null where Keycloak has to be asked. */
  look(name: string, password: string): 'failed' | GoodLogin | null {
    const digest = this.#digest(name, password);
    if (this.#failed.get(digest.toString('base64')) !== undefined) return 'failed';
    const kept = this.#good.get(keyOf(name), (one) => timingSafeEqual(one.digest, digest));
    return kept === undefined ? null : { user: kept.user, username: kept.username };
  }

  succeeded(name: string, password: string, { user, username }: GoodLogin): void {
    const key = keyOf(name);
    this.#good.set(key, { user, username, digest: this.#digest(name, password) });
    const names = this.#names.get(user);
    if (names === undefined) this.#names.set(user, new Set([key]));
    else names.add(key);
  }

  failed(name: string, password: string): void {
    const digest = this.#digest(name, password);
    this.#failed.set(digest.toString('base64'), keyOf(name));
    // What was right once and is not any more.
    this.#good.delete(keyOf(name), (one) => timingSafeEqual(one.digest, digest));
  }

  /** A user may have another password, or none. */
  forget(user: string): void {
    for (const name of [...(this.#names.get(user) ?? [])]) this.#good.delete(name);
    // Who was refused may be let in now, and it is not known here whose name that is.
    this.#failed.clear();
  }

  clear(): void {
    this.#good.clear();
    this.#failed.clear();
  }

  get goodStats(): CacheStats {
    return this.#good.stats();
  }

  get failedStats(): CacheStats {
    return this.#failed.stats();
  }

  #unname(user: string, name: string): void {
    const names = this.#names.get(user);
    names?.delete(name);
    if (names?.size === 0) this.#names.delete(user);
  }

  #digest(name: string, password: string): Buffer {
    return this.#digests.of(`${keyOf(name)}\0${password}`);
  }
}

/** As Keycloak compares names. */
function keyOf(name: string): string {
  return name.toLowerCase();
}

/** A bounded cache that grows old and counts. */
class CountedCache<Value extends {}> {
  readonly #entries: LRUCache<string, Value>;
  #hits = 0;
  #misses = 0;
  #evicted = 0;
  #expired = 0;

  /** @param onGone told of each entry that is no more */
  constructor(
    ttlMs: number,
    clock: Pick<Clock, 'monotonic'>,
    onGone: (key: string, value: Value) => void = () => {},
  ) {
    this.#entries = new LRUCache({
      max: limits.keycloakLoginsCached.default,
      ttl: ttlMs,
      ttlResolution: 0,
      // A time of 0 means to lru-cache that an entry does not grow old.
      perf: { now: () => clock.monotonic() + 1 },
      dispose: (value, key, why) => {
        onGone(key, value);
        if (why === 'evict') this.#evicted++;
        else if (why === 'expire') this.#expired++;
      },
    });
  }

  /** @param fits whether an entry is the one that is meant */
  get(key: string, fits: (value: Value) => boolean = () => true): Value | undefined {
    const value = this.#entries.get(key);
    const found = value !== undefined && fits(value) ? value : undefined;
    if (found === undefined) this.#misses++;
    else this.#hits++;
    return found;
  }

  set(key: string, value: Value): void {
    this.#entries.set(key, value);
  }

  delete(key: string, fits: (value: Value) => boolean = () => true): void {
    const value = this.#entries.peek(key);
    if (value !== undefined && fits(value)) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  stats(): CacheStats {
    return {
      depth: this.#entries.size,
      capacity: limits.keycloakLoginsCached.default,
      hits: this.#hits,
      misses: this.#misses,
      failed: 0,
      evicted: this.#evicted,
      expired: this.#expired,
    };
  }
}
