/**
 * From accept to welcome: NICK, USER, CAP END, host name and ident, server password, server bans (RFC 2812 section
 * 3.1, Modern "Connection Registration"). The server calls `tryRegister` whenever one of them is done.
 */

import { truncateUtf8 } from '../irc/line-text.ts';
import { CMODE_LETTERS, LIST_MODES, statusLetters, TEXT_MODES, UMODE, UMODE_LETTERS } from '../irc/modes.ts';
import { isValidUsername } from '../irc/names.ts';
import { N } from '../irc/numerics.ts';
import { addressParameter } from '../irc/reply-parameter.ts';
import { workPrices } from '../runtime/async/work-prices.ts';
import { setAway } from './actions/away.ts';
import { tellOnline } from './actions/monitor.ts';
import { meetShun } from './actions/shun.ts';
import { refusedAs, spamRefusal } from './actions/spam.ts';
import { isSpared } from './ban-exceptions.ts';
import { sendSupport } from './client/support-lines.ts';
import { type CommandServer, VERSION } from './command-server.ts';
import { sendLusers } from './commands/lusers.ts';
import { sendOwnMetadata } from './commands/metadata.ts';
import { sendMotd } from './commands/motd.ts';
import { limits } from './limits.ts';
import type { Connection } from './net/connection.ts';
import { isDamagedHash, PasswordQueueFull } from './passwords.ts';
import type { LookupResult } from './server-host.ts';
import { LocalClient } from './state/local-client.ts';
import type { PendingRegistration } from './state/pending-registration.ts';
import { tellListed, whyUnwelcome } from './unwelcome.ts';

const USER_MODES = [...UMODE_LETTERS.keys()].join('');
/** Letters of channel modes that take a parameter. @param statuses bits of what members may be */
const modesWithParameter = (statuses: number) =>
  [...LIST_MODES, ...TEXT_MODES, 'k', 'l', ...statusLetters(statuses)].sort().join('');
/** Letters of all channel modes. */
const channelModes = (statuses: number) =>
  [...modesWithParameter(statuses), ...CMODE_LETTERS.keys()].sort().join('');
/** A turn of the loop always comes. */
const NEVER = () => {};

/** Creates the client of a new connection and starts the lookups. */
export function startRegistration(server: CommandServer, connection: Connection<LocalClient>): LocalClient {
  const client = new LocalClient(connection, server.state.me, {
    password: null,
    complete: false,
    negotiating: false,
    lookingUp: false,
    listing: false,
    listed: null,
    identUsername: null,
    nickTaken: false,
    finishing: false,
    gateway: null,
  });
  lookUpNames(server, client);
  return client;
}

/** Looks the names of a client up, which hold registration back until they are there. */
export function lookUpNames(server: CommandServer, client: LocalClient): void {
  const { remoteAddress, remotePort, localPort } = client.connection;
  const names = server.host.lookup(remoteAddress, remotePort, localPort);
  const waits = names instanceof Promise;
  if (client.pending !== null) client.pending.lookingUp = waits;
  if (waits) void names.then((found) => finishLookup(server, client, remoteAddress, found));
  else applyNames(client, names);
  askLists(server, client);
}

/** Asks lists of bad addresses about a client; what they say counts at the welcome, which waits for it. */
function askLists(server: CommandServer, client: LocalClient): void {
  const { pending, connection } = client;
  if (pending === null) return;
  const { remoteAddress: address } = connection;
  const found = connection.connectionClass.dnsbl ? server.host.listed(address) : null;
  pending.listing = found instanceof Promise;
  if (!(found instanceof Promise)) {
    pending.listed = found;
    return;
  }
  void found.then((list) => {
    // Of the gateway, which has said meanwhile who it brings.
    if (client.user.gone || client.pending !== pending || connection.remoteAddress !== address) return;
    pending.listing = false;
    pending.listed = list;
    server.registrationStep(client);
  });
}

/**
 * Begins capability negotiation, which holds registration back until CAP END; not when only lookups keep a client waiting
 * that has said all it needs to. Such a client is registered where nothing is looked up, and never sends CAP END.
 */
export function startNegotiation(client: LocalClient): void {
  if (client.pending !== null && !client.pending.complete) client.pending.negotiating = true;
}

/** Registers the client if nothing is missing any more. */
export function tryRegister(server: CommandServer, client: LocalClient): void {
  const { pending } = client;
  if (pending === null || pending.finishing || pending.negotiating) return;
  if (client.user.nick === '' || client.user.username === '') return;
  pending.complete = true;
  if (pending.lookingUp || pending.listing) return;
  pending.finishing = true;
  const turn = server.registrationTurns.begin();
  if (turn === null) finishRegistration(server, client, pending);
  else server.defer(client, turn, () => finishRegistration(server, client, pending), NEVER);
}

function finishRegistration(server: CommandServer, client: LocalClient, pending: PendingRegistration): void {
  const hash = server.config.password_hash;
  if (hash === null) {
    checkNick(server, client, pending);
    return;
  }
  server.defer(
    client,
    server.passwords.check(hash, pending.password ?? '', client.connection.work.group),
    (fits) => {
      if (fits) checkNick(server, client, pending);
      else refusePassword(server, client);
    },
    (error) => {
      if (isDamagedHash(error))
        server.host.log('error', 'server_hash_damaged', 'The password_hash of the server cannot be used');
      else if (!(error instanceof PasswordQueueFull))
        server.host.log('error', 'password_unchecked', `A password could not be checked: ${String(error)}`);
      server.exit(client, 'The password cannot be checked now, try again later');
    },
  );
}

/** Of a nick that is somebody else's the client hears now, when it has had its chance to log in. */
function checkNick(server: CommandServer, client: LocalClient, pending: PendingRegistration): void {
  const { nick } = client.user;
  const stranger = server.accounts.nicks.strangerTo(client, nick);
  if (stranger === null) {
    welcome(server, client);
    return;
  }
  server.defer(
    client,
    stranger,
    (owner) => {
      if (owner === null) {
        welcome(server, client);
        return;
      }
      dropNick(server, client, pending);
      refuseNick(client, nick, owner);
    },
    NEVER,
  );
}

/** The client has to choose another nick. */
function dropNick(server: CommandServer, client: LocalClient, pending: PendingRegistration): void {
  pending.finishing = false;
  pending.complete = false;
  pending.nickTaken = true;
  server.state.releaseNick(client.user);
}

/**
 * Answers NICK with whose nick that is (IRCv3 registry of standard replies, NICKNAME_RESERVED). Who is not registered also gets the
 * numeric that every client answers with another nick; who is would wait for a nick that nobody holds.
 */
export function refuseNick(client: LocalClient, nick: string, owner: string): void {
  if (!client.user.registered) client.reply(N.ERR_NICKNAMEINUSE, nick, 'Nickname is reserved by an account');
  client.fail(
    'NICK',
    'NICKNAME_RESERVED',
    nick,
    `This nick belongs to the account ${owner}: log in to it first`,
  );
}

function finishLookup(
  server: CommandServer,
  client: LocalClient,
  address: string,
  names: LookupResult,
): void {
  if (client.user.gone || client.pending === null) return;
  // Of the gateway, which has said meanwhile who it brings.
  if (client.connection.remoteAddress !== address) return;
  client.pending.lookingUp = false;
  applyNames(client, names);
  server.registrationStep(client);
}

function applyNames(client: LocalClient, names: LookupResult): void {
  client.user.host = names.host ?? addressParameter(client.user.host);
  client.user.realHost = client.user.host;
  if (names.ident === null || client.pending === null) return;
  const ident = names.ident.slice(0, limits.usernameLength.default);
  if (isValidUsername(ident)) client.pending.identUsername = ident;
}

function refusePassword(server: CommandServer, client: LocalClient): void {
  client.reply(N.ERR_PASSWDMISMATCH);
  server.exit(client, 'Bad password');
}

function welcome(server: CommandServer, client: LocalClient): void {
  const { pending } = client;
  if (pending === null) return;
  // A server that holds less has been linked since it was taken.
  if (client.user.nick.length > server.nickLength.longest) {
    const { nick } = client.user;
    dropNick(server, client, pending);
    client.reply(N.ERR_ERRONEUSNICKNAME, nick);
    return;
  }
  // A leading ~ tells that the username is only what the client claims.
  client.user.username =
    pending.identUsername ?? `~${client.user.username}`.slice(0, limits.usernameLength.default);
  client.user.realname = truncateUtf8(client.user.realname, limits.realnameBytes.default);
  client.user.updatePrefix();
  const { cloaks } = server;
  if (cloaks !== null) client.user.cloaks = cloaks.all(client.user.address);
  const refusal = refusalOf(server, client);
  server.host.work.spend(server.bans.matchNs + server.networkBans.matchNs);
  if (refusal !== null) {
    server.counters.serverBanMatches++;
    refuse(server, client, refusal);
    return;
  }
  const unwelcome = whyUnwelcome(server, client, pending);
  if (unwelcome !== null) {
    refuse(server, client, unwelcome);
    return;
  }
  const spam = spamRefusal(server, client, 'realname', '', client.user.realname);
  if (client.user.gone) return;
  if (spam !== null) {
    refuse(server, client, refusedAs(spam));
    return;
  }
  const { listed } = pending;
  client.listed = listed?.zone ?? null;
  if (cloaks !== null) {
    client.user.host = client.user.cloaks[0]!;
    server.state.setUserMode(client.user, UMODE.cloaked, true);
  }
  if (client.connection.tls !== null) server.state.setUserMode(client.user, UMODE.secure, true);
  meetShun(server, client);
  server.host.work.spend(workPrices.registration.ns);
  server.state.register(client, Date.now());
  server.links?.tell({ kind: 'user', user: client.user });
  tellOnline(server, client.user);
  tellAway(server, client);
  server.counters.registrations++;
  server.clientLog.connected(client);
  if (listed !== null) tellListed(server, client, listed);
  server.accounts.nicks.check(client);
  server.startPings(client);
  const { network } = server.config;
  client.reply(N.RPL_WELCOME, '', `Welcome to the ${network} IRC Network, ${client.user.prefix}`);
  client.reply(N.RPL_YOURHOST, '', `Your host is ${server.name}, running version ${VERSION}`);
  client.reply(
    N.RPL_CREATED,
    '',
    `This server was started ${new Date(server.counters.startedMs).toUTCString()}`,
  );
  client.replyRaw(
    N.RPL_MYINFO,
    `${server.name} ${VERSION} ${USER_MODES} ${channelModes(server.statuses)} ${modesWithParameter(server.statuses)}`,
  );
  sendIsupport(server, client);
  sendLusers(server, client);
  sendOwnMetadata(server, client);
  sendMotd(server, client);
  if (cloaks !== null) {
    client.send(`:${client.user.prefix} MODE ${client.user.nick} :+x`);
    client.reply(N.RPL_HOSTHIDDEN, client.user.host);
  }
  if (client.connection.tls !== null) {
    client.notice(
      `*** You are connected using ${client.connection.tls.version}-${client.connection.tls.cipher}`,
    );
  }
}

/** Which ban a newcomer meets, in words; null for none that no exception keeps from them. */
function refusalOf({ bans, networkBans }: CommandServer, { user }: LocalClient): string | null {
  const spared = bans.sparedOf(user);
  const refusal = bans.refusalForUser(user, Date.now(), spared);
  return refusal ?? (isSpared(spared, 'g') ? null : networkBans.refusalForUser(user));
}

function refuse(server: CommandServer, client: LocalClient, text: string): void {
  client.reply(N.ERR_YOUREBANNEDCREEP, '', text);
  server.exit(client, text);
}

/** Somebody who was away before they were there (IRCv3 pre-away), of whom nobody has heard that yet. */
function tellAway(server: CommandServer, client: LocalClient): void {
  const { user } = client;
  const { away } = user;
  if (away === null) return;
  user.away = null;
  server.host.work.runCall(client.connection.work, () => setAway(server, user, away));
}

/** Sends every 005 line. */
export function sendIsupport(server: CommandServer, client: LocalClient): void {
  sendSupport(client, server.isupport);
}
