/** SET and USET: what is set of a channel, and of oneself on it. */
import { isLineText } from '../../../contract/line-texts.ts';
import { type Reply, type ReplyTable, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import { writeQuiet } from './access-writes.ts';
import { type ChanResult, type ChanRow, type ChanUse, chanRow, refuse } from './chan-row.ts';
import type { ChanWorld } from './chan-world.ts';
import { findSetting, SETTINGS, type SettingRow } from './channel-settings.ts';
import type { UserField } from './channel-store.ts';
import { LEVELS, levelText, NOBODY_LEVEL } from './levels.ts';
import { meantUser } from './meant-user.ts';
import { confirmation } from './owner-commands.ts';
import type { ChannelUser, RegisteredChannel } from './registered-channel.ts';

export function settingCommands(world: ChanWorld): ChanRow[] {
  return [set(world), uset(world)];
}

function set(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'SET',
    access: LEVELS.op,
    syntax: '[setting] [value]',
    least: 0,
    most: null,
    effect: 'changes a setting of a channel',
    help: [
      'Shows the settings of a channel, one of them, or changes it; * brings its default back. Who may is said by SETTERS.',
      ...SETTINGS.map(({ name, takes, help }) => `${name} (${takes}): ${help}`),
      'DEFAULTS brings all defaults back.',
    ],
    run: (use) => changeSetting(world, use),
  });
}

function settingsTable({ settings }: RegisteredChannel): ReplyTable {
  return {
    headings: ['Setting', 'Value'],
    rows: SETTINGS.map((row) => [row.name, valueText(row, settings[row.key])]),
  };
}

function valueText(row: SettingRow, value: string | number | boolean): string {
  if (row.key === 'dynLimit') return value === 0 ? 'off' : String(value);
  if (typeof value === 'number')
    return value === NOBODY_LEVEL ? 'nobody' : value === 0 ? 'everybody' : levelText(value);
  return value === '' ? '-' : row.write(value);
}

async function changeSetting(world: ChanWorld, use: ChanUse): Promise<ChanResult> {
  const { channel, words, power, from } = use;
  const [word] = words;
  if (word === undefined) return [settingsTable(channel)];
  if (word.toUpperCase() === 'DEFAULTS') return await setDefaults(world, use);
  const row = findSetting(word);
  if (row === undefined)
    return refuse(said`There is no setting ${word.slice(0, 32)}. SET ${channel.name} lists them.`);
  const typed = from(1);
  const before = channel.settings[row.key];
  if (typed === '') return [said`${row.name}: ${valueText(row, before)}`, said`${row.help}`];
  const refusal = settingRefusal(use, row, before);
  if (refusal !== null) return refuse(refusal);
  const value = typed === '*' ? row.initial : row.read(typed);
  if (value === null) return refuse(said`${row.name} takes ${row.takes}.`);
  if (isLevel(row) && typeof value === 'number' && value > power && value !== NOBODY_LEVEL)
    return refuse(said`${row.name} cannot be above your own level.`);
  const { registry } = world;
  // Automode decides of whom IRC servers are told.
  const touched = row.key === 'automode' ? 'access' : 'settings';
  await registry.change(channel.name, touched, () => {
    registry.rows.setSetting(channel.key, row.key, value === row.initial ? null : row.write(value));
    if (touched === 'access') writeQuiet(world, channel.key);
  });
  return [said`${row.name} of ${channel.name} is now: ${valueText(row, value)}`];
}

/** Whether its value is a level that somebody needs. */
function isLevel({ key }: SettingRow): boolean {
  return key !== 'dynLimit';
}

function settingRefusal(
  { channel, power }: ChanUse,
  row: SettingRow,
  before: string | number | boolean,
): Reply | null {
  const { setters } = channel.settings;
  if (row.operators === true && power !== NOBODY_LEVEL)
    return said`${row.name} is for operators of services.`;
  if (power < Math.min(setters, NOBODY_LEVEL))
    return said`Settings of ${channel.name} are for level ${levelText(setters)} and above.`;
  return isLevel(row) && typeof before === 'number' && before > power && before !== NOBODY_LEVEL
    ? said`${row.name} is above your own level.`
    : null;
}

async function setDefaults(world: ChanWorld, use: ChanUse): Promise<ChanResult> {
  const { channel, words, power } = use;
  if (power < LEVELS.owner) return refuse(said`Defaults of ${channel.name} are for level owner and above.`);
  const wanted = confirmation('defaults', use);
  if (words[1] !== wanted)
    return refuse(
      said`All settings will be as by default. To confirm say: SET ${channel.name} DEFAULTS ${wanted}`,
    );
  const { registry } = world;
  const { noDelete } = channel.settings;
  await registry.change(channel.name, 'access', () => {
    registry.rows.dropSettings(channel.key);
    if (noDelete) registry.rows.setSetting(channel.key, 'noDelete', 'on');
    writeQuiet(world, channel.key);
  });
  return [said`All settings of ${channel.name} are as by default.`];
}

/** What somebody may set of themselves on a channel. */
interface UserSetting {
  readonly name: string;
  readonly field: UserField;
  readonly help: string;
  show(user: ChannelUser): string;
}

export const USER_SETTINGS: readonly UserSetting[] = [
  {
    name: 'INFO',
    field: 'info',
    help: 'a text that others read when you come in, * for none',
    show: ({ info }) => info ?? '-',
  },
  {
    name: 'AUTOOP',
    field: 'auto_op',
    help: 'on or off: whether you have the status of your level on coming in',
    show: ({ autoOp }) => (autoOp ? 'on' : 'off'),
  },
  {
    name: 'AUTOINVITE',
    field: 'auto_invite',
    help: 'on or off: whether you are invited when you log in',
    show: ({ autoInvite }) => (autoInvite ? 'on' : 'off'),
  },
  {
    name: 'AUTOJOIN',
    field: 'auto_join',
    help: 'on or off: whether you join when you log in, where the network can do that; where not you are invited',
    show: ({ autoJoin }) => (autoJoin ? 'on' : 'off'),
  },
];

function uset(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'USET',
    access: LEVELS.peon,
    noOverride: true,
    syntax: '[nick or *account] [setting] [value]',
    least: 0,
    most: null,
    effect: 'changes a setting of you on a channel',
    event: false,
    help: [
      'Shows your settings on a channel, or changes one of them; with a nick or *account, those of somebody below you.',
      ...USER_SETTINGS.map(({ name, help }) => `${name}: ${help}.`),
    ],
    run: (use) => changeUser(world, use),
  });
}

async function changeUser(world: ChanWorld, use: ChanUse): Promise<ChanResult> {
  const meant = meantUser(world, use, (word) => settingOf(word) !== undefined);
  if ('replies' in meant) return meant;
  const { user, next } = meant;
  const { channel, words, from } = use;
  const word = words[next];
  if (word === undefined)
    return [{ headings: ['Setting', 'Value'], rows: USER_SETTINGS.map((one) => [one.name, one.show(user)]) }];
  const setting = settingOf(word);
  if (setting === undefined)
    return refuse(
      said`There is no setting ${word.slice(0, 32)}. There are ${USER_SETTINGS.map(({ name }) => name).join(', ')}.`,
    );
  const typed = from(next + 1);
  if (typed === '') return [said`${setting.name}: ${setting.show(user)}`];
  const value = storedValue(setting, typed);
  if (value === undefined) return refuse(said`${setting.name} takes ${setting.help}.`);
  const { inviteMe, userInfo } = channel.settings;
  if (
    value === 1 &&
    (setting.field === 'auto_invite' || setting.field === 'auto_join') &&
    user.level < inviteMe
  )
    return refuse(said`${setting.name} on ${channel.name} is for level ${inviteMe} and above.`);
  if (setting.field === 'info' && value !== null && user.level < userInfo)
    return refuse(said`INFO on ${channel.name} is for level ${userInfo} and above.`);
  const { registry } = world;
  const touched = setting.field === 'auto_op' ? 'access' : 'settings';
  await registry.change(channel.name, touched, () => {
    registry.rows.setUser(channel.key, user.id, setting.field, value);
    if (touched === 'access') writeQuiet(world, channel.key);
  });
  const now = registry.get(channel.name)?.user(user.account) ?? user;
  return [said`${setting.name} of ${user.account} on ${channel.name} is now: ${setting.show(now)}`];
}

function settingOf(word: string): UserSetting | undefined {
  return USER_SETTINGS.find(({ name }) => name === word.toUpperCase());
}

/** What is kept of what somebody typed; undefined for what it does not take. */
function storedValue({ field }: UserSetting, typed: string): string | number | null | undefined {
  if (field === 'info') {
    if (typed === '*') return null;
    return isLineText(typed) && Buffer.byteLength(typed) <= limits.userInfoBytes.default ? typed : undefined;
  }
  const on = { on: 1, '1': 1, off: 0, '0': 0 }[typed.toLowerCase()];
  return on;
}
