/** Users of other servers make channels, join and leave them, and do there what operators do. */
import { truncateUtf8 } from '../../../irc/line-text.ts';
import { STATUS } from '../../../irc/modes.ts';
import { writeLine } from '../../../irc/p10/line.ts';
import { readWhole } from '../../../irc/p10/server-line.ts';
import { cutBytes, oddBytes, textOf } from '../../../irc/p10/text.ts';
import { TOKEN } from '../../../irc/p10/tokens.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { invite as inviteUser } from '../../actions/invite.ts';
import { join as enter } from '../../actions/join.ts';
import { kick as kickMember } from '../../actions/kick.ts';
import { part as leave } from '../../actions/part.ts';
import { setTopic } from '../../actions/topic.ts';
import { limits } from '../../limits.ts';
import type { Channel } from '../../state/channel.ts';
import type { Server } from '../../state/server.ts';
import type { User } from '../../state/user.ts';
import { freeChannel, rest } from '../../work-steps.ts';
import { toSeconds } from '../peer.ts';
import { giveWay, inherit, isChannelOfLinks, olderBy, takeBack } from './channel-age.ts';
import { type LinkLine, type TokenCode, userOf } from './link-line.ts';
import { channelToRemember } from './modes.ts';

/** `C`: whoever makes a channel is its operator, where nobody made it before. */
export const create: TokenCode = (line) => enterAll(line, STATUS.op);

/** `J`, also `J 0`. */
export const join: TokenCode = (line) => {
  const user = userOf(line);
  return line.params[0] === '0' && user !== null ? leaveEach(line, user) : enterAll(line, 0);
};

function* leaveEach({ server }: LinkLine, user: User): WorkSteps {
  for (const { channel } of [...user.memberships.values()]) yield* leave(server, user, channel, '');
}

function* enterAll(line: LinkLine, status: number): WorkSteps {
  const user = userOf(line);
  const seconds = readWhole(line.word(1));
  if (user === null) return;
  for (const word of line.word(0).split(',')) {
    const name = textOf(word);
    if (isChannelOfLinks(name)) yield* enterOne(line, user, word, seconds, status);
  }
}

function* enterOne(line: LinkLine, user: User, said: string, seconds: number, status: number): WorkSteps {
  const { server } = line;
  const named = () => line.named(said);
  const found = yield* freeChannel(server.host, server.state, () => textOf(named()));
  let channel = found;
  try {
    if (user.gone || named() === '' || (found !== undefined && user.memberships.has(found))) return;
    const older = found === undefined || seconds < 0 ? 0 : olderBy(found, seconds);
    if (found !== undefined && older > 0) yield* giveWay(line, found, seconds);
    if (named() === '') return;
    const deserted = found?.members.length === 0;
    const createdMs = seconds < 0 ? Date.now() : seconds * 1000;
    const given = older < 0 ? 0 : status;
    const entrance = { status: given, modes: 0, nameBytes: named() };
    ({ channel } = yield* enter(server, user, textOf(named()), createdMs, entrance));
    if (found === undefined || older > 0) yield* inherit(line, channel);
    if (deserted && older <= 0) line.network.teach(channel, (link) => link === line.link);
    if (given !== status) takeBack(line, channel, line.line.source);
  } finally {
    if (channel !== undefined) server.host.work.leave(channel.gate);
  }
}

/** `L`. */
export const part: TokenCode = (line) => partAll(line);

function* partAll(line: LinkLine): WorkSteps {
  const user = userOf(line);
  if (user === null) return;
  const { server, network, link } = line;
  const reason = line.word(1);
  for (const name of line.word(0).split(',')) {
    const channel = server.state.findChannel(textOf(line.named(name)));
    if (channel !== undefined && user.memberships.has(channel))
      yield* leave(server, user, channel, textOf(reason), reason);
    // They were kicked: others may have heard once more that they are on it.
    else if (isChannelOfLinks(textOf(line.named(name))))
      network.forward(writeLine(user.numeric, TOKEN.PART, [line.named(name)]), link);
  }
}

/** Does something on a channel once nothing is on its way to it. */
function* on(
  line: LinkLine,
  name: string,
  deed: (channel: Channel) => WorkSteps,
  otherwise: () => void = () => {},
): WorkSteps {
  const { host, state } = line.server;
  const channel = yield* freeChannel(host, state, () => textOf(line.named(name)));
  if (channel === undefined) {
    otherwise();
    return;
  }
  try {
    yield* deed(channel);
  } finally {
    host.work.leave(channel.gate);
  }
}

/** `K`: the server of whoever was kicked answers with `L`, so that nobody sees them there who heard it late. */
export const kick: TokenCode = (line) => {
  const { server, source, link } = line;
  const [numeric, reason] = [line.word(1), line.word(2)];
  return on(line, line.word(0), function* (channel) {
    const membership = server.state.findNumeric(numeric)?.memberships.get(channel);
    if (membership === undefined) return;
    if (membership.user.local !== null) link.send(writeLine(numeric, TOKEN.PART, [channel.nameBytes]));
    yield* kickMember(server, source, membership, textOf(reason), reason);
  });
};

/** Longest `nick!user@host`, which whoever set a topic is called by. */
const PREFIX_BYTES =
  limits.nickLength.default + limits.usernameLength.default + limits.hostBytes.default + '!@'.length;

/**
 * `T #channel [by] [created] [since] :text`; one of a channel that is younger than ours is not ours. Of two topics the one set
 * later holds, so that servers whose topics cross agree.
 */
export const topic: TokenCode = (line) => {
  const { server, network, source, params } = line;
  const name = line.word(0);
  const times = params.slice(1, -1).map(readWhole);
  const since = times.at(-1) ?? -1;
  const created = times.length > 1 ? times.at(-2)! : -1;
  const by = params.length > 4 ? truncateUtf8(textOf(params[1]!), PREFIX_BYTES) : source.prefix;
  const said = line.last;
  const text = truncateUtf8(textOf(said), limits.topicBytes.default);
  const bytes = oddBytes(cutBytes(said, limits.topicBytes.default));
  const atMs = since < 0 ? Date.now() : since * 1000;
  const of = 'nick' in source ? source.server : source;
  const set = function* (channel: Channel): WorkSteps {
    const older = created < 0 ? 0 : olderBy(channel, created);
    if (older < 0 || (older > 0 && !of.foreign)) note();
    else if (compare(channel, text, since, of) > 0)
      yield* rest(setTopic(server, source, channel, text, atMs, by, true, bytes));
  };
  /** It is of a channel that is not here, or not yet the one here: whoever enters it next elsewhere finds it so. */
  const note = (): void => {
    if (created < 0 || !isChannelOfLinks(textOf(line.named(name)))) return;
    const channel = channelToRemember(server.state, line.named(name), created);
    // Also what is known here already: it need not be elsewhere.
    if (compare(channel, text, since, of) < 0) return;
    Object.assign(channel, { topic: text, topicBytes: bytes, topicBy: by, topicAtMs: atMs });
    server.state.noteEnded(channel);
    network.tell({ kind: 'topic', source, channel });
  };
  return on(line, name, set, note);
};

/**
 * Whether a topic is newer than that of a channel (1), the same (0), or older (-1). ircu takes whatever topic comes last, so
 * that what comes from there is what is seen there.
 */
function compare(channel: Channel, text: string, since: number, { foreign }: Server): number {
  const ours = toSeconds(channel.topicAtMs);
  if (foreign || since < 0) return text === channel.topic ? 0 : 1;
  if (since !== ours) return since > ours ? 1 : -1;
  return text === channel.topic ? 0 : text > channel.topic ? 1 : -1;
}

/** `I nick #channel time`. */
export const invite: TokenCode = (line) => {
  const { server } = line;
  const user = userOf(line);
  const guest = server.state.findUser(line.word(0));
  const channel = server.state.findChannel(textOf(line.named(line.word(1))));
  if (user === null || guest === undefined || channel === undefined) return null;
  const byHalfop = user.memberships.get(channel)?.isHalfop === true;
  return rest(inviteUser(server, user, guest, channel, byHalfop));
};
