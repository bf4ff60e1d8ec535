/** What a client is told of a channel that it has come to: by JOIN, or because the channel has another name. */
import { N } from '../../irc/numerics.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import { sendMarker } from './markread.ts';
import { sendMetadataOf } from './metadata.ts';
import { sendNames } from './names.ts';
import { sendTopic } from './topic.ts';

/** The topic, how far it was read, who is on it, and what they say of themselves. */
export function* tellArrival(server: CommandServer, client: LocalClient, channel: Channel): WorkSteps {
  if (channel.topic !== '') sendTopic(client, channel);
  // IRCv3 read-marker: "before the RPL_ENDOFNAMES reply".
  if (client.has(CAP.readMarker)) sendMarker(server, client, channel.name);
  // IRCv3 no-implicit-names: whoever asked for it gets them by NAMES alone.
  if (!client.has(CAP.noImplicitNames)) {
    sendNames(server, client, channel);
    client.reply(N.RPL_ENDOFNAMES, channel.name);
  }
  if (client.subscriptions !== null) yield* sendMetadataOf(server, client, channel);
}
