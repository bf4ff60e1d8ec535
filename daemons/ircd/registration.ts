/**
 * From accept to welcome: NICK, USER, CAP END, host name and ident, server password, server bans (RFC 2812 section
 * 3.1, Modern "Connection Registration"). The server calls `tryRegister` whenever one of them is done.
 */

import { truncateUtf8 } from '../irc/line-text.ts';
import { CMODE_LETTERS, UMODE_LETTERS } from '../irc/modes.ts';
import { isValidUsername } from '../irc/names.ts';
import { N } from '../irc/numerics.ts';
import { addressParameter } from '../irc/reply-parameter.ts';
import { workPrices } from '../runtime/async/work-prices.ts';
import { type CommandServer, VERSION } from './command-server.ts';
import { sendLusers } from './commands/lusers.ts';
import { sendMotd } from './commands/motd.ts';
import { limits } from './limits.ts';
import type { Connection } from './net/connection.ts';
import { isDamagedHash, PasswordQueueFull } from './passwords.ts';
import type { LookupResult } from './server-host.ts';
import type { PendingRegistration } from './state/pending-registration.ts';
import { User } from './state/user.ts';

const USER_MODES = [...UMODE_LETTERS.keys()].join('');
const CHANNEL_MODES = [...new Set(['b', 'e', 'I', 'k', 'l', 'o', 'v', ...CMODE_LETTERS.keys()])]
  .sort()
  .join('');
const CHANNEL_MODES_WITH_PARAM = 'Ibeklov';
/** A turn of the loop always comes. */
const NEVER = () => {};

/** Creates the client of a new connection and starts the lookups. */
export function startRegistration(server: CommandServer, connection: Connection<User>): User {
  const user = new User(connection, server.name, {
    password: null,
    complete: false,
    negotiating: false,
    lookingUp: false,
    identUsername: null,
    finishing: false,
  });
  const { remoteAddress, remotePort, localPort } = connection;
  const names = server.host.lookup(remoteAddress, remotePort, localPort);
  if (names instanceof Promise) {
    if (user.pending !== null) user.pending.lookingUp = true;
    void names.then((found) => finishLookup(server, user, found));
  } else {
    applyNames(user, names);
  }
  return user;
}

/**
 * Begins capability negotiation, which holds registration back until CAP END; not when only lookups keep a client waiting
 * that has said all it needs to. Such a client is registered where nothing is looked up, and never sends CAP END.
 */
export function startNegotiation(user: User): void {
  if (user.pending !== null && !user.pending.complete) user.pending.negotiating = true;
}

/** Registers the client if nothing is missing any more. */
export function tryRegister(server: CommandServer, user: User): void {
  const { pending } = user;
  if (pending === null || pending.finishing || pending.negotiating) return;
  if (user.nick === '' || user.username === '') return;
  pending.complete = true;
  if (pending.lookingUp) return;
  pending.finishing = true;
  const turn = server.registrationTurns.begin();
  if (turn === null) finishRegistration(server, user, pending);
  else server.defer(user, turn, () => finishRegistration(server, user, pending), NEVER);
}

function finishRegistration(server: CommandServer, user: User, pending: PendingRegistration): void {
  const hash = server.config.password_hash;
  if (hash === null) {
    welcome(server, user);
    return;
  }
  server.defer(
    user,
    server.passwords.check(hash, pending.password ?? '', user.connection.work.group),
    (fits) => {
      if (fits) welcome(server, user);
      else refusePassword(server, user);
    },
    (error) => {
      if (isDamagedHash(error))
        server.host.log('error', 'server_hash_damaged', 'The password_hash of the server cannot be used');
      else if (!(error instanceof PasswordQueueFull))
        server.host.log('error', 'password_unchecked', `A password could not be checked: ${String(error)}`);
      server.exit(user, 'The password cannot be checked now, try again later');
    },
  );
}

function finishLookup(server: CommandServer, user: User, names: LookupResult): void {
  if (user.gone || user.pending === null) return;
  user.pending.lookingUp = false;
  applyNames(user, names);
  server.registrationStep(user);
}

function applyNames(user: User, names: LookupResult): void {
  user.host = names.host ?? addressParameter(user.host);
  if (names.ident === null || user.pending === null) return;
  const ident = names.ident.slice(0, limits.usernameLength.default);
  if (isValidUsername(ident)) user.pending.identUsername = ident;
}

function refusePassword(server: CommandServer, user: User): void {
  user.reply(N.ERR_PASSWDMISMATCH);
  server.exit(user, 'Bad password');
}

function welcome(server: CommandServer, user: User): void {
  const { pending } = user;
  if (pending === null) return;
  // A leading ~ tells that the username is only what the client claims.
  user.username = pending.identUsername ?? `~${user.username}`.slice(0, limits.usernameLength.default);
  user.realname = truncateUtf8(user.realname, limits.realnameBytes.default);
  user.updatePrefix();
  const refusal = server.bans.refusalForUser(user);
  server.host.work.spend(server.bans.matchNs);
  if (refusal !== null) {
    server.counters.serverBanMatches++;
    user.reply(N.ERR_YOUREBANNEDCREEP, '', refusal);
    server.exit(user, refusal);
    return;
  }
  server.host.work.spend(workPrices.registration.ns);
  server.state.register(user, Date.now());
  server.counters.registrations++;
  server.clientLog.connected(user);
  server.startPings(user);
  const { network } = server.config;
  user.reply(N.RPL_WELCOME, '', `Welcome to the ${network} IRC Network, ${user.prefix}`);
  user.reply(N.RPL_YOURHOST, '', `Your host is ${server.name}, running version ${VERSION}`);
  user.reply(
    N.RPL_CREATED,
    '',
    `This server was started ${new Date(server.counters.startedMs).toUTCString()}`,
  );
  user.replyRaw(
    N.RPL_MYINFO,
    `${server.name} ${VERSION} ${USER_MODES} ${CHANNEL_MODES} ${CHANNEL_MODES_WITH_PARAM}`,
  );
  sendIsupport(server, user);
  sendLusers(server, user);
  sendMotd(server, user);
  if (user.connection.tls !== null) {
    user.notice(`*** You are connected using ${user.connection.tls.version}-${user.connection.tls.cipher}`);
  }
}

/** Sends every 005 line. */
export function sendIsupport(server: CommandServer, user: User): void {
  for (const tokens of server.isupport) user.reply(N.RPL_ISUPPORT, tokens);
}
