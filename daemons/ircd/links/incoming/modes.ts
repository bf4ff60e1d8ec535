/** Modes that other servers and their users set, on channels and on themselves. */
import { CMODE_LETTERS, LIST_MODES, STATUS, UMODE_LETTERS } from '../../../irc/modes.ts';
import { type LinkModeChange, readModes } from '../../../irc/p10/mode-line.ts';
import { textOf } from '../../../irc/p10/text.ts';
import { shortToken, TOKEN } from '../../../irc/p10/tokens.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../../actions/channel-modes.ts';
import { setUserModes, type UserModeChange } from '../../actions/user-modes.ts';
import type { Channel } from '../../state/channel.ts';
import type { NetworkState } from '../../state/network.ts';
import { freeChannel, rest } from '../../work-steps.ts';
import { toSeconds } from '../peer.ts';
import { type LinkLine, type TokenCode, userOf } from './link-line.ts';

const STATUS_LETTERS: ReadonlyMap<string, number> = new Map([
  ['o', STATUS.op],
  ['v', STATUS.voice],
]);

/** `M` and `OM`: of a channel, or of the user who says it. */
export const channelOrUserModes: TokenCode = (line) =>
  line.params[0]?.startsWith('#') === true ? channelModes(line) : userModes(line);

function userModes(line: LinkLine): null {
  const user = userOf(line);
  if (user === null) return null;
  const changes: UserModeChange[] = [];
  let on = true;
  for (const letter of line.params[1] ?? '') {
    if (letter === '+' || letter === '-') on = letter === '+';
    const bit = UMODE_LETTERS.get(letter);
    if (bit !== undefined) changes.push({ on, letter, bit });
  }
  setUserModes(line.server, user, changes);
  return null;
}

function* channelModes(line: LinkLine): WorkSteps {
  const { server, source, peer } = line;
  const said = readModes(line.line, peer.limits);
  if (typeof said === 'string') return;
  const channel = yield* freeChannel(server.host, server.state, textOf(said.channel));
  if (channel === undefined) return;
  try {
    // Of a channel that is younger than ours: it lost when both met.
    if (said.createdSeconds > toSeconds(channel.createdMs)) return;
    const changes = new ChannelModeChanges(server, source, channel);
    for (const change of said.changes) apply(server.state, channel, changes, change);
    const forced = shortToken(line.line.token) === TOKEN.OPMODE;
    yield* rest(changes.announce(forced ? 'forced' : true));
  } finally {
    server.host.work.leave(channel.gate);
  }
}

/** Does one change that another server decided on; a letter that is not known here changes nothing. */
export function apply(
  state: NetworkState,
  channel: Channel,
  changes: ChannelModeChanges,
  { on, letter, argument }: LinkModeChange,
): void {
  const flag = CMODE_LETTERS.get(letter);
  const status = STATUS_LETTERS.get(letter);
  if (flag !== undefined) changes.flag(on, letter, flag);
  else if (status !== undefined) {
    const membership = state.findNumeric(argument)?.memberships.get(channel);
    if (membership !== undefined) changes.status(on, letter, status, membership);
  } else if (LIST_MODES.includes(letter)) changes.mask(on, letter, textOf(argument));
  else if (letter === 'k') changes.key(on ? textOf(argument) : null);
  else if (letter === 'l') {
    const limit = Number(argument);
    if (!on) changes.limit(null);
    else if (Number.isInteger(limit) && limit > 0) changes.limit(limit);
  }
}
