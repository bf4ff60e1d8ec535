/** `CM #channel letters`: an operator of the network or a service takes modes away, the status of all members too. */
import { CMODE_LETTERS, isTextMode, LIST_MODES, STATUS_LETTERS } from '../../../irc/modes.ts';
import { writeLine } from '../../../irc/p10/line.ts';
import { textOf } from '../../../irc/p10/text.ts';
import { TOKEN } from '../../../irc/p10/tokens.ts';
import type { WorkSteps } from '../../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../../actions/channel-modes.ts';
import { listOf } from '../../modes/mask-lists.ts';
import type { Channel } from '../../state/channel.ts';
import { freeChannel, rest } from '../../work-steps.ts';
import type { LinkLine, TokenCode } from './link-line.ts';

export const clearModes: TokenCode = (line) => clear(line);

function* clear(line: LinkLine): WorkSteps {
  const { server, source, network, link, peer } = line;
  const name = () => textOf(line.named(line.word(0)));
  const channel = yield* freeChannel(server.host, server.state, name);
  if (channel === undefined) return;
  try {
    const changes = new ChannelModeChanges(server, source, channel);
    for (const letter of new Set(line.word(1)))
      if (!peer.limits.otherFlags.includes(letter)) takeAway(channel, changes, letter, peer.limits.status);
    network.forward(toldOf(line, channel), link);
    yield* rest(changes.announce(false));
  } finally {
    server.host.work.leave(channel.gate);
  }
}

/** As it came, unless the channel has another name than whoever said it knew. */
function toldOf(line: LinkLine, { nameBytes }: Channel): string {
  const [said, letters] = [line.word(0), line.word(1).replaceAll(/[^A-Za-z]/g, '')];
  if (line.named(said) === said || letters === '') return line.text;
  return writeLine(line.line.source, TOKEN.CLEARMODE, [nameBytes, letters]);
}

/** @param status letters that are a status where it is said. */
function takeAway(channel: Channel, changes: ChannelModeChanges, letter: string, status: string): void {
  const flag = CMODE_LETTERS.get(letter);
  if (flag !== undefined) changes.flag(false, letter, flag);
  else if (letter === 'k') changes.key(null);
  else if (letter === 'l') changes.limit(null);
  else if (isTextMode(letter)) changes.text(letter, null);
  else if (LIST_MODES.includes(letter)) {
    for (const { mask } of [...listOf(channel, letter).entries]) changes.mask(false, letter, mask.text);
  } else {
    const bit = status.includes(letter) ? STATUS_LETTERS.get(letter) : undefined;
    if (bit === undefined) return;
    for (const membership of channel.members) changes.status(false, letter, bit, membership);
  }
}
