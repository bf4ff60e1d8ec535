/** Commands of help bots about who helps and what is set. */
import { isAccount, phrase, type Reply, said } from '../bots/reply.ts';
import { durationText } from '../chanserv/durations.ts';
import { findHelpSetting, HELP_SETTINGS } from './help-settings.ts';
import { ALL_WEEKS, type Figures, weekOf } from './help-store.ts';
import { accountNamed, type HelpRow, type HelpUse, type HelpWorld } from './help-world.ts';
import { isAtLeast, oneOf, ROLES, type Role, type StaffRole, staffRole } from './roles.ts';

export function staffCommands(world: HelpWorld): HelpRow[] {
  return [
    adding(world, 'ADDTRIAL', 'trial', 'manager'),
    adding(world, 'ADDHELPER', 'helper', 'manager'),
    adding(world, 'ADDMANAGER', 'manager', 'owner'),
    adding(world, 'ADDOWNER', 'owner', 'oper'),
    removing(world, 'DELUSER', 'trial'),
    removing(world, 'DELOWNER', 'oper'),
    clvl(world),
    giveOwnership(world),
    listing('HELPERS', [...ROLES]),
    listing('TLIST', ['trial']),
    listing('HLIST', ['helper']),
    listing('MLIST', ['manager']),
    listing('WLIST', ['owner']),
    set(world),
    stats(world),
    statsReport(world),
    unregister(world),
  ];
}

/** How somebody is named in a command. */
const SOMEBODY = '<nick or *account>';

function adding(world: HelpWorld, name: string, role: StaffRole, needs: Role): HelpRow {
  return {
    name,
    role: needs,
    syntax: SOMEBODY,
    least: 1,
    most: 1,
    effect: `makes somebody ${oneOf(role)}`,
    help: [`Makes somebody ${oneOf(role)} of this bot. CLVL makes them something else later.`],
    refusal: (use) => {
      const found = accountNamed(world, use, use.words[0]!);
      if (!isAccount(found)) return found;
      const now = use.bot.staffRole(found.name);
      return now === null ? null : said`${found.name} is ${now} here already.`;
    },
    run: (use) => made(world, use, role),
  };
}

async function made(world: HelpWorld, use: HelpUse, role: StaffRole): Promise<Reply[]> {
  const found = accountNamed(world, use, use.words[0]!);
  if (!isAccount(found)) return [found];
  await world.desk.setRole(use.bot, use, found.name, role);
  return [said`${found.name} is ${phrase(role)} of ${use.bot.nick}.`];
}

function removing(world: HelpWorld, name: string, role: Role): HelpRow {
  return {
    name,
    role,
    syntax: SOMEBODY,
    least: 1,
    most: 1,
    effect: 'takes somebody off those who help; what they had picked up waits again',
    help: [
      'Takes somebody off those who help, who has to be below you, or is yourself.',
      'What they had picked up waits again.',
    ],
    refusal: (use) => {
      const found = accountNamed(world, use, use.words[0]!);
      if (!isAccount(found)) return found;
      if (use.bot.staffRole(found.name) === null) return said`${found.name} does not help here.`;
      return found.name !== use.account && !isAtLeast(use.role, 'manager')
        ? said`${name} of others is for a manager here, or above.`
        : null;
    },
    async run(use) {
      const found = accountNamed(world, use, use.words[0]!);
      if (!isAccount(found)) return [found];
      await world.desk.dropStaff(use.bot, use, found.name);
      return [said`${found.name} helps here no more.`];
    },
  };
}

function clvl(world: HelpWorld): HelpRow {
  const roles = ROLES.filter((one) => one !== 'oper').join(', ');
  return {
    name: 'CLVL',
    role: 'manager',
    syntax: `${SOMEBODY} <role>`,
    least: 2,
    most: 2,
    effect: 'makes somebody who helps something else',
    help: [`Makes somebody who helps something else, below you: ${roles}.`],
    refusal: (use) => {
      const { bot, words } = use;
      const found = accountNamed(world, use, words[0]!);
      if (!isAccount(found)) return found;
      if (staffRole(words[1]!) === null) return said`A role is one of ${roles}.`;
      return bot.staffRole(found.name) === null ? said`${found.name} does not help here.` : null;
    },
    run: (use) => made(world, use, staffRole(use.words[1]!)!),
  };
}

/** What has to be typed before what cannot be taken back. */
const CONFIRM = 'CONFIRM';

function giveOwnership(world: HelpWorld): HelpRow {
  return {
    name: 'GIVEOWNERSHIP',
    role: 'owner',
    syntax: `${SOMEBODY} ${CONFIRM}`,
    least: 1,
    most: 2,
    effect: 'makes somebody else who helps the owner, and you a manager',
    help: ['Makes somebody else who helps the owner, and you a manager.'],
    own: true,
    refusal: (use) => {
      const { bot, account, words } = use;
      const found = accountNamed(world, use, words[0]!);
      if (!isAccount(found)) return found;
      if (found.name === account) return 'It is yours.';
      if (bot.staffRole(found.name) === null) return said`${found.name} does not help here.`;
      return confirmation(words[1], said`GIVEOWNERSHIP ${words[0]!} ${CONFIRM} hands ${bot.nick} on.`);
    },
    async run(use) {
      const { bot, account, words } = use;
      const found = accountNamed(world, use, words[0]!);
      if (!isAccount(found)) return [found];
      await world.desk.giveOwnership(bot, account, found.name);
      return [said`${bot.nick} is ${found.name}’s.`];
    },
  };
}

function confirmation(word: string | undefined, asked: Reply): Reply | null {
  return word?.toUpperCase() === CONFIRM ? null : asked;
}

function listing(name: string, roles: readonly Role[]): HelpRow {
  return {
    name,
    role: 'trial',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: [roles.length > 1 ? 'Lists who helps, the owners first.' : `Lists each ${roles[0]} of this bot.`],
    run: ({ bot }) => {
      const found = [...bot.staff.values()].filter(({ role }) => roles.includes(role));
      if (found.length === 0) return ['Nobody.'];
      const rows = found
        .sort((a, b) => ROLES.indexOf(b.role) - ROLES.indexOf(a.role) || (a.account < b.account ? -1 : 1))
        .map(({ account, role }) => [account, role, String(bot.requests.ofHelper(account).size)]);
      return [{ headings: ['Account', 'Role', 'Requests'], rows }];
    },
  };
}

function set(world: HelpWorld): HelpRow {
  const names = HELP_SETTINGS.map(({ name }) => name).join(', ');
  return {
    name: 'SET',
    role: 'helper',
    syntax: '[setting] [value]',
    least: 0,
    most: null,
    effect: 'changes a setting of the bot',
    help: [
      'Shows what is set, or changes one of it; * takes a text away, 0 turns a time off.',
      ...HELP_SETTINGS.map(({ name, help }) => `${name}: ${help}`),
    ],
    refusal: (use) => {
      const [word] = use.words;
      if (word === undefined) return null;
      const setting = findHelpSetting(word);
      if (setting === undefined) return said`There is no setting ${word.slice(0, 32)}. There are ${names}.`;
      if (use.words.length === 1 || isAtLeast(use.role, setting.needs)) return null;
      return said`${setting.name} is changed by ${phrase(oneOf(setting.needs))} here, or above.`;
    },
    async run(use) {
      const { bot, words } = use;
      const setting = words[0] === undefined ? undefined : findHelpSetting(words[0]);
      if (setting === undefined)
        return HELP_SETTINGS.map(({ name, show }) => said`${name}: ${show(bot.settings)}`);
      if (words.length > 1) {
        const changed = setting.change(bot.settings, use.from(1));
        if ('values' in changed) return [changed];
        await world.desk.setSettings(bot, changed);
      }
      return [said`${setting.name} is now: ${setting.show(bot.settings)}`];
    },
  };
}

function stats(world: HelpWorld): HelpRow {
  return {
    name: 'STATS',
    role: 'trial',
    syntax: `[nick or *account]`,
    least: 0,
    most: 1,
    effect: 'nothing',
    help: ['Shows what you did here, week by week; a manager sees what somebody else did.'],
    refusal: (use) => {
      const [word] = use.words;
      if (word === undefined) return null;
      const found = accountNamed(world, use, word);
      if (!isAccount(found)) return found;
      if (found.name !== use.account && !isAtLeast(use.role, 'manager'))
        return 'What others did is for a manager here, or above.';
      return use.bot.staffRole(found.name) === null ? said`${found.name} does not help here.` : null;
    },
    run(use) {
      const { bot, account, words } = use;
      const found = words[0] === undefined ? null : accountNamed(world, use, words[0]);
      const name = found !== null && isAccount(found) ? found.name : account;
      const rows = world.desk.store
        .figures(bot.key, name)
        .map((figures) => figureRow(weekText(figures.week, world.now()), figures));
      if (rows.length === 0) return [said`${name} has done nothing here yet.`];
      return [
        said`${name} at ${bot.nick}:`,
        { headings: ['Week', 'Picked up', 'Closed', 'Handed on', 'Taken on', 'On the channel'], rows },
      ];
    },
  };
}

function figureRow(first: string, { pickedUp, closed, handedOn, takenOn, present }: Figures): string[] {
  return [first, ...[pickedUp, closed, handedOn, takenOn].map(String), durationText(present)];
}

function weekText(week: number, now: number): string {
  if (week === ALL_WEEKS) return 'all';
  const ago = weekOf(now) - week;
  return ago === 0 ? 'this one' : `-${ago}`;
}

function statsReport(world: HelpWorld): HelpRow {
  return {
    name: 'STATSREPORT',
    role: 'manager',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Shows what everybody who helps did, all together.'],
    run({ bot }) {
      const rows = [...bot.staff.values()].map(({ account }) => {
        const [all] = world.desk.store.figures(bot.key, account);
        return figureRow(account, all ?? NO_FIGURES);
      });
      if (rows.length === 0) return ['Nobody.'];
      return [
        { headings: ['Account', 'Picked up', 'Closed', 'Handed on', 'Taken on', 'On the channel'], rows },
      ];
    },
  };
}

const NO_FIGURES: Figures = { week: ALL_WEEKS, pickedUp: 0, closed: 0, handedOn: 0, takenOn: 0, present: 0 };

function unregister(world: HelpWorld): HelpRow {
  return {
    name: 'UNREGISTER',
    role: 'owner',
    syntax: CONFIRM,
    least: 0,
    most: 1,
    effect: 'ends the bot with all its requests',
    help: ['Ends the bot with all its requests, who helps there and what they did.'],
    refusal: ({ bot, words }) =>
      confirmation(
        words[0],
        said`UNREGISTER ${CONFIRM} ends ${bot.nick}, with ${bot.requests.size} open requests.`,
      ),
    async run({ bot, account }) {
      await world.unregister(bot, account);
      return [said`${bot.nick} is gone.`];
    },
  };
}
