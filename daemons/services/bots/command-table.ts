/** The commands of a bot: its rows by name and alias, and HELP, which tells of them. */
import type { CommandRow } from './command-row.ts';
import { phrase, type Reply, said } from './reply.ts';

/** By name and alias. */
export type CommandTable = ReadonlyMap<string, CommandRow>;

export const NO_COMMANDS: CommandTable = new Map();

/** @param nick of the bot, for whoever reads what is wrong with its rows */
export function commandTable(nick: string, rows: readonly CommandRow[]): CommandTable {
  const table = new Map<string, CommandRow>();
  const all: readonly CommandRow[] = [...rows, helpRow(() => all)];
  for (const row of all)
    for (const name of [row.name, ...(row.aliases ?? [])]) {
      if (table.has(name)) throw new RangeError(`${nick} has two commands ${name}.`);
      table.set(name, row);
    }
  return table;
}

/** A command as it is typed: `ADDUSER <#channel> <nick or *account> <level>`. */
export function usageOf({ name, syntax }: Pick<CommandRow, 'name' | 'syntax'>): string {
  return `${name} ${syntax}`.trimEnd();
}

/** Who may use a command, for HELP; nothing for anybody who is logged in. */
function neededBy({ needs, who }: CommandRow): Reply[] {
  if (who !== undefined) return [said`For ${phrase(who)}.`];
  return typeof needs === 'object' ? [said`For accounts of level ${needs.level} and above.`] : [];
}

/** HELP of a bot, for the rows that it has. */
export function helpRow(rows: () => readonly CommandRow[]): CommandRow {
  return {
    name: 'HELP',
    needs: 'anybody',
    syntax: '[command]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: ['Lists the commands, or tells what one of them does.'],
    run({ bot, words }) {
      const [word] = words;
      if (word === undefined)
        return [
          said`Commands: ${rows()
            .map(({ name }) => name)
            .sort()
            .join(' ')}`,
          said`/msg ${bot.nick} HELP <command> tells more of one of them.`,
        ];
      const row = rows().find(({ name, aliases = [] }) => [name, ...aliases].includes(word.toUpperCase()));
      if (row === undefined) return [said`There is no command ${word.slice(0, 32)}.`];
      const usage = phrase(usageOf(row));
      const names = row.aliases?.join(', ');
      return [names === undefined ? usage : said`${usage} (also ${names})`, ...row.help, ...neededBy(row)];
    },
  };
}
