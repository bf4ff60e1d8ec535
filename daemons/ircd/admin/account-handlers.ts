/** The code of the admin commands about accounts: whoever knows the accounts is asked, and who is logged in is known here. */
import type { AccountRow } from '../../../contract/accounts.ts';
import { describeActor } from '../../../contract/link/actor.ts';
import { fold, sameName } from '../../irc/casemapping.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import type { IrcServer } from '../irc-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import { inTurns, type StepsWith } from '../work-steps.ts';
import type { accountCommands } from './account-commands.ts';
import { accountRow } from './rows.ts';

/** A handler for every command about accounts. Each rejects with `unavailable` while nobody can be asked. */
export function accountHandlers(server: IrcServer): CommandHandlers<typeof accountCommands> {
  const authority = () => server.accounts.authority;
  const online = () => inTurns(server.host, server.house, loggedIn(server));
  return {
    accounts: {
      run: async ({ text, limit }) => {
        const { rows } = await authority().ask('list', { text, limit });
        const users = await online();
        return { rows: rows.map((row) => accountRow(row, onlineOf(row, users))) };
      },
    },
    account: {
      run: async ({ account }) => {
        const { nickList, fingerprints, ...row } = await authority().ask('show', { account });
        const users = await online();
        return {
          ...accountRow(row, onlineOf(row, users)),
          suspendedReason: row.suspendedReason,
          suspendedBy: row.suspendedBy,
          suspendedAt: row.suspendedAt,
          lastFailureFrom: row.lastFailureFrom,
          lastFailureAt: row.lastFailureAt,
          sessions: (users.get(fold(row.account)) ?? [])
            .map(({ target, user }) => user.prefix || target)
            .join(' '),
          nickList: nickList.join(' '),
          fingerprints: fingerprints.join(' '),
        };
      },
    },
    'create-account': {
      run: ({ account, password, email }) =>
        authority().ask('create', {
          account,
          password: password === '' ? null : password,
          email: email === '' ? null : email,
        }),
    },
    'reset-password': {
      impact: ({ account }) =>
        `gives ${account} another password, so that its owner cannot log in with the old one`,
      run: ({ account }) => authority().ask('resetPassword', { account }),
    },
    'suspend-account': {
      impact: ({ account }) =>
        `logs out ${clientsOf(server, account)} and keeps ${account} from being logged in to`,
      run: ({ account, reason }, { actor }) =>
        authority().ask('suspend', { account, by: describeActor(actor), reason }),
    },
    'unsuspend-account': {
      run: ({ account }, { actor }) =>
        authority().ask('suspend', { account, by: describeActor(actor), reason: null }),
    },
    'drop-account': {
      impact: ({ account }) =>
        `logs out ${clientsOf(server, account)} and deletes ${account}${channelsOf(server, account)} for good`,
      run: ({ account }) => authority().ask('drop', { account }),
    },
    'login-failures': { run: () => authority().ask('guessers', {}) },
    'reset-login-failures': {
      run: async ({ who }) => ({ forgotten: (await authority().ask('resetGuessing', { who })).reset }),
    },
  };
}

type Online = ReadonlyMap<string, readonly LocalClient[]>;

function onlineOf({ account }: AccountRow, users: Online): number {
  return users.get(fold(account))?.length ?? 0;
}

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

/** What goes with an account; empty where that is nothing. */
function channelsOf(server: IrcServer, account: string): string {
  let channels = 0;
  for (const { founder } of server.accounts.channels.all()) if (sameName(founder, account)) channels++;
  return channels === 0 ? '' : ` with ${counted(channels, 'channel')}`;
}

function clientsOf(server: IrcServer, account: string): string {
  let clients = 0;
  const key = fold(account);
  for (const client of server.state.localClients)
    if (client.user.account !== null && fold(client.user.account) === key) clients++;
  return counted(clients, 'client');
}
