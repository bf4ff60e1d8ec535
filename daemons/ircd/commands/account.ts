/** ACCOUNT: what the owner of an account does with it: its nicks, its password, and who is logged in to it. */
import type { PasswordAnswer } from '../../../contract/accounts.ts';
import { sameName } from '../../irc/casemapping.ts';
import { truncateUtf8 } from '../../irc/line-text.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import { accountsUnavailable, passwordRefused } from './accounts-unavailable.ts';
import type { Command } from './command.ts';

export const account: Command = {
  name: 'ACCOUNT',
  minParams: 1,
  penaltyLines: 1,
  help: [
    'ACCOUNT NICKS | GROUP | UNGROUP <nick> | SESSIONS | PASSWORD <old> <new>',
    'Shows the nicks of your account, gives it the one that you have now, or takes one from it.',
    'Shows who is logged in to it, or gives it another password; GHOST ends sessions.',
  ],
  steps(server, client, params) {
    const { account: own } = client.user;
    if (own === null) {
      client.fail('ACCOUNT', 'ACCOUNT_REQUIRED', '', 'Log in to your account first');
      return null;
    }
    const [subcommand = '', first = '', second = ''] = params;
    switch (subcommand.toUpperCase()) {
      case 'NICKS':
        listNicks(server, client, own);
        return null;
      case 'GROUP':
        changeNicks(server, client, own, client.user.nick, true);
        return null;
      case 'UNGROUP':
        changeNicks(server, client, own, first, false);
        return null;
      case 'SESSIONS':
        return listSessions(server, client, own);
      case 'PASSWORD':
        changePassword(server, client, own, first, second);
        return null;
      default:
        client.fail(
          'ACCOUNT',
          'UNKNOWN_SUBCOMMAND',
          replyParameter(truncateUtf8(subcommand, 64)),
          'Expected NICKS, GROUP, UNGROUP, SESSIONS or PASSWORD',
        );
        return null;
    }
  },
};

function listNicks(server: CommandServer, client: LocalClient, own: string): void {
  server.defer(
    client,
    server.accounts.authority.ask('show', { account: own }),
    ({ nickList }) => {
      for (const nick of nickList) client.note('ACCOUNT', 'NICK', nick, `It belongs to ${own}`);
      client.note('ACCOUNT', 'END', '', `${nickList.length} ${nickList.length === 1 ? 'nick' : 'nicks'}`);
    },
    (error) => accountsUnavailable(server, client, 'ACCOUNT', error),
  );
}

/** Only the nick that somebody has can be made theirs: so nobody takes one that another person uses. */
function changeNicks(
  server: CommandServer,
  client: LocalClient,
  own: string,
  nick: string,
  add: boolean,
): void {
  const shown = replyParameter(truncateUtf8(nick, limits.nickLength.default));
  server.defer(
    client,
    server.accounts.authority.ask('groupNick', { account: own, nick, add }),
    ({ outcome }) => {
      if (outcome === 'done')
        client.note(
          'ACCOUNT',
          add ? 'GROUPED' : 'UNGROUPED',
          shown,
          add ? `It belongs to ${own} from now on` : `It belongs to ${own} no more`,
        );
      else if (outcome === 'taken' && !add)
        client.fail('ACCOUNT', 'NICK_IS_NAME', shown, 'An account keeps the nick that it is called by');
      else client.fail('ACCOUNT', REFUSALS[outcome].code, shown, REFUSALS[outcome].text);
    },
    (error) => accountsUnavailable(server, client, 'ACCOUNT', error),
  );
}

const REFUSALS = {
  taken: { code: 'NICK_TAKEN', text: 'It belongs to another account' },
  full: { code: 'TOO_MANY_NICKS', text: 'Remove another one first' },
  not_found: { code: 'UNKNOWN_NICK', text: 'Your account has no such nick' },
} as const;

function* listSessions(server: CommandServer, client: LocalClient, own: string): WorkSteps {
  let found = 0;
  for (const user of server.state.users) {
    if (user.account !== null && sameName(user.account, own) && !user.gone) {
      found++;
      client.note('ACCOUNT', 'SESSION', user.nick, describe(client, user));
    }
    if (!server.host.work.spend(workPrices.skipped.ns)) continue;
    yield null;
    if (client.user.gone) return;
  }
  client.note(
    'ACCOUNT',
    'END',
    '',
    `${found} ${found === 1 ? 'session' : 'sessions'}; GHOST <nick> ends one, GHOST * all others`,
  );
}

/** The owner may know from where everybody is logged in. */
function describe(client: LocalClient, user: User): string {
  const from = `${user.username}@${user.realHost} ${user.address}`;
  if (user.local === null) return `${from} on ${user.server.name}`;
  const since = new Date(user.local.signonMs).toUTCString();
  return `${from} since ${since}${user === client.user ? ', this one' : ''}`;
}

function changePassword(
  server: CommandServer,
  client: LocalClient,
  own: string,
  password: string,
  next: string,
): void {
  if (password === '' || next === '') {
    client.fail(
      'ACCOUNT',
      'NEED_MORE_PARAMS',
      'PASSWORD',
      'Expected the password that you have and a new one',
    );
    return;
  }
  const origin = server.accounts.originOf(client);
  server.defer(
    client,
    server.accounts.authority.ask('changePassword', { account: own, password, next, origin }),
    (answer) => settle(server, client, own, answer),
    (error) => accountsUnavailable(server, client, 'ACCOUNT', error),
  );
}

function settle(server: CommandServer, client: LocalClient, own: string, answer: PasswordAnswer): void {
  if (answer.kind === 'done') {
    server.host.log('info', 'password_changed', `${client.target} changed the password of ${own}`, {
      account: own,
      address: client.connection.remoteAddress,
    });
    client.note(
      'ACCOUNT',
      'PASSWORD_CHANGED',
      '',
      'Whoever is logged in stays so; GHOST * ends all other sessions',
    );
    return;
  }
  if (answer.why === 'weak')
    client.fail('ACCOUNT', 'WEAK_PASSWORD', '', 'The new password is too short, or the name of the account');
  else if (answer.why === 'bad_password')
    client.fail(
      'ACCOUNT',
      'UNACCEPTABLE_PASSWORD',
      '',
      'The new password is too long, or has characters that it may not have',
    );
  else if (answer.why === 'pending')
    client.fail(
      'ACCOUNT',
      'TEMPORARILY_UNAVAILABLE',
      '',
      'The password is changed by itself when the login service answers again',
    );
  else passwordRefused(server, client, 'ACCOUNT', answer.why, answer.retrySeconds);
}
