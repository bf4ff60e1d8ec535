/** REGISTER and VERIFY: IRCv3 draft/account-registration. An account is called like the nick of whoever registers it. */

import type { LoginAnswer, RegisterAnswer } from '../../../contract/accounts.ts';
import { counted } from '../../../contract/counted.ts';
import { rejectionCode } from '../../../kit/pending-requests.ts';
import { sameName } from '../../irc/casemapping.ts';
import { truncateUtf8 } from '../../irc/line-text.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

type Refusal = Extract<RegisterAnswer, { readonly kind: 'refused' }>;

export const register: Command = {
  name: 'REGISTER',
  minParams: 3,
  phase: 'any',
  penaltyLines: 2,
  help: [
    'REGISTER <account> <email> <password>',
    'Registers an account called like your nick; * is your nick, or no e-mail address.',
  ],
  run(server, client, params) {
    const [wanted = '', email = '', password = ''] = params;
    const account = wanted === '*' ? client.user.nick : wanted;
    const shown = replyParameter(truncateUtf8(account === '' ? '*' : account, limits.nickLength.default));
    const refusal = refusalOf(server, client, account, email);
    if (refusal !== null) {
      client.fail(
        'REGISTER',
        refusal[0],
        refusal[0] === 'ALREADY_AUTHENTICATED' ? (client.user.account ?? shown) : shown,
        refusal[1],
      );
      return;
    }
    const { authority } = server.accounts;
    const origin = server.accounts.originOf(client);
    const args = { account: client.user.nick, password, email: email === '*' ? null : email, origin };
    server.defer(
      client,
      authority.ask('register', args),
      (answer) => settle(server, client, answer),
      (error) => {
        failLogged(server, error, 'An account could not be registered');
        client.fail('REGISTER', 'TEMPORARILY_UNAVAILABLE', shown, UNAVAILABLE);
      },
    );
  },
};

export const verify: Command = {
  name: 'VERIFY',
  minParams: 2,
  phase: 'any',
  penaltyLines: 2,
  help: [
    'VERIFY <account> <code>',
    'Confirms an account by the code that a mail brought, and logs in to it.',
  ],
  run(server, client, params) {
    const [account = '', code = ''] = params;
    const shown = replyParameter(truncateUtf8(account === '' ? '*' : account, limits.nickLength.default));
    if (client.user.account !== null) {
      client.fail(
        'VERIFY',
        'ALREADY_AUTHENTICATED',
        client.user.account,
        'You are logged in to an account already',
      );
      return;
    }
    const { authority } = server.accounts;
    if (!authority.present) {
      client.fail('VERIFY', 'TEMPORARILY_UNAVAILABLE', shown, UNAVAILABLE);
      return;
    }
    server.defer(
      client,
      authority.ask('confirm', { account, code, origin: server.accounts.originOf(client) }),
      (answer) => settleVerify(server, client, shown, answer),
      (error) => {
        failLogged(server, error, 'An account could not be confirmed');
        client.fail('VERIFY', 'TEMPORARILY_UNAVAILABLE', shown, UNAVAILABLE);
      },
    );
  },
};

/** What is no trouble that passes is a defect. */
function failLogged(server: CommandServer, error: unknown, what: string): void {
  const code = rejectionCode(error);
  if (code !== 'unavailable' && code !== 'timeout')
    server.host.log('error', 'registration_failed', `${what}: ${String(error)}`);
}

const UNAVAILABLE = 'Accounts cannot be registered now, try again later';

/** Code and text of why nobody has to be asked; null where the authority decides. */
function refusalOf(
  server: CommandServer,
  client: LocalClient,
  account: string,
  email: string,
): readonly [string, string] | null {
  const { registration, before_connect, email_required } = server.config.accounts;
  if (!server.accounts.authority.configured || registration === 'closed')
    return ['DISALLOWED', 'Accounts cannot be registered here'];
  if (client.user.account !== null)
    return ['ALREADY_AUTHENTICATED', 'You are logged in to an account already'];
  if (!client.user.registered && !before_connect)
    return ['COMPLETE_CONNECTION_REQUIRED', 'Finish connecting before you register an account'];
  if (client.user.nick === '') {
    // Whoever holds the nick may register it; nobody else can.
    if (client.pending?.nickTaken === true) return ['ACCOUNT_EXISTS', 'Somebody else uses this nick'];
    return ['NEED_NICK', 'Choose a nick first: the account is called like it'];
  }
  if (!sameName(account, client.user.nick))
    return ['ACCOUNT_NAME_MUST_BE_NICK', 'An account is called like your nick'];
  if (email === '*' && email_required)
    return ['INVALID_EMAIL', 'An e-mail address is needed to register an account'];
  if (!server.accounts.authority.present) return ['TEMPORARILY_UNAVAILABLE', UNAVAILABLE];
  return null;
}

function settle(server: CommandServer, client: LocalClient, answer: RegisterAnswer): void {
  if (answer.kind === 'refused') {
    client.fail('REGISTER', CODES[answer.why], client.target, textOf(answer));
    return;
  }
  if (answer.kind === 'unconfirmed') {
    const { account } = answer;
    server.accounts.counts.registrations++;
    client.send(
      `:${server.name} REGISTER VERIFICATION_REQUIRED ${account} :A code was sent by mail: VERIFY ${account} <code>`,
    );
    return;
  }
  const { account } = answer.login;
  server.accounts.counts.registrations++;
  client.send(`:${server.name} REGISTER SUCCESS ${account} :The account ${account} is registered`);
  const steps = server.accounts.logIn(client, answer.login);
  server.host.log('info', 'account_registered', `${client.target} registered the account ${account}`, {
    account,
    address: client.connection.remoteAddress,
  });
  if (steps !== null) server.host.work.runSteps(client.connection.work, steps);
}

function settleVerify(server: CommandServer, client: LocalClient, shown: string, answer: LoginAnswer): void {
  if (answer.kind === 'refused') {
    const waits = answer.why === 'throttled' || answer.why === 'unavailable';
    const code = waits ? 'TEMPORARILY_UNAVAILABLE' : 'INVALID_CODE';
    const text = waits ? UNAVAILABLE : 'That code does not confirm this account';
    client.fail('VERIFY', code, shown, text);
    return;
  }
  const { account } = answer.login;
  client.send(`:${server.name} VERIFY SUCCESS ${account} :The account ${account} is confirmed`);
  const steps = server.accounts.logIn(client, answer.login);
  if (steps !== null) server.host.work.runSteps(client.connection.work, steps);
}

const CODES: Readonly<Record<Refusal['why'], string>> = {
  exists: 'ACCOUNT_EXISTS',
  bad_name: 'BAD_ACCOUNT_NAME',
  weak: 'WEAK_PASSWORD',
  bad_password: 'UNACCEPTABLE_PASSWORD',
  bad_email: 'INVALID_EMAIL',
  throttled: 'TEMPORARILY_UNAVAILABLE',
  full: 'TEMPORARILY_UNAVAILABLE',
  unavailable: 'TEMPORARILY_UNAVAILABLE',
  pending: 'TEMPORARILY_UNAVAILABLE',
};

function textOf({ why, retrySeconds }: Refusal): string {
  switch (why) {
    case 'exists':
      return 'There is an account of this name already';
    case 'bad_name':
      return 'An account cannot be called like this';
    case 'weak':
      return 'The password is too short, or the name of the account';
    case 'bad_password':
      return 'The password is too long, or has characters that it may not have';
    case 'bad_email':
      return 'This is no e-mail address';
    case 'throttled':
      return `Too many accounts were registered from your address, try again in ${counted(retrySeconds, 'second')}`;
    case 'full':
      return 'No more accounts can be registered here';
    case 'pending':
      return 'The account is made by itself when the login service answers again; log in to it then';
    default:
      return UNAVAILABLE;
  }
}
