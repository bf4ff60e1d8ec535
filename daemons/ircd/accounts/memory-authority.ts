/** For tests: an authority in memory, with passwords in clear, that knows PLAIN and EXTERNAL. It can be away and answer late. */
import type {
  AccountArgs,
  AccountNews,
  AccountQuestion,
  AccountResult,
  ChannelRegistration,
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
  /** All but the reading of channels, which the server begins by itself. */
  readonly asked: { readonly name: AccountQuestion; readonly args: unknown }[] = [];
  readonly accounts = new Map<string, KnownAccount>();
  /** What is answered instead of what is known. */
  override: Partial<Answers> = {};
  /** Answers wait for this. */
  delay: Promise<void> | null = null;
  closed = false;
  readonly channels = new Map<string, ChannelRegistration>();
  /** Channels of all accounts. */
  mostChannels = 3;
  /** Nicks of one account. */
  mostNicks = 3;
  readonly #sessions = new Map<string, { readonly mechanism: string; readonly print: string | null }>();
  #present = true;
  #events: AuthorityEvents | null = null;

  /** @param accounts name -> password */
  constructor(accounts: Readonly<Record<string, string>> = {}) {
    for (const [name, password] of Object.entries(accounts)) this.add(name, password);
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
    if (name !== 'channels') this.asked.push({ name, args });
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

  /** By which new accounts are confirmed; null where they need not be. */
  code: string | null = null;

  /** Adds an account. */
  add(name: string, password: string): KnownAccount {
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

  #owned(channel: string, by: string | null): ChannelRegistration | 'not_found' | 'not_founder' {
    const found = this.channels.get(fold(channel));
    if (found === undefined) return 'not_found';
    return by === null || sameName(found.founder, by) ? found : 'not_founder';
  }

  /** Makes a channel somebody's, or changes whose it is. */
  own(registration: ChannelRegistration): { outcome: 'done' } {
    this.channels.set(fold(registration.channel), registration);
    this.tell({ kind: 'channel', registration });
    return { outcome: 'done' };
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
      if (this.code !== null) return { kind: 'unconfirmed', account };
      return { kind: 'success', login: { account: this.add(account, password).name, failures: null } };
    },
    confirm: ({ account, code }) => {
      if (code !== this.code) return refused('credentials');
      return { kind: 'success', login: { account: this.add(account, 'sesame').name, failures: null } };
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
    ended: ({ accounts }) => ({
      ended: accounts.flatMap((account): AccountResult<'ended'>['ended'] => {
        const found = this.accounts.get(fold(account));
        if (found === undefined) return [{ account, why: 'dropped' }];
        return found.suspended === null ? [] : [{ account, why: 'suspended' }];
      }),
    }),
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
    channels: ({ after }) => {
      const keys = [...this.channels.keys()].sort().filter((key) => key > after);
      // A channel a page, so that more than one is needed.
      const [key, another] = keys;
      const rows = key === undefined ? [] : [this.channels.get(key)!];
      return { rows, next: key === undefined || another === undefined ? null : key };
    },
    registerChannel: ({ channel, account, createdAt }) => {
      if (this.channels.has(fold(channel))) return { outcome: 'taken' };
      if (this.channels.size >= this.mostChannels) return { outcome: 'full' };
      const { name } = this.#get(account);
      return this.own({ channel, founder: name, createdAt, registeredAt: 4_000, access: [] });
    },
    dropChannel: ({ channel, by }) => {
      const found = this.#owned(channel, by);
      if (typeof found === 'string') return { outcome: found };
      this.channels.delete(fold(channel));
      this.tell({ kind: 'channelGone', channel: found.channel });
      return { outcome: 'done' };
    },
    setChannelAccess: ({ channel, by, account, level }) => {
      const own = by !== null && level === null && sameName(by, account);
      const found = this.#owned(channel, own ? null : by);
      if (typeof found === 'string') return { outcome: found };
      const known = this.accounts.get(fold(account));
      if (known === undefined) return { outcome: 'no_account' };
      if (sameName(found.founder, known.name)) return { outcome: 'founder' };
      const others = found.access.filter((entry) => entry.account !== known.name);
      if (level === null && others.length === found.access.length) return { outcome: 'no_access' };
      const access = level === null ? others : [...others, { account: known.name, level }];
      return this.own({ ...found, access });
    },
    transferChannel: ({ channel, by, account }) => {
      const found = this.#owned(channel, by);
      if (typeof found === 'string') return { outcome: found };
      const known = this.accounts.get(fold(account));
      if (known === undefined) return { outcome: 'no_account' };
      if (sameName(found.founder, known.name)) return { outcome: 'founder' };
      const others = found.access.filter((entry) => entry.account !== known.name);
      const access = [...others, { account: found.founder, level: 'op' as const }];
      return this.own({ ...found, founder: known.name, access });
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
    create: ({ account, password, email }) => {
      if (this.accounts.has(fold(account)))
        throw new SignalboxError('conflict', `There is an account ${account} already.`);
      if (email !== null && !email.includes('@'))
        throw new SignalboxError('bad_request', 'email: expected an e-mail address');
      this.add(account, password ?? 'made-anew');
      return { account, password: password === null ? 'made-anew' : null };
    },
    resetPassword: ({ account }) => {
      const found = this.#get(account);
      found.password = 'made-anew';
      return { account: found.name, password: found.password };
    },
    drop: ({ account }) => {
      const { name } = this.#get(account);
      this.accounts.delete(fold(name));
      for (const registration of [...this.channels.values()]) {
        const { channel, founder, access } = registration;
        if (founder === name) {
          this.channels.delete(fold(channel));
          this.tell({ kind: 'channelGone', channel });
        } else if (access.some((entry) => entry.account === name))
          this.own({ ...registration, access: access.filter((entry) => entry.account !== name) });
      }
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
    botLogin: () => ({ login: null }),
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
