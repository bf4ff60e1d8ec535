/** Help texts of the CLI. Those of admin commands are generated from the manifests. */
import type {
  CommandDescription,
  JsonFieldSchema,
  ManifestDescription,
  VerbDescription,
} from '../../contract/manifest.ts';
import { optionForms, optionName } from '../../kit/command-line.ts';
import { argumentOption, isFromFile } from './secret-options.ts';

/** What `signalbox --help` prints. */
export function generalHelp(manifests: readonly Pick<ManifestDescription, 'id' | 'summary'>[]): string {
  const daemons = manifests.map(({ id, summary }) => `  ${id.padEnd(18)}${summary}`).join('\n');
  return `Usage: signalbox COMMAND [options]

  serve             serve the dashboard without a window (see: serve --help)
  status            what runs, since when and where it listens
  start D           start a daemon
  stop D            drain and stop a daemon
  restart D         stop and start a daemon
  run D COMMAND     run an admin command; "run" may be left out (see: run D --help)
  logs D            print the log of a daemon, or of "main"; --follow goes on, --level, --limit N
  metrics D         print the metrics of a daemon, or of "main"
  pools             print the queues, pools, caches and so on of all processes
  top               watch processes, queues and pools live; one picture where stdout is no terminal
  tasks             long work and how far it is; tasks cancel ID ends one early
  blocks [D]        what kept event loops for more than 50 ms, of a daemon, of "main" or of all
  audit [D]         who did what, what came of it, and what a slow action waited for; --limit N
  sessions          who is connected; sessions end ID ends a session
  config check      check the configuration file; --config FILE names another one
  config reload     read the configuration file again

  import KIND FILE  write the configuration of inspircd, unrealircd, ircu or ergo as settings of this program
  completion SHELL  print the completion for bash, zsh or fish
  backup FILE       write the whole instance into one file, while it runs or not; --force overwrites FILE
  restore FILE      put a backup in place of the data folder; --config FILE, --force replaces what is there

Daemons:
${daemons}

Options of all commands:
  --data DIR        the instance's data directory (default: $XDG_DATA_HOME/signalbox)
  --json            machine-readable data on stdout
  --yes             go on although people are disturbed, without being asked
  --help
  --version

Exit codes: 0 done, 1 refused or failed, 2 usage (also a name that does not exist), 69 no instance runs,
78 bad configuration or installation, 130 ended by Ctrl-C.`;
}

const COMMAND_HELP: Readonly<Record<string, string>> = {
  status: `Usage: signalbox status [--json]

What runs, since when and where it listens, why a daemon failed, and which settings wait for a restart.`,
  start: `Usage: signalbox start DAEMON [--json]

Starts a daemon with the configuration in force.`,
  stop: `Usage: signalbox stop DAEMON [--yes] [--json]

Drains a daemon and stops it. Where that disturbs anybody it says whom and asks.

  --yes             do not ask`,
  restart: `Usage: signalbox restart DAEMON [--yes] [--json]

Drains a daemon, stops it and starts it again. Where that disturbs anybody it says whom and asks.

  --yes             do not ask`,
  run: `Usage: signalbox run DAEMON COMMAND [options]

Runs an admin command. Those of a daemon: signalbox run DAEMON --help`,
  logs: `Usage: signalbox logs DAEMON|main [options]

Prints what a daemon, or Signalbox itself ("main"), has logged.

  --follow, -f      go on with what is logged from now on
  --level LEVEL     at least this level: debug, info, warn or error (default: debug)
  --limit N         the newest N records, 1 to 10000 (default: 200)
  --json            a JSON object a line`,
  metrics: `Usage: signalbox metrics DAEMON|main [--json]

Prints the newest figures of a daemon, or of Signalbox itself ("main").`,
  pools: `Usage: signalbox pools [--json]

Prints what every process has of queues, pools, slabs, caches, batchers, breakers, limiters, correlation tables and connection
pools: how much waits and how long, who works, what was done and what was refused.

  --json            an array with an object each`,
  top: `Usage: signalbox top [--json]

Shows what every process takes, the long work that goes on, and all queues, pools and so on, what needs a person first. On a
terminal it goes on, at most a picture a second; elsewhere it prints one and ends.

  q, Ctrl-C         end
  up, down          scroll, also by pages, Home and End
  left, right       sort by trouble, name, depth, wait, run or refused
  --json            one picture as an object
  NO_COLOR          in the environment: no colours`,
  tasks: `Usage: signalbox tasks [--json]
       signalbox tasks cancel DAEMON:NUMBER [--json]

Lists the long work that goes on in daemons, such as copying the database, and how far it is. "cancel" has one end early, where
that is possible.`,
  blocks: `Usage: signalbox blocks [DAEMON|main] [--json]

When the event loop of a process stood still for more than 50 ms, for how long, by which command or request, for whom and where
in the program: the newest 50 of each process since Signalbox started.

  --json            an array with an object each`,
  audit: `Usage: signalbox audit [DAEMON] [--limit N] [--json]

Who did what, from where, and what came of it. Below the table: of what took longer than 200 ms, how much of that it waited, for
what, and how long it was at work.

  --limit N         the newest N entries, 1 to 1000 (default: 50)
  --json            an array with an object each`,
  config: `Usage: signalbox config check [FILE] [--json]
       signalbox config reload [--json]

"check" says what a start with the file would say, and changes nothing. It ends with 78 and all mistakes, or with 0.
"reload" has the running instance read its file again.

  --config FILE     the file to check (default: that of the instance, or of a start without --config)`,
  sessions: `Usage: signalbox sessions [--json]
       signalbox sessions end ID [--yes] [--json]

Lists who is connected: browsers that logged in, windows, command lines and programs with the token. "end" disconnects one
of them at once, streams included; it says whom and asks. A browser has to log in again after that.

  --yes             do not ask`,
  completion: `Usage: signalbox completion bash|zsh|fish

Prints the completion for a shell, such as for: eval "$(signalbox completion bash)"`,
  import: `Usage: signalbox import inspircd|unrealircd|ircu|ergo FILE [--json]

Writes what the configuration file of another IRC server says as settings of this program to stdout, and as comments below
them what could not be taken over, with the line and the reason. Neither file nor instance is changed: look at what it
wrote, then try it with "signalbox config check". Passwords of links and gateways are part of it.

  --json            the settings and what was left as JSON on stdout`,
  backup: `Usage: signalbox backup FILE [options]

Writes the whole instance into one file, while it runs or not.

  --config FILE     the configuration file to include while no instance runs
  --force           overwrite FILE
  --json            the result as JSON on stdout`,
  restore: `Usage: signalbox restore FILE [options]

Puts a backup in place of the data folder, while no instance runs on it.

  --config FILE     where the configuration file goes (default: where the backup found it)
  --force           replace what is there; it is kept in before-restore-TIME in the data folder
  --json            the result as JSON on stdout`,
};

/** The help of one of the CLI's own commands; null where there is none of that name. */
export function helpOf(command: string): string | null {
  const text = Object.hasOwn(COMMAND_HELP, command) ? COMMAND_HELP[command] : undefined;
  if (text === undefined) return null;
  return `${text}\n\n  --data DIR        the instance's data directory, as with all commands (see: signalbox --help)`;
}

/** The commands of a daemon. */
export function daemonHelp(manifest: ManifestDescription): string {
  const width = Math.max(4, ...manifest.commands.map(({ name }) => name.length)) + 2;
  const lines = manifest.commands.map(({ name, summary, danger }) => {
    const mark = danger === 'safe' ? '' : ` (${danger})`;
    return `  ${name.padEnd(width)}${summary}${mark}`;
  });
  const list = lines.length === 0 ? '  (none)' : lines.join('\n');
  return `Usage: signalbox run ${manifest.id} COMMAND [options]\n\n${manifest.title}: ${manifest.summary}\n\nCommands:\n${list}\n\nOptions of one: signalbox run ${manifest.id} COMMAND --help${verbList(manifest)}`;
}

/** What a daemon brings beside its admin commands; empty where that is nothing. */
function verbList({ id, verbs }: ManifestDescription): string {
  if (verbs.length === 0) return '';
  const width = Math.max(...verbs.map(({ name }) => name.length)) + 2;
  const lines = verbs.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return `\n\nAs a client of it: signalbox ${id} VERB\n\n${lines.join('\n')}\n\nOptions of one: signalbox ${id} VERB --help`;
}

/** The arguments and options of one verb. */
export function verbHelp(manifest: ManifestDescription, verb: VerbDescription): string {
  const { properties, required = [] } = verb.args;
  const placed = verb.positionals.map((name) => {
    const shown = optionName(name).toUpperCase();
    return required.includes(name) ? shown : `[${shown}]`;
  });
  const names = Object.keys(properties);
  const labelOf = (name: string) =>
    verb.positionals.includes(name) ? optionName(name).toUpperCase() : `--${optionName(name)}`;
  const width = Math.max(8, ...names.map((name) => labelOf(name).length)) + 2;
  const lines = names.map(
    (name) =>
      `  ${labelOf(name).padEnd(width)}${describeField(name, properties[name]!, required.includes(name))}`,
  );
  lines.push(`  ${'--json'.padEnd(width)}the result as JSON on stdout`);
  return `Usage: signalbox ${manifest.id} ${[verb.name, ...placed].join(' ')} [options]\n\n${verb.summary}\n\nOptions:\n${lines.join('\n')}`;
}

/** The options of one admin command. */
export function commandHelp(manifest: ManifestDescription, command: CommandDescription): string {
  const { properties, required = [] } = command.args;
  const fields = Object.entries(properties);
  const usage = fields.map(([name, schema]) => {
    const isSwitch = schema.type === 'boolean';
    const option = isSwitch
      ? optionForms(name, schema).join('|')
      : `--${argumentOption(name, schema)} ${placeholder(schema)}`;
    if (!required.includes(name)) return `[${option}]`;
    return isSwitch ? `(${option})` : option;
  });
  const width = Math.max(8, ...fields.map(([name, schema]) => argumentOption(name, schema).length + 2)) + 2;
  const lines = fields.map(
    ([name, schema]) =>
      `  ${`--${argumentOption(name, schema)}`.padEnd(width)}${describeField(name, schema, required.includes(name))}`,
  );
  const confirm =
    command.danger === 'safe' ? [] : [`  ${'--yes'.padEnd(width)}do not ask: this is ${command.danger}`];
  const options = [...lines, ...confirm, `  ${'--json'.padEnd(width)}the result as JSON on stdout`];
  return `Usage: signalbox run ${manifest.id} ${[command.name, ...usage].join(' ')}\n\n${command.summary}\n\nNeeds the access "${command.access}".\n\nOptions:\n${options.join('\n')}`;
}

function placeholder(schema: JsonFieldSchema): string {
  if (isFromFile(schema)) return 'FILE';
  if (schema.enum !== undefined) return schema.enum.join('|');
  return schema.type === 'integer' || schema.type === 'number' ? 'N' : 'TEXT';
}

function describeField(name: string, schema: JsonFieldSchema, required: boolean): string {
  const notes: string[] = [];
  const [, opposite] = optionForms(name, schema);
  if (opposite !== undefined) notes.push(`opposite ${opposite}`);
  if (isFromFile(schema)) notes.push('in a file, or - for standard input');
  if (required) notes.push('needed');
  if (schema.enum !== undefined) notes.push(`one of ${schema.enum.join(', ')}`);
  if (schema.minimum !== undefined && schema.minimum > Number.MIN_SAFE_INTEGER)
    notes.push(`from ${schema.minimum}`);
  if (schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER)
    notes.push(`up to ${schema.maximum}`);
  if (schema.default !== undefined && schema.default !== '') notes.push(`default ${String(schema.default)}`);
  const note = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  return `${schema.description ?? ''}${note}`.trim();
}
