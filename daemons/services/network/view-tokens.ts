/**
 * What each token of the uplink changes in the view. A line from nobody who is known, or about nobody, changes nothing: it crossed
 * with a kill. What services answer is not here but in uplink.ts.
 */
import { STATUS } from '../../irc/modes.ts';
import { readBurst } from '../../irc/p10/burst-line.ts';
import type { KindLimits } from '../../irc/p10/kinds.ts';
import type { P10Line } from '../../irc/p10/line.ts';
import { type LinkModeChange, readModes } from '../../irc/p10/mode-line.ts';
import { isServerNumeric } from '../../irc/p10/numeric.ts';
import { readServer, readWhole } from '../../irc/p10/server-line.ts';
import { bytesOf, textOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import { type AccountStamp, readAccountStamp, UserReader } from '../../irc/p10/user-line.ts';
import type { NetworkView } from './network-view.ts';
import { ViewServer, type ViewUser } from './view-parts.ts';

/** What a token is worked off with. */
class ViewLine {
  readonly view: NetworkView;
  readonly limits: KindLimits;
  readonly line: P10Line;
  /** Who says it; null for a server. */
  readonly user: ViewUser | null;
  /** The server that says it, or that of the user; undefined for one that is unknown here. */
  readonly server: ViewServer | undefined;

  constructor(
    view: NetworkView,
    limits: KindLimits,
    line: P10Line,
    user: ViewUser | null,
    server: ViewServer | undefined,
  ) {
    this.view = view;
    this.limits = limits;
    this.line = line;
    this.user = user;
    this.server = server;
  }

  /** Made when somebody asks for them. */
  get params(): readonly string[] {
    return this.line.params;
  }
}

type ViewToken = (line: ViewLine) => void;

const nick: ViewToken = (said) => {
  if (said.user === null) introduce(said);
  else if (said.params.length === 2)
    said.view.rename(said.user, said.params[0]!, Math.max(0, readWhole(said.params[1]!)));
};

/** Whoever is introduced. */
const said = new UserReader();

function introduce({ view, line, server }: ViewLine): void {
  if (server === undefined || said.read(line) !== null) return;
  const stamp = said.argumentOf('r');
  const { account, seconds } = stamp === undefined ? NO_STAMP : readAccountStamp(stamp);
  view.addUser({
    numeric: said.numeric,
    nick: said.nick,
    modes: said.modes,
    nickSeconds: said.nickSeconds,
    account: account === '' ? null : account,
    accountSeconds: seconds,
    server,
    line: line.text,
  });
}

const NO_STAMP: AccountStamp = { account: '', seconds: 0 };

const quit: ViewToken = ({ view, user }) => {
  if (user !== null) view.removeUser(user);
};

const kill: ViewToken = ({ view, params }) => {
  const victim = view.users.get(params[0] ?? '');
  if (victim !== undefined) view.removeUser(victim);
};

const server: ViewToken = ({ view, line, server: uplink }) => {
  const said = readServer(line);
  if (uplink === undefined || typeof said === 'string' || view.servers.has(said.numeric)) return;
  view.addServer(new ViewServer(said.name, said.numeric, uplink, said.flags, said.bursting));
};

const squit: ViewToken = ({ view, params }) => {
  const gone = view.serverByName(params[0] ?? '');
  if (gone !== undefined && gone !== view.me) view.removeServer(gone);
};

const burst: ViewToken = ({ view, limits, line }) => {
  const said = readBurst(line, limits);
  if (typeof said === 'string') return;
  const channel = view.channel(textOf(said.channel), said.createdSeconds);
  const younger = said.createdSeconds > channel.createdSeconds;
  if (said.createdSeconds < channel.createdSeconds) {
    // What was known here is of a younger channel, and loses.
    view.backdate(channel, said.createdSeconds);
  }
  for (const { numeric, status } of said.members) {
    const user = view.users.get(numeric);
    if (user !== undefined) view.join(user, channel, younger ? 0 : status);
  }
  if (younger) return;
  for (const letter of said.modes) channel.modes.set(letter, said.modeArguments.get(letter) ?? '');
  for (const mask of said.bans) channel.bans.add(textOf(mask));
};

const create: ViewToken = ({ view, params, user }) => {
  const seconds = readWhole(params[1] ?? '');
  if (user === null || seconds < 0) return;
  for (const name of params[0]!.split(',')) {
    const channel = view.channel(textOf(name), seconds);
    // Whoever makes one that is there already, and older, is no operator of it.
    view.join(user, channel, seconds > channel.createdSeconds ? 0 : STATUS.op);
  }
};

const join: ViewToken = ({ view, params, user }) => {
  if (user === null || params.length === 0) return;
  const seconds = readWhole(params[1] ?? '');
  for (const name of params[0]!.split(',')) {
    if (name === '0') view.partAll(user);
    else view.join(user, view.channel(textOf(name), seconds < 0 ? 0 : seconds), 0);
  }
};

const part: ViewToken = ({ view, params, user }) => {
  for (const name of (params[0] ?? '').split(',')) {
    const channel = view.findChannel(textOf(name));
    if (user !== null && channel?.members.has(user) === true) view.part(user, channel);
  }
};

const kick: ViewToken = ({ view, params, user }) => {
  const channel = view.findChannel(textOf(params[0] ?? ''));
  const victim = view.users.get(params[1] ?? '');
  if (channel !== undefined && victim !== undefined && channel.members.has(victim))
    view.kick(channel, victim, user);
};

const modes: ViewToken = (line) => {
  const { view, limits, params, user } = line;
  const target = params[0] ?? '';
  if (!/^[#&+]/.test(target)) {
    // A user's own; who it is about stands there as a nick.
    if (user !== null) changeUserModes(line, user);
    return;
  }
  const said = readModes(line.line, limits);
  const channel = view.findChannel(textOf(target));
  if (channel === undefined || typeof said === 'string') return;
  if (said.createdSeconds > channel.createdSeconds && channel.createdSeconds > 0) return;
  view.changeModes(channel, user, said.changes);
};

function changeUserModes({ view, params }: ViewLine, user: ViewUser): void {
  let on = true;
  let next = 2;
  let { modes } = user;
  for (const letter of params[1] ?? '') {
    if (letter === '+' || letter === '-') on = letter === '+';
    else {
      if (letter === 'r' && on) {
        const { account, seconds } = readAccountStamp(params[next++] ?? '');
        if (account !== '') view.setAccount(user, account, seconds);
      }
      const without = modes.replaceAll(letter, '');
      modes = on ? without + letter : without;
    }
  }
  view.setUserModes(user, modes);
}

const clearModes: ViewToken = ({ view, params, user }) => {
  const channel = view.findChannel(textOf(params[0] ?? ''));
  if (channel === undefined) return;
  const changes: LinkModeChange[] = [];
  const take = (letter: string, argument: string) => changes.push({ on: false, letter, argument });
  for (const letter of params[1] ?? '') {
    if (letter === 'b') for (const mask of channel.bans) take(letter, bytesOf(mask));
    else if ('ovh'.includes(letter)) for (const { numeric } of channel.members.keys()) take(letter, numeric);
    else take(letter, channel.modes.get(letter) ?? '');
  }
  view.changeModes(channel, user, changes);
};

const topic: ViewToken = ({ view, params, user }) => {
  const channel = view.findChannel(textOf(params[0] ?? ''));
  if (channel !== undefined && params.length > 1) view.setTopic(channel, textOf(params.at(-1)!), user);
};

/** `AC user account [time]` of ircu; `AC user R|M account [time]` and `AC user U` of others. */
const account: ViewToken = ({ view, params, user: source }) => {
  const user = view.users.get(params[0] ?? '');
  const [, word = '', after] = params;
  if (user === undefined || source !== null) return;
  if (word === 'U') view.setAccount(user, null);
  else {
    const withForm = (word === 'R' || word === 'M') && after !== undefined;
    const { account: named, seconds } = readAccountStamp(withForm ? after : word);
    const since = readWhole((withForm ? params[3] : after) ?? '');
    if (named !== '') view.setAccount(user, named, Math.max(seconds, since, 0));
  }
};

const host: ViewToken = ({ view, params }) => {
  const user = view.users.get(params[0] ?? '');
  if (user !== undefined && params[1] !== undefined) user.host = textOf(params[1]);
};

const realname: ViewToken = ({ params, user }) => {
  if (user !== null && params.length > 0) user.realname = textOf(params.at(-1)!);
};

const burstEnd: ViewToken = ({ view, server: told, user }) => {
  if (told !== undefined && user === null) view.endBurst(told);
};

/** By short token. */
const TOKENS: ReadonlyMap<string, ViewToken> = new Map([
  [TOKEN.NICK, nick],
  [TOKEN.QUIT, quit],
  [TOKEN.KILL, kill],
  [TOKEN.SERVER, server],
  [TOKEN.SQUIT, squit],
  [TOKEN.BURST, burst],
  [TOKEN.CREATE, create],
  [TOKEN.JOIN, join],
  [TOKEN.PART, part],
  [TOKEN.KICK, kick],
  [TOKEN.MODE, modes],
  [TOKEN.OPMODE, modes],
  [TOKEN.CLEARMODE, clearModes],
  [TOKEN.TOPIC, topic],
  [TOKEN.ACCOUNT, account],
  [TOKEN.END_OF_BURST, burstEnd],
  ['BH', host],
  ['BN', realname],
]);

/**
 * Changes the view by one line.
 * @param token the short one
 */
export function applyLine(view: NetworkView, limits: KindLimits, token: string, line: P10Line): void {
  const apply = TOKENS.get(token);
  if (apply === undefined) return;
  const { source } = line;
  const user = isServerNumeric(source) ? null : view.users.get(source);
  // Somebody who is gone says nothing, but what their server did to others holds.
  if (user === undefined && token !== TOKEN.KILL && token !== TOKEN.KICK && token !== TOKEN.SQUIT) return;
  const server = user === null ? view.servers.get(source) : user?.server;
  apply(new ViewLine(view, limits, line, user ?? null, server));
}

/** Whether a line is heard by nobody else: a burst has ten thousands of these. @param token the short one */
export function isViewsAlone(token: string): boolean {
  return token === TOKEN.NICK || token === TOKEN.BURST;
}
