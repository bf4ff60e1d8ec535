/** Answers every question about accounts (`contract/accounts.ts`): the store, who may log in, and what administrators change. */
import type {
  ACCOUNT_QUESTIONS,
  AccountArgs,
  AccountNews,
  AccountResult,
  LoginAnswer,
  LoginOrigin,
  PasswordAnswer,
  RegisterAnswer,
} from '../../contract/accounts.ts';
import { SignalboxError } from '../../contract/errors.ts';
import type { Clock } from '../../kit/clock.ts';
import type { LoginTimelines } from '../../kit/login-timelines.ts';
import { fold } from '../irc/casemapping.ts';
import { isValidNick } from '../irc/names.ts';
import { networkKey } from '../runtime/net/ip-address.ts';
import type { Answerers } from '../runtime/net/peer-questions.ts';
import { ChannelKeeper } from './channel-keeper.ts';
import type { Verifiers } from './credential-tasks.ts';
import type { PasswordWork } from './credentials.ts';
import type { AccountsElsewhere } from './elsewhere.ts';
import { Guessing } from './guessing.ts';
import { limits } from './limits.ts';
import { type LoginOptions, Logins, loginOf, refused } from './logins.ts';
import { randomWord } from './random-word.ts';
import { Exchanges } from './sasl/exchanges.ts';
import { saslprep } from './sasl/saslprep.ts';
import type { AccountStore, GivenOutcome, NewAccount, StoredAccount } from './store/account-store.ts';
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
    begin(account: StoredAccount, verifiers: Verifiers, origin: LoginOrigin): void;
    /** Whether a code confirms an account; who shows the right one is logged in. */
    settle(account: string, code: string, origin: LoginOrigin): Promise<LoginAnswer>;
  };
  /** Told within the turn in which an account is dropped, before it is. */
  readonly beforeDrop?: (account: StoredAccount, by: string) => void;
  /** Keeps what logins went through; absent where that is not kept here. */
  readonly timelines?: LoginTimelines | undefined;
  /** Who else keeps accounts, and is asked before one changes; null or absent where nobody does. */
  readonly elsewhere?: () => AccountsElsewhere | null;
}

type Questions = typeof ACCOUNT_QUESTIONS;

/** Keeps the accounts. */
export class AccountKeeper {
  readonly store: AccountStore;
  readonly logins: Logins;
  /** Accounts registered since the start. */
  registered = 0;
  readonly channels: ChannelKeeper;
  readonly #options: KeeperOptions;
  readonly #writes: WriteTurn;
  readonly #credentials: PasswordWork;
  readonly #clock: Clock;
  readonly #registrations: Guessing;
  readonly #listeners = new Set<(news: AccountNews) => void>();
  readonly #decoySecret: Buffer;

  constructor(options: KeeperOptions, decoySecret: Buffer) {
    this.#options = options;
    this.store = options.store;
    this.#writes = options.writes;
    this.#credentials = options.credentials;
    this.#clock = options.clock;
    this.#decoySecret = decoySecret;
    this.channels = new ChannelKeeper(options.channels, options.writes, (news) => this.#tell(news));
    this.logins = new Logins({ ...options, tell: (news) => this.#tell(news) });
    const rule = {
      free: limits.registrationsPerAddress.default,
      forgetSeconds: limits.registrationForgetSeconds.default,
    };
    this.#registrations = new Guessing(rule, options.clock);
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
   * @throws SignalboxError as `AccountStore.create`
   */
  async adopt(account: NewAccount, more: (stored: StoredAccount) => void = () => {}): Promise<StoredAccount> {
    const stored = await this.#writes.write(() => {
      this.store.create(account);
      const made = this.store.get(account.name);
      more(made);
      return made;
    });
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
      register: (args) => this.#register(args),
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
        const elsewhere = this.#elsewhere;
        if (elsewhere === null) return { outcome: await this.#certificate(account, fingerprint, add) };
        const outcome = await elsewhere.certificate(store.get(account).name, fingerprint, add);
        return { outcome: outcome === 'delayed' ? 'pending' : outcome };
      },
      list: ({ text, limit }) => store.list(text, limit),
      show: ({ account }) => store.details(account),
      create: (args) => this.#create(args),
      resetPassword: ({ account }) => this.#resetPassword(account),
      drop: async ({ account }) => ({ account: await this.drop(account, 'an administrator') }),
      suspend: async ({ account, by, reason }) => {
        const name = await writes.write(() => {
          const found = store.get(account);
          if (reason === null && found.suspended_reason === null)
            throw new SignalboxError('conflict', `The account ${found.name} is not suspended.`);
          store.suspend(found, reason, by);
          return found.name;
        });
        if (reason !== null) {
          await answersOfThisTurn();
          this.#tell({ kind: 'ended', account: name, why: 'suspended', reason });
        }
        return { account: name };
      },
      guessers: () => ({
        rows: [...this.logins.accounts.entries('account'), ...this.logins.addresses.entries('address')].slice(
          0,
          MOST_GUESSERS,
        ),
      }),
      resetGuessing: ({ who }) => this.#resetGuessing(who),
    };
  }

  /**
   * Ends an account, and all that belongs to it, wherever it is; answers how it was called.
   * @throws SignalboxError `not_found`; `unavailable` where it cannot be ended now, or not yet
   */
  async drop(account: string, by: string): Promise<string> {
    const { name } = this.store.get(account);
    const elsewhere = this.#elsewhere;
    if (elsewhere === null) {
      const told = await this.#writes.write(() => this.dropWithin(name, by));
      await told();
    } else if ((await elsewhere.drop(name, by)) === 'delayed')
      throw pending(`The account ${name} is deleted`);
    return name;
  }

  /**
   * Ends an account, and all that belongs to it. To be called within a write turn; what it returns tells everybody afterwards.
   * @throws SignalboxError `not_found`
   */
  dropWithin(account: string, by: string): () => Promise<void> {
    const found = this.store.get(account);
    const channels = this.channels.of(found);
    this.#options.beforeDrop?.(found, by);
    this.store.drop(found);
    return async () => {
      this.logins.accounts.reset(found.key);
      this.channels.ended(channels);
      await answersOfThisTurn();
      this.#tell({ kind: 'ended', account: found.name, why: 'dropped', reason: '' });
    };
  }

  /** An account was made that is on the disk by now. */
  hasRegistered(account: string): void {
    this.registered++;
    this.#tell({ kind: 'nick', account, nick: account, owned: true });
  }

  /**
   * Another e-mail address, or none; false where somebody else has it, as far as anybody minds.
   * @throws SignalboxError `not_found`; `unavailable` where it cannot be changed now, or not yet
   */
  async setEmail(account: string, email: string | null): Promise<boolean> {
    const { name } = this.store.get(account);
    const elsewhere = this.#elsewhere;
    if (elsewhere === null) {
      await this.#writes.write(() => this.store.setEmail(this.store.get(name), email));
      return true;
    }
    const outcome = await elsewhere.setEmail(name, email);
    if (outcome === 'delayed') throw pending('The e-mail address is changed');
    return outcome !== 'refused';
  }

  get #elsewhere(): AccountsElsewhere | null {
    return this.#options.elsewhere?.() ?? null;
  }

  #certificate(account: string, fingerprint: string, add: boolean): Promise<GivenOutcome> {
    return this.#writes.write(() => {
      const owner = this.store.get(account);
      return add
        ? this.store.giveFingerprint(owner, fingerprint)
        : this.store.takeFingerprint(owner, fingerprint);
    });
  }

  /**
   * Calls an account something else; whoever asks about accounts is told whose nicks and channels are so now.
   * @throws SignalboxError `not_found`; `bad_request` for what can be no name; `conflict` where it is another's
   */
  async rename(account: string, next: string): Promise<void> {
    const { store } = this;
    if (!isValidNick(next, limits.accountNameLength.default))
      throw new SignalboxError('bad_request', 'An account is called like a nick.');
    const before = await this.#writes.write(() => {
      const found = store.get(account);
      store.rename(found, next);
      return found.name;
    });
    const { nickList } = store.details(next);
    this.#tell({ kind: 'nick', account: before, nick: before, owned: false });
    for (const nick of nickList) this.#tell({ kind: 'nick', account: next, nick, owned: true });
    this.channels.changed(store.get(next));
  }

  /** An account was put back as it was: whoever asks about accounts is told of its nicks and channels. */
  restored(account: StoredAccount): void {
    this.store.restored();
    for (const nick of this.store.details(account.name).nickList)
      this.#tell({ kind: 'nick', account: account.name, nick, owned: true });
    this.channels.changed(account);
  }

  /**
   * Gives an account another password, wherever it is.
   * @param network whose turn it takes
   * @throws SignalboxError as {@link verifiersFor}; `refused`; `unavailable` where it cannot be changed now, or not yet
   */
  async setPassword(account: string, password: string, network: string): Promise<void> {
    const { name } = this.store.get(account);
    const outcome = await this.#setPassword(name, this.#usable(name, password), network);
    if (outcome === 'delayed') throw pending(`The password of ${name} is changed`);
    if (outcome !== 'done') throw new SignalboxError('refused', `The password of ${name} was refused.`);
  }

  /**
   * What is to be kept of a password for an account.
   * @param network whose turn it takes
   * @throws SignalboxError `bad_request` where it can be no password of that account, `limit_reached` where too many wait
   */
  async verifiersFor(account: string, password: string, network: string): Promise<Verifiers> {
    return await this.#credentials.make(this.#usable(account, password), network);
  }

  async #register({ account, password, email, origin }: AccountArgs<'register'>): Promise<RegisterAnswer> {
    const network = networkKey(origin.address);
    const wait = this.#registrations.waitSeconds(network);
    if (wait > 0) return refusedRegistration('throttled', wait);
    const prepared = preparedPassword(password);
    const problem = this.#problemOf({ account, prepared, email });
    if (problem !== null) return refusedRegistration(problem);
    const { confirm } = this.#options;
    const asked = confirm?.isAsked() === true;
    if (asked && email === null) return refusedRegistration('bad_email');
    if (this.store.find(account) !== undefined || this.store.ownerOf(account) !== undefined)
      return refusedRegistration('exists');
    this.#registrations.failed(network);
    try {
      const verifiers = await this.#credentials.make(prepared!, network);
      if (asked) {
        const made = { name: account, email, verifiers: null, network: null };
        const { name } = await this.adopt(made, (stored) => confirm!.begin(stored, verifiers, origin));
        return { kind: 'unconfirmed', account: name };
      }
      const made = { name: account, email, verifiers, network };
      const elsewhere = this.#elsewhere;
      const why = elsewhere === null ? null : ELSEWHERE[await elsewhere.register(made, prepared!, network)];
      if (why !== null) {
        if (why !== 'pending') this.#registrations.refund(network);
        return refusedRegistration(why);
      }
      const stored = elsewhere === null ? await this.adopt(made) : this.store.get(account);
      return { kind: 'success', login: loginOf(stored) };
    } catch (error) {
      this.#registrations.refund(network);
      const code = error instanceof SignalboxError ? error.code : null;
      if (code === 'conflict') return refusedRegistration('exists');
      if (code === 'limit_reached' && this.store.isFull) return refusedRegistration('full');
      return refusedRegistration('unavailable');
    }
  }

  /** A password as it is compared. Throws SignalboxError `bad_request` where it can be none of that account. */
  #usable(account: string, password: string): string {
    const prepared = preparedPassword(password);
    if (prepared === null) throw new SignalboxError('bad_request', 'That can be no password.');
    if (this.#isWeak(account, prepared))
      throw new SignalboxError('bad_request', 'The password is too short, or is the name of the account.');
    return prepared;
  }

  #isWeak(account: string, prepared: string): boolean {
    return [...prepared].length < this.#options.leastPassword() || fold(prepared) === fold(account);
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
    if (this.#isWeak(name, prepared)) return refusedPassword('weak');
    const old = preparedPassword(password);
    const proof = old === null ? refused('malformed', name) : await this.logins.prove(name, old, origin);
    if (typeof proof !== 'function') return refusedPassword(proof.why, proof.retrySeconds);
    try {
      const network = networkKey(origin.address);
      const outcome = await this.#setPassword(name, prepared, network, () => {
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

  /** Another password, wherever the account is. @param allowed whether it may be, asked within the write turn that begins it */
  async #setPassword(account: string, prepared: string, network: string, allowed = () => true) {
    const verifiers = await this.#credentials.make(prepared, network);
    const elsewhere = this.#elsewhere;
    if (elsewhere !== null)
      return await elsewhere.changePassword(account, prepared, verifiers, network, allowed);
    return await this.#writes.write(() => {
      if (!allowed()) return 'gone';
      this.store.setPassword(this.store.get(account), verifiers);
      return 'done';
    });
  }

  /** What an administrator asks for is held to the same rules, but to no rate. */
  async #create({ account, password, email }: AccountArgs<'create'>): Promise<AccountResult<'create'>> {
    const chosen = password ?? newPassword();
    const prepared = preparedPassword(chosen);
    const problem = this.#problemOf({ account, prepared, email });
    if (problem !== null) throw new SignalboxError('bad_request', CREATE_REFUSALS[problem]);
    const verifiers = await this.#credentials.make(prepared!, 'administrators');
    const made = { name: account, email, verifiers, network: null };
    const elsewhere = this.#elsewhere;
    if (elsewhere === null) await this.adopt(made);
    else {
      const why = ELSEWHERE[await elsewhere.register(made, prepared!, 'administrators')];
      if (why === 'pending') throw pending(`The account ${account} is made`);
      if (why === 'exists') throw new SignalboxError('conflict', `There is an account ${account} already.`);
      if (why !== null) throw new SignalboxError('bad_request', CREATE_REFUSALS[why]);
    }
    return { account, password: password === null ? chosen : null };
  }

  /** What is wrong with an account that is to be; null for nothing. */
  #problemOf({ account, prepared, email }: NewAccountWords): NewAccountProblem | null {
    if (!isValidNick(account, limits.accountNameLength.default)) return 'bad_name';
    if (prepared === null) return 'bad_password';
    if (this.#isWeak(account, prepared)) return 'weak';
    return email !== null && !isEmail(email) ? 'bad_email' : null;
  }

  async #resetPassword(account: string): Promise<{ account: string; password: string }> {
    const { name } = this.store.get(account);
    const password = newPassword();
    await this.setPassword(name, password, 'administrators');
    this.logins.accounts.reset(fold(name));
    return { account: name, password };
  }

  #resetGuessing(who: string): { reset: number } {
    const { accounts, addresses } = this.logins;
    if (who === '')
      return { reset: accounts.reset(null) + addresses.reset(null) + this.#registrations.reset(null) };
    const network = networkKey(who);
    return {
      reset: accounts.reset(fold(who)) + addresses.reset(network) + this.#registrations.reset(network),
    };
  }

  #tell(news: AccountNews): void {
    for (const listener of this.#listeners) listener(news);
  }
}

/**
 * Resolves behind the answers of the writes of one turn: who hears that an account has ended has heard before whom it let in.
 */
function answersOfThisTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Why somebody is refused by what came of asking elsewhere; null where nothing is in the way. */
const ELSEWHERE = {
  done: null,
  exists: 'exists',
  email: 'bad_email',
  refused: 'bad_name',
  delayed: 'pending',
} as const;

/** @param what will be so, in a sentence without its end */
function pending(what: string): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `The login service does not answer now. ${what} by itself when it does.`,
  );
}

const MOST_GUESSERS = 1_000;

/** What somebody asks for who wants an account; `prepared` is null for what can be no password. */
interface NewAccountWords {
  readonly account: string;
  readonly prepared: string | null;
  readonly email: string | null;
}

type NewAccountProblem = 'bad_name' | 'bad_password' | 'weak' | 'bad_email';

const CREATE_REFUSALS: Readonly<Record<NewAccountProblem, string>> = {
  bad_name: 'account: expected a name that could be a nick',
  bad_password: `password: expected at most ${limits.passwordBytes.default} bytes, without control characters`,
  weak: 'password: expected more characters, and not the name of the account',
  bad_email: 'email: expected an e-mail address',
};

function refusedRegistration(
  why: Extract<RegisterAnswer, { readonly kind: 'refused' }>['why'],
  retrySeconds = 0,
): RegisterAnswer {
  return { kind: 'refused', why, retrySeconds };
}

function refusedPassword(
  why: Extract<PasswordAnswer, { readonly kind: 'refused' }>['why'],
  retrySeconds = 0,
): PasswordAnswer {
  return { kind: 'refused', why, retrySeconds };
}

/** As it is compared; null for what cannot be one. */
export function preparedPassword(password: string): string | null {
  const prepared = saslprep(password);
  return prepared === null || Buffer.byteLength(prepared) > limits.passwordBytes.default ? null : prepared;
}

/** Something, one `@`, a domain; whether it exists is for the mail that is sent to it. */
export function isEmail(text: string): boolean {
  return Buffer.byteLength(text) <= limits.emailBytes.default && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text);
}

/** 93 bits. */
function newPassword(): string {
  return randomWord(16);
}

/** For the type of what asks. */
export type { LoginOrigin };
