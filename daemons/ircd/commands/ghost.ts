/**
 * GHOST and REGAIN: the owner of an account frees a nick, from a session that hangs or from a stranger, and takes it. A session of the
 * account ends; a stranger is given another nick. With the password of the account it is logged in to first.
 */
import type { LoggedIn } from '../../../contract/accounts.ts';
import { sameName } from '../../irc/casemapping.ts';
import { truncateUtf8 } from '../../irc/line-text.ts';
import { isValidNick } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { kill } from '../actions/kill.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import { rest } from '../work-steps.ts';
import { accountsUnavailable, passwordRefused } from './accounts-unavailable.ts';
import type { Command } from './command.ts';
import { takeNick } from './nick.ts';

type Verb = 'GHOST' | 'REGAIN';

export const ghost: Command = {
  name: 'GHOST',
  minParams: 1,
  penaltyLines: 2,
  help: [
    'GHOST <nick> [<password>] | *',
    'Frees a nick of your account: ends the session that has it, or gives a stranger another one.',
    'GHOST * ends all other sessions of your account.',
  ],
  steps(server, client, params) {
    const [nick = '', password = ''] = params;
    if (nick !== '*') return begin(server, client, 'GHOST', nick, password);
    const { account } = client.user;
    if (account !== null) return endOthers(server, client, account);
    needAccount(client, 'GHOST');
    return null;
  },
};

export const regain: Command = {
  name: 'REGAIN',
  minParams: 1,
  penaltyLines: 2,
  help: ['REGAIN <nick> [<password>]', 'Frees a nick of your account as GHOST does, and takes it.'],
  steps(server, client, params) {
    const [nick = '', password = ''] = params;
    return begin(server, client, 'REGAIN', nick, password);
  },
};

function needAccount(client: LocalClient, verb: Verb): void {
  client.fail(verb, 'ACCOUNT_REQUIRED', '', 'Log in to your account first, or give its password');
}

function begin(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  nick: string,
  password: string,
): WorkSteps | null {
  if (!isValidNick(nick, limits.nickLength.default)) {
    client.reply(N.ERR_ERRONEUSNICKNAME, replyParameter(truncateUtf8(nick, 64)));
    return null;
  }
  const holder = server.state.nickHolder(nick);
  if (holder === client.user || (holder === undefined && verb === 'GHOST')) {
    if (holder === undefined) client.reply(N.ERR_NOSUCHNICK, nick);
    else client.fail(verb, 'OWN_NICK', nick, 'You have this nick already');
    return null;
  }
  if (password !== '') {
    identify(server, client, verb, nick, password);
    return null;
  }
  const { account } = client.user;
  if (account === null) {
    needAccount(client, verb);
    return null;
  }
  if (verb === 'GHOST' && holder !== undefined && isSession(holder, account))
    return free(server, client, verb, nick, account);
  server.deferSteps(
    client,
    verb,
    server.accounts.authority.ask('nickOwners', { nicks: [nick] }),
    ({ owners: [owner] }) => {
      if (owner === null || owner === undefined || !sameName(owner, account)) {
        client.fail(verb, 'NOT_YOUR_NICK', nick, `It does not belong to your account ${account}`);
        return null;
      }
      return free(server, client, verb, nick, account);
    },
    (error) => accountsUnavailable(server, client, verb, error),
  );
  return null;
}

function identify(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  nick: string,
  password: string,
): void {
  const origin = server.accounts.originOf(client);
  server.deferSteps(
    client,
    verb,
    server.accounts.authority.ask('identify', { nick, password, origin }),
    (answer) => {
      if (answer.kind === 'refused') {
        passwordRefused(server, client, verb, answer.why, answer.retrySeconds);
        return null;
      }
      return identified(server, client, verb, nick, answer.login);
    },
    (error) => accountsUnavailable(server, client, verb, error),
  );
}

function* identified(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  nick: string,
  login: LoggedIn,
): WorkSteps {
  server.accounts.counts.logins++;
  yield* rest(server.accounts.logIn(client, login));
  yield* free(server, client, verb, nick, login.account);
}

function isSession(user: User, account: string): boolean {
  return user.account !== null && sameName(user.account, account);
}

function* free(
  server: CommandServer,
  client: LocalClient,
  verb: Verb,
  nick: string,
  account: string,
): WorkSteps {
  const holder = server.state.nickHolder(nick);
  if (holder !== undefined && holder !== client.user && !client.user.gone) {
    server.host.log(
      'info',
      'nick_freed',
      `${client.target} freed the nick ${nick} of the account ${account}`,
      {
        nick,
        account,
        holder: holder.prefix,
      },
    );
    const { local } = holder;
    // One of another server cannot be given another nick from here.
    if (isSession(holder, account) || local === null || !holder.registered)
      end(server, client, holder, account);
    else
      server.accounts.nicks.rename(
        local,
        nick,
        `the nick ${nick} belongs to the account ${account}, whose owner wants it`,
      );
  }
  if (verb === 'REGAIN') yield* takeNick(server, client, nick);
  else client.note(verb, 'FREED', nick, 'You can take this nick now');
}

/** @param account of the client, who is its owner */
function end(server: CommandServer, client: LocalClient, user: User, account: string): void {
  const reason = `Ended by ${client.target}, who owns the account ${account}`;
  if (user.local === null) kill(server, server.state.me, user, reason);
  else server.exit(user.local, reason);
}

function* endOthers(server: CommandServer, client: LocalClient, account: string): WorkSteps {
  let ended = 0;
  const locals = [...server.state.localClients].map(({ user }) => user);
  for (const user of new Set([...locals, ...server.state.users])) {
    if (user !== client.user && !user.gone && isSession(user, account)) {
      ended++;
      end(server, client, user, account);
    }
    if (!server.host.work.spend(workPrices.skipped.ns)) continue;
    yield null;
    if (client.user.gone) return;
  }
  client.note('GHOST', 'ENDED', '', `${ended} other ${ended === 1 ? 'session' : 'sessions'}`);
}
