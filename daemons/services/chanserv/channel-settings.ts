/**
 * What can be set of a channel: the one table from which SET, its help, the docs and the registry take names, kinds and defaults. Values
 * are kept as the text that this table writes; what is by default is not kept.
 */
import { isLineText } from '../../../contract/line-texts.ts';
import { limits } from '../limits.ts';
import { LEVELS, NOBODY_LEVEL, readLevel } from './levels.ts';
import { readModeLock } from './mode-lock.ts';

export const AUTOMODES = ['none', 'normal', 'voice', 'halfop', 'op', 'mute', 'onlyvoice'] as const;
export const PROTECTIONS = ['all', 'equal', 'lower', 'none'] as const;
export const TOYS = ['disabled', 'private', 'public'] as const;
export const REFRESHES = ['never', '3h', '6h', '12h', '24h'] as const;
export const CTCP_REACTIONS = ['none', 'kick', 'kickban', 'shortban', 'longban'] as const;
export const BAN_TIMEOUTS = ['none', '10m', '2h', '4h', '1d', '1w'] as const;

/** Every setting with its value. */
export interface ChannelSettings {
  readonly defaultTopic: string;
  readonly topicMask: string;
  readonly greeting: string;
  readonly userGreeting: string;
  /** Letters and arguments as `readModeLock` takes them. */
  readonly modes: string;
  readonly enfOps: number;
  readonly enfHalfOps: number;
  readonly enfModes: number;
  readonly enfTopic: number;
  readonly pubCmd: number;
  readonly setters: number;
  readonly userInfo: number;
  readonly inviteMe: number;
  readonly topicSnarf: number;
  readonly automode: (typeof AUTOMODES)[number];
  readonly protect: (typeof PROTECTIONS)[number];
  readonly toys: (typeof TOYS)[number];
  readonly topicRefresh: (typeof REFRESHES)[number];
  readonly ctcpReaction: (typeof CTCP_REACTIONS)[number];
  readonly banTimeout: (typeof BAN_TIMEOUTS)[number];
  readonly resync: (typeof REFRESHES)[number];
  /** How many more than there are may come in; 0 sets no limit. */
  readonly dynLimit: number;
  readonly noDelete: boolean;
}

export type SettingKey = keyof ChannelSettings;
type Value = ChannelSettings[SettingKey];

export interface SettingRow {
  readonly key: SettingKey;
  /** As SET takes it, in upper case. */
  readonly name: string;
  /** What it takes, in words. */
  readonly takes: string;
  readonly initial: Value;
  /** Whether only operators of the network change it. */
  readonly operators?: true;
  /** One sentence. */
  readonly help: string;
  /** What somebody typed, or what is kept; null for what it does not take. `*` for the default is looked at before. */
  read(text: string): Value | null;
  /** As it is kept, and shown. */
  write(value: Value): string;
}

/** Values that are picked from some, by their name or their place. */
function choice<const Names extends readonly string[]>(
  key: SettingKey,
  names: Names,
  initial: Names[number],
  help: string,
): SettingRow {
  return {
    key,
    name: key.toUpperCase(),
    takes: names.join(', '),
    initial: initial as Value,
    help,
    read: (text) => {
      const at = /^\d$/.test(text) ? Number(text) : names.indexOf(text.toLowerCase());
      return (names[at] as Value | undefined) ?? null;
    },
    write: String,
  };
}

/** A level that somebody needs for something. @param least 0 where nobody may need any */
function level(key: SettingKey, initial: number, help: string): SettingRow {
  return {
    key,
    name: key.toUpperCase(),
    takes: `a level, 0 for everybody or ${NOBODY_LEVEL} for nobody`,
    initial,
    help,
    read: (text) => {
      if (text === '0' || text.toLowerCase() === 'everybody') return 0;
      if (text === String(NOBODY_LEVEL) || text.toLowerCase() === 'nobody') return NOBODY_LEVEL;
      return readLevel(text);
    },
    write: String,
  };
}

function text(key: SettingKey, help: string): SettingRow {
  return {
    key,
    name: key.toUpperCase(),
    takes: 'a text, * for none',
    initial: '',
    help,
    read: (said) =>
      isLineText(said) && Buffer.byteLength(said) <= limits.channelTextBytes.default ? said : null,
    write: String,
  };
}

/** In the order in which they are shown. */
export const SETTINGS: readonly SettingRow[] = [
  text(
    'defaultTopic',
    'The topic that TOPIC without words brings back, and to which the topic is refreshed.',
  ),
  text(
    'topicMask',
    'A mask with * and ? that topics have to fit; TOPIC puts its words into the one * of it.',
  ),
  text('greeting', 'What everybody reads who comes in and has no access.'),
  text('userGreeting', 'What those read who come in and have access.'),
  {
    key: 'modes',
    name: 'MODES',
    takes: 'modes such as +nt-k or +ntl 50, * for the default',
    initial: '+nt',
    help: 'Modes that are kept as they are here, against everybody below EnfModes.',
    read: (said) => readModeLock(said)?.text ?? null,
    write: String,
  },
  level('enfOps', LEVELS.manager, 'Whoever is below it can make nobody operator who has no such access.'),
  level('enfHalfOps', LEVELS.manager, 'Whoever is below it can make nobody halfop who has no such access.'),
  level('enfModes', LEVELS.op, 'Whoever is below it cannot change what Modes says.'),
  level('enfTopic', LEVELS.op, 'Whoever is below it cannot change the topic, unless it fits TopicMask.'),
  level('pubCmd', 0, 'Whoever is below it cannot give commands on the channel itself.'),
  level('setters', LEVELS.coowner, 'Whoever is below it cannot change settings.'),
  level('userInfo', LEVELS.peon, 'From this level on the information of a user is shown when they come in.'),
  level('inviteMe', LEVELS.peon, 'From this level on INVITEME, AutoInvite and AutoJoin may be used.'),
  level('topicSnarf', NOBODY_LEVEL, 'From this level on a topic that somebody sets becomes the default one.'),
  choice(
    'automode',
    AUTOMODES,
    'normal',
    'Who has status on coming in: by their level (normal), everybody voice, halfop or op beside that, no voice by level (mute), voice alone for whoever has access (onlyvoice), nobody (none).',
  ),
  choice(
    'protect',
    PROTECTIONS,
    'lower',
    'Who is protected from being thrown out or losing status: users from those below them (lower), also from equals (equal), those without access too (all), nobody (none).',
  ),
  choice('toys', TOYS, 'public', 'Whether toys such as D and 8BALL answer, and to whom.'),
  choice('topicRefresh', REFRESHES, 'never', 'How often the topic becomes the default one again.'),
  choice(
    'ctcpReaction',
    CTCP_REACTIONS,
    'none',
    'What happens to whoever sends a CTCP to the channel, other than an ACTION.',
  ),
  choice('banTimeout', BAN_TIMEOUTS, 'none', 'After how long a ban of the channel is taken away.'),
  choice('resync', REFRESHES, 'never', 'How often everybody has the status again that is due to them.'),
  {
    key: 'dynLimit',
    name: 'DYNLIMIT',
    takes: `off, on, or a number from 1 to ${limits.dynLimitMost.default}`,
    initial: 0,
    help: 'Keeps the limit of users so many above those who are there, so that a crowd cannot come in at once.',
    read: (said) => {
      const word = said.toLowerCase();
      if (word === 'off' || word === '0') return 0;
      if (word === 'on') return limits.dynLimitRoom.default;
      const number = /^\d{1,3}$/.test(word) ? Number(word) : 0;
      return number >= 1 && number <= limits.dynLimitMost.default ? number : null;
    },
    write: String,
  },
  {
    key: 'noDelete',
    name: 'NODELETE',
    takes: 'on or off',
    initial: false,
    operators: true,
    help: 'Keeps the channel, however long nobody comes, and from UNREGISTER.',
    read: (said) => ({ on: true, '1': true, off: false, '0': false })[said.toLowerCase()] ?? null,
    write: (value) => (value === true ? 'on' : 'off'),
  },
];

const BY_NAME = new Map(SETTINGS.map((row) => [row.name, row]));
const BY_KEY = new Map(SETTINGS.map((row) => [row.key, row]));

export function findSetting(name: string): SettingRow | undefined {
  return BY_NAME.get(name.toUpperCase());
}

/** What holds of a channel on which nothing was set. */
export const INITIAL_SETTINGS = Object.fromEntries(
  SETTINGS.map(({ key, initial }) => [key, initial]),
) as unknown as ChannelSettings;

/** What holds of a channel, by what is kept of it; what cannot be read is as by default. */
export function readSettings(
  kept: readonly { readonly name: string; readonly value: string }[],
): ChannelSettings {
  if (kept.length === 0) return INITIAL_SETTINGS;
  const settings: Record<string, Value> = { ...INITIAL_SETTINGS };
  for (const { name, value } of kept) {
    const read = BY_KEY.get(name as SettingKey)?.read(value) ?? null;
    if (read !== null) settings[name] = read;
  }
  return settings as unknown as ChannelSettings;
}

/** Milliseconds of `6h` and the like among the choices; null for never. */
export function spanMs(choice: (typeof REFRESHES)[number] | (typeof BAN_TIMEOUTS)[number]): number | null {
  return SPANS[choice] ?? null;
}

const HOUR_MS = 3_600_000;
const SPANS: Readonly<Record<string, number>> = {
  '10m': HOUR_MS / 6,
  '2h': 2 * HOUR_MS,
  '3h': 3 * HOUR_MS,
  '4h': 4 * HOUR_MS,
  '6h': 6 * HOUR_MS,
  '12h': 12 * HOUR_MS,
  '24h': 24 * HOUR_MS,
  '1d': 24 * HOUR_MS,
  '1w': 168 * HOUR_MS,
};
