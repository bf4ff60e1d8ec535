/** What a peer is told where a channel has another name, in the turn in which it gets it. Called by link-network.ts once for each. */
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { OWN_TOKEN, TOKEN } from '../../irc/p10/tokens.ts';
import { limits } from '../limits.ts';
import type { NetworkEvent } from '../network-events.ts';
import type { Channel } from '../state/channel.ts';
import type { NetworkState } from '../state/network.ts';
import { channelLines } from './burst-lines.ts';
import { type LinkEnd, type Peer, sourceNumeric } from './peer.ts';

/** Whoever has said so hears that it was heard, and others hear it. */
export function tellRename(
  state: NetworkState,
  link: LinkEnd,
  peer: Peer,
  { source, channel, former, name, reason, by }: Extract<NetworkEvent, { readonly kind: 'rename' }>,
): void {
  const { numeric } = state.me;
  if (peer.server === by) link.send(writeLine(numeric, OWN_TOKEN.RENAME_HEARD, []));
  else if (peer.renames) {
    const words = [sourceNumeric(state, source), former, name];
    link.send(writeLine(numeric, OWN_TOKEN.RENAME, words, bytesOf(reason)));
    link.names.told(former, name);
    if (link.names.unheard > limits.linkRenames.default)
      link.fail('it does not answer where channels are renamed');
  } else if (channel !== null) tellStranger(state, link, peer, channel, former);
}

/** It was linked while the name was on its way here: to it everybody leaves one channel and is on another. None of its own users is on it. */
function tellStranger(
  state: NetworkState,
  link: LinkEnd,
  peer: Peer,
  channel: Channel,
  former: string,
): void {
  for (const { user } of channel.members)
    if (!peer.untold.has(user)) link.send(writeLine(state.numericOf(user), TOKEN.PART, [former]));
  for (const line of channelLines(state, state.me, peer, channel)) link.send(line);
}
