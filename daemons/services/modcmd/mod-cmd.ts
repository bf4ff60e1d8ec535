/** ModCmd: has operators make commands of others, take some away, and say who may use which; and tells of all commands. */
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { sameName } from '../../irc/casemapping.ts';
import { MOST_LEVEL, type Standing } from '../authserv/standing.ts';
import type { BotSpec } from '../bots/bot-roster.ts';
import { whoMayUse } from '../bots/command-page.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { type CommandTable, commandTable } from '../bots/command-table.ts';
import { type Reply, said } from '../bots/reply.ts';
import type { ServiceBot } from '../bots/service-bot.ts';
import { limits } from '../limits.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { CommandBindings } from './command-bindings.ts';
import { isTemplate } from './templates.ts';

export const MODCMD: BotSpec = { nick: 'ModCmd', realname: 'Commands of services' };

export interface ModCmdOptions {
  readonly bindings: CommandBindings;
  readonly standing: Standing;
  readonly writes: WriteTurn;
  /** Nicks of the bots that have commands. */
  readonly bots: () => readonly string[];
  /** Nicks of help bots, whose commands work there alone. */
  readonly helpBots: () => readonly string[];
  /** The commands that a bot brings itself. */
  readonly own: (bot: string) => CommandTable;
}

/** Level of an account from which on it changes commands. */
const LEVEL = 800;

/** Without these nobody could take anything back. */
const KEPT: readonly (readonly [string, string])[] = [
  ['AuthServ', 'AUTH'],
  ['NickServ', 'AUTH'],
  ['ModCmd', 'MODCMD'],
  ['ModCmd', 'BIND'],
  ['ModCmd', 'UNBIND'],
];

export class ModCmd implements ServiceBot {
  readonly spec = MODCMD;
  readonly table: CommandTable;

  constructor(options: ModCmdOptions) {
    this.table = commandTable(MODCMD.nick, modCmdRows(options));
  }
}

export function modCmdRows(options: ModCmdOptions): CommandRow[] {
  return [bind(options), unbind(options), modcmd(options), command(options), showCommands(options)];
}

/** A command that a word names: `ChanServ.OP`, or `OP` of one bot alone; one of a help bot by both its names. */
interface Named {
  readonly bot: string;
  readonly row: CommandRow;
}

/** The nick of a bot as it is spelled. */
function botNamed({ bots, helpBots }: ModCmdOptions, word: string): string | Reply {
  const found = [...bots(), ...helpBots()].find((nick) => sameName(nick, word));
  return found ?? said`There is no bot ${word.slice(0, 32)}. There are ${bots().join(', ')}, and help bots.`;
}

function isText(found: string | Reply): found is string {
  return typeof found === 'string';
}

/** @param table which of its tables is looked at */
function named(options: ModCmdOptions, word: string, tableOf: (bot: string) => CommandTable): Named | Reply {
  const [first, ...rest] = word.split('.') as [string, ...string[]];
  if (rest.length > 0) {
    const bot = botNamed(options, first);
    if (!isText(bot)) return bot;
    const row = tableOf(bot).get(rest.join('.').toUpperCase());
    return row === undefined ? said`${bot} has no command ${rest.join('.').slice(0, 32)}.` : { bot, row };
  }
  const found = options
    .bots()
    .map((bot) => ({ bot, row: tableOf(bot).get(first.toUpperCase()) }))
    .filter((one): one is Named => one.row !== undefined);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) return said`No bot has a command ${first.slice(0, 32)}.`;
  return said`Several bots have that: ${found.map(({ bot, row }) => `${bot}.${row.name}`).join(', ')}.`;
}

function isNamed(found: Named | Reply): found is Named {
  return typeof found !== 'string' && 'row' in found;
}

async function change(options: ModCmdOptions, step: () => void): Promise<void> {
  await options.writes.write(step);
  options.bindings.reload();
}

function written(name: string): (call: CommandCall) => { command: string; what: string } {
  return (call) => ({ command: name, what: call.from(0).slice(0, 200) });
}

function bind(options: ModCmdOptions): CommandRow {
  const { bindings } = options;
  const targetOf = (call: CommandCall) => {
    const word = call.words[2]!;
    return named(options, word.includes('.') ? word : `${call.words[0]}.${word}`, options.own);
  };
  return {
    name: 'BIND',
    needs: { level: LEVEL },
    deed: 'MODCMD',
    syntax: '<bot> <name> <[bot.]command> [words with $1 and $2-]',
    least: 3,
    most: null,
    effect: 'makes a command of another',
    help: [
      'Makes a command of a bot that does what another does, of that bot or of another one.',
      'Words behind it are handed on: $1 is the first that is typed, $2- the second and all behind it; without words all of them are.',
      'BIND ChanServ WELCOME ADDUSER $1 $2 op makes WELCOME #channel nick add somebody as op.',
      'The bot may be a help bot; a command of one is bound there alone.',
    ],
    recorded: written('BIND'),
    refusal(call) {
      const [word, name] = call.words as readonly [string, string];
      const bot = botNamed(options, word);
      if (!isText(bot)) return bot;
      if (!/^[a-z][a-z0-9]{0,19}$/i.test(name)) return 'A command is called by up to 20 letters and digits.';
      const upper = name.toUpperCase();
      if (options.own(bot).has(upper)) return said`${bot} has a command ${upper} of its own.`;
      if (bindings.binding(bot, upper) !== undefined)
        return said`${upper} is bound already: UNBIND it first.`;
      if (bindings.size >= limits.commandBindings.default)
        return said`There are ${limits.commandBindings.default} such commands, as many as may be.`;
      if (call.from(3).length > limits.commandBytes.default)
        return said`Words behind it have up to ${limits.commandBytes.default} letters.`;
      if (!isTemplate(call.words.slice(3))) return 'Places are $1 to $9, and $1- to $9-.';
      const found = targetOf(call);
      if (!isNamed(found)) return found;
      return found.bot !== bot && options.helpBots().includes(found.bot)
        ? said`A command of ${found.bot} is bound on ${found.bot} alone.`
        : null;
    },
    async run(call) {
      const bot = botNamed(options, call.words[0]!);
      const found = targetOf(call);
      if (!isText(bot) || !isNamed(found)) return ['That is there no more.'];
      const name = call.words[1]!.toUpperCase();
      const { row, bot: targetBot } = found;
      const binding = {
        bot,
        name,
        targetBot,
        command: row.name,
        template: call.words.slice(3),
        by: call.user.account!,
      };
      await change(options, () => bindings.bind(binding));
      return [
        said`${bot} does for ${name} what ${targetBot} does for ${`${row.name} ${call.from(3)}`.trimEnd()}.`,
      ];
    },
  };
}

function unbind(options: ModCmdOptions): CommandRow {
  const { bindings } = options;
  const nameOf = ({ words }: CommandCall) => words[1]!.toUpperCase();
  return {
    name: 'UNBIND',
    needs: { level: LEVEL },
    deed: 'MODCMD',
    syntax: '<bot> <name>',
    least: 2,
    most: 2,
    effect: 'takes a command away that was made of another',
    help: ['Takes a command away that BIND made. One that a bot has by itself is taken away by MODCMD.'],
    recorded: written('UNBIND'),
    refusal(call) {
      const bot = botNamed(options, call.words[0]!);
      if (!isText(bot)) return bot;
      const name = nameOf(call);
      if (bindings.binding(bot, name) !== undefined) return null;
      return options.own(bot).has(name)
        ? said`${bot} has ${name} by itself: MODCMD ${bot}.${name} DISABLED on has nobody use it.`
        : said`${bot} has no command ${name.slice(0, 32)}.`;
    },
    async run(call) {
      const bot = botNamed(options, call.words[0]!) as string;
      const name = nameOf(call);
      await change(options, () => bindings.unbind(bot, name));
      return [said`${bot} has no command ${name} any more.`];
    },
  };
}

/** Also those that nobody may use. */
function everyCommand({ bindings }: ModCmdOptions): (bot: string) => CommandTable {
  return (bot) => bindings.everyOf(bot);
}

function modcmd(options: ModCmdOptions): CommandRow {
  const { bindings, standing } = options;
  return {
    name: 'MODCMD',
    needs: { level: LEVEL },
    deed: 'MODCMD',
    syntax: '<[bot.]command> [LEVEL or DISABLED] [value]',
    least: 1,
    most: 3,
    effect: 'says who may use a command',
    help: [
      'Shows who may use a command, or changes it: LEVEL 0 to 1000 of accounts of services, or * for what it has by itself;',
      'DISABLED on has nobody use it, off has them again.',
      'What a command looks at besides, such as access to a channel, stays.',
    ],
    recorded: (call) => (call.words.length < 3 ? null : written('MODCMD')(call)),
    refusal({ user, words }) {
      const found = named(options, words[0]!, everyCommand(options));
      if (!isNamed(found)) return found;
      if (words.length === 1) return null;
      const option = words[1]!.toUpperCase();
      if (words.length === 2 || (option !== 'LEVEL' && option !== 'DISABLED'))
        return 'Expected LEVEL or DISABLED, and a value.';
      const isKept = KEPT.some(([bot, name]) => bot === found.bot && name === found.row.name);
      if (isKept)
        return said`${found.bot}.${found.row.name} stays as it is: without it nobody could take anything back.`;
      if (option === 'DISABLED' && !ON_OFF.has(words[2]!.toLowerCase())) return 'DISABLED is on or off.';
      return levelRefusal(
        levelOf(found.row),
        option === 'LEVEL' ? words[2]! : '*',
        standing.levelOf(user) ?? 0,
      );
    },
    async run({ words }) {
      const found = named(options, words[0]!, everyCommand(options));
      if (!isNamed(found)) return [found];
      const { bot, row } = found;
      if (words.length === 3) {
        const rule = bindings.rule(bot, row.name);
        const value = words[2]!;
        const next =
          words[1]!.toUpperCase() === 'LEVEL'
            ? { ...rule, level: value === '*' ? null : Number(value) }
            : { ...rule, disabled: ON_OFF.get(value.toLowerCase())! };
        await change(options, () => bindings.setRule(bot, row.name, next));
      }
      return told(options, { bot, row: bindings.tableOf(bot).get(row.name) ?? row });
    },
  };
}

const ON_OFF: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['off', false],
]);

/** Whether a word is a level that an account may have. */
function isLevel(word: string): boolean {
  return /^\d{1,4}$/.test(word) && Number(word) <= MOST_LEVEL;
}

/** Nobody gives away, or takes, what is above them. */
function levelRefusal(now: number, word: string, own: number): Reply | null {
  if (word !== '*' && !isLevel(word))
    return said`LEVEL is a number from 0 to ${MOST_LEVEL}, or * for what the command has by itself.`;
  return Math.max(now, word === '*' ? 0 : Number(word)) > own
    ? said`Nobody changes a command of a level above their own: yours is ${own}.`
    : null;
}

function command(options: ModCmdOptions): CommandRow {
  return {
    name: 'COMMAND',
    needs: 'account',
    syntax: '<[bot.]command>',
    least: 1,
    most: 1,
    effect: 'nothing',
    help: ['Tells who may use a command, what it changes, and what it was made of.'],
    run({ words }) {
      const found = named(options, words[0]!, everyCommand(options));
      return isNamed(found) ? told(options, found) : [found];
    },
  };
}

function told({ bindings }: ModCmdOptions, { bot, row }: Named): Reply[] {
  const { level, disabled } = bindings.rule(bot, row.name);
  const binding = bindings.binding(bot, row.name);
  return [
    said`${bot}: ${`${row.name} ${row.syntax}`.trimEnd()}`,
    said`It is for ${whoMayUse(row)}. It changes: ${row.effect}`,
    ...(binding === undefined
      ? []
      : [
          said`${binding.by} made it of ${`${binding.targetBot}.${binding.command} ${binding.template.join(' ')}`.trimEnd()}.`,
        ]),
    ...(level === null ? [] : ['Its level is set by MODCMD.']),
    ...(disabled ? ['Nobody may use it: it is disabled.'] : []),
  ];
}

function showCommands(options: ModCmdOptions): CommandRow {
  const { bindings, standing } = options;
  return {
    name: 'SHOWCOMMANDS',
    needs: 'anybody',
    syntax: '<bot> [level]',
    least: 1,
    most: 2,
    effect: 'nothing',
    help: ['Lists the commands of a bot that you may use, or those of a level and below.'],
    run({ user, words }) {
      const bot = botNamed(options, words[0]!);
      if (!isText(bot)) return [bot];
      if (words[1] !== undefined && !isLevel(words[1]))
        return [said`A level is a number from 0 to ${MOST_LEVEL}.`];
      const most = words[1] === undefined ? null : Number(words[1]);
      const rows = [...new Set(bindings.tableOf(bot).values())]
        .filter((row) => (most === null ? mayUse(row, user, standing) : levelOf(row) <= most))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((row) => [row.name, whoMayUse(row), row.effect]);
      return [{ headings: ['Command', 'Who', 'Changes'], rows }];
    },
  };
}

function levelOf({ needs }: CommandRow): number {
  return typeof needs === 'object' ? needs.level : 0;
}

function mayUse({ needs }: CommandRow, user: ViewUser, standing: Standing): boolean {
  if (needs === 'anybody') return true;
  if (needs === 'operator') return user.isOperator;
  const level = standing.levelOf(user);
  return level !== null && (needs === 'account' || level >= needs.level);
}
