/** A channel gets another topic. */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toChannel } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { Source } from '../network-events.ts';
import type { Channel } from '../state/channel.ts';

/** @param atMs when it was set, Unix milliseconds. */
export function setTopic(
  server: CommandServer,
  source: Source,
  channel: Channel,
  text: string,
  atMs: number,
): WorkSteps | null {
  channel.topic = text;
  channel.topicBy = source.prefix;
  channel.topicAtMs = atMs;
  server.host.tableChanged('channels');
  server.links?.tell({ kind: 'topic', source, channel });
  return toChannel(server, channel, from(server, source, `TOPIC ${channel.name} :${text}`), null);
}
