/** For tests: an authority in memory, with passwords in clear, that knows PLAIN and EXTERNAL. It can be away and answer late. */
import type {
  AccountArgs,
  AccountNews,
  AccountQuestion,
  AccountResult,
  LoggedIn,
  LoginAnswer,
} from '../../../contract/accounts.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import { fold, sameName } from '../../irc/casemapping.ts';
import type { AccountAuthority, AuthorityEvents } from './authority.ts';

interface KnownAccount {
  readonly name: string;
  password: string;
  suspended: { readonly reason: string; readonly by: string } | null;
  failures: LoggedIn['failures'];
  readonly prints: Set<string>;
  readonly nicks: Set<string>;
}

type LoginRefusal = Extract<LoginAnswer, { readonly kind: 'refused' }>;
type Answers = { [Name in AccountQuestion]: (args: AccountArgs<Name>) => AccountResult<Name> };

export class MemoryAuthority implements AccountAuthority {
  readonly configured = true;
  readonly asked: { readonly name: AccountQuestion; readonly args: unknown }[] = [];
  readonly accounts = new Map<string, KnownAccount>();
  /** What is answered instead of what is known. */
  override: Partial<Answers> = {};
  /** Answers wait for this. */
  delay: Promise<void> | null = null;
  closed = false;
  /** Nicks of one account. */
  mostNicks = 3;
  readonly #sessions = new Map<string, { readonly mechanism: string; readonly print: string | null }>();
  #present = true;
  #events: AuthorityEvents | null = null;

  /** @param accounts name -> password */
  constructor(accounts: Readonly<Record<string, string>> = {}) {
    for (const [name, password] of Object.entries(accounts)) this.#add(name, password);
  }

  get present(): boolean {
    return this.#present;
  }

  /** It comes or goes. */
  set present(present: boolean) {
    this.#present = present;
    this.#events?.onPresence();
  }

  async ask<Name extends AccountQuestion>(name: Name, args: AccountArgs<Name>): Promise<AccountResult<Name>> {
    this.asked.push({ name, args });
    if (this.delay !== null) await this.delay;
    if (!this.#present) throw new SignalboxError('unavailable', 'Whoever would answer is not there now.');
    const answer = (this.override[name] ?? this.#answers[name]) as Answers[Name];
    return answer(args);
  }

  listen(events: AuthorityEvents): void {
    this.#events = events;
  }

  tell(news: AccountNews): void {
    this.#events?.onNews(news);
  }

  close(): void {
    this.closed = true;
  }

  #add(name: string, password: string): KnownAccount {
    const account: KnownAccount = {
      name,
      password,
      suspended: null,
      failures: null,
      prints: new Set(),
      nicks: new Set([fold(name)]),
    };
    this.accounts.set(fold(name), account);
    return account;
  }

  #get(name: string): KnownAccount {
    const account = this.accounts.get(fold(name));
    if (account === undefined) throw new SignalboxError('not_found', `There is no account ${name}.`);
    return account;
  }

  #ownerOf(nick: string): KnownAccount | undefined {
    return [...this.accounts.values()].find(({ nicks }) => nicks.has(fold(nick)));
  }

  readonly #answers: Answers = {
    saslStart: ({ session, mechanism, origin }) => {
      this.#sessions.set(session, { mechanism, print: origin.fingerprint });
      return { kind: 'challenge', data: '' };
    },
    saslData: ({ session, data }) => {
      const { mechanism, print } = this.#sessions.get(session)!;
      this.#sessions.delete(session);
      if (!/^[A-Za-z0-9+/=]*$/.test(data)) return refused('malformed');
      const [, name = '', password] = Buffer.from(data, 'base64').toString().split('\0');
      const byPrint = [...this.accounts.values()].find(({ prints }) => print !== null && prints.has(print));
      const account = mechanism === 'EXTERNAL' ? byPrint : this.accounts.get(fold(name));
      if (account === undefined || (mechanism === 'PLAIN' && account.password !== password))
        return refused('credentials');
      if (account.suspended !== null) return refused('suspended');
      return { kind: 'success', login: { account: account.name, failures: account.failures } };
    },
    saslAbort: ({ session }) => {
      this.#sessions.delete(session);
      return {};
    },
    register: ({ account, password }) => {
      if (this.accounts.has(fold(account))) return { kind: 'refused', why: 'exists', retrySeconds: 0 };
      return { kind: 'success', login: { account: this.#add(account, password).name, failures: null } };
    },
    identify: ({ nick, password }) => {
      const owner = this.#ownerOf(nick);
      if (owner === undefined || owner.password !== password) return refused('credentials');
      if (owner.suspended !== null) return refused('suspended');
      return { kind: 'success', login: { account: owner.name, failures: owner.failures } };
    },
    changePassword: ({ account, password, next }) => {
      const found = this.#get(account);
      if (next.length < 8) return { kind: 'refused', why: 'weak', retrySeconds: 0 };
      if (found.password !== password) return { kind: 'refused', why: 'credentials', retrySeconds: 0 };
      found.password = next;
      return { kind: 'done' };
    },
    nickOwners: ({ nicks }) => ({ owners: nicks.map((nick) => this.#ownerOf(nick)?.name ?? null) }),
    groupNick: ({ account, nick, add }) => {
      const { name, nicks } = this.#get(account);
      const owner = this.#ownerOf(nick);
      if (add && owner !== undefined && owner.name !== name) return { outcome: 'taken' };
      if (!add && sameName(nick, name)) return { outcome: 'taken' };
      if (add && nicks.size >= this.mostNicks) return { outcome: 'full' };
      if (add) nicks.add(fold(nick));
      else if (!nicks.delete(fold(nick))) return { outcome: 'not_found' };
      this.tell({ kind: 'nick', account: name, nick, owned: add });
      return { outcome: 'done' };
    },
    certificate: ({ account, fingerprint, add }) => {
      const { prints } = this.#get(account);
      if (add) prints.add(fingerprint);
      return { outcome: add || prints.delete(fingerprint) ? 'done' : 'not_found' };
    },
    list: ({ text, limit }) => {
      const found = [...this.accounts.values()].filter(({ name }) => fold(name).includes(fold(text)));
      return { rows: found.slice(0, limit).map(rowOf), total: found.length };
    },
    show: ({ account }) => {
      const found = this.#get(account);
      return {
        ...rowOf(found),
        suspendedReason: found.suspended?.reason ?? null,
        suspendedBy: found.suspended?.by ?? null,
        suspendedAt: found.suspended === null ? null : 2_000,
        nickList: [...found.nicks],
        fingerprints: [...found.prints],
        lastFailureFrom: found.failures?.address ?? null,
        lastFailureAt: found.failures?.time ?? null,
      };
    },
    resetPassword: ({ account }) => {
      const found = this.#get(account);
      found.password = 'made-anew';
      return { account: found.name, password: found.password };
    },
    drop: ({ account }) => {
      const { name } = this.#get(account);
      this.accounts.delete(fold(name));
      this.tell({ kind: 'ended', account: name, why: 'dropped', reason: '' });
      return { account: name };
    },
    suspend: ({ account, by, reason }) => {
      const found = this.#get(account);
      if (reason === null && found.suspended === null)
        throw new SignalboxError('conflict', `The account ${found.name} is not suspended.`);
      found.suspended = reason === null ? null : { reason, by };
      if (reason !== null) this.tell({ kind: 'ended', account: found.name, why: 'suspended', reason });
      return { account: found.name };
    },
    guessers: () => ({
      rows: [{ who: '192.0.2.9', kind: 'address', failures: 7, waitSeconds: 8, lastAt: 3_000 }],
    }),
    resetGuessing: ({ who }) => ({ reset: who === '' || who === '192.0.2.9' ? 1 : 0 }),
  };
}

function refused(why: LoginRefusal['why']): LoginRefusal {
  return { kind: 'refused', why, account: null, retrySeconds: why === 'throttled' ? 8 : 0 };
}

function rowOf({ name, suspended, nicks, prints, failures }: KnownAccount) {
  return {
    account: name,
    createdAt: 1_000,
    lastLogin: null,
    email: null,
    suspended: suspended !== null,
    nicks: nicks.size,
    certificates: prints.size,
    failures: failures?.count ?? 0,
  };
}
