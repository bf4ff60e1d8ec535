/**
 * How long a nick may be. The configuration says so, and the network may say less: a server of another make kills whoever has a
 * longer one than it holds. So all servers of a network keep to what the least of them holds, and say so to their clients.
 * Made by the server; links tell it when a server comes or goes.
 */
import { SHORT_NICK } from '../irc/p10/kinds.ts';
import { SERVICES_FLAG } from '../irc/p10/server-line.ts';
import { workPrices } from '../runtime/async/work-prices.ts';
import type { WorkSteps } from '../runtime/async/work-turns.ts';
import { noticeOpers } from './broadcast.ts';
import { sendSupport } from './client/support-lines.ts';
import type { CommandServer } from './command-server.ts';
import { limits } from './limits.ts';
import { NOTICE } from './notice-kinds.ts';
import type { Server } from './state/server.ts';

/** Longer nicks that a refusal names; of the others it says how many they are. */
const NAMED = 3;

/** Whether a server keeps the nicks of its whole network short. Services hold any, and never kill for their length. */
export function holdsShortNicks({ foreign, flags }: Pick<Server, 'foreign' | 'flags'>): boolean {
  return foreign && !flags.includes(SERVICES_FLAG);
}

export class NickLength {
  readonly #server: CommandServer;
  /** What clients were told last. */
  #told: number;

  constructor(server: CommandServer) {
    this.#server = server;
    this.#told = this.longest;
  }

  /** What every server of the network holds. */
  get held(): number {
    for (const server of this.#server.state.servers.values()) if (holdsShortNicks(server)) return SHORT_NICK;
    return limits.nickLength.default;
  }

  /** What a client of this server may take. */
  get longest(): number {
    return Math.min(this.held, this.#server.config.nick_length);
  }

  /** Who has a longer nick than some other kind of server holds, in words; null for nobody. */
  tooLong(most: number): string | null {
    const named: string[] = [];
    let count = 0;
    for (const { nick } of this.#server.state.users) {
      if (nick.length > most && ++count <= NAMED) named.push(nick);
    }
    if (count === 0) return null;
    const others = count > NAMED ? ` and ${count - NAMED} more` : '';
    return `nicks of more than ${most} characters are online: ${named.join(', ')}${others}`;
  }

  /** A server has come or gone, or the configuration is another one: clients hear of what holds now. */
  reconsider(): void {
    const { longest } = this;
    if (longest === this.#told) return;
    this.#told = longest;
    this.#server.refreshIsupport();
    noticeOpers(this.#server, NOTICE.links, `Nicks have at most ${longest} characters from now on`);
    this.#server.host.work.runSteps(this.#server.house, this.#tell());
  }

  /** Who took a long one before the news came is called otherwise: nobody is to be killed for it. */
  *#tell(): WorkSteps {
    const { host, state, accounts } = this.#server;
    for (const client of [...state.localClients]) {
      const { user } = client;
      if (user.gone || !user.registered) continue;
      sendSupport(client, [`NICKLEN=${this.#told}`]);
      if (user.nick.length > this.held)
        accounts.nicks.rename(
          client,
          user.nick,
          `nicks have at most ${this.held} characters on this network`,
        );
      if (host.work.spend(workPrices.row.ns + host.writeNs)) yield null;
    }
  }

  /**
   * Why a user of another server cannot stay, in words; null where the nick is held everywhere, or by all of our own kind: then their
   * server gives them another one, as soon as it has heard what holds.
   */
  refusalOf(nick: string, { foreign }: Server): string | null {
    if (nick.length <= SHORT_NICK) return null;
    const most = foreign ? this.held : limits.nickLength.default;
    return nick.length > most ? `Nicks have at most ${most} characters on this network` : null;
  }
}
