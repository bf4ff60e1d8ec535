/** Channels of X3's ChanServ, in the terms of these services, and what it has not be registered. */
import { SETTINGS, type SettingKey } from '../chanserv/channel-settings.ts';
import { LEVELS } from '../chanserv/levels.ts';
import { limits } from '../limits.ts';
import {
  ChannelChecks,
  type ForeignChannel,
  type ForeignChannelNote,
  type ForeignChannelUser,
  type ForeignLamer,
  type ForeignSuspension,
} from './foreign-channels.ts';
import { decoded, type LeftList } from './foreign-data.ts';
import type { ForeignUnregistrable } from './foreign-lists.ts';
import { milliseconds, PartChecks } from './part-checks.ts';
import { listed, numberIn, objectIn, objectsIn, type SaxObject, textIn } from './saxdb.ts';

/** Bits of a channel. */
const NODELETE = 1;
const SUSPENDED = 2;
const VOICE_ALL = 8;
const DYNAMIC_LIMIT = 32;
const OFF_CHANNEL = 256;

/** Bits of somebody on a channel; the first one counts in databases before version 2 alone. */
const NO_AUTO_OP = 1;
const USER_SUSPENDED = 2;
const AUTO_INVITE = 4;
const AUTO_OP = 8;
const AUTO_JOIN = 16;

/** Settings whose values X3 keeps as a letter, by what they are here. */
const LETTERS: Readonly<Partial<Record<SettingKey, Readonly<Record<string, string>>>>> = {
  automode: { n: 'none', y: 'normal', v: 'voice', h: 'halfop', o: 'op', m: 'mute', l: 'onlyvoice' },
  protect: { a: 'all', e: 'equal', l: 'lower', n: 'none' },
  toys: { d: 'disabled', n: 'private', p: 'public' },
  topicRefresh: { n: 'never', '1': '3h', '2': '6h', '3': '12h', '4': '24h' },
  ctcpReaction: { n: 'none', k: 'kick', b: 'kickban', t: 'shortban', T: 'longban' },
  banTimeout: { '0': 'none', '1': '10m', '2': '2h', '3': '4h', '4': '1d', '5': '1w' },
  resync: { n: 'never', '1': '3h', '2': '6h', '3': '12h', '4': '24h' },
};

/** Those that are levels. */
const LEVEL_SETTINGS: readonly SettingKey[] = [
  ...(['enfOps', 'enfHalfOps', 'enfModes', 'enfTopic', 'pubCmd', 'setters'] as const),
  ...(['userInfo', 'inviteMe', 'topicSnarf'] as const),
];

/** What is kept of a channel that has no place here, and why. */
const NO_PLACE: readonly (readonly [string, string, string])[] = [
  ['giveownership', 'record of a change of owners', 'EVENTS has what is done from now on'],
  ['flags', 'settings of a channel in an old form', 'they are as by default: SET'],
];

/** What the reading of all channels needs. */
interface Reading {
  readonly version: number;
  /** Notes that operators alone read in X3. */
  readonly hidden: ReadonlySet<string>;
  /** Folded. */
  readonly accounts: ReadonlySet<string>;
  readonly left: LeftList;
  /** Unix milliseconds. */
  readonly now: number;
}

/** @param accounts folded names of those that come along */
export function readX3Channels(
  section: SaxObject,
  accounts: ReadonlySet<string>,
  left: LeftList,
  now: number,
): ForeignChannel[] {
  const noteTypes = objectsIn(section, 'note_types');
  const reading = {
    version: numberIn(objectIn(section, 'version_control'), 'version_number') ?? 0,
    hidden: new Set(
      noteTypes.filter(([, one]) => textIn(one, 'visibility') === 'privileged').map(([name]) => name),
    ),
    accounts,
    left,
    now,
  };
  const known = new Set<string>();
  const channels: ForeignChannel[] = [];
  for (const [bytes, record] of objectsIn(section, 'channels')) {
    const checks = ChannelChecks.of(decoded(bytes), known, left);
    const channel = checks === null ? null : channelOf(record, checks, reading);
    if (channel !== null) channels.push(channel);
  }
  return channels;
}

function channelOf(record: SaxObject, checks: ChannelChecks, reading: Reading): ForeignChannel | null {
  const { now } = reading;
  const people = checks.users(
    objectsIn(record, 'users').map(([account, user]) => userOf(decoded(account), user, checks, reading)),
    reading.accounts,
  );
  if (people === null) return null;
  const options = objectIn(record, 'options');
  for (const [key, what, why] of NO_PLACE) if (record.has(key)) checks.lost(what, why, '');
  readOptions(options, checks);
  checks.setText('defaultTopic', said(record, 'topic'));
  checks.setText('topicMask', said(record, 'topic_mask'));
  checks.setText('greeting', said(record, 'greeting'));
  checks.setText('userGreeting', said(record, 'user_greeting'));
  const modes = said(record, 'modes');
  if (modes !== null) checks.setModes(modes);
  const isSuspended = ((numberIn(options, 'flags') ?? 0) & SUSPENDED) !== 0;
  return {
    name: checks.name,
    owner: people.owner,
    registered: milliseconds(numberIn(record, 'registered')) ?? 0,
    registrar: checks.text('name of a registrar', said(record, 'registrar'), limits.infoBytes.default),
    visited: milliseconds(numberIn(record, 'visited')),
    mostUsers: numberIn(record, 'max') ?? 0,
    suspension: isSuspended ? checks.suspension(suspensionOf(record), now) : null,
    settings: checks.settings,
    users: people.users,
    lamers: checks.lamers(objectsIn(record, 'bans').map(lamerOf), now),
    notes: checks.notes(notesOf(objectIn(record, 'notes'), checks, reading)),
  };
}

function readOptions(options: SaxObject, checks: ChannelChecks): void {
  const flags = numberIn(options, 'flags') ?? 0;
  for (const key of LEVEL_SETTINGS) checks.set(key, said(options, key.toLowerCase()));
  for (const { key } of SETTINGS) {
    const names = LETTERS[key];
    const letter = textIn(options, key.toLowerCase());
    if (names !== undefined && letter !== null) checks.set(key, names[letter] ?? letter);
  }
  if ((flags & VOICE_ALL) !== 0 && !options.has('automode')) checks.set('automode', 'voice');
  if ((flags & NODELETE) !== 0) checks.set('noDelete', 'on');
  if ((flags & DYNAMIC_LIMIT) !== 0) checks.set('dynLimit', 'on');
  if ((flags & OFF_CHANNEL) !== 0)
    checks.lost('setting OFFCHANNEL', 'ChanServ is on all channels that it keeps', '');
}

function userOf(
  account: string,
  user: SaxObject,
  checks: ChannelChecks,
  { version }: Reading,
): ForeignChannelUser {
  const bits = numberIn(user, 'flags') ?? 0;
  const autoOp = version < 2 ? (bits & NO_AUTO_OP) === 0 : (bits & AUTO_OP) !== 0;
  const ends = timeIn(user, 'accessexpiry');
  const changes = timeIn(user, 'clvlexpiry');
  const before = numberIn(user, 'lastlevel') ?? 0;
  const level = Math.max(LEVELS.peon, Math.min(numberIn(user, 'level') ?? 0, LEVELS.owner));
  return {
    account,
    level,
    seen: timeIn(user, 'seen'),
    info: checks.userInfo(said(user, 'info')),
    autoOp,
    autoInvite: (bits & AUTO_INVITE) !== 0,
    autoJoin: (bits & AUTO_JOIN) !== 0,
    suspendedUntil: (bits & USER_SUSPENDED) === 0 ? null : (timeIn(user, 'expires') ?? 0),
    expires: ends ?? changes,
    backTo: ends === null && changes !== null && before > 0 ? Math.min(before, LEVELS.coowner) : null,
  };
}

function lamerOf([mask, ban]: readonly [string, SaxObject]): ForeignLamer {
  const added = timeIn(ban, 'set') ?? 0;
  const lasts = numberIn(ban, 'duration') ?? 0;
  return {
    mask: decoded(mask),
    by: said(ban, 'owner') ?? 'X3',
    added,
    used: timeIn(ban, 'triggered'),
    expires: timeIn(ban, 'expires') ?? (lasts > 0 ? added + lasts * 1_000 : null),
    reason: said(ban, 'reason') ?? '',
  };
}

/** What X3 says of it, or of versions before. */
function suspensionOf(record: SaxObject): ForeignSuspension | null {
  const one = objectIn(record, 'suspended');
  if (one.size > 0)
    return {
      at: timeIn(one, 'issued') ?? 0,
      by: said(one, 'suspender') ?? 'X3',
      until: timeIn(one, 'expires') ?? 0,
      reason: said(one, 'reason') ?? '',
    };
  const by = said(record, 'suspender');
  if (by === null) return null;
  const until = timeIn(record, 'suspend_expires') ?? 0;
  return { at: 0, by, until, reason: said(record, 'suspend_reason') ?? '' };
}

function notesOf(notes: SaxObject, checks: ChannelChecks, { hidden, now }: Reading): ForeignChannelNote[] {
  const fine: ForeignChannelNote[] = [];
  for (const [name, note] of listed(notes)) {
    if (hidden.has(name)) {
      checks.lost('note that operators alone read', 'everybody with access reads notes here', decoded(name));
      continue;
    }
    const text = said(note, 'note');
    if (text !== null) fine.push({ name: decoded(name), by: said(note, 'setter') ?? 'X3', at: now, text });
  }
  return fine;
}

/** What ChanServ of X3 has not be registered. */
export function readX3Unregistrable(section: SaxObject, left: LeftList, now: number): ForeignUnregistrable[] {
  const fine: ForeignUnregistrable[] = [];
  for (const [bytes, record] of objectsIn(section, 'dnr')) {
    const mask = decoded(bytes);
    const checks = new PartChecks(mask, left);
    const expires = timeIn(record, 'expires');
    if (expires !== null && expires <= now) continue;
    if (!/^[#*]/.test(mask) || mask === '*') {
      checks.lost('name that is not registered', 'expected a channel, a mask of channels, or *account', '');
      continue;
    }
    fine.push({
      mask,
      by: said(record, 'setter') ?? 'X3',
      at: timeIn(record, 'set') ?? now,
      expires,
      reason:
        checks.drawn('reason', said(record, 'reason'), limits.channelTextBytes.default) ??
        'not registered in X3',
    });
  }
  return fine;
}

/** A text that stands there in bytes. */
export function said(record: SaxObject, name: string): string | null {
  const bytes = textIn(record, name);
  return bytes === null ? null : decoded(bytes);
}

/** A time, Unix milliseconds; null for none, which X3 also writes as 0. */
export function timeIn(record: SaxObject, name: string): number | null {
  return milliseconds(numberIn(record, name) || null);
}
