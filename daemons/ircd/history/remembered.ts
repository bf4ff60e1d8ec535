/** What is kept of a message, or of what else happened. Pure. */
import type { Delivery } from '../client/delivery.ts';
import type { HistoryLine, Peer, Remembered } from './history-buffer.ts';

/** A message as it is kept. */
export interface Said {
  readonly verb: 'PRIVMSG' | 'NOTICE' | 'TAGMSG';
  readonly message: Delivery;
  /** Of a message of several. */
  readonly lines?: readonly HistoryLine[];
}

/** Null for what is over when it was seen: that somebody is typing. */
export function remember({ verb, message, lines }: Said, peer: Peer | null): Remembered | null {
  if (verb !== 'TAGMSG') return facts(message, 'message', peer, lines);
  return isTyping(message.tags.clientTags) ? null : facts(message, 'event', peer);
}

export function facts(
  message: Delivery,
  kind: Remembered['kind'],
  peer: Peer | null,
  lines: readonly HistoryLine[] | null = null,
): Remembered {
  const { account, msgid, clientTags, bot } = message.tags;
  const { time } = message.messageTags;
  return { body: message.body, lines, kind, msgid, time, account, clientTags, bot, peer };
}

/** IRCv3 typing: nothing but that. */
function isTyping(clientTags: string): boolean {
  return clientTags.split(';').every((tag) => /^\+(?:draft\/)?typing(?:=|$)/.test(tag));
}
