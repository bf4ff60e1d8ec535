/** What can be done with the rows of a table: the commands that a manifest offers on each, or what a page of its own has. */
import {
  type CommandDescription,
  DANGER_TIERS,
  type DangerTier,
  type RowAction,
  type TableColumn,
} from '../../contract/manifest.ts';
import { wordsOf } from '../commands/argument-words.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { formFields } from '../commands/form-values.ts';
import type { HostModel } from '../model/host-model.ts';
import { type Withheld, withheldKey } from '../model/permissions.ts';
import { messages } from './messages.ts';
import type { Row } from './row-keys.ts';

/** A command that can be run for many rows, one after another. */
export interface BulkCommand {
  readonly host: HostModel;
  readonly daemon: string;
  readonly command: CommandDescription;
  /** Arguments that are the same for all; whoever runs it may change them. */
  readonly given?: Readonly<Record<string, string>>;
  /** Arguments that a row gives. */
  readonly argsOf: (row: Row) => Readonly<Record<string, string>>;
  /** What one row is, in words. */
  readonly noun: string;
  /** Called when it has run for all. */
  readonly onDone: (() => void) | undefined;
}

export interface RowTool {
  readonly title: string;
  readonly danger: DangerTier;
  /** Why whoever looks may not; null where they may. */
  readonly denied: string | null;
  /** Whether it makes sense for many rows at once. */
  readonly many: boolean;
  /** Whether it makes sense once the row is gone: it is about something else that the row has named, such as an address. */
  readonly outlives?: boolean;
  /** Whether there is such a thing for this row. */
  readonly fits: (row: Row) => boolean;
  readonly run: (row: Row) => void;
  /** The same with something chosen beforehand, such as how long it lasts. */
  readonly choices?: readonly ToolChoice[];
  /** How it is run for many; null where it cannot be. */
  readonly bulk: BulkCommand | null;
}

/** One of a tool's choices, in words. */
export interface ToolChoice {
  readonly label: string;
  readonly run: (row: Row) => void;
}

/** Tools in the order in which they are offered: what harms most is last. */
export function byDanger(tools: readonly RowTool[]): readonly RowTool[] {
  return tools.toSorted((one, other) => tier(one) - tier(other));
}

const tier = ({ danger }: RowTool) => DANGER_TIERS.indexOf(danger);

interface CommandTools {
  readonly host: HostModel;
  readonly daemon: string;
  readonly actions: readonly RowAction[] | undefined;
  /** The commands that whoever looks may run. */
  readonly commands: readonly CommandDescription[];
  /** Those that they may not run. */
  readonly withheld: Withheld;
  readonly columns: readonly TableColumn[];
  /** Called when a command has run well, such as to read the list anew. */
  readonly onDone?: (() => void) | undefined;
}

/** Tools made of the actions of a manifest. Those whose command the daemon does not have are left out. */
export function commandTools(given: CommandTools): readonly RowTool[] {
  const { host, daemon, columns, onDone } = given;
  return (given.actions ?? []).flatMap((action): RowTool[] => {
    const command = given.commands.find(({ name }) => name === action.command);
    const withheld = given.withheld[withheldKey(daemon, action.command)];
    const danger = command?.danger ?? withheld?.danger;
    if (danger === undefined) return [];
    // What is shown once to who asked is asked for one by one.
    const many = action.immediate !== true && command?.columns.some(({ secret }) => secret) !== true;
    const same = action.given ?? {};
    const argsOf = (row: Row) => argumentsOf(columns, action.args, row);
    const run = (row: Row, chosen: Readonly<Record<string, string>> = {}, focus?: string) =>
      openCommand({
        host,
        daemon,
        command: action.command,
        args: { ...same, ...argsOf(row), ...chosen },
        atOnce: action.immediate === true,
        ...(focus === undefined ? {} : { focus }),
        ...(onDone === undefined ? {} : { onDone }),
      });
    return [
      {
        title: action.title,
        danger,
        denied: command === undefined ? (withheld?.reason ?? null) : null,
        many,
        outlives: !Object.values(action.args).some((from) =>
          keysIn(from).some((key) => key === columns[0]?.key),
        ),
        fits: (row) => fitsRow(columns, action, row),
        run: (row) => run(row),
        choices: command === undefined ? [] : choicesOf(command, action, run),
        bulk:
          command === undefined || !many
            ? null
            : { host, daemon, command, given: same, argsOf, noun: action.noun ?? 'row', onDone },
      },
    ];
  });
}

/** The presets of the argument that is chosen with the action, and one's own. */
function choicesOf(
  command: CommandDescription,
  { choose }: RowAction,
  run: (row: Row, chosen: Readonly<Record<string, string>>, focus?: string) => void,
): readonly ToolChoice[] {
  if (choose === undefined) return [];
  const field = formFields(command.args).find(({ name }) => name === choose);
  if (field?.schema.presets === undefined) return [];
  return [
    ...field.schema.presets.map((preset) => ({
      label: wordsOf(field, preset),
      run: (row: Row) => run(row, { [choose]: String(preset) }),
    })),
    { label: messages.ownChoice, run: (row) => run(row, {}, choose) },
  ];
}

/** Whether an action is offered on a row: where the row has all that it is about, and says what it has to. */
function fitsRow(columns: readonly TableColumn[], { args, where }: RowAction, row: Row): boolean {
  const cell = (column: string) => row[columns.findIndex(({ key }) => key === column)];
  // An empty text is something, such as no topic.
  if (Object.values(args).some((from) => keysIn(from).some((key) => cell(key) === null))) return false;
  return where === undefined || where.says.includes(String(cell(where.column)));
}

/** Arguments of a row's command, taken from the cells that the manifest names. */
export function argumentsOf(
  columns: readonly TableColumn[],
  args: Readonly<Record<string, string>>,
  row: Row,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const cellOf = (key: string) => row[columns.findIndex((column) => column.key === key)];
  for (const [argument, from] of Object.entries(args)) {
    if (keysIn(from).some((key) => (cellOf(key) ?? null) === null)) continue;
    found[argument] = from.includes('{')
      ? from.replace(KEY, (_, key: string) => String(cellOf(key)))
      : String(cellOf(from));
  }
  return found;
}

/** A key of a column in a text. */
const KEY = /\{(\w+)\}/g;

/** The columns that an argument is taken from. */
function keysIn(from: string): readonly string[] {
  return from.includes('{') ? [...from.matchAll(KEY)].map(([, key]) => key!) : [from];
}
