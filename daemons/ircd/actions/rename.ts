/** A channel gets another name (IRCv3 channel-rename). Nothing may be on its way to the channel; its gate is left by whoever calls. */
import { sameName } from '../../irc/casemapping.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { eventOn, from, toChannelWithCap } from '../broadcast.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import { tellArrival } from '../commands/arrival.ts';
import { NAME_NS } from '../commands/names.ts';
import { limits } from '../limits.ts';
import type { Source } from '../network-events.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Server } from '../state/server.ts';
import { rest } from '../work-steps.ts';
import { kept } from './keeping.ts';
import { hiddenOn, revealThen } from './reveal.ts';

/** The name that a channel gets. */
export interface NewName {
  readonly name: string;
  /** As another server has said it, with one character for each byte; absent for one of here. */
  readonly nameBytes?: string;
  /** Empty for none. */
  readonly reason: string;
  /** The server linked to this one that has said so; absent where it is decided here. */
  readonly by?: Server;
}

/**
 * "A channel rename preserves all channel state, such as membership, mode and topic": the channel stays what it is, with its lists,
 * invitations, metadata, history and age. No other channel has the name.
 */
export function* rename(
  server: CommandServer,
  source: Source,
  channel: Channel,
  { name, nameBytes = bytesOf(name), reason, by }: NewName,
): WorkSteps {
  const { host, state, markers, recent } = server;
  const { name: former, nameBytes: formerBytes } = channel;
  server.history?.willRename(channel);
  state.rename(channel, name, nameBytes, Date.now());
  server.links?.tell({
    kind: 'rename',
    source,
    channel,
    former: formerBytes,
    name: nameBytes,
    reason,
    by: by ?? null,
  });
  recent.renamed(former, name);
  markers.renamed(former, name, clientsOf(channel));
  host.work.spend((limits.recentMessages.default + markers.accounts) * workPrices.skipped.ns);
  server.keeper?.ended(former);
  const announce = () => tellMembers(server, source, channel, former, reason);
  const hidden = 'nick' in source ? hiddenOn(channel, source) : null;
  const tell = hidden === null ? announce : () => revealThen(server, hidden, announce);
  yield* rest(kept(server, source, channel, tell));
}

function* clientsOf({ locals }: Channel): Iterable<LocalClient> {
  for (const { client } of locals) yield client;
}

/** Those who know what RENAME is hear it, all others that they have left one channel and come to another. */
function* tellMembers(
  server: CommandServer,
  source: Source,
  channel: Channel,
  former: string,
  reason: string,
): WorkSteps {
  // "The server to client command MUST always include the third parameter, an empty string MAY be used".
  // It is kept under the new name, for those who ask for what happened and know what RENAME is.
  const message = eventOn(server, source, channel, `RENAME ${former} ${channel.name} :${reason}`);
  yield* rest(toChannelWithCap(server, channel, CAP.channelRename, message, null));
  // "This fallback SHOULD NOT be used if the rename only changes the case of the channel name".
  if (sameName(former, channel.name)) return;
  const { work } = server.host;
  for (const { client } of [...channel.locals]) {
    if (client.has(CAP.channelRename) || client.user.gone) continue;
    yield* moveOver(server, client, channel, former, reason);
    if (!work.spend(2 * workPrices.message.ns + channel.members.length * NAME_NS)) continue;
    work.hold(channel.gate);
    yield null;
  }
}

/**
 * "Send the client a PART message for the old channel name, with part message matching the rename reason if given", and "a JOIN message
 * followed by the usual messages". Each hears it of themselves alone, so that nobody learns who else is there but by the names.
 */
function* moveOver(
  server: CommandServer,
  client: LocalClient,
  channel: Channel,
  former: string,
  reason: string,
): WorkSteps {
  const { user } = client;
  from(server, user, reason === '' ? `PART ${former}` : `PART ${former} :${reason}`).to(client);
  const more = client.has(CAP.extendedJoin) ? ` ${user.account ?? '*'} :${user.realname}` : '';
  from(server, user, `JOIN ${channel.name}${more}`).to(client);
  yield* tellArrival(server, client, channel);
}
