/**
 * Accounts as the protocol has them: which capabilities are offered, who is logged in to what, and what everybody hears of it.
 * Commands ask here; what an account is, the {@link AccountAuthority} knows.
 */
import type { AccountNews, LoggedIn, LoginOrigin } from '../../../contract/accounts.ts';
import { MOST_NICKS } from '../../../contract/accounts.ts';
import { MOST_ACCOUNTS } from '../../../contract/messages.ts';
import { systemClock } from '../../../kit/clock.ts';
import { LoginTimelines } from '../../../kit/login-timelines.ts';
import { sameName } from '../../irc/casemapping.ts';
import { ALL_STATUS } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { setAccount } from '../actions/account.ts';
import { tellOffer } from '../actions/offer.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { HistoryDisk } from '../history/history-disk.ts';
import type { LocalClient } from '../state/local-client.ts';
import { rest } from '../work-steps.ts';
import type { AccountCounts, Accounts } from './accounts.ts';
import { type AccountAuthority, mechanismsOf } from './authority.ts';
import { ChannelOwners } from './channel-owners.ts';
import { NickGuard } from './nick-guard.ts';
import { SaslSessions } from './sasl-sessions.ts';

/** What is offered, by name, with the value that clients of version 302 read. */
type Offer = ReadonlyMap<string, string>;

/** The capabilities that come and go, by their bits. */
const OF_ACCOUNTS: ReadonlyMap<number, string> = new Map([
  [CAP.accountNotify, 'account-notify'],
  [CAP.accountTag, 'account-tag'],
  [CAP.sasl, 'sasl'],
  [CAP.accountRegistration, 'draft/account-registration'],
]);

/** The server's side of accounts. */
export class AccountDesk implements Accounts {
  readonly sessions = new SaslSessions();
  readonly counts: AccountCounts = { logins: 0, failures: 0, registrations: 0 };
  readonly timelines: LoginTimelines;
  readonly nicks: NickGuard;
  readonly channels: ChannelOwners;
  readonly #server: CommandServer;
  #authority: AccountAuthority;
  /** What was offered last of what comes and goes. */
  #offer: Offer;
  /** The accounts to which clients logged in by the authority, and not by the word of a server. */
  #proven = new WeakMap<LocalClient, string>();

  constructor(server: CommandServer, authority: AccountAuthority) {
    this.#server = server;
    this.#authority = authority;
    this.timelines = new LoginTimelines({
      clock: systemClock,
      most: () => server.config.accounts.login_timelines,
      where: 'ircd',
    });
    this.nicks = new NickGuard(server);
    this.channels = new ChannelOwners(server, () => this.#authority);
    this.#offer = this.#offered();
    this.#listen();
    this.#readChannels();
  }

  get authority(): AccountAuthority {
    return this.#authority;
  }

  /** Asks another one from here on. Whoever is logged in stays so. */
  use(authority: AccountAuthority): void {
    const before = this.#authority;
    this.#authority = authority;
    this.#proven = new WeakMap();
    this.#listen();
    before.close();
    this.channels.forget();
    this.reconsider();
    this.#readChannels();
  }

  offers(bit: number): boolean {
    const name = OF_ACCOUNTS.get(bit);
    return name === undefined || this.#offered().has(name);
  }

  valueOf(name: string): string {
    return this.#offered().get(name) ?? '';
  }

  /** Who can be asked, or the configuration, is another one. */
  reconsider(): void {
    this.#server.host.tableChanged('accounts');
    this.reoffer();
    this.nicks.reconsider();
  }

  /** Tells clients what is offered now and was not before, and takes back what is no longer (IRCv3 cap-notify). */
  reoffer(): void {
    const before = this.#offer;
    const now = this.#offered();
    this.#offer = now;
    const gone = [...before.keys()].filter((name) => !now.has(name));
    const fresh = [...now].filter(([name, value]) => before.get(name) !== value);
    if (gone.length === 0 && fresh.length === 0) return;
    const { host, house } = this.#server;
    const names = fresh.map(([name]) => name).filter((name) => !before.has(name));
    const values = fresh.map(([name, value]) => (value === '' ? name : `${name}=${value}`));
    host.work.runSteps(house, tellOffer(this.#server, { gone, names, values }));
  }

  originOf({ connection }: LocalClient): LoginOrigin {
    return { address: connection.remoteAddress, fingerprint: connection.tls?.fingerprint ?? null };
  }

  logIn(client: LocalClient, { account, failures, since = 0 }: LoggedIn): WorkSteps | null {
    this.tell(client, account);
    if (failures !== null) {
      const when = new Date(failures.time).toUTCString();
      client.notice(
        `*** ${failures.count} failed ${failures.count === 1 ? 'login' : 'logins'} to ${account} since you were last logged in; the last one was from ${failures.address}, ${when}`,
      );
    }
    if (this.#authority.loginOnly === true) this.#proven.delete(client);
    else this.#proven.set(client, account);
    return setAccount(this.#server, client.user, account, this.#server.state.me, since);
  }

  logOut(client: LocalClient): WorkSteps | null {
    this.tell(client, null);
    return setAccount(this.#server, client.user, null);
  }

  /** Tells a client which account it has from now on, whoever said so (IRCv3 sasl-3.1: `RPL_LOGGEDIN`, `RPL_LOGGEDOUT`). */
  tell(client: LocalClient, account: string | null): void {
    const prefix = prefixOf(client);
    if (account === null) client.replyRaw(N.RPL_LOGGEDOUT, `${prefix} :You are now logged out`);
    else client.replyRaw(N.RPL_LOGGEDIN, `${prefix} ${account} :You are now logged in as ${account}`);
    this.#server.host.tableChanged('accounts');
  }

  #offered(): Offer {
    const offer = new Map<string, string>();
    if (this.#authority.configured) {
      offer.set('account-notify', '');
      offer.set('account-tag', '');
    }
    if (!this.#authority.present) return offer;
    offer.set('sasl', mechanismsOf(this.#authority).join(','));
    const { registration, before_connect, email_required } = this.#server.config.accounts;
    if (registration === 'open' && this.#authority.loginOnly !== true) {
      const values = [before_connect && 'before-connect', email_required && 'email-required'];
      offer.set('draft/account-registration', values.filter(Boolean).join(','));
    }
    return offer;
  }

  #listen(): void {
    const heard = this.#authority;
    heard.listen({
      onPresence: () => {
        if (this.#authority !== heard) return;
        this.reconsider();
        this.#readChannels();
        if (!heard.present || heard.loginOnly === true) return;
        this.#server.host.work.runSteps(this.#server.house, this.#askWhoEnded());
        void this.reviewHistory();
      },
      onNews: (news) => {
        if (this.#authority === heard) this.#hear(news);
      },
    });
  }

  /** Whoever knows nothing but logins knows of no channels: what is known of them stays. */
  #readChannels(): void {
    const { present, loginOnly } = this.#authority;
    if (present && !(loginOnly === true && this.channels.known)) this.channels.read();
  }

  #hear(news: AccountNews): void {
    const { host, house } = this.#server;
    host.tableChanged('accounts');
    if (news.kind === 'ended') host.work.runSteps(house, this.#end(news.account, news.why, news.reason));
    else if (news.kind === 'guessed')
      host.work.runSteps(house, this.#tellOwner(news.account, news.address, news.count));
    else if (news.kind === 'nick') this.nicks.ownerChanged(news.nick);
    else if (news.kind === 'mechanisms') this.reoffer();
    else this.channels.hear(news);
  }

  /** Accounts may have ended while nobody could tell. */
  *#askWhoEnded(): WorkSteps {
    const { host, state } = this.#server;
    const accounts = new Set<string>();
    for (const client of [...state.localClients]) {
      const account = this.#proven.get(client);
      if (account !== undefined && account === client.user.account) accounts.add(account);
      if (host.work.spend(workPrices.skipped.ns)) yield null;
    }
    const all = [...accounts];
    const asked = this.#authority;
    for (let from = 0; from < all.length; from += MOST_NICKS)
      asked.ask('ended', { accounts: all.slice(from, from + MOST_NICKS) }).then(
        ({ ended }) => {
          if (this.#authority !== asked) return;
          for (const { account, why } of ended) this.#hear({ kind: 'ended', account, why, reason: '' });
        },
        // Asked again once somebody can be asked.
        () => {},
      );
  }

  /**
   * Forgets on disk what was said and read by accounts, and what they said of themselves, that were dropped while this server could not be told, before somebody else takes
   * their names. Called when accounts can be asked, and once it is known what is on disk.
   */
  async reviewHistory(): Promise<void> {
    const { accountMetadata, history, host, house, markers } = this.#server;
    const asked = this.#authority;
    if (!asked.present || asked.loginOnly === true) return;
    const here = new Set([...markers.names, ...accountMetadata.names]);
    for await (const accounts of keptAccounts([...here], history?.disk ?? null)) {
      const answer = await asked.ask('ended', { accounts: [...accounts] }).catch(() => null);
      if (answer === null || this.#authority !== asked) return;
      for (const { account, why } of answer.ended)
        if (why === 'dropped') host.work.runSteps(house, this.#forgetStatus(account));
    }
  }

  *#end(account: string, why: string, reason: string): WorkSteps {
    if (why === 'dropped') yield* this.#forgetStatus(account);
    const text =
      why === 'dropped' ? `The account ${account} was dropped` : `The account ${account} was suspended`;
    for (const client of yield* this.#clientsOf(account)) {
      if (client.user.gone || client.user.account === null || !sameName(client.user.account, account))
        continue;
      client.notice(`*** ${text}${reason === '' ? '' : `: ${reason}`}`);
      yield* rest(this.logOut(client));
    }
    // What somebody has said by the account until they were logged out.
    if (why === 'dropped') this.#forgetKept(account);
  }

  /** Whoever takes the name of a dropped account later is another: what it was before a restart it is no longer. */
  *#forgetStatus(account: string): WorkSteps {
    const { host, keeper, state } = this.#server;
    this.#forgetKept(account);
    for (const channel of [...state.channels.values()]) {
      if (channel.restored?.revoke(account, ALL_STATUS) === true) keeper?.changed(channel);
      channel.history?.forgetAccount(account);
      if (host.work.spend(workPrices.skipped.ns)) yield null;
    }
  }

  /** What is kept of an account by its name. */
  #forgetKept(account: string): void {
    const { accountMetadata, history, markers } = this.#server;
    history?.forgetAccount(account);
    markers.forgetAccount(account);
    accountMetadata.forgetAccount(account);
  }

  *#tellOwner(account: string, address: string, count: number): WorkSteps {
    for (const client of yield* this.#clientsOf(account)) {
      if (client.user.gone) continue;
      client.notice(
        `*** Somebody at ${address} failed to log in to your account ${account} (${count} failed so far)`,
      );
    }
  }

  /** Those who are logged in to an account. */
  *#clientsOf(account: string): Generator<null, LocalClient[], void> {
    const { host, state } = this.#server;
    const found: LocalClient[] = [];
    for (const client of [...state.localClients]) {
      if (client.user.account !== null && sameName(client.user.account, account)) found.push(client);
      if (host.work.spend(workPrices.skipped.ns)) yield null;
    }
    return found;
  }
}

/** Folded accounts of which something outlives a restart, as many as may be asked for at once. */
async function* keptAccounts(
  here: readonly string[],
  disk: HistoryDisk | null,
): AsyncGenerator<readonly string[]> {
  for (let from = 0; from < here.length; from += MOST_ACCOUNTS) yield here.slice(from, from + MOST_ACCOUNTS);
  if (disk !== null) yield* disk.accounts();
}

/** `nick!user@host`, with `*` for what is not known before registration. */
function prefixOf({ user: { nick, username, host } }: LocalClient): string {
  return `${nick || '*'}!${username || '*'}@${host}`;
}
