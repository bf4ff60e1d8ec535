/** The accounts that the admin commands are about, as the IRC server knows them: it asks whoever keeps them, and knows its clients. */
import type { accountCommands } from '../../../contract/account-commands.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import { accountAdministration } from '../../../kit/account-administration.ts';
import { fold, sameName } from '../../irc/casemapping.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import type { IrcServer } from '../irc-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import { inTurns, rest, type StepsWith } from '../work-steps.ts';

/** A handler for every command about accounts. Each rejects with `unavailable` while nobody can be asked. */
export function accountHandlers(server: IrcServer): CommandHandlers<typeof accountCommands> {
  const online = () => inTurns(server.host, server.house, loggedIn(server));
  return accountAdministration({
    ask: (name, args) => server.accounts.authority.ask(name, args),
    loggedIn: async () => {
      const clients = await online();
      return (account) => (clients.get(fold(account)) ?? []).map(({ target, user }) => user.prefix || target);
    },
    clientsOf: (account) => {
      let clients = 0;
      for (const { user } of server.state.localClients)
        if (user.account !== null && sameName(user.account, account)) clients++;
      return clients;
    },
    channelsOf: (account) => {
      let channels = 0;
      for (const { founder } of server.accounts.channels.all()) if (sameName(founder, account)) channels++;
      return channels;
    },
    timelines: server.accounts.timelines,
    sessionOf: (nick) => {
      const client = server.state.findUser(nick)?.local ?? null;
      if (client === null)
        throw new SignalboxError('not_found', `No client of this server is called ${nick}.`);
      return `${client.connection.id}`;
    },
    elsewhere: async (nick) => {
      const { authority } = server.accounts;
      const client = server.state.findUser(nick)?.local ?? null;
      if (client === null || authority.where === undefined || !authority.present) return null;
      // Services of another make tell nothing of that, nor do those of another Signalbox.
      const { login } = await authority.ask('botLogin', { nick }).catch(() => ({ login: null }));
      const { connectedAtMs } = client.connection;
      return login === null ? null : { login, where: authority.where, connectedAtMs };
    },
    logOut: (account) => inTurns(server.host, server.house, logOut(server, account)),
  });
}

type Online = ReadonlyMap<string, readonly LocalClient[]>;

/** Who is logged in to which account, by its folded name. */
function* loggedIn(server: IrcServer): StepsWith<Online> {
  const found = new Map<string, LocalClient[]>();
  for (const client of [...server.state.localClients]) {
    if (server.host.work.spend(workPrices.skipped.ns)) yield null;
    if (client.user.account === null || client.user.gone) continue;
    const key = fold(client.user.account);
    const others = found.get(key);
    if (others === undefined) found.set(key, [client]);
    else others.push(client);
  }
  return found;
}

/** Logs clients of this server out; answers how many. */
function* logOut(server: IrcServer, account: string): StepsWith<number> {
  let count = 0;
  for (const client of (yield* loggedIn(server)).get(fold(account)) ?? []) {
    const { user } = client;
    if (user.gone || user.account === null || !sameName(user.account, account)) continue;
    client.notice('*** An administrator has logged you out of your account');
    yield* rest(server.accounts.logOut(client));
    count++;
  }
  return count;
}
