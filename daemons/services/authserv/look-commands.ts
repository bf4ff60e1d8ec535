/** Commands of AuthServ that only tell. */
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { counted, isAccount, phrase, type Reply, said } from '../bots/reply.ts';
import type { AuthWorld } from './auth-world.ts';
import { namedAccount } from './operator-reach.ts';
import { FLAGS } from './operator-settings.ts';
import { mostLogins } from './settings.ts';
import { LOOKING_LEVEL } from './standing.ts';
import { isAway } from './unused-accounts.ts';

export function lookCommands(world: AuthWorld): CommandRow[] {
  return [accountInfo(world), userInfo(world), status(world)];
}

function accountInfo(world: AuthWorld): CommandRow {
  const { store, profiles, standing, view } = world;
  return {
    name: 'ACCOUNTINFO',
    needs: 'anybody',
    syntax: '[account or *nick]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: [
      'Tells of an account, of the one that somebody is logged in to (*nick), or of yours.',
      'Address, masks and certificates are shown to owners and operators only, notes to operators.',
    ],
    run({ user, words }) {
      const account = namedAccount(world, words[0] ?? `*${user.nick}`);
      if (!isAccount(account)) return [account];
      const { info, maxLogins, level, flags, epithet, vacationSince } = profiles.of(account);
      const lines: Reply[] = [
        said`Account ${account.name}`,
        said`Registered: ${dateOf(account.created)}`,
        said`Last login: ${account.last_login === null ? phrase('never') : dateOf(account.last_login)}`,
        said`Information: ${info ?? phrase('none')}`,
      ];
      if (epithet !== null) lines.push(said`Epithet: ${epithet}`);
      for (const letter of flags) lines.push(said`It ${phrase(FLAGS.get(letter) ?? letter)}.`);
      if (isAway(account, vacationSince)) lines.push('Its owner is away for longer.');
      if (account.suspended_reason !== null) lines.push('It is suspended.');
      const own = standing.accountOf(user)?.id === account.id;
      const operator = user.isOperator || (standing.levelOf(user) ?? 0) >= LOOKING_LEVEL;
      if (!own && !operator) return lines;
      if (level > 0) lines.push(said`Level: ${level}`);
      if (operator) lines.push(...operatorLines(world, account));
      const { fingerprints } = store.details(account.name);
      const clients = [...(view()?.loggedIn(account.name) ?? [])].map(({ nick }) => nick);
      return [
        ...lines,
        said`E-mail: ${account.email ?? phrase('none')}`,
        said`Logged in now: ${clients.length === 0 ? phrase('nobody') : clients.join(', ')} (up to ${mostLogins(maxLogins)})`,
        said`Host masks: ${profiles.masks(account).join(', ') || phrase('none, it may be used from anywhere')}`,
        said`Certificates: ${fingerprints.join(', ') || phrase('none')}`,
      ];
    },
  };
}

function operatorLines({ profiles, cookies }: AuthWorld, account: StoredAccount): Reply[] {
  const lines: Reply[] = [];
  if (account.suspended_reason !== null)
    lines.push(said`Suspended by ${account.suspended_by ?? 'somebody'}: ${account.suspended_reason}`);
  const cookie = cookies.of(account);
  if (cookie !== undefined) lines.push(said`A cookie is under way: ${cookie.kind.toUpperCase()}`);
  for (const [index, { by, at, text }] of profiles.notes(account).entries())
    lines.push(said`Note ${index + 1}, by ${by} on ${dateOf(at)}: ${text}`);
  return lines;
}

function userInfo({ standing, view }: AuthWorld): CommandRow {
  return {
    name: 'USERINFO',
    needs: 'anybody',
    syntax: '<nick>',
    least: 1,
    most: 1,
    effect: 'nothing',
    help: ['Tells which account somebody is logged in to.'],
    run({ words }) {
      const user = view()?.byNick(words[0]!);
      if (user === undefined) return [said`Nobody is called ${words[0]!.slice(0, 32)}.`];
      const account = standing.accountOf(user);
      if (account === null) return [said`${user.nick} is not logged in.`];
      return [said`${user.nick} is logged in to ${account.name}.`];
    },
  };
}

function status({ store, standing, view }: AuthWorld): CommandRow {
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
      const account = standing.accountOf(user);
      return [
        account === null ? 'You are not logged in.' : said`You are logged in to ${account.name}.`,
        said`${counted(store.count, 'account is', 'accounts are')} registered, ${counted(network?.users.size ?? 0, 'user is', 'users are')} on the network.`,
      ];
    },
  };
}

function dateOf(ms: number): string {
  return new Date(ms).toUTCString();
}
