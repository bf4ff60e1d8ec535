/** CHANNEL: channels that belong to an account. Whoever knows the accounts decides; who may read what is known here. */
import type { ChannelLevel, ChannelOutcome, ChannelRegistration } from '../../../contract/accounts.ts';
import { sameName } from '../../irc/casemapping.ts';
import { truncateUtf8 } from '../../irc/line-text.ts';
import { isValidChannelName, isValidNick } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import { accountsUnavailable } from './accounts-unavailable.ts';
import type { Command } from './command.ts';
import { joinedChannel } from './joined-channel.ts';

export const channel: Command = {
  name: 'CHANNEL',
  minParams: 1,
  penaltyLines: 1,
  help: [
    'CHANNEL REGISTER | DROP | INFO <channel>, CHANNEL TRANSFER <channel> <account>, CHANNEL LIST',
    'CHANNEL ACCESS <channel> [ADD <account> [OP|VOICE] | DEL <account>]',
    'Channels that belong to your account: they stay when nobody is on them, and you are their operator.',
    'ACCESS says who else is operator or has voice there by account.',
  ],
  steps(server, client, params) {
    const subcommand = (params[0] ?? '').toUpperCase();
    const { account } = client.user;
    if (!SUBCOMMANDS.includes(subcommand)) {
      const shown = replyParameter(truncateUtf8(params[0] ?? '', 64));
      client.fail('CHANNEL', 'UNKNOWN_SUBCOMMAND', shown, `Expected ${SUBCOMMANDS.join(', ')}`);
      return null;
    }
    if (account === null && subcommand !== 'INFO') {
      client.fail('CHANNEL', 'ACCOUNT_REQUIRED', '', 'Log in to your account first');
      return null;
    }
    if (subcommand === 'LIST') return list(server, client, account!);
    const name = params[1] ?? '';
    if (!isValidChannelName(name, limits.channelNameBytes.default)) {
      client.reply(N.ERR_BADCHANMASK, replyParameter(name));
      return null;
    }
    if (subcommand === 'INFO') info(server, client, name);
    else if (subcommand === 'REGISTER') register(server, client, name, account!);
    else if (subcommand === 'DROP')
      change(server, client, name, 'DROPPED', 'It belongs to nobody from now on', () =>
        server.accounts.authority.ask('dropChannel', { channel: name, by: account }),
      );
    else if (subcommand === 'TRANSFER') transfer(server, client, name, account!, params[2] ?? '');
    else access(server, client, name, account!, params.slice(2));
    return null;
  },
};

const SUBCOMMANDS: readonly string[] = ['REGISTER', 'DROP', 'INFO', 'ACCESS', 'TRANSFER', 'LIST'];

/** Only its operator can make a channel theirs. */
function register(server: CommandServer, client: LocalClient, name: string, account: string): void {
  const membership = joinedChannel(server, client, name);
  if (membership === null) return;
  if (!membership.isOp) {
    client.reply(N.ERR_CHANOPRIVSNEEDED, membership.channel.name);
    return;
  }
  const { name: full, createdMs: createdAt } = membership.channel;
  change(server, client, full, 'REGISTERED', `It belongs to your account ${account} from now on`, () =>
    server.accounts.authority.ask('registerChannel', { channel: full, account, createdAt }),
  );
}

function transfer(
  server: CommandServer,
  client: LocalClient,
  name: string,
  by: string,
  account: string,
): void {
  if (!mayBeAccount(client, account)) return;
  change(server, client, name, 'TRANSFERRED', `It belongs to ${account} from now on`, () =>
    server.accounts.authority.ask('transferChannel', { channel: name, by, account }),
  );
}

function access(
  server: CommandServer,
  client: LocalClient,
  name: string,
  by: string,
  [verb = 'LIST', account = '', given = 'OP']: readonly string[],
): void {
  const wanted = verb.toUpperCase();
  if (wanted === 'LIST') {
    listAccess(server, client, name, by);
    return;
  }
  const level = levelOf(given);
  if ((wanted !== 'ADD' && wanted !== 'DEL') || level === null) {
    const shown = replyParameter(truncateUtf8(level === null ? given : verb, 64));
    client.fail('CHANNEL', 'UNKNOWN_SUBCOMMAND', shown, 'Expected ADD <account> [OP|VOICE] or DEL <account>');
    return;
  }
  if (!mayBeAccount(client, account)) return;
  const [code, text] =
    wanted === 'DEL'
      ? ['REMOVED', `${account} has no access any more`]
      : ['ADDED', `${account} has ${level === 'op' ? 'operator status' : 'voice'} there from now on`];
  const args = { channel: name, by, account, level: wanted === 'ADD' ? level : null };
  change(server, client, name, code, text, () => server.accounts.authority.ask('setChannelAccess', args));
}

function levelOf(text: string): ChannelLevel | null {
  const level = text.toLowerCase();
  return level === 'op' || level === 'voice' ? level : null;
}

/** What is no name of an account is answered like one that there is not. */
function mayBeAccount(client: LocalClient, account: string): boolean {
  if (isValidNick(account, limits.nickLength.default)) return true;
  const shown = replyParameter(truncateUtf8(account === '' ? '*' : account, limits.nickLength.default));
  client.fail('CHANNEL', 'NO_SUCH_ACCOUNT', shown, REFUSALS.no_account.text);
  return false;
}

function change(
  server: CommandServer,
  client: LocalClient,
  name: string,
  code: string,
  text: string,
  ask: () => Promise<{ outcome: ChannelOutcome }>,
): void {
  server.defer(
    client,
    ask(),
    ({ outcome }) => {
      if (outcome !== 'done') {
        client.fail('CHANNEL', REFUSALS[outcome].code, name, REFUSALS[outcome].text);
        return;
      }
      server.host.log(
        'info',
        'channel_owner',
        `${client.target} (${client.user.account}): CHANNEL ${code} ${name}`,
        {
          channel: name,
          account: client.user.account,
        },
      );
      client.note('CHANNEL', code, name, text);
    },
    (error) => accountsUnavailable(server, client, 'CHANNEL', error),
  );
}

const REFUSALS = {
  taken: { code: 'ALREADY_REGISTERED', text: 'It belongs to an account already' },
  not_found: { code: 'NOT_REGISTERED', text: 'It belongs to nobody' },
  not_founder: { code: 'ACCESS_DENIED', text: 'It belongs to another account' },
  no_account: { code: 'NO_SUCH_ACCOUNT', text: 'There is no such account' },
  founder: { code: 'IS_FOUNDER', text: 'It belongs to that account' },
  no_access: { code: 'NO_ACCESS', text: 'That account has no access there' },
  full: { code: 'LIMIT_REACHED', text: 'There are as many as may be; remove another one first' },
} as const satisfies Record<Exclude<ChannelOutcome, 'done'>, { code: string; text: string }>;

/** Whoever may know of the channel may know whose it is. */
function info(server: CommandServer, client: LocalClient, name: string): void {
  const found = server.accounts.channels.of(name);
  const now = server.state.findChannel(name);
  const hidden =
    now !== undefined && !now.isPublic && !client.user.memberships.has(now) && !maySee(client, found);
  if (found === null || hidden) {
    if (found === null && !server.accounts.channels.known)
      accountsUnavailable(server, client, 'CHANNEL', null);
    else client.fail('CHANNEL', REFUSALS.not_found.code, name, REFUSALS.not_found.text);
    return;
  }
  const since = new Date(found.registeredAt).toUTCString();
  client.note(
    'CHANNEL',
    'FOUNDER',
    `${found.channel} ${found.founder}`,
    `It belongs to ${found.founder} since ${since}`,
  );
}

function maySee(client: LocalClient, found: ChannelRegistration | null): boolean {
  const { account } = client.user;
  if (client.can('auspex')) return true;
  if (account === null || found === null) return false;
  return sameName(found.founder, account) || found.access.some((entry) => sameName(entry.account, account));
}

function listAccess(server: CommandServer, client: LocalClient, name: string, account: string): void {
  const found = server.accounts.channels.of(name);
  if (found === null) {
    if (server.accounts.channels.known)
      client.fail('CHANNEL', REFUSALS.not_found.code, name, REFUSALS.not_found.text);
    else accountsUnavailable(server, client, 'CHANNEL', null);
    return;
  }
  if (!maySee(client, found)) {
    client.fail('CHANNEL', 'ACCESS_DENIED', name, `${account} has no access there`);
    return;
  }
  client.note('CHANNEL', 'FOUNDER', `${found.channel} ${found.founder}`, 'It belongs to this account');
  for (const entry of found.access)
    client.note(
      'CHANNEL',
      entry.level.toUpperCase(),
      `${found.channel} ${entry.account}`,
      entry.level === 'op' ? 'Operator by account' : 'Voice by account',
    );
  const count = found.access.length;
  client.note(
    'CHANNEL',
    'END',
    found.channel,
    `${count} ${count === 1 ? 'account has' : 'accounts have'} access`,
  );
}

/** The channels of an account, and those on which it has access. */
function* list(server: CommandServer, client: LocalClient, account: string): WorkSteps {
  let found = 0;
  for (const registration of server.accounts.channels.all()) {
    const founder = sameName(registration.founder, account);
    const bits = server.accounts.channels.statusOf(registration.channel, account) ?? 0;
    if (founder || bits !== 0) {
      found++;
      client.note(
        'CHANNEL',
        'CHANNEL',
        registration.channel,
        founder ? 'It belongs to your account' : `It belongs to ${registration.founder}, and you have access`,
      );
    }
    if (!server.host.work.spend(workPrices.skipped.ns)) continue;
    yield null;
    if (client.user.gone) return;
  }
  client.note('CHANNEL', 'END', '', `${found} ${found === 1 ? 'channel' : 'channels'}`);
}
