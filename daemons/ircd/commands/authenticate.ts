/** AUTHENTICATE: IRCv3 sasl 3.2, also after registration and again. What is in the messages, whoever knows the accounts reads. */

import type { SaslAnswer } from '../../../contract/accounts.ts';
import { counted } from '../../../contract/counted.ts';
import type { LoginTimeline } from '../../../kit/login-timelines.ts';
import { rejectionCode } from '../../../kit/pending-requests.ts';
import { N } from '../../irc/numerics.ts';
import { SASL_PIECE_BYTES, saslPieces } from '../../irc/p10/sasl-pieces.ts';
import { mechanismsOf } from '../accounts/authority.ts';
import type { SaslSession } from '../accounts/sasl-sessions.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

const UNAVAILABLE = 'SASL authentication failed: accounts cannot be asked now, try again later';

export const authenticate: Command = {
  name: 'AUTHENTICATE',
  minParams: 1,
  phase: 'any',
  help: ['AUTHENTICATE <mechanism> | <base64> | + | *', 'Logs in to an account (SASL); * ends the attempt.'],
  run(server, client, params) {
    const piece = params[0] ?? '';
    const { sessions } = server.accounts;
    const session = sessions.of(client);
    if (piece === '*') abort(server, client);
    else if (piece.length > SASL_PIECE_BYTES) {
      endSession(server, client, 'refused: too long a piece');
      client.reply(N.ERR_SASLTOOLONG);
    } else if (session === undefined) begin(server, client, piece.toUpperCase());
    else goOn(server, client, session, piece);
  },
};

/** A client that goes on without having logged in, or wants to begin again. */
function abort(server: CommandServer, client: LocalClient): void {
  endSession(server, client, 'given up by the client');
  client.reply(N.ERR_SASLABORTED);
}

/** Registration is done before the exchange is: it ends (IRCv3 sasl). */
export function abandonSasl(server: CommandServer, client: LocalClient): void {
  if (server.accounts.sessions.of(client) !== undefined) abort(server, client);
}

/** A client leaves in the midst of it: nothing of it stays anywhere. */
export function leaveSasl(server: CommandServer, client: LocalClient): void {
  endSession(server, client, 'the client left');
}

/** @param why for the timeline */
function endSession(server: CommandServer, client: LocalClient, why: string): void {
  const { sessions, authority } = server.accounts;
  sessions.of(client)?.timeline?.end(why, null);
  if (!sessions.end(client)) return;
  // Whoever does not hear of it forgets the exchange by itself.
  if (authority.present) authority.ask('saslAbort', { session: sessionOf(client) }).catch(() => {});
}

function begin(server: CommandServer, client: LocalClient, mechanism: string): void {
  const { accounts } = server;
  if (!accounts.authority.present) {
    client.reply(N.ERR_SASLFAIL, '', UNAVAILABLE);
    return;
  }
  if (!mechanismsOf(accounts.authority).includes(mechanism)) {
    client.reply(N.RPL_SASLMECHS, mechanismsOf(accounts.authority).join(','));
    client.reply(N.ERR_SASLFAIL);
    return;
  }
  const timeline = beginTimeline(server, client, mechanism);
  const session = accounts.sessions.begin(client, timeline);
  const origin = accounts.originOf(client);
  const args = { session: sessionOf(client), mechanism, origin };
  const told =
    timeline === null ? {} : { timeline: { client: client.target, connectedAt: connectedAt(client) } };
  ask(
    server,
    client,
    session,
    `${mechanism} begins`,
    accounts.authority.ask('saslStart', { ...args, ...told }),
  );
}

function goOn(server: CommandServer, client: LocalClient, session: SaslSession, piece: string): void {
  const outcome = server.accounts.sessions.add(session, piece);
  if (outcome.kind === 'more') return;
  if (outcome.kind === 'too_long') {
    endSession(server, client, 'refused: too long a message');
    client.reply(N.ERR_SASLFAIL, '', 'SASL authentication failed: the message is too long');
    return;
  }
  const args = { session: sessionOf(client), data: outcome.data };
  ask(server, client, session, 'message of the client', server.accounts.authority.ask('saslData', args));
}

function beginTimeline(server: CommandServer, client: LocalClient, way: string): LoginTimeline | null {
  return server.accounts.timelines.begin({
    session: sessionOf(client),
    client: client.target,
    address: client.connection.remoteAddress,
    way,
    connectedAtMs: connectedAt(client),
  });
}

function connectedAt({ connection }: LocalClient): number {
  return connection.connectedAtMs;
}

function ask(
  server: CommandServer,
  client: LocalClient,
  { timeline }: SaslSession,
  what: string,
  question: Promise<SaslAnswer>,
): void {
  const done = timeline?.begin(what, server.accounts.authority.where ?? 'accounts');
  server.defer(
    client,
    question,
    (answer) => {
      done?.(answer.steps);
      settle(server, client, answer, timeline);
    },
    (error) => {
      done?.();
      timeline?.end('refused: unavailable', null);
      server.accounts.sessions.end(client);
      const code = rejectionCode(error);
      if (code !== 'unavailable' && code !== 'timeout')
        server.host.log('error', 'login_unchecked', `A login could not be checked: ${String(error)}`);
      client.reply(N.ERR_SASLFAIL, '', UNAVAILABLE);
    },
  );
}

function settle(
  server: CommandServer,
  client: LocalClient,
  answer: SaslAnswer,
  timeline: LoginTimeline | null,
): void {
  if (answer.kind === 'challenge') {
    sendChallenge(client, answer.data);
    return;
  }
  server.accounts.sessions.end(client);
  if (timeline !== null) timeline.client = client.target;
  if (answer.kind === 'refused') {
    timeline?.end(`refused: ${answer.why}`, answer.account);
    refuse(server, client, answer);
    return;
  }
  server.accounts.counts.logins++;
  const steps = server.accounts.logIn(client, answer.login);
  timeline?.mark('account stamped');
  timeline?.end('success', answer.login.account);
  client.reply(N.RPL_SASLSUCCESS);
  server.host.log('info', 'logged_in', `${client.target} logged in to ${answer.login.account}`, {
    nick: client.target,
    account: answer.login.account,
    address: client.connection.remoteAddress,
  });
  if (steps !== null) server.host.work.runSteps(client.connection.work, steps);
}

/** In pieces of 400 bytes, the last of which is shorter. */
function sendChallenge(client: LocalClient, data: string): void {
  for (const piece of saslPieces(data)) client.send(`AUTHENTICATE ${piece}`);
}

function refuse(
  server: CommandServer,
  client: LocalClient,
  { why, retrySeconds }: Extract<SaslAnswer, { readonly kind: 'refused' }>,
): void {
  if (why === 'unavailable') {
    client.reply(N.ERR_SASLFAIL, '', UNAVAILABLE);
    return;
  }
  server.accounts.counts.failures++;
  client.connection.penalize(limits.loginFailurePenaltyLines.default);
  if (why === 'suspended') client.reply(N.ERR_NICKLOCKED);
  else if (why === 'throttled')
    client.reply(
      N.ERR_SASLFAIL,
      '',
      `SASL authentication failed: too many attempts failed, try again in ${counted(retrySeconds, 'second')}`,
    );
  else if (why === 'incomplete')
    client.reply(
      N.ERR_SASLFAIL,
      '',
      'SASL authentication failed: the account is not ready, log in once where your password is kept',
    );
  else client.reply(N.ERR_SASLFAIL);
}

/** What whoever knows the accounts calls the client's exchange. */
function sessionOf(client: LocalClient): string {
  return `${client.connection.id}`;
}
