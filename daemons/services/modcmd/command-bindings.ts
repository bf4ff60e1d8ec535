/**
 * The commands of bots as operators have them: further names for some, others that nobody may use, or that another level may. A table is
 * made anew when something of it was changed, and is the bot's own where nothing was.
 */

import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { CommandCall, CommandNeed, CommandRow } from '../bots/command-row.ts';
import { type CommandTable, helpRow } from '../bots/command-table.ts';
import { said } from '../bots/reply.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { expand, leastWords } from './templates.ts';

/** A command that was made of another. */
export interface Binding {
  readonly bot: string;
  readonly name: string;
  readonly targetBot: string;
  readonly command: string;
  /** Words; none where what is typed is handed on. */
  readonly template: readonly string[];
  readonly by: string;
}

/** What is otherwise of a command than its bot has it. */
export interface CommandRule {
  /** Null for the one that it has by itself. */
  readonly level: number | null;
  readonly disabled: boolean;
}

type BindingRow = Omit<Binding, 'template'> & { readonly arguments: string };
type RuleRow = {
  readonly bot: string;
  readonly command: string;
  readonly level: number | null;
  readonly disabled: number;
};

const NO_RULE: CommandRule = { level: null, disabled: false };

export class CommandBindings {
  readonly #now: () => number;
  readonly #own: (bot: string) => CommandTable;
  readonly #statements;
  readonly #bindings = new Map<string, Binding>();
  readonly #rules = new Map<string, CommandRule>();
  readonly #tables = new Map<string, CommandTable>();

  /**
   * @param now Unix milliseconds
   * @param own the commands that a bot brings, by its nick
   */
  constructor(database: Sqlite, now: () => number, own: (bot: string) => CommandTable) {
    this.#now = now;
    this.#own = own;
    this.#statements = {
      bindings: database.prepare(
        `SELECT bot, name, target_bot AS targetBot, command, arguments, added_by AS "by" FROM command_bindings
          ORDER BY bot, name`,
      ),
      bind: database.prepare(
        `INSERT INTO command_bindings (bot, name, target_bot, command, arguments, added, added_by) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ),
      unbind: database.prepare('DELETE FROM command_bindings WHERE bot = ? AND name = ?'),
      rules: database.prepare('SELECT bot, command, level, disabled FROM command_rules'),
      setRule: database.prepare(
        `INSERT INTO command_rules (bot, command, level, disabled) VALUES (?, ?, ?, ?)
          ON CONFLICT (bot, command) DO UPDATE SET level = excluded.level, disabled = excluded.disabled`,
      ),
      dropRule: database.prepare('DELETE FROM command_rules WHERE bot = ? AND command = ?'),
      renames: [
        'UPDATE command_bindings SET bot = ? WHERE bot = ?',
        'UPDATE command_bindings SET target_bot = ? WHERE target_bot = ?',
        'UPDATE command_rules SET bot = ? WHERE bot = ?',
      ].map((sql) => database.prepare(sql)),
      drops: [
        'DELETE FROM command_bindings WHERE ? IN (bot, target_bot)',
        'DELETE FROM command_rules WHERE bot = ?',
      ].map((sql) => database.prepare(sql)),
    };
    this.reload();
  }

  /** Reads all of it anew. */
  reload(): void {
    this.#bindings.clear();
    this.#rules.clear();
    this.#tables.clear();
    for (const { arguments: words, ...row } of this.#statements.bindings.all() as BindingRow[])
      this.#bindings.set(keyOf(row.bot, row.name), {
        ...row,
        template: words.split(' ').filter((word) => word !== ''),
      });
    for (const { bot, command, level, disabled } of this.#statements.rules.all() as RuleRow[])
      this.#rules.set(keyOf(bot, command), { level, disabled: disabled === 1 });
  }

  get size(): number {
    return this.#bindings.size;
  }

  binding(bot: string, name: string): Binding | undefined {
    return this.#bindings.get(keyOf(bot, name));
  }

  rule(bot: string, command: string): CommandRule {
    return this.#rules.get(keyOf(bot, command)) ?? NO_RULE;
  }

  /** Within a turn of `WriteTurn`; {@link reload} makes it hold. */
  bind({ bot, name, targetBot, command, template, by }: Binding): void {
    this.#statements.bind.run(bot, name, targetBot, command, template.join(' '), this.#now(), by);
  }

  /** Within a turn as well: with what was set of it. */
  unbind(bot: string, name: string): void {
    this.#statements.dropRule.run(bot, name);
    this.#statements.unbind.run(bot, name);
  }

  /** Within a turn as well. */
  setRule(bot: string, command: string, { level, disabled }: CommandRule): void {
    if (level === null && !disabled) this.#statements.dropRule.run(bot, command);
    else this.#statements.setRule.run(bot, command, level, Number(disabled));
  }

  /** Within a turn as well: a bot is called something else, and keeps what was made for it. */
  renameBot(before: string, next: string): void {
    for (const statement of this.#statements.renames) statement.run(next, before);
  }

  /** Within a turn as well: a bot is gone for good, and with it what was made for it and of it. */
  dropBot(bot: string): void {
    for (const statement of this.#statements.drops) statement.run(bot);
  }

  /** The commands of a bot as they are now, by name and alias. */
  tableOf(bot: string): CommandTable {
    let table = this.#tables.get(bot);
    if (table === undefined) {
      table = this.#make(bot, false);
      this.#tables.set(bot, table);
    }
    return table;
  }

  /** The same with those that nobody may use, so that it can be taken back. */
  everyOf(bot: string): CommandTable {
    return this.#make(bot, true);
  }

  #make(bot: string, withDisabled: boolean): CommandTable {
    const own = this.#own(bot);
    const added = [...this.#bindings.values()].filter((one) => one.bot === bot);
    const ruled = [...new Set(own.values())].some(({ name }) => this.rule(bot, name) !== NO_RULE);
    if (added.length === 0 && !ruled) return own;
    const table = new Map<string, CommandRow>();
    for (const [name, row] of own) {
      const rule = this.rule(bot, row.name);
      if (withDisabled || !rule.disabled) table.set(name, withLevel(row, rule.level));
    }
    for (const binding of added) {
      const target = this.#own(binding.targetBot).get(binding.command);
      const rule = this.rule(bot, binding.name);
      // What it was made of may be there no more, in a later version.
      if (target === undefined || (rule.disabled && !withDisabled)) continue;
      const of = withLevel(target, this.rule(binding.targetBot, target.name).level);
      table.set(binding.name, withLevel(boundRow(binding, of), rule.level));
    }
    const help = helpRow(() => [...new Set(table.values())]);
    table.set(help.name, help);
    return table;
  }
}

function keyOf(bot: string, command: string): string {
  return `${bot} ${command}`;
}

/** The same command for another level. */
function withLevel(row: CommandRow, level: number | null): CommandRow {
  if (level === null) return row;
  const { who: _who, ...rest } = row;
  return { ...rest, needs: needOf(level) };
}

function needOf(level: number): CommandNeed {
  return level === 0 ? 'anybody' : { level };
}

/** A command that hands on to another what its template makes of what is typed. */
function boundRow({ name, command, template, targetBot }: Binding, target: CommandRow): CommandRow {
  const { aliases: _aliases, recorded, refusal, ...rest } = target;
  const words = template.join(' ');
  const on = (call: CommandCall) => new HandedOn(call, expand(template, call.words));
  const least = template.length === 0 ? target.least : leastWords(template);
  return {
    ...rest,
    name,
    deed: target.deed ?? target.name,
    syntax: template.length === 0 ? target.syntax : syntaxOf(template, least),
    least,
    most: template.length === 0 ? target.most : null,
    help: [`Does what ${targetBot} does for ${`${command} ${words}`.trimEnd()}.`, ...target.help],
    ...(recorded === undefined ? {} : { recorded: (call) => recorded.call(target, on(call)) }),
    refusal: (call) => {
      const next = on(call);
      const count = next.words.length;
      if (count < target.least || (target.most !== null && count > target.most))
        return said`That comes to ${`${command} ${next.from(0)}`.trimEnd()}, and expected is: ${`${command} ${target.syntax}`.trimEnd()}`;
      return refusal?.call(target, next) ?? null;
    },
    run: (call) => target.run(on(call)),
  };
}

function syntaxOf(template: readonly string[], least: number): string {
  const rest = template.some((word) => word.includes(`$${least}-`));
  return Array.from({ length: least }, (_, at) => `<${at + 1}${rest && at + 1 === least ? '...' : ''}>`).join(
    ' ',
  );
}

/** A call with other words. What it does to its user it does as before. */
class HandedOn implements CommandCall {
  readonly #call: CommandCall;
  readonly words: readonly string[];

  constructor(call: CommandCall, words: readonly string[]) {
    this.#call = call;
    this.words = words;
  }

  get bot() {
    return this.#call.bot;
  }

  get user() {
    return this.#call.user;
  }

  get stands() {
    return this.#call.stands;
  }

  from(index: number): string {
    return this.words.slice(index).join(' ');
  }

  byNick(nick: string): ViewUser | undefined {
    return this.#call.byNick(nick);
  }

  logIn(account: string, createdMs: number): boolean {
    return this.#call.logIn(account, createdMs);
  }
}
