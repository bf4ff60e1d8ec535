/** A channel gets another topic. Nothing may be on its way to the channel; its gate is left by whoever calls. */
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { eventOn, toChannel } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { Source } from '../network-events.ts';
import type { Channel } from '../state/channel.ts';
import { kept } from './keeping.ts';
import { hiddenOn, revealThen } from './reveal.ts';

/** When a topic that is set now was set, in Unix milliseconds: behind the one before it, whatever clock that went by. */
export function topicTime({ topicAtMs }: Channel): number {
  const nextSecond = (Math.floor(topicAtMs / 1000) + 1) * 1000;
  return Math.max(Date.now(), nextSecond);
}

/**
 * @param atMs when it was set, Unix milliseconds.
 * @param by prefix of whoever set it.
 * @param told false where links hear of it otherwise.
 * @param bytes the topic as another server has said it, where that was no UTF-8.
 */
export function setTopic(
  server: CommandServer,
  source: Source,
  channel: Channel,
  text: string,
  atMs: number,
  by = source.prefix,
  told = true,
  bytes: string | null = null,
): WorkSteps | null {
  channel.topic = text;
  channel.topicBytes = bytes;
  channel.topicBy = by;
  channel.topicAtMs = atMs;
  server.host.tableChanged('channels');
  if (told) server.links?.tell({ kind: 'topic', source, channel });
  const message = eventOn(server, source, channel, `TOPIC ${channel.name} :${text}`);
  const tell = () => toChannel(server, channel, message, null);
  const hidden = 'nick' in source ? hiddenOn(channel, source) : null;
  return kept(server, source, channel, hidden === null ? tell : () => revealThen(server, hidden, tell));
}
