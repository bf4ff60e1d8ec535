/** Answers every question about accounts (`contract/accounts.ts`): the store, who may log in, and what administrators change. */
import type {
  ACCOUNT_QUESTIONS,
  AccountArgs,
  AccountNews,
  AccountResult,
  LoginAnswer,
  LoginOrigin,
  PasswordAnswer,
  ToldLogin,
} from '../../contract/accounts.ts';
import type { Clock } from '../../kit/clock.ts';
import type { LoginTimelines } from '../../kit/login-timelines.ts';
import { fold } from '../irc/casemapping.ts';
import { isValidNick } from '../irc/names.ts';
import { networkKey } from '../runtime/net/ip-address.ts';
import type { Answerers } from '../runtime/net/peer-questions.ts';
import { AccountChanges } from './account-changes.ts';
import { ChannelKeeper } from './channel-keeper.ts';
import type { AccountsElsewhere, NewSecret } from './elsewhere.ts';
import { limits } from './limits.ts';
import { type LoginOptions, Logins, refused } from './logins.ts';
import { PasswordRules, preparedPassword } from './password-rules.ts';
import { Registrations } from './registrations.ts';
import { Exchanges } from './sasl/exchanges.ts';
import type { AccountStore, NewAccount, StoredAccount } from './store/account-store.ts';
import type { ChannelStore } from './store/channel-store.ts';
import type { WriteTurn } from './store/write-turn.ts';

export interface KeeperOptions extends Omit<LoginOptions, 'tell'> {
  readonly channels: ChannelStore;
  /** Characters of the shortest password; may change with the configuration. */
  readonly leastPassword: () => number;
  /**
   * Told within the turn in which an account is made whose owner has to confirm it: nobody can log in to it before the verifiers are
   * given to it. Absent, or answering false, where that is not asked for.
   */
  readonly confirm?: {
    isAsked(): boolean;
    begin(account: StoredAccount, secret: NewSecret, origin: LoginOrigin): void;
    /** Whether a code confirms an account; who shows the right one is logged in. */
    settle(account: string, code: string, origin: LoginOrigin): Promise<LoginAnswer>;
  };
  /** Told within the turn in which an account is dropped, before it is. */
  readonly beforeDrop?: (account: StoredAccount, by: string) => void;
  /** Told when an account is called otherwise. */
  readonly renamed?: (before: string, next: string) => void;
  /** Keeps what logins went through; absent where that is not kept here. */
  readonly timelines?: LoginTimelines | undefined;
  /** The latest login of a client by a bot; absent where there are no bots. */
  readonly byBot?: (nick: string) => ToldLogin | null;
  /** Who else keeps accounts, and is asked before one changes; null or absent where nobody does. */
  readonly elsewhere?: () => AccountsElsewhere | null;
}

type Questions = typeof ACCOUNT_QUESTIONS;

/** Keeps the accounts. */
export class AccountKeeper {
  readonly store: AccountStore;
  readonly logins: Logins;
  /** The one door through which an account changes. */
  readonly changes: AccountChanges;
  /** Accounts registered since the start. */
  registered = 0;
  readonly channels: ChannelKeeper;
  readonly #options: KeeperOptions;
  readonly #writes: WriteTurn;
  readonly #clock: Clock;
  readonly #rules: PasswordRules;
  readonly #registrations: Registrations;
  readonly #listeners = new Set<(news: AccountNews) => void>();
  readonly #decoySecret: Buffer;

  constructor(options: KeeperOptions, decoySecret: Buffer) {
    const { store, writes, credentials, clock, confirm } = options;
    const tell = (news: AccountNews) => this.#tell(news);
    this.#options = options;
    this.store = store;
    this.#writes = writes;
    this.#clock = clock;
    this.#decoySecret = decoySecret;
    this.channels = new ChannelKeeper(options.channels, writes, tell);
    this.logins = new Logins({ ...options, tell });
    const rules = new PasswordRules(options.leastPassword);
    this.#rules = rules;
    this.changes = new AccountChanges({
      ...{ store, writes, credentials, rules, tell },
      channels: this.channels,
      elsewhere: () => options.elsewhere?.() ?? null,
      beforeDrop: (account, by) => options.beforeDrop?.(account, by),
      forgetFailures: (key) => this.logins.accounts.reset(key),
      onRenamed: (before, next) => options.renamed?.(before, next),
    });
    this.#registrations = new Registrations({
      ...{ store, rules, clock, confirm },
      changes: this.changes,
      adopt: (account, more) => this.adopt(account, more),
    });
  }

  static async open(options: KeeperOptions): Promise<AccountKeeper> {
    const secret = await options.writes.write(() => options.store.decoySecret());
    return new AccountKeeper(options, secret);
  }

  /** Accounts have come in by another way than through here, and channels with them: whoever asks is told of those. */
  async cameIn(channels: readonly string[]): Promise<void> {
    this.store.recount();
    await this.channels.cameIn(channels);
  }

  /** Calls back with what is news to whoever asks about accounts; returns the function that ends it. */
  onNews(listener: (news: AccountNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Keeps a new account, as it is: what is wrong with it was looked at before.
   * @param more what is written with it, both or neither
   * @param comesBack whether it is made again where the power takes it: then the disk is not waited for
   * @throws SignalboxError as `AccountStore.create`
   */
  async adopt(
    account: NewAccount,
    more: (stored: StoredAccount) => void = () => {},
    comesBack = false,
  ): Promise<StoredAccount> {
    const step = () => {
      this.store.create(account);
      const made = this.store.get(account.name);
      more(made);
      return made;
    };
    const stored = await (comesBack ? this.#writes.commit(step) : this.#writes.write(step));
    this.hasRegistered(stored.name);
    return stored;
  }

  /** Mechanisms of SASL beyond those that are always there. */
  get moreMechanisms() {
    return this.#options.authority?.mechanisms ?? [];
  }

  /** They are others now than they were. */
  mechanismsChanged(): void {
    this.#tell({ kind: 'mechanisms', more: [...this.moreMechanisms] });
  }

  /**
   * The answers for one connection: logins under way belong to it.
   * @param asker whose connection it is, as timelines name it; empty where there is but one
   */
  answerers(asker = ''): Answerers<Questions> {
    const { store } = this;
    const writes = this.#writes;
    const { authority, timelines } = this.#options;
    const world = {
      store,
      logins: this.logins,
      decoySecret: this.#decoySecret,
      ...(authority === undefined ? {} : { authority }),
    };
    const exchanges = new Exchanges({ world, clock: this.#clock, timelines, asker });
    return {
      ...this.channels.answerers(),
      saslStart: ({ session, mechanism, origin, timeline }) =>
        exchanges.start(session, mechanism, origin, { timeline }),
      saslData: ({ session, data }) => exchanges.data(session, data),
      saslAbort: ({ session }) => {
        exchanges.abort(session);
        return {};
      },
      register: (args) => this.#registrations.register(args),
      confirm: ({ account, code, origin }) =>
        this.#options.confirm?.settle(account, code, origin) ?? refused('credentials', account),
      identify: async ({ nick, password, origin }) => {
        const prepared = preparedPassword(password);
        const name = store.ownerOf(nick)?.name ?? nick;
        if (prepared === null) return refused('malformed', name);
        return await this.logins.byPassword(name, prepared, origin);
      },
      changePassword: (args) => this.#changePassword(args),
      nickOwners: ({ nicks }) => ({ owners: nicks.map((nick) => store.ownerOf(nick)?.name ?? null) }),
      ended: ({ accounts }) => ({
        ended: accounts.flatMap((account): AccountResult<'ended'>['ended'] => {
          const found = store.find(account);
          if (found === undefined) return [{ account, why: 'dropped' }];
          return found.suspended_reason === null ? [] : [{ account, why: 'suspended' }];
        }),
      }),
      groupNick: async ({ account, nick, add }) => {
        if (!isValidNick(nick, limits.accountNameLength.default)) return { outcome: 'not_found' };
        const outcome = await writes.write(() => {
          const owner = store.get(account);
          return add ? store.giveNick(owner, nick) : store.takeNick(owner, nick);
        });
        if (outcome === 'done') this.#tell({ kind: 'nick', account, nick, owned: add });
        return { outcome };
      },
      certificate: async ({ account, fingerprint, add }) => {
        const outcome = await this.changes.certificate(account, fingerprint, add);
        return { outcome: outcome === 'delayed' ? 'pending' : outcome };
      },
      list: ({ text, limit }) => store.list(text, limit),
      show: ({ account }) => store.details(account),
      create: (args) => this.#registrations.create(args),
      resetPassword: ({ account }) => this.changes.resetPassword(account),
      drop: async ({ account }) => ({ account: await this.changes.drop(account, 'an administrator') }),
      suspend: async ({ account, by, reason }) => ({
        account: await this.changes.suspend(account, by, reason),
      }),
      botLogin: ({ nick }) => ({ login: this.#options.byBot?.(nick) ?? null }),
      guessers: () => ({
        rows: [...this.logins.accounts.entries('account'), ...this.logins.addresses.entries('address')].slice(
          0,
          MOST_GUESSERS,
        ),
      }),
      resetGuessing: ({ who }) => this.#resetGuessing(who),
    };
  }

  /** An account was made that is on the disk by now. */
  hasRegistered(account: string): void {
    this.registered++;
    this.#tell({ kind: 'nick', account, nick: account, owned: true });
  }

  /** An account was put back as it was: whoever asks about accounts is told of its nicks and channels. */
  restored(account: StoredAccount): void {
    this.store.restored();
    for (const nick of this.store.details(account.name).nickList)
      this.#tell({ kind: 'nick', account: account.name, nick, owned: true });
    this.channels.changed(account);
  }

  async #changePassword({
    account,
    password,
    next,
    origin,
  }: AccountArgs<'changePassword'>): Promise<PasswordAnswer> {
    const { name } = this.store.get(account);
    const prepared = preparedPassword(next);
    if (prepared === null) return refusedPassword('bad_password');
    if (this.#rules.isWeak(name, prepared)) return refusedPassword('weak');
    const old = preparedPassword(password);
    const proof = old === null ? refused('malformed', name) : await this.logins.prove(name, old, origin);
    if (typeof proof !== 'function') return refusedPassword(proof.why, proof.retrySeconds);
    try {
      const network = networkKey(origin.address);
      const outcome = await this.changes.putPassword(name, prepared, network, () => {
        const current = this.store.find(name);
        // What an administrator has changed meanwhile is not changed back.
        return current !== undefined && proof(current);
      });
      if (outcome === 'delayed') return refusedPassword('pending');
      if (outcome === 'refused') return refusedPassword('bad_password');
      if (outcome === 'gone') return refusedPassword('credentials');
    } catch (error) {
      this.#options.onUnchecked(error instanceof Error ? error.message : String(error));
      return refusedPassword('unavailable');
    }
    this.logins.accounts.reset(fold(name));
    return { kind: 'done' };
  }

  #resetGuessing(who: string): { reset: number } {
    const { accounts, addresses } = this.logins;
    if (who === '')
      return { reset: accounts.reset(null) + addresses.reset(null) + this.#registrations.rate.reset(null) };
    const network = networkKey(who);
    return {
      reset: accounts.reset(fold(who)) + addresses.reset(network) + this.#registrations.rate.reset(network),
    };
  }

  #tell(news: AccountNews): void {
    for (const listener of this.#listeners) listener(news);
  }
}

const MOST_GUESSERS = 1_000;

function refusedPassword(
  why: Extract<PasswordAnswer, { readonly kind: 'refused' }>['why'],
  retrySeconds = 0,
): PasswordAnswer {
  return { kind: 'refused', why, retrySeconds };
}

/** For the type of what asks. */
export type { LoginOrigin };
