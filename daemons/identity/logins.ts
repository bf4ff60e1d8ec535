/**
 * Whether somebody may log in to an account: passwords, suspension and guessing, for every mechanism alike. What a mechanism proves
 * comes here, and what it may not say goes no further.
 */
import type { AccountNews, LoggedIn, LoginAnswer, LoginOrigin } from '../../contract/accounts.ts';
import type { Clock } from '../../kit/clock.ts';
import { fold } from '../irc/casemapping.ts';
import type { TaskTimes } from '../runtime/async/pool-task.ts';
import { networkKey } from '../runtime/net/ip-address.ts';
import type { PasswordWork } from './credentials.ts';
import { Guessing } from './guessing.ts';
import { limits } from './limits.ts';
import { traced, tracedWait } from './login-trace.ts';
import type { PasswordAuthority, Verdict } from './password-authority.ts';
import type { AccountStore, StoredAccount } from './store/account-store.ts';
import type { WriteTurn } from './store/write-turn.ts';

/** Why somebody is not let in. */
export type LoginRefusal = Extract<LoginAnswer, { readonly kind: 'refused' }>;

/**
 * Whether what somebody has proved is still so, asked about the account as it is now: it may have another password since, or be
 * somebody else's.
 */
export type Proof = (account: StoredAccount) => boolean;

/** What was counted. */
export interface LoginCounts {
  succeeded: number;
  failed: number;
  /** Attempts that had to wait and were not looked at. */
  throttled: number;
}

export interface LoginOptions {
  readonly store: AccountStore;
  readonly writes: WriteTurn;
  readonly credentials: PasswordWork;
  readonly clock: Clock;
  /** Who else knows passwords; absent where all are kept here. */
  readonly authority?: PasswordAuthority;
  readonly tell: (news: AccountNews) => void;
  /** Told why a login could not be looked at, for the log. */
  readonly onUnchecked: (why: string) => void;
  /**
   * What else keeps somebody out who has proved to own an account; null for nothing, and they are let in then. Asked once for each.
   */
  readonly admit?: (account: StoredAccount, origin: LoginOrigin) => LoginRefusal['why'] | null;
  /** Told what a login by a password took that is kept here, in milliseconds, beside the hash that was computed for it. */
  readonly onQueued?: (ms: number) => void;
  /** Told of each failure, for the log. */
  readonly onFailure: (account: string, origin: LoginOrigin, why: string) => void;
}

/** Lets in and turns away. */
export class Logins {
  readonly counts: LoginCounts = { succeeded: 0, failed: 0, throttled: 0 };
  readonly accounts: Guessing;
  readonly addresses: Guessing;
  readonly #options: LoginOptions;
  /** When the owner of an account was last told of failures, monotonic. */
  readonly #told = new Map<string, number>();

  constructor(options: LoginOptions) {
    this.#options = options;
    const forgetSeconds = limits.guessForgetSeconds.default;
    this.accounts = new Guessing({ free: limits.guessesPerAccount.default, forgetSeconds }, options.clock);
    this.addresses = new Guessing({ free: limits.guessesPerAddress.default, forgetSeconds }, options.clock);
  }

  /** Why an attempt on an account is not looked at; null where it is. */
  refusalBefore(name: string, origin: LoginOrigin): LoginRefusal | null {
    const network = networkKey(origin.address);
    const account = this.#options.store.find(name);
    const known = account !== undefined && this.#options.store.knows(account, network);
    const wait = Math.max(
      this.addresses.waitSeconds(network),
      known ? 0 : this.accounts.waitSeconds(fold(name)),
    );
    if (wait === 0) return null;
    this.counts.throttled++;
    return refused('throttled', name, wait);
  }

  /** An attempt with a prepared password. */
  async byPassword(name: string, password: string, origin: LoginOrigin): Promise<LoginAnswer> {
    const { clock, onQueued } = this.#options;
    const since = clock.monotonic();
    let computedMs = 0;
    const count = ({ runMs }: TaskTimes) => {
      computedMs += runMs;
    };
    const proof = await this.prove(name, password, origin, count);
    const answer = typeof proof === 'function' ? await this.proven(name, origin, proof) : proof;
    if (computedMs > 0) onQueued?.(clock.monotonic() - since - computedMs);
    return answer;
  }

  /** Why a prepared password proves nothing; null where it is the account's. Counts as {@link prove} does. */
  async refusalOf(name: string, password: string, origin: LoginOrigin): Promise<LoginRefusal | null> {
    const proof = await this.prove(name, password, origin);
    return typeof proof === 'function' ? null : proof;
  }

  /**
   * What a prepared password proves, or why it proves nothing. Counts as logging in does, without being a login.
   * @param onTimes told what a hash took that was computed here
   */
  async prove(
    name: string,
    password: string,
    origin: LoginOrigin,
    onTimes: (times: TaskTimes) => void = () => {},
  ): Promise<LoginRefusal | Proof> {
    const before = this.refusalBefore(name, origin);
    if (before !== null) return before;
    // Counted first: who asks for many at once guesses no more than who waits for each answer.
    this.accounts.failed(fold(name));
    let verdict: Verdict;
    try {
      verdict = await this.#look(name, password, origin, onTimes);
    } catch (error) {
      return this.#unchecked(name, error);
    } finally {
      this.accounts.refund(fold(name));
    }
    return verdict.kind === 'right' ? verdict.proof : this.refusal(name, origin, verdict);
  }

  /** What whoever is not let in is answered, and counted for. */
  refusal(name: string, origin: LoginOrigin, verdict: Exclude<Verdict, { kind: 'right' }>): LoginRefusal {
    if (verdict.kind === 'wrong') return this.failed(name, origin, verdict.why);
    // What could not be looked at is nobody's failure.
    if (verdict.why === 'unavailable') return refused('unavailable', name);
    return this.#keptOut(name, origin, verdict.why, verdict.detail);
  }

  async #look(
    name: string,
    password: string,
    origin: LoginOrigin,
    onTimes: (times: TaskTimes) => void,
  ): Promise<Verdict> {
    const { store, credentials, authority } = this.#options;
    const elsewhere = authority?.password(name, password, origin) ?? null;
    if (elsewhere !== null) return await elsewhere;
    const account = store.find(name);
    const kept = account === undefined ? null : store.passwordHash(account);
    let hash = kept?.hash ?? null;
    const tell = tracedWait(origin);
    const checked = (times: TaskTimes) => {
      tell(times);
      onTimes(times);
    };
    const fits = await traced(origin, 'password checked', () =>
      credentials.fits(hash, password, networkKey(origin.address), 'normal', checked),
    );
    if (!fits) return { kind: 'wrong', why: 'wrong password' };
    if (kept?.outdated === true) hash = await this.#renewHash(name, kept.hash, password, origin, onTimes);
    const proof: Proof = (current) => store.passwordHash(current)?.hash === hash;
    return { kind: 'right', account: name, proof };
  }

  /** The account has been proved to be somebody's who asks. */
  async proven(name: string, origin: LoginOrigin, proof: Proof): Promise<LoginAnswer> {
    const { store, writes } = this.#options;
    // It may have been dropped or suspended while a password was checked.
    const account = store.find(name);
    if (account === undefined) return this.failed(name, origin, 'no such account');
    if (account.suspended_reason !== null) return this.#keptOut(account.name, origin, 'suspended');
    const why = this.#options.admit?.(account, origin) ?? null;
    if (why !== null) return this.#keptOut(account.name, origin, why);
    try {
      // Looked at again behind what is written in this turn: failures, another password, the end of the account.
      // That somebody was here is no loss where the power fails right then; so nobody waits for the disk.
      const kept = await traced(origin, 'kept in the database', () =>
        writes.commit(() => {
          const current = store.find(name);
          if (current === undefined || !proof(current)) return null;
          if (current.suspended_reason !== null) return { id: current.id, login: null };
          store.loggedIn(current, networkKey(origin.address));
          return { id: current.id, login: loginOf(current) };
        }),
      );
      // And once more: what was written behind it in the same turn may have ended it.
      const now = kept === null ? undefined : store.withId(kept.id);
      if (kept === null || now === undefined) return this.failed(name, origin, 'changed meanwhile');
      if (kept.login === null || now.suspended_reason !== null)
        return this.#keptOut(account.name, origin, 'suspended');
      const login = { ...kept.login, account: now.name };
      this.counts.succeeded++;
      this.accounts.reset(account.key);
      return { kind: 'success', login };
    } catch (error) {
      return this.#unchecked(name, error);
    }
  }

  /** Counts a failure and answers it, the same whatever was wrong. */
  failed(name: string, origin: LoginOrigin, why: string): LoginRefusal {
    const { store, writes, onFailure } = this.#options;
    this.counts.failed++;
    this.addresses.failed(networkKey(origin.address));
    const account = store.find(name);
    // Names that do not exist are counted too, or a wait would tell that one does.
    this.accounts.failed(fold(name));
    onFailure(name, origin, why);
    if (account !== undefined) {
      // That it could not be written keeps nobody out and lets nobody in.
      writes.write(() => store.failed(account, origin.address)).catch(() => {});
      this.#tellOwner(account, origin);
    }
    return refused('credentials', name);
  }

  /** Of somebody who has proved to own the account. */
  #keptOut(name: string, origin: LoginOrigin, why: LoginRefusal['why'], detail: string = why): LoginRefusal {
    this.counts.failed++;
    this.#options.onFailure(name, origin, detail);
    return refused(why, name);
  }

  /**
   * Puts what is made here in place of the hash of another program, which fits the password; answers what is kept then. Where that
   * fails, the next login does it.
   */
  async #renewHash(
    name: string,
    hash: string,
    password: string,
    { address }: LoginOrigin,
    onTimes: (times: TaskTimes) => void,
  ): Promise<string> {
    const { store, writes, credentials, onUnchecked } = this.#options;
    try {
      const verifiers = await credentials.make(password, networkKey(address), 'normal', onTimes);
      return await writes.write(() => {
        const account = store.find(name);
        if (account === undefined || store.passwordHash(account)?.hash !== hash) return hash;
        store.facts.setPassword(account, verifiers);
        return verifiers.argon2id;
      });
    } catch (error) {
      onUnchecked(error instanceof Error ? error.message : String(error));
      return hash;
    }
  }

  #unchecked(name: string, error: unknown): LoginRefusal {
    this.#options.onUnchecked(error instanceof Error ? error.message : String(error));
    return refused('unavailable', name);
  }

  #tellOwner({ key, name, failed }: StoredAccount, { address }: LoginOrigin): void {
    const now = this.#options.clock.monotonic();
    const last = this.#told.get(key);
    if (last !== undefined && now - last < limits.failuresToldSeconds.default * 1_000) return;
    this.#told.delete(key);
    this.#told.set(key, now);
    if (this.#told.size > limits.guessersRemembered.default) {
      const oldest = this.#told.keys().next();
      if (oldest.done !== true) this.#told.delete(oldest.value);
    }
    this.#options.tell({ kind: 'guessed', account: name, count: failed + 1, address });
  }
}

/** An answer that lets nobody in. */
export function refused(why: LoginRefusal['why'], account: string | null, retrySeconds = 0): LoginRefusal {
  return { kind: 'refused', why, account: account === null ? null : account.slice(0, 512), retrySeconds };
}

/** What the IRC server is told of who was let in. */
export function loginOf({ name, failed, failed_from, failed_at }: StoredAccount): LoggedIn {
  const failures =
    failed === 0 ? null : { count: failed, address: failed_from ?? 'unknown', time: failed_at ?? 0 };
  return { account: name, failures };
}
