/** Commands of SpamServ: on which channels it is, what it looks for there and whom it lets say anything. */
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { isAccount, phrase, type Reply, said } from '../bots/reply.ts';
import { type ChanUse, chanRow, refuse } from '../chanserv/chan-row.ts';
import { type ChanWorld, meantAccount, nameOf } from '../chanserv/chan-world.ts';
import { LEVELS, levelText, readLevel } from '../chanserv/levels.ts';
import { limits } from '../limits.ts';
import {
  findSpamSetting,
  KILL,
  REACTIONS,
  SPAM_SETTINGS,
  type SpamSetting,
  type SpamSettings,
  wordRefusal,
} from './spam-settings.ts';
import type { SpamStore, WordKind } from './spam-store.ts';

export interface SpamWorld {
  /** That of ChanServ, whose channels these are. */
  readonly channels: ChanWorld;
  readonly store: SpamStore;
  readonly writes: WriteTurn;
  /** A channel is one of SpamServ's from now on, or no longer. */
  readonly changed: (channel: string) => void;
  /** What was done since services were started. */
  readonly counts: () => {
    readonly lines: number;
    readonly warned: number;
    readonly acted: number;
    readonly remembered: number;
  };
}

/** Level of an account from which on it has SpamServ on channels. */
const STAFF_LEVEL = 200;

export function spamCommands(world: SpamWorld): CommandRow[] {
  return [
    ...[register(world), unregister(world), set(world), status(world)],
    ...[adding(world, 'ADDEXCEPTION', 'exception'), dropping(world, 'DELEXCEPTION', 'exception')],
    ...[adding(world, 'ADDBADWORD', 'bad'), dropping(world, 'DELBADWORD', 'bad')],
    ...[
      addTrust(world),
      dropTrust(world),
      listTrust(world),
      everywhere(world, true),
      everywhere(world, false),
    ],
  ];
}

/** Writes something of a channel, which is known then. */
async function change<Result>(world: SpamWorld, key: string, step: () => Result): Promise<Result> {
  const result = await world.writes.write(step);
  world.store.reload(key);
  return result;
}

function notThere(world: SpamWorld, { channel }: ChanUse): Reply | null {
  return world.store.get(channel.key) === undefined
    ? said`SpamServ is not on ${channel.name}: operators of services REGISTER it.`
    : null;
}

function register(world: SpamWorld): CommandRow {
  return chanRow(world.channels, {
    name: 'REGISTER',
    access: 0,
    staff: STAFF_LEVEL,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'has SpamServ look at what is said on a channel',
    help: ['Has SpamServ look at what is said on a channel that is registered with ChanServ.'],
    deed: 'SPAMSERV',
    refusal: ({ channel }) =>
      world.store.get(channel.key) === undefined ? null : said`SpamServ is on ${channel.name} already.`,
    async run({ channel, user }) {
      await change(world, channel.key, () => world.store.register(channel.key, nameOf(user)));
      world.changed(channel.key);
      return [said`SpamServ is on ${channel.name}.`];
    },
  });
}

function unregister(world: SpamWorld): CommandRow {
  return chanRow(world.channels, {
    name: 'UNREGISTER',
    access: LEVELS.owner,
    syntax: '[CONFIRM]',
    least: 0,
    most: 1,
    effect: 'has SpamServ leave a channel, and forgets what was set there',
    help: ['Has SpamServ leave a channel, and forgets what was set there.'],
    refusal: (use) => {
      if (use.words[0]?.toUpperCase() !== 'CONFIRM')
        return said`UNREGISTER ${use.channel.name} CONFIRM does so.`;
      return notThere(world, use);
    },
    async run({ channel }) {
      await change(world, channel.key, () => world.store.unregister(channel.key));
      world.changed(channel.key);
      return [said`SpamServ has left ${channel.name}.`];
    },
  });
}

function set(world: SpamWorld): CommandRow {
  return chanRow(world.channels, {
    name: 'SET',
    access: LEVELS.coowner,
    syntax: '[setting] [value]',
    least: 0,
    most: 2,
    effect: 'changes what SpamServ looks for, and what it does',
    help: [
      'Shows what is set on a channel, or changes one of it.',
      ...SPAM_SETTINGS.map(({ name, help }) => `${name}: ${help}`),
    ],
    refusal: (use) => {
      const [word, value] = use.words;
      if (word === undefined) return notThere(world, use);
      const setting = findSpamSetting(word);
      if (setting === undefined)
        return said`There is no setting ${word.slice(0, 32)}. There are ${SPAM_SETTINGS.map(({ name }) => name).join(', ')}.`;
      return notThere(world, use) ?? (value === undefined ? null : refusalOf(setting, value, use));
    },
    async run(use) {
      const { key } = use.channel;
      const { store } = world;
      const [word, value] = use.words;
      const setting = word === undefined ? undefined : findSpamSetting(word);
      const settings = store.get(key)!.settings;
      if (setting === undefined)
        return SPAM_SETTINGS.map((one) => said`${one.name}: ${shown(one, settings)}`);
      if (value !== undefined)
        await change(world, key, () => {
          // As it is now: others set something at the same time.
          const next = { ...store.reload(key)!.settings, [setting.key]: valueIn(setting, value) };
          store.setSettings(key, next);
        });
      return [said`${setting.name} is now: ${shown(setting, store.get(key)!.settings)}`];
    },
  });
}

function shown(setting: SpamSetting, settings: SpamSettings): string {
  if (setting.kind === 'level') return levelText(settings[setting.key]);
  if (setting.kind === 'scan') return settings[setting.key] ? '1' : '0';
  if (setting.kind === 'reaction') return `${settings[setting.key]} ${REACTIONS[settings[setting.key]]}`;
  return String(settings[setting.key]);
}

/** Undefined for what is no value of it. */
function valueIn(setting: SpamSetting, word: string): number | boolean | undefined {
  if (setting.kind === 'level') return readLevel(word) ?? undefined;
  if (setting.kind === 'scan') return ON_OFF.get(word.toLowerCase());
  const number = /^\d{1,4}$/.test(word) ? Number(word) : Number.NaN;
  const [least, most] = setting.kind === 'reaction' ? [0, KILL] : [setting.least, setting.most];
  return number >= least && number <= most ? number : undefined;
}

const ON_OFF: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['on', true],
  ['0', false],
  ['off', false],
]);

function refusalOf(setting: SpamSetting, word: string, { user, level, power }: ChanUse): Reply | null {
  const value = valueIn(setting, word);
  if (value === undefined) {
    if (setting.kind === 'level') return said`${setting.name} is a level: a name or a number from 1 to 500.`;
    if (setting.kind === 'scan') return said`${setting.name} is 1 or 0.`;
    const [least, most] = setting.kind === 'reaction' ? [0, KILL] : [setting.least, setting.most];
    return said`${setting.name} is a number from ${least} to ${most}.`;
  }
  if (setting.kind === 'level' && power === level && (value as number) > level)
    return said`Nobody sets a level above their own: yours is ${levelText(level)}.`;
  if (setting.kind === 'reaction' && value === KILL && !user.isOperator)
    return said`That is for operators of the network to set.`;
  return null;
}

const WORDS: Readonly<Record<WordKind, string>> = { bad: 'bad words', exception: 'exceptions' };

function adding(world: SpamWorld, name: string, kind: WordKind): CommandRow {
  return chanRow(world.channels, {
    name,
    access: LEVELS.coowner,
    syntax: '[word]',
    least: 0,
    most: null,
    effect: `adds to the ${WORDS[kind]} of a channel`,
    help: [
      kind === 'bad'
        ? 'Lists the bad words, or adds one: whoever says a line with it is warned first.'
        : 'Lists the exceptions, or adds one: a line with it is neither an advertisement nor bad.',
      'It is looked for in all of a line, as a part of other words too.',
    ],
    refusal: (use) => {
      const missing = notThere(world, use);
      if (missing !== null || use.words.length === 0) return missing;
      const why = wordRefusal(use.from(0).toLowerCase());
      if (why === 'short') return said`A word has at least ${limits.spamWordBytesLeast.default} letters.`;
      return why === 'long' ? said`A word has up to ${limits.spamWordBytes.default} letters.` : null;
    },
    async run(use) {
      const { key } = use.channel;
      if (use.words.length === 0) {
        const words = world.store.get(key)![kind];
        return [said`${words.length} ${phrase(WORDS[kind])}: ${words.join(', ') || phrase('none')}`];
      }
      const word = use.from(0).toLowerCase();
      await change(world, key, () => world.store.addWord(key, kind, word));
      return [said`${word} is one of the ${phrase(WORDS[kind])}.`];
    },
  });
}

function dropping(world: SpamWorld, name: string, kind: WordKind): CommandRow {
  return chanRow(world.channels, {
    name,
    access: LEVELS.coowner,
    syntax: '<word>',
    least: 1,
    most: null,
    effect: `takes one of the ${WORDS[kind]} of a channel away`,
    help: [`Takes one of the ${WORDS[kind]} away.`],
    refusal: (use) => notThere(world, use),
    async run(use) {
      const { key } = use.channel;
      const word = use.from(0).toLowerCase();
      const there = await change(world, key, () => world.store.dropWord(key, kind, word));
      return there
        ? [said`${word} is none of the ${phrase(WORDS[kind])} any more.`]
        : refuse(said`${word.slice(0, 64)} is none of the ${phrase(WORDS[kind])}.`);
    },
  });
}

function addTrust(world: SpamWorld): CommandRow {
  return chanRow(world.channels, {
    name: 'ADDTRUST',
    access: LEVELS.manager,
    syntax: '<nick or *account>',
    least: 1,
    most: 1,
    effect: 'lets an account say anything on a channel',
    help: ['Lets an account say anything on a channel, whatever SpamServ looks for.'],
    refusal: (use) => notThere(world, use) ?? notMeant(world, use),
    async run(use) {
      const account = meantAccount(world.channels, use.call, use.words[0]!);
      if (!isAccount(account)) return refuse(account);
      const { key, name } = use.channel;
      const added = await change(world, key, () => world.store.addTrust(key, account.id, use.by));
      return added
        ? [said`${account.name} may say anything on ${name}.`]
        : refuse(said`${account.name} is trusted on ${name} already.`);
    },
  });
}

function dropTrust(world: SpamWorld): CommandRow {
  return chanRow(world.channels, {
    name: 'DELTRUST',
    access: LEVELS.manager,
    syntax: '<nick or *account>',
    least: 1,
    most: 1,
    effect: 'looks at what an account says on a channel as at what everybody says',
    help: ['Has SpamServ look at what an account says as at what everybody says.'],
    refusal: (use) => notThere(world, use) ?? notMeant(world, use),
    async run(use) {
      const account = meantAccount(world.channels, use.call, use.words[0]!);
      if (!isAccount(account)) return refuse(account);
      const { key, name } = use.channel;
      const there = await change(world, key, () => world.store.dropTrust(key, account.id));
      return there
        ? [said`${account.name} is trusted on ${name} no more.`]
        : refuse(said`${account.name} is not trusted on ${name}.`);
    },
  });
}

function notMeant({ channels }: SpamWorld, { words, call }: ChanUse): Reply | null {
  const found = meantAccount(channels, call, words[0]!);
  return isAccount(found) ? null : found;
}

function listTrust(world: SpamWorld): CommandRow {
  return chanRow(world.channels, {
    name: 'LISTTRUST',
    access: LEVELS.peon,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Lists the accounts that may say anything on a channel, and those that may everywhere.'],
    refusal: (use) => notThere(world, use),
    run({ channel }) {
      const rows = [channel.key, null].flatMap((key) =>
        world.store.trusted(key).map(({ account, by }) => [account, key === null ? '*' : channel.name, by]),
      );
      return rows.length === 0 ? ['Nobody is trusted.'] : [{ headings: ['Account', 'Where', 'By'], rows }];
    },
  });
}

function everywhere(world: SpamWorld, on: boolean): CommandRow {
  return {
    name: on ? 'OADDTRUST' : 'ODELTRUST',
    needs: { level: STAFF_LEVEL },
    deed: 'SPAMSERV-TRUST',
    syntax: '<nick or *account>',
    least: 1,
    most: 1,
    effect: on
      ? 'lets an account say anything on all channels'
      : 'lets an account say anything on no channel',
    help: [
      on
        ? 'Lets an account say anything on all channels that SpamServ is on.'
        : 'Takes that back; what channels trust by themselves stays.',
    ],
    recorded: ({ words }) => ({ command: on ? 'OADDTRUST' : 'ODELTRUST', account: words[0]!.slice(0, 64) }),
    refusal: (call) => {
      const found = meantAccount(world.channels, call, call.words[0]!);
      return isAccount(found) ? null : found;
    },
    async run(call) {
      const { words, user } = call;
      const { store, writes } = world;
      const account = meantAccount(world.channels, call, words[0]!);
      if (!isAccount(account)) return [account];
      const done = await writes.write(() =>
        on ? store.addTrust(null, account.id, nameOf(user)) : store.dropTrust(null, account.id),
      );
      store.reload(null);
      if (on)
        return [done ? said`${account.name} may say anything.` : said`${account.name} is trusted already.`];
      return [
        done ? said`${account.name} is trusted no more.` : said`${account.name} is not trusted everywhere.`,
      ];
    },
  };
}

function status(world: SpamWorld): CommandRow {
  return {
    name: 'STATUS',
    needs: 'anybody',
    syntax: '[CHANNELS]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: [
      'Tells what SpamServ has done since services were started; operators see on which channels it is.',
    ],
    run({ user, words }) {
      const { lines, warned, acted, remembered } = world.counts();
      const told: Reply[] = [
        said`SpamServ is on ${world.store.size} channels, and has looked at ${lines} lines.`,
        said`${warned} warnings, ${acted} of them not heeded. ${remembered} people on channels are remembered.`,
      ];
      if (words[0]?.toUpperCase() !== 'CHANNELS') return told;
      if ((world.channels.standing.levelOf(user) ?? 0) < STAFF_LEVEL)
        return [said`STATUS CHANNELS is for accounts of level ${STAFF_LEVEL} and above.`];
      const names = Array.from(world.store.all(), ({ key }) => world.channels.registry.get(key)?.name ?? key);
      return [
        ...told,
        said`Channels: ${names.slice(0, limits.channelListRows.default).join(' ') || phrase('none')}`,
      ];
    },
  };
}
