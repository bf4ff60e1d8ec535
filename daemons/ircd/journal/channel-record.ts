/**
 * What is kept of a channel beyond a crash: one record has all of it, so that the newest record of a channel is the channel.
 * Pure; journal/channel-journal.ts writes records and reads them again.
 */
import { z } from 'zod';
import { toLineText } from '../../../contract/line-texts.ts';
import { fold } from '../../irc/casemapping.ts';
import { CMODE_LETTERS, LIST_MODES, STATUS, STATUS_LETTERS, TEXT_MODES } from '../../irc/modes.ts';
import { isValidChannelName, isValidKey } from '../../irc/names.ts';
import { AS_SERVER } from '../history/channel-policy.ts';
import { limits } from '../limits.ts';
import { listOf } from '../modes/mask-lists.ts';
import { Channel } from '../state/channel.ts';
import { RestoredStatus } from '../state/restored-status.ts';

const lineText = z.string().transform(toLineText);
const milliseconds = z.number().nonnegative();
const channelName = z
  .string()
  .refine((name) => isValidChannelName(name, limits.channelNameBytes.default), { error: 'no channel name' });
/** Mask, who set it, and when in Unix milliseconds. */
const maskEntry = z.tuple([lineText, lineText, milliseconds]);

/** A record of the journal. */
export const channelRecordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('channel'),
    name: channelName,
    createdMs: milliseconds,
    topic: z.object({ text: lineText, by: lineText, atMs: milliseconds }).nullable(),
    /** Letters of modes without parameter. */
    modes: z.string(),
    key: z
      .string()
      .refine((key) => isValidKey(key, limits.keyLength.default), { error: 'no channel key' })
      .nullable(),
    limit: z.int().positive().nullable(),
    /** Modes that are a text, where they are set. */
    H: z.string().max(100).optional(),
    /** Where what was kept before H was set is to be deleted from the disk yet. */
    anew: z.literal(true).optional(),
    L: channelName.optional(),
    f: z.string().max(100).optional(),
    b: z.array(maskEntry),
    e: z.array(maskEntry),
    I: z.array(maskEntry),
    /** Folded accounts. */
    operators: z.array(z.string()),
    voices: z.array(z.string()),
    /** Where there are any. */
    owners: z.array(z.string()).optional(),
    protected: z.array(z.string()).optional(),
    halfops: z.array(z.string()).optional(),
    /** Until when it is kept, Unix milliseconds, where nobody was on it; null where somebody was. */
    untilMs: milliseconds.nullable(),
  }),
  /** It is no more. */
  z.object({ kind: z.literal('ended'), name: channelName }),
]);

/** A record as it is written and read. */
export type ChannelRecord = z.output<typeof channelRecordSchema>;
/** One of a channel that is there. */
export type KeptChannel = Extract<ChannelRecord, { readonly kind: 'channel' }>;

/** What is kept of a channel as it is now. */
export function recordOf(channel: Channel): KeptChannel {
  const { name, createdMs, topic, topicBy, topicAtMs, joinKey, limit, members, restored } = channel;
  const held = new Map<number, Set<string>>();
  for (const bit of STATUS_LETTERS.values()) held.set(bit, new Set(restored?.holders(bit)));
  for (const { status, user } of members) {
    if (status === 0 || user.account === null) continue;
    for (const [bit, accounts] of held) if ((status & bit) !== 0) accounts.add(fold(user.account));
  }
  const holders = (bit: number) => [...held.get(bit)!].slice(0, limits.keptStatus.default);
  const ifAny = (bit: number) => (held.get(bit)!.size === 0 ? undefined : holders(bit));
  return {
    kind: 'channel',
    name,
    createdMs,
    topic: topic === '' ? null : { text: topic, by: topicBy, atMs: topicAtMs },
    modes: lettersOf(channel),
    key: joinKey,
    limit,
    H: channel.text('H') ?? undefined,
    anew: channel.historyAnew || undefined,
    L: channel.text('L') ?? undefined,
    f: channel.text('f') ?? undefined,
    b: entriesOf(channel, 'b'),
    e: entriesOf(channel, 'e'),
    I: entriesOf(channel, 'I'),
    operators: holders(STATUS.op),
    voices: holders(STATUS.voice),
    owners: ifAny(STATUS.owner),
    protected: ifAny(STATUS.protected),
    halfops: ifAny(STATUS.halfop),
    untilMs: members.length > 0 ? null : (restored?.untilMs ?? null),
  };
}

/**
 * A channel as its record says, on which nobody is yet.
 * @param untilMs until when one is kept that had members, Unix milliseconds; what the record says holds for one without
 */
export function channelOf(record: KeptChannel, untilMs: number): Channel {
  const { name, createdMs, topic, modes, key, limit } = record;
  const channel = new Channel(name, fold(name), createdMs);
  if (topic !== null) {
    channel.topic = topic.text;
    channel.topicBy = topic.by;
    channel.topicAtMs = topic.atMs;
  }
  channel.modes = 0;
  for (const letter of modes) channel.modes |= CMODE_LETTERS.get(letter) ?? 0;
  channel.joinKey = key;
  channel.limit = limit;
  for (const letter of TEXT_MODES) channel.setText(letter, record[letter] ?? null);
  channel.historyAnew = record.anew === true;
  // It was a flag once.
  if (record.H === undefined && modes.includes('H')) channel.setText('H', AS_SERVER);
  for (const letter of LISTS) {
    const list = listOf(channel, letter);
    for (const [mask, by, atMs] of record[letter]) list.add(mask, by, atMs);
  }
  channel.asleep = true;
  channel.restored = new RestoredStatus(record.untilMs ?? untilMs, [
    [STATUS.owner, record.owners ?? []],
    [STATUS.protected, record.protected ?? []],
    [STATUS.op, record.operators],
    [STATUS.halfop, record.halfops ?? []],
    [STATUS.voice, record.voices],
  ]);
  return channel;
}

/** The newest record of every channel that has not ended, in the order in which they were first heard of. */
export function newestOf(records: Iterable<ChannelRecord>): KeptChannel[] {
  const newest = new Map<string, KeptChannel>();
  for (const record of records) {
    if (record.kind === 'ended') newest.delete(fold(record.name));
    else newest.set(fold(record.name), record);
  }
  return [...newest.values()];
}

const LISTS = [...LIST_MODES] as ('b' | 'e' | 'I')[];

function lettersOf(channel: Channel): string {
  let letters = '';
  for (const [letter, bit] of CMODE_LETTERS) if (channel.has(bit)) letters += letter;
  return letters;
}

function entriesOf(channel: Channel, letter: string): [mask: string, by: string, atMs: number][] {
  return listOf(channel, letter).entries.map(({ mask, by, atMs }) => [mask.text, by, atMs]);
}
