/** TESTLINE and TESTMASK: what bans somebody, and whom a mask names, before anything is done (numerics of Solanum). */
import { compileAddressMask, coversAddress } from '../../irc/address-mask.ts';
import { fold } from '../../irc/casemapping.ts';
import { compileMask, normalizeUserMask } from '../../irc/mask.ts';
import { isInForce } from '../../irc/network-ban.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { cidrContains, parseAddress, parseCidr } from '../../runtime/net/ip-address.ts';
import { globMatch } from '../../runtime/net/mask.ts';
import { isSpared } from '../ban-exceptions.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import { usersMask } from '../network-bans/network-ban.ts';
import { realnameGlob } from '../realname-bans.ts';
import { identityOf, type ServerBan } from '../server-bans.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

/** What comparing somebody with one mask costs, in nanoseconds of work. */
const MATCH_NS = 4 * workPrices.mask.ns;

export const testline: Command = {
  name: 'TESTLINE',
  minParams: 1,
  oper: 'auspex',
  help: [
    'TESTLINE <nickname | user@host | address>',
    'Shows which bans of the server and of the network somebody meets, and which exceptions spare them. Operators only.',
  ],
  steps(server, client, [given = '']) {
    return testBans(server, client, given);
  },
};

export const testmask: Command = {
  name: 'TESTMASK',
  minParams: 1,
  oper: 'auspex',
  help: [
    'TESTMASK <nick!user@host> [<realname>]',
    'Counts the users here and on the network whom a mask names. Operators only.',
  ],
  steps(server, client, [mask = '', realname = '*']) {
    return countMatches(server, client, mask, realname);
  },
};

/** What bans look at. */
interface Identity {
  /** `user@host`, folded, in every form that a ban may name. */
  readonly names: readonly string[];
  readonly usernames: readonly string[];
  readonly address: ReturnType<typeof parseAddress>;
  /** Folded; null where only a host was given. */
  readonly realname: string | null;
}

function identityIn(server: CommandServer, given: string): Identity | null {
  const user = server.state.findUser(given);
  if (user !== undefined) return identityOfUser(user);
  const whole = given.slice(given.indexOf('!') + 1);
  const at = whole.lastIndexOf('@');
  const host = whole.slice(at + 1);
  const address = parseAddress(host);
  // Neither somebody who is there, nor anything with a host.
  if (host === '' || (at === -1 && address === null && !host.includes('.'))) return null;
  const username = fold(at === -1 ? '*' : whole.slice(0, at));
  return { names: [`${username}@${fold(host)}`], usernames: [username], address, realname: null };
}

function identityOfUser(user: User): Identity {
  const { hosts, names } = identityOf(user);
  const all = [...hosts, user.address].map(fold);
  return {
    names: names.flatMap((name) => all.map((host) => `${name}@${host}`)),
    usernames: names,
    address: user.addressGroups,
    realname: fold(user.realname),
  };
}

function covers(mask: string, { names, usernames, address, realname }: Identity): boolean {
  const glob = realnameGlob(mask);
  if (glob !== null) return realname !== null && globMatch(fold(glob), realname);
  const network = compileAddressMask(mask);
  if (network !== null && address !== null && usernames.some((name) => coversAddress(network, name, address)))
    return true;
  return names.some((name) => globMatch(fold(mask), name));
}

function* testBans(server: CommandServer, client: LocalClient, given: string): WorkSteps {
  const identity = identityIn(server, given);
  const shown = replyParameter(given);
  if (identity === null) {
    client.reply(N.ERR_NOSUCHNICK, shown);
    return;
  }
  const now = Date.now();
  let found = false;
  const hit = (letter: string, mask: string, expiresMs: number | null, reason: string) => {
    found = true;
    const minutes = expiresMs === null ? 0 : Math.max(1, Math.ceil((expiresMs - now) / 60_000));
    client.reply(N.RPL_TESTLINE, `${letter} ${minutes} ${mask}`, reason);
  };
  const exceptions: ServerBan[] = [];
  for (const ban of server.bans.list(now)) {
    if (ban.kind === 'except' && covers(ban.mask, identity)) {
      exceptions.push(ban);
      hit('E', ban.mask, ban.expiresMs, `${ban.reason} (spares ${ban.spares})`);
    }
    if (server.host.work.spend(MATCH_NS)) yield null;
    if (client.user.gone) return;
  }
  const spared = (letter: 'k' | 'd' | 'g' | 's', reason: string) => {
    const by = exceptions.find(({ spares = '' }) => isSpared(spares, letter));
    return by === undefined ? reason : `${reason} (spared by ${by.mask})`;
  };
  for (const { kind, mask, expiresMs, reason } of server.bans.list(now)) {
    // Names are nobody's: whoever has one keeps it. Exceptions were told before.
    if (kind === 'resv' || kind === 'except') continue;
    const block = kind === 'dline' ? parseCidr(mask) : null;
    const meets =
      kind === 'kline'
        ? covers(mask, identity)
        : block !== null && identity.address !== null && cidrContains(block, identity.address);
    if (meets)
      hit(kind === 'kline' ? 'K' : 'D', mask, expiresMs, spared(kind === 'kline' ? 'k' : 'd', reason));
    if (server.host.work.spend(MATCH_NS)) yield null;
    if (client.user.gone) return;
  }
  for (const ban of server.networkBans.list(now)) {
    const mask = ban.kind === 'jupe' || !isInForce(ban, now) ? null : usersMask(ban);
    if (mask !== null && covers(mask, identity)) {
      const [letter, kind] = ban.kind === 'gline' ? (['G', 'g'] as const) : (['S', 's'] as const);
      hit(letter, ban.mask, ban.expiresMs, spared(kind, ban.reason));
    }
    if (server.host.work.spend(MATCH_NS)) yield null;
    if (client.user.gone) return;
  }
  if (!found) client.reply(N.RPL_NOTESTLINE, shown);
}

function* countMatches(
  server: CommandServer,
  client: LocalClient,
  given: string,
  realname: string,
): WorkSteps {
  if (given === '' || Buffer.byteLength(given) > limits.maskBytes.default) {
    client.reply(N.ERR_NEEDMOREPARAMS, 'TESTMASK');
    return;
  }
  const text = normalizeUserMask(given);
  const mask = compileMask(text);
  const network = compileAddressMask(fold(text));
  const gecos = compileMask(realname);
  let here = 0;
  let all = 0;
  for (const user of [...server.state.users]) {
    if (server.host.work.spend(MATCH_NS)) yield null;
    if (client.user.gone) return;
    if (user.gone) continue;
    const { who, prefix, address, hidden } = user.folded;
    const named =
      mask.matches(prefix) ||
      mask.matches(address) ||
      hidden.some((other) => mask.matches(other)) ||
      (network !== null && coversAddress(network, who, user.addressGroups));
    if (!named || (realname !== '*' && !gecos.matches(fold(user.realname)))) continue;
    all++;
    if (user.local !== null) here++;
  }
  client.reply(N.RPL_TESTMASK, `${here} ${all} ${replyParameter(text)} ${replyParameter(realname)}`);
}
