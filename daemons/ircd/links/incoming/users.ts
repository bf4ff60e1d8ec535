/** Users of other servers: they come, take another nick, go away, log in, leave, and are killed. */
import { fold } from '../../../irc/casemapping.ts';
import { saidUserMode } from '../../../irc/modes.ts';
import { isValidNick } from '../../../irc/names.ts';
import { decodeAddress } from '../../../irc/p10/address.ts';
import { readLine, writeLine } from '../../../irc/p10/line.ts';
import { isUserNumeric, serverOf } from '../../../irc/p10/numeric.ts';
import { readWhole } from '../../../irc/p10/server-line.ts';
import { bytesOf, cutBytes, oddBytes, textOf } from '../../../irc/p10/text.ts';
import { TOKEN } from '../../../irc/p10/tokens.ts';
import { type AccountStamp, UserReader } from '../../../irc/p10/user-line.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { addressText } from '../../../runtime/net/ip-address.ts';
import { setAccount } from '../../actions/account.ts';
import { setAway } from '../../actions/away.ts';
import { changeHost } from '../../actions/host.ts';
import { introduce } from '../../actions/introduce.ts';
import { kill as killUser } from '../../actions/kill.ts';
import { changeNick } from '../../actions/nick.ts';
import { quit as quitUser } from '../../actions/quit.ts';
import { setRealname } from '../../actions/realname.ts';
import type { CommandServer } from '../../command-server.ts';
import { nameOf } from '../../network-events.ts';
import { Server } from '../../state/server.ts';
import type { RemotePerson, RemoteUser, User } from '../../state/user.ts';
import { freeChannelsOf, leaveAll, rest } from '../../work-steps.ts';
import { hiddenHost, hide } from './hidden-host.ts';
import { type LinkLine, type TokenCode, userOf } from './link-line.ts';
import { loginOnConnect } from './nefarious.ts';
import { accountIn, factsIn, hostIn, realnameBytes, realnameIn, usernameIn } from './user-words.ts';

/** Whoever is introduced now, and whoever was before of whom somebody asks now: neither is read while the other is. */
const said = new UserReader();
const known = new UserReader();

/** What is known of whoever is introduced now. It is taken over at once: a burst is tens of thousands of them, and none needs its own. */
const arrived: { -readonly [Fact in keyof RemoteUser]: RemoteUser[Fact] } = {
  nick: '',
  line: '',
  read: readPerson,
  hiddenHost: null,
  server: new Server('', ''),
  number: 0,
  nickSeconds: 0,
  modes: 0,
  account: null,
  linkFacts: null,
};

/** `N`: of a server a new user, of a user another nick. */
export const nick: TokenCode = (line) => (userOf(line) === null ? arrival(line) : rename(line));

function arrival(line: LinkLine): null {
  const { source, server, link } = line;
  const wrong = said.read(line.line);
  if (wrong !== null) {
    link.fail(wrong);
    return null;
  }
  if ('nick' in source || !said.isOn(source.numeric)) return null;
  // One that was there is another now: its server has given the numeric to somebody else.
  const former = server.state.findNumber(said.number);
  if (former !== undefined) quitUser(server, former, 'Numeric taken over', { kind: 'split', user: former });
  const refusal = isNick(said.nick) ? server.nickLength.refusalOf(said.nick, source) : 'illegal nick';
  if (refusal !== null) {
    const { me } = server.state;
    link.send(writeLine(me.numeric, TOKEN.KILL, [said.numeric], `${me.name} (${refusal})`));
    return null;
  }
  const holder = server.state.nickHolder(said.nick);
  if (holder !== undefined && !settle(line, holder, said, said.numeric)) return null;
  const account = accountOf(said);
  const modes = modeBits(said.modes, source.foreign);
  const linkFacts = factsIn(said, source.foreign);
  arrived.nick = said.nick;
  arrived.line = line.text;
  arrived.hiddenHost = source.foreign ? hiddenHost(server, { account, modes, linkFacts }) : null;
  arrived.server = source;
  arrived.number = said.number;
  arrived.nickSeconds = said.nickSeconds;
  arrived.modes = modes;
  arrived.account = account;
  arrived.linkFacts = linkFacts;
  introduce(server, arrived);
  return null;
}

/** What a line that was a sound introduction says of whoever is introduced. */
function readPerson(text: string): RemotePerson {
  known.read(readLine(text, true)!);
  return {
    username: usernameIn(known.username),
    host: hostIn(known.host) ?? addressText(decodeAddress(known.address)!),
    realname: realnameIn(known.realname),
    p10Address: known.address,
  };
}

/** How long one may be is asked apart from what it is made of. */
function isNick(text: string): boolean {
  return isValidNick(text, text.length);
}

function accountOf(said: UserReader): string | null {
  const stamp = said.argumentOf('r');
  return stamp === undefined ? null : accountIn(stamp);
}

function modeBits(letters: string, foreign: boolean): number {
  let bits = 0;
  for (let i = 0; i < letters.length; i++) bits |= saidUserMode(letters.charAt(i), foreign) ?? 0;
  return bits;
}

/** What tells two who want one nick apart. */
interface Claim {
  readonly nickSeconds: number;
  /** With one character for each byte. */
  readonly username: string;
  /** As P10 writes it. */
  readonly address: string;
}

/**
 * Two want one nick: of the same user and address the older goes (it is a ghost), else the newer, and of equal age both.
 * @returns whether the nick is free for whoever wants it; everybody hears of who was killed.
 */
function settle(line: LinkLine, holder: User, claim: Claim, numeric: string): boolean {
  const { server, link, peer } = line;
  if (!holder.registered && holder.local !== null) {
    server.exit(holder.local, 'Overridden by another sign on');
    server.state.cedeNames(holder);
    return true;
  }
  if (holder.gone || server.state.serverByNumeric(holder.server.numeric) !== holder.server) {
    // They are about to leave, alone or with their server, and only wait until it may be told.
    server.state.cedeNames(holder);
    return true;
  }
  const held = holder.nickSeconds;
  // The peer compares what it was told of the name, which may have been cut.
  const told = cutBytes(bytesOf(holder.username), peer.limits.username);
  const claimed = cutBytes(claim.username, peer.limits.username);
  const same = told === claimed && sameAddress(holder.p10Address, claim.address);
  const equal = held === claim.nickSeconds;
  const holderGoes = equal || (same ? held < claim.nickSeconds : held > claim.nickSeconds);
  const claimGoes = equal || !holderGoes;
  const why = equal
    ? 'nick collision'
    : same
      ? 'nick collision from same user@host'
      : 'overruled by older nick';
  const { me } = server.state;
  if (claimGoes) link.send(writeLine(me.numeric, TOKEN.KILL, [numeric], `${me.name} (${why})`));
  if (holderGoes) {
    killUser(server, me, holder, why);
    server.state.cedeNames(holder);
  }
  return !claimGoes;
}

/** Servers do not all write the same address in the same way. */
function sameAddress(a: string, b: string): boolean {
  if (a === b) return true;
  const groups = decodeAddress(b);
  return decodeAddress(a)?.every((group, i) => group === groups?.[i]) ?? false;
}

function rename(line: LinkLine): ReturnType<TokenCode> {
  const { params } = line;
  const user = userOf(line)!;
  const [wanted, since = ''] = params;
  const nickSeconds = readWhole(since);
  if (wanted === undefined || !isNick(wanted) || nickSeconds < 0) return null;
  return renameSteps(line, user, wanted, nickSeconds);
}

function* renameSteps(line: LinkLine, user: User, wanted: string, nickSeconds: number) {
  const { server } = line;
  const gates = yield* freeChannelsOf(server.host, user);
  try {
    if (user.gone) return;
    const refusal = server.nickLength.refusalOf(wanted, user.server);
    if (refusal !== null) {
      killUser(server, server.state.me, user, refusal);
      return;
    }
    const holder = server.state.nickHolder(wanted);
    if (holder !== undefined && holder !== user) {
      const claim = { nickSeconds, username: bytesOf(user.username), address: user.p10Address };
      if (!settle(line, holder, claim, user.numeric)) {
        quitUser(server, user, 'Killed (nick collision)', { kind: 'quit', user, reason: 'nick collision' });
        return;
      }
    }
    if (fold(wanted) === fold(user.nick) && wanted === user.nick) return;
    yield* changeNick(server, user, wanted, nickSeconds * 1000, gates);
  } finally {
    leaveAll(server.host, gates);
  }
}

/** `Q`. */
export const quit: TokenCode = (line) => {
  const user = userOf(line);
  const { last: bytes } = line;
  const reason = textOf(bytes);
  if (user !== null) quitUser(line.server, user, reason, { kind: 'quit', user, reason, bytes });
  return null;
};

/** `D`: somebody, here or elsewhere, is killed. The reason stands behind the path, in brackets. */
export const kill: TokenCode = ({ server, source, params, link, network, line }) => {
  const [numeric = ''] = params;
  if (!isUserNumeric(numeric)) return null;
  const victim = server.state.findNumeric(numeric);
  const { me } = server.state;
  const home = serverOf(numeric);
  // Whoever killed them may have heard of them once more meanwhile, by another way; also of who had left here before it was heard.
  if (home === me.numeric) link.send(writeLine(me.numeric, TOKEN.KILL, [numeric], `${me.name} (Ghost)`));
  if (victim === undefined) {
    // Their own server says that they are gone: others may have heard of them once more.
    if (line.source === home)
      network.forward(writeLine(line.source, TOKEN.KILL, [numeric], params.at(-1)!), link);
    return null;
  }
  const path = params.at(-1)!;
  const reason = /\((.*)\)$/s.exec(path)?.[1] ?? path;
  killUser(server, source, victim, textOf(reason), nameOf(source), reason);
  return null;
};

/** `A`: with a text away, without back. */
export const away: TokenCode = (line) => {
  const user = userOf(line);
  const { last: text } = line;
  return user === null ? null : setAway(line.server, user, text === '' ? null : textOf(text), oddBytes(text));
};

/** `AC`: ircu's `user account time`, and with `R`, `M` or `U` before the account as others have it. */
export const account: TokenCode = (line) => {
  const { server, source, params, peer } = line;
  const user = server.state.findNumeric(line.word(0));
  const [word, after] = [line.word(1), params[2]];
  if (peer.kind !== 'ircu' && /^[CHSAD]$/.test(word) && after !== undefined) loginOnConnect(line);
  else if (user !== undefined && !('nick' in source)) {
    if (word === 'U') return stampUser(server, user, null, source);
    const withForm = (word === 'R' || word === 'M') && after !== undefined;
    const [stamp = '', since = ''] = params.slice(withForm ? 2 : 1);
    const named = accountIn(stamp);
    const seconds = Math.max(0, readWhole(since));
    return named === null ? null : stampUser(server, user, { account: named, seconds }, source);
  }
  return null;
};

/** @param stamp null for somebody who is logged out */
function* stampUser(
  server: CommandServer,
  user: User,
  stamp: AccountStamp | null,
  source: Server,
): WorkSteps {
  const account = stamp?.account ?? null;
  if (user.local !== null && user.account !== account) server.accounts.tell(user.local, account);
  yield* rest(setAccount(server, user, account, source, stamp?.seconds));
  if (stamp !== null) yield* rest(hide(server, user));
}

/** `BH user host`: a server tells how one of its users is seen from now on. */
export const host: TokenCode = (line) => {
  const { server, source } = line;
  const user = server.state.findNumeric(line.word(0));
  const seen = hostIn(line.word(1));
  if (user === undefined || user.gone || user.server !== source || seen === null) return null;
  return rest(changeHost(server, user, seen));
};

/** `BN`: a user takes another real name. */
export const realname: TokenCode = (line) => {
  const user = userOf(line);
  const { last: bytes } = line;
  const text = realnameIn(bytes);
  return user === null || text === '' || text === user.realname
    ? null
    : setRealname(line.server, user, text, realnameBytes(bytes));
};
