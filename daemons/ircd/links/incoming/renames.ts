/**
 * `BR`, `BK`, `BQ`, `BF`: channels get other names, as one server of the network has decided for all (rename-rules.ts). It tells its
 * neighbours, each of them its own, and each answers in the turn in which it has heard: what it says from then on, it says of the new name.
 */
import { truncateUtf8 } from '../../../irc/line-text.ts';
import { writeLine } from '../../../irc/p10/line.ts';
import { RENAMES_FLAG } from '../../../irc/p10/server-line.ts';
import { bytesOf, textOf } from '../../../irc/p10/text.ts';
import { OWN_TOKEN, TOKEN } from '../../../irc/p10/tokens.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { kick, kickUnseen } from '../../actions/kick.ts';
import { rename } from '../../actions/rename.ts';
import { limits } from '../../limits.ts';
import type { Source } from '../../network-events.ts';
import { type RenameCode, type RenameRefusal, renameRefusal, renamerOf } from '../../rename-rules.ts';
import type { Channel } from '../../state/channel.ts';
import { freeChannel } from '../../work-steps.ts';
import { isChannelOfLinks } from './channel-age.ts';
import { type LinkLine, passOn, type TokenCode, userOf } from './link-line.ts';

const CODES: readonly string[] = ['CANNOT_RENAME', 'CHANNEL_NAME_IN_USE'] satisfies RenameCode[];

/** `BR who #former #name :reason`. */
export const renamed: TokenCode = (line) => {
  const [former, name] = [line.word(1), line.word(2)];
  if (!isChannelOfLinks(textOf(former)) || !isChannelOfLinks(textOf(name))) {
    line.link.fail('it renames what is no channel');
    return null;
  }
  return take(line, former, name);
};

function* take(line: LinkLine, former: string, name: string): WorkSteps {
  const { server, network, link, peer } = line;
  const { state, host } = server;
  const [formerText, newText, reason] = [former, name, line.word(3)].map(textOf) as [string, string, string];
  const source = whoOf(line);
  const absent = () => {
    giveUp(line, undefined, newText);
    state.renameEnded(formerText, newText, name, Date.now());
    network.tell({ kind: 'rename', source, channel: null, former, name, reason, by: peer.server });
  };
  const channel = yield* freeChannel(host, state, formerText);
  try {
    if (channel !== undefined) yield* sendStrangersOut(line, channel, newText);
    // Only while two parts of a network meet, of which each had one that decides. What both know is told anew with the next burst.
    if (link.names.confuses(former) || link.names.confuses(name))
      link.fail(`channels were renamed on both sides at once (${formerText})`);
    // Whoever was sent out may have been the last.
    else if (channel === undefined || state.findChannel(formerText) !== channel) absent();
    else {
      giveUp(line, channel, newText);
      yield* rename(server, source, channel, { name: newText, nameBytes: name, reason, by: peer.server });
    }
  } finally {
    if (channel !== undefined) host.work.leave(channel.gate);
  }
}

/** Whoever has wanted it; the server that tells of it where they are gone. */
function whoOf(line: LinkLine): Source {
  const numeric = line.word(0);
  const { source } = line;
  const { state } = line.server;
  return state.findNumeric(numeric) ?? state.serverByNumeric(numeric) ?? source;
}

/** Users of servers that cannot rename channels, which were linked while this was on its way. */
function* sendStrangersOut({ server }: LinkLine, channel: Channel, name: string): WorkSteps {
  for (const membership of [...channel.members]) {
    const { user } = membership;
    if (user.local === null && !user.server.flags.includes(RENAMES_FLAG))
      yield* kick(server, server.state.me, membership, `Renamed to ${name}`);
  }
}

/**
 * A channel of that name was made on this side before it was known here that it is another's. Whoever has heard of the new name passes over
 * what is said of it, and whoever knows of it does the same with it.
 */
function giveUp({ server, network }: LinkLine, channel: Channel | undefined, name: string): void {
  const { state } = server;
  const rival = state.findChannel(name);
  if (rival === undefined || rival === channel) return;
  const reason = `Another channel is called ${name} now`;
  for (const membership of [...rival.members]) {
    const words = [rival.nameBytes, state.numericOf(membership.user)];
    const told = writeLine(state.me.numeric, TOKEN.KICK, words, bytesOf(reason));
    network.forwardEach(({ renames }) => (renames ? [] : [told]), null);
    kickUnseen(server, state.me, membership, reason, false);
  }
  server.keeper?.changed(rival);
  state.end(rival);
}

/** `BK`. */
export const heard: TokenCode = ({ link }) => {
  link.names.heard();
  return null;
};

/** `BQ #former #name :reason`: goes on to the server that decides, which tells everybody, or whoever wants it why not. */
export const wish: TokenCode = (line) => decide(line);

function* decide(line: LinkLine): WorkSteps {
  const { server, link } = line;
  const { state, host } = server;
  const user = userOf(line);
  const [former, name] = [line.word(0), line.word(1)];
  if (user === null || !isChannelOfLinks(textOf(former)) || !isChannelOfLinks(textOf(name))) return;
  if (link.names.confuses(former) || link.names.confuses(name)) {
    refuse(line, { code: 'CANNOT_RENAME', text: 'It was renamed at the same time; try again' });
    return;
  }
  const to = renamerOf(state);
  if (to !== state.me) {
    passOn(line, to);
    return;
  }
  const channel = yield* freeChannel(host, state, textOf(former));
  try {
    const refusal: RenameRefusal | null =
      channel === undefined
        ? { code: 'CANNOT_RENAME', text: 'It had ended before' }
        : renameRefusal(server, channel, textOf(name));
    if (refusal !== null) refuse(line, refusal);
    else if (channel !== undefined) {
      const reason = truncateUtf8(textOf(line.word(2)), limits.partBytes.default);
      yield* rename(server, user, channel, { name: textOf(name), nameBytes: name, reason });
    }
  } finally {
    if (channel !== undefined) host.work.leave(channel.gate);
  }
}

function refuse(line: LinkLine, { code, text }: RenameRefusal): void {
  const { state } = line.server;
  const words = [state.numericOf(userOf(line)!), line.word(0), line.word(1), code];
  line.link.send(writeLine(state.me.numeric, OWN_TOKEN.RENAME_REFUSED, words, bytesOf(text)));
}

/** `BF who #former #name code :text`. */
export const refused: TokenCode = (line) => {
  const user = line.server.state.findNumeric(line.word(0));
  const [former, name, code, text] = [1, 2, 3, 4].map((at) => textOf(line.word(at))) as [
    string,
    string,
    string,
    string,
  ];
  if (user === undefined || !isChannelOfLinks(former) || !isChannelOfLinks(name) || !CODES.includes(code))
    return null;
  if (user.local === null) passOn(line, user.server);
  else user.local.fail('RENAME', code, `${former} ${name}`, text);
  return null;
};
