/** Commands of AuthServ that only tell. */
import type { CommandRow } from '../bots/command-row.ts';
import type { AuthWorld } from './auth-world.ts';
import { mostLogins } from './own-commands.ts';

export function lookCommands(world: AuthWorld): CommandRow[] {
  return [accountInfo(world), status(world)];
}

function accountInfo({ store, profiles, view }: AuthWorld): CommandRow {
  return {
    name: 'ACCOUNTINFO',
    needs: 'anybody',
    syntax: '[account or *nick]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: [
      'Tells of an account, of the one that somebody is logged in to (*nick), or of yours.',
      'Address, masks and certificates are shown to owners and operators only.',
    ],
    run({ user, words }) {
      const [word] = words;
      const holder = word?.startsWith('*') === true ? view()?.byNick(word.slice(1)) : user;
      const name = word === undefined || word.startsWith('*') ? holder?.account : word;
      if (holder === undefined) return [`Nobody is called ${word!.slice(1, 33)}.`];
      if (name === null || name === undefined) return [`${holder.nick} is not logged in.`];
      const account = store.find(name);
      if (account === undefined) return [`There is no account ${name.slice(0, 64)}.`];
      const { info, maxLogins } = profiles.of(account);
      const clients = [...(view()?.loggedIn(account.name) ?? [])].map(({ nick }) => nick);
      const lines = [
        `Account ${account.name}`,
        `Registered: ${dateOf(account.created)}`,
        `Last login: ${account.last_login === null ? 'never' : dateOf(account.last_login)}`,
        `Information: ${info ?? 'none'}`,
      ];
      if (account.suspended_reason !== null) lines.push('It is suspended.');
      if (user.account !== account.name && !user.isOperator) return lines;
      const { fingerprints } = store.details(account.name);
      return [
        ...lines,
        `E-mail: ${account.email ?? 'none'}`,
        `Logged in now: ${clients.length === 0 ? 'nobody' : clients.join(', ')} (up to ${mostLogins(maxLogins)})`,
        `Host masks: ${profiles.masks(account).join(', ') || 'none, it may be used from anywhere'}`,
        `Certificates: ${fingerprints.join(', ') || 'none'}`,
      ];
    },
  };
}

function status({ store, view }: AuthWorld): CommandRow {
  return {
    name: 'STATUS',
    needs: 'anybody',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Tells whether you are logged in, and how many accounts there are.'],
    run({ user }) {
      const network = view();
      return [
        user.account === null ? 'You are not logged in.' : `You are logged in to ${user.account}.`,
        `${store.count} accounts are registered, ${network?.users.size ?? 0} users are on the network.`,
      ];
    },
  };
}

function dateOf(ms: number): string {
  return new Date(ms).toUTCString();
}
