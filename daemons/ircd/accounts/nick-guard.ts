/**
 * Registered nicks belong to their accounts. Whoever takes one and is not logged in to its account is told, and called Guest… after
 * a while; where nicks are refused, nobody gets one in the first place. Nothing here waits for whoever knows the accounts: who
 * cannot be told whose a nick is keeps it until that is known.
 */
import { randomInt } from 'node:crypto';
import { fold, sameName } from '../../irc/casemapping.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { changeNick } from '../actions/nick.ts';
import type { CommandServer } from '../command-server.ts';
import type { IrcdConfig } from '../config.ts';
import type { LocalClient } from '../state/local-client.ts';
import { freeChannelsOf, leaveAll } from '../work-steps.ts';
import type { NickProtection } from './accounts.ts';
import { NickOwners } from './nick-owners.ts';

/** Somebody who was told to leave a nick. */
interface Claim {
  /** Folded. */
  readonly nick: string;
  readonly timer: NodeJS.Timeout;
}

/** Looks after the nicks of clients of this server. */
export class NickGuard implements NickProtection {
  readonly #server: CommandServer;
  readonly #owners: NickOwners;
  readonly #claims = new Map<LocalClient, Claim>();
  #mode: IrcdConfig['accounts']['nick_protection'] = 'off';

  constructor(server: CommandServer) {
    this.#server = server;
    this.#owners = new NickOwners(() => server.accounts.authority);
    this.#mode = server.config.accounts.nick_protection;
  }

  /** How many were told to leave their nick. */
  get claims(): number {
    return this.#claims.size;
  }

  strangerTo(client: LocalClient, nick: string): Promise<string | null> | null {
    const { user } = client;
    const own = user.account !== null && sameName(user.account, nick);
    if (this.#mode !== 'refuse' || own || (user.registered && sameName(user.nick, nick))) return null;
    if (!this.#server.accounts.authority.present) return null;
    return this.#owners.inTime(nick).then((owner) => (isTheirs(client, owner) ? null : owner));
  }

  check(client: LocalClient): void {
    const { user } = client;
    if (this.#mode === 'off' || !user.registered || user.gone) return;
    if (user.account !== null && sameName(user.account, user.nick)) {
      this.forget(client);
      return;
    }
    if (!this.#server.accounts.authority.present) return;
    const { nick } = user;
    this.#owners.of(nick).then(
      (owner) => this.#learned(client, nick, owner),
      // Asked again once somebody can be asked.
      () => {},
    );
  }

  forget(client: LocalClient): void {
    const claim = this.#claims.get(client);
    if (claim === undefined) return;
    clearTimeout(claim.timer);
    this.#claims.delete(client);
  }

  /** Looks at everybody: somebody can be asked again, or the setting is another one. */
  reconsider(): void {
    this.#mode = this.#server.config.accounts.nick_protection;
    const { host, house } = this.#server;
    if (this.#mode === 'off') for (const client of [...this.#claims.keys()]) this.forget(client);
    else if (this.#server.accounts.authority.present) host.work.runSteps(house, this.#checkAll());
  }

  /** A nick belongs to somebody else than before. */
  ownerChanged(nick: string): void {
    const local = this.#server.state.findUser(nick)?.local ?? null;
    if (local !== null) this.check(local);
  }

  *#checkAll(): WorkSteps {
    const { host, state } = this.#server;
    for (const client of [...state.localClients]) {
      this.check(client);
      if (host.work.spend(workPrices.skipped.ns)) yield null;
    }
  }

  #learned(client: LocalClient, nick: string, owner: string | null): void {
    const { user } = client;
    if (user.gone || !sameName(user.nick, nick) || this.#mode === 'off') return;
    const key = fold(nick);
    if (owner === null || isTheirs(client, owner)) {
      this.forget(client);
      return;
    }
    if (this.#claims.get(client)?.nick === key) return;
    this.forget(client);
    const seconds = this.#server.tuning.get('nick_seconds');
    this.#claims.set(client, { nick: key, timer: setTimeout(() => this.#due(client, nick), seconds * 1000) });
    client.notice(
      `*** The nick ${nick} belongs to the account ${owner}. Log in to it or take another nick: in ${seconds} seconds you will be given one`,
    );
  }

  /** Asks once more: the nick may have been given up, or somebody logged in elsewhere has given it to their account. */
  #due(client: LocalClient, nick: string): void {
    this.#claims.delete(client);
    const { user } = client;
    if (user.gone || !sameName(user.nick, nick)) return;
    this.#owners.of(nick).then(
      (owner) => {
        if (owner === null || this.#mode === 'off' || isTheirs(client, owner)) return;
        this.rename(client, nick, `the nick ${nick} belongs to the account ${owner}`);
      },
      () => {},
    );
  }

  rename(client: LocalClient, nick: string, why: string): void {
    this.#server.host.work.runSteps(client.connection.work, this.#renamed(client, nick, why));
  }

  *#renamed(client: LocalClient, nick: string, why: string): WorkSteps {
    const server = this.#server;
    const gates = yield* freeChannelsOf(server.host, client.user);
    try {
      if (client.user.gone || !sameName(client.user.nick, nick)) return;
      const guest = guestNick(server);
      client.notice(`*** You are called ${guest} from now on: ${why}`);
      yield* changeNick(server, client.user, guest, Date.now(), gates);
    } finally {
      leaveAll(server.host, gates);
    }
  }
}

/** Whether a client is logged in to the account that owns a nick; also where nobody does. */
function isTheirs({ user }: LocalClient, owner: string | null): boolean {
  return owner === null || (user.account !== null && sameName(user.account, owner));
}

/** One that nobody holds. */
function guestNick({ state }: CommandServer): string {
  for (;;) {
    const nick = `Guest${randomInt(100_000, 1_000_000)}`;
    if (state.nickHolder(nick) === undefined) return nick;
  }
}
