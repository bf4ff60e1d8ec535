/**
 * Messages as the keeper of messages has them, and as they are here. Where a line names its channel there is a NUL, which no line has:
 * a channel that is renamed is then read as if what was said there had been said under the name that it has. Pure.
 */
import { z } from 'zod';
import type { StoredMessage, StoredPeer } from '../../../contract/messages.ts';
import type { Kept, Remembered } from './history-buffer.ts';

/** Source and command of a line, and what it is about. A RENAME says what was called how then, which stays so. */
const TARGET = /^(:\S+ (?!RENAME )\S+ )(\S+)/;

/** The same line about another target, where it is about the first. */
export function about(body: string, former: string, name: string): string {
  return body.replace(TARGET, (whole, before: string, target: string) =>
    target === former ? before + name : whole,
  );
}

const lineSchema = z.tuple([z.string(), z.boolean(), z.boolean()]);
const dataSchema = z.tuple([
  z.string(),
  z.array(lineSchema).nullable(),
  /** Time, account, client's tags, whether a bot said it. */
  z.string(),
  z.string().nullable(),
  z.string(),
  z.boolean(),
  /** The nick of whom it was with. */
  z.string(),
]);

/** With whom something was in private, as it is stored. */
export function storedPeer({ peer }: Remembered): StoredPeer | null {
  return peer === null ? null : { nick: peer.nickKey, account: peer.account };
}

/**
 * A message as it is stored.
 * @param channel the name that it was said under; empty in private.
 */
export function stored(
  { said, order, timeMs, sizeBytes }: Kept,
  keptMs: number,
  channel: string,
): StoredMessage {
  const { body, lines, time, account, clientTags, bot, peer, kind, msgid } = said;
  const nameless = (text: string) => (channel === '' ? text : about(text, channel, '\0'));
  const data = [
    nameless(body),
    lines?.map((line) => [nameless(line.body), line.joined, line.blank]) ?? null,
    time,
    account,
    clientTags,
    bot,
    peer?.nick ?? '',
  ];
  return {
    order,
    at: timeMs,
    kept: keptMs,
    event: kind === 'event',
    id: msgid,
    bytes: sizeBytes,
    data: JSON.stringify(data),
  };
}

/**
 * A message that was stored; null for one that this version does not know.
 * @param channel the name that the channel has; empty in private.
 */
export function restored(
  {
    order,
    at,
    event,
    id,
    bytes,
    data,
  }: Pick<StoredMessage, 'order' | 'at' | 'event' | 'id' | 'bytes' | 'data'>,
  channel: string,
  peer: StoredPeer | null,
): Kept | null {
  const read = dataSchema.safeParse(jsonOf(data));
  if (!read.success) return null;
  const [body, lines, time, account, clientTags, bot, nick] = read.data;
  const named = (text: string) => text.replace('\0', () => channel);
  return {
    order,
    timeMs: at,
    sizeBytes: bytes,
    said: {
      body: named(body),
      lines: lines?.map(([text, joined, blank]) => ({ body: named(text), joined, blank })) ?? null,
      kind: event ? 'event' : 'message',
      msgid: id,
      time,
      account,
      clientTags,
      bot,
      peer: peer === null ? null : { nick, nickKey: peer.nick, account: peer.account },
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
