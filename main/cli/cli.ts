/**
 * The commands of the CLI: parses the words, asks the running instance, prints. Called by main/cli/main.ts. What only
 * some commands need (schemas, manifests, the configuration) is loaded by those: it takes longer than all the rest.
 */
import { SignalboxError, toWireError } from '../../contract/errors.ts';
import type { Manifest, ManifestDescription } from '../../contract/manifest.ts';
import { findDaemon } from '../../kit/command-line.ts';
import { withAllMistakes } from '../core/config/mistakes.ts';
import { dataDirOf } from '../core/instance/default-paths.ts';
import {
  canAsk,
  EXIT,
  fail,
  goOn,
  print,
  printJson,
  say,
  sayUnrecorded,
  UsageError,
} from '../terminal/terminal.ts';
import type { ConnectTo, EntryOf, LoadRegistry, LoadVerbs, Shared } from './invocation.ts';
import type { RunRequest } from './run-command.ts';
import { showDaemon, showStatus } from './show.ts';
import { SocketClient, withClient } from './socket-client.ts';

/** Runs one command line; answers the exit code. */
export async function runCli(
  argv: readonly string[],
  loadRegistry: LoadRegistry,
  entryOf: EntryOf,
  connectTo: ConnectTo = (dataDir) => SocketClient.connect(dataDir),
  loadVerbs: LoadVerbs = () => Promise.resolve({}),
): Promise<number> {
  const { words, ...options } = takeSharedOptions(argv);
  const shared: Shared = { ...options.shared, connectTo };
  try {
    if (shared.data === '') throw new UsageError('--data needs a directory');
    return await dispatch(words, shared, loadRegistry, entryOf, loadVerbs);
  } catch (error) {
    if (!(error instanceof UsageError)) return fail(toWireError(error), shared.json);
    say(`signalbox: ${error.message}`);
    if (shared.json) printJson({ ok: false, error: { code: 'bad_request', message: error.message } });
    return EXIT.usage;
  }
}

async function dispatch(
  words: readonly string[],
  shared: Shared,
  loadRegistry: LoadRegistry,
  entryOf: EntryOf,
  loadVerbs: LoadVerbs,
): Promise<number> {
  const [command, ...rest] = words;
  const connect = () => shared.connectTo(dataDirOf(shared.data));
  if (command === '--version' || command === 'version') return await version(shared.json);
  if (command === 'run' && (rest[0] !== undefined || !shared.help)) {
    const manifest = await described(findDaemon(await loadRegistry(), rest[0]));
    return await runOf({ ...shared, manifest, words: rest.slice(1), connect });
  }
  if (command === undefined || command === 'help' || shared.help) {
    const { generalHelp, helpOf } = await import('./help.ts');
    const [topic, ...more] = command === 'help' ? rest : words;
    const own = topic === undefined ? null : helpOf(topic);
    const manifests = own === null ? await loadRegistry() : [];
    const named = manifests.find(({ id }) => id === topic);
    if (named !== undefined) {
      const request = { ...shared, help: true, manifest: await described(named), words: more, connect };
      return await ofDaemon(request, loadRegistry, loadVerbs);
    }
    print(own ?? generalHelp(manifests));
    return command === undefined && !shared.help ? EXIT.usage : EXIT.ok;
  }
  switch (command) {
    case 'status':
      noMore(rest);
      return await withClient(connect, (client) => status(client, shared.json));
    case 'start':
    case 'stop':
    case 'restart': {
      const id = one(rest, command);
      return await withNamed(id, loadRegistry, () =>
        withClient(connect, (client) => lifecycle(client, command, id, shared)),
      );
    }
    case 'metrics': {
      const id = one(rest, command);
      const { printMetrics } = await import('./metrics-command.ts');
      return await withNamed(id, loadRegistry, () =>
        withClient(connect, (client) => printMetrics(client, id, shared.json)),
      );
    }
    case 'audit': {
      const { auditCommand, parseAuditRequest } = await import('./audit-command.ts');
      const request = parseAuditRequest(rest);
      return await withNamed(request.target ?? 'main', loadRegistry, () =>
        withClient(connect, (client) => auditCommand(client, request, shared.json)),
      );
    }
    case 'blocks': {
      const id = rest.length === 0 ? null : one(rest, command);
      const { blocksCommand } = await import('./blocks-command.ts');
      return await withNamed(id ?? 'main', loadRegistry, () =>
        withClient(connect, (client) => blocksCommand(client, id, shared.json)),
      );
    }
    case 'pools': {
      noMore(rest);
      const { poolsCommand } = await import('./pools-command.ts');
      return await withClient(connect, (client) => poolsCommand(client, shared.json));
    }
    case 'top': {
      noMore(rest);
      const { topCommand } = await import('./top-command.ts');
      return await withClient(connect, (client) => topCommand(client, shared.json));
    }
    case 'logs': {
      const { parseLogsRequest, printLogs } = await import('./logs-command.ts');
      const request = parseLogsRequest(rest);
      return await withNamed(request.source, loadRegistry, () =>
        withClient(connect, (client) => printLogs(client, request, shared.json)),
      );
    }
    case 'config': {
      const { configCommand } = await import('./config-command.ts');
      return await configCommand(rest, shared, loadRegistry, entryOf);
    }
    case 'sessions': {
      const { parseSessionsRequest, sessionsCommand } = await import('./sessions-command.ts');
      const id = parseSessionsRequest(rest);
      return await withClient(connect, (client) => sessionsCommand(client, id, shared));
    }
    case 'tasks': {
      const { parseTasksRequest, tasksCommand } = await import('./tasks-command.ts');
      const cancel = parseTasksRequest(rest);
      return await withClient(connect, (client) => tasksCommand(client, cancel, shared.json));
    }
    case 'completion': {
      const { completionScript } = await import('./completion.ts');
      print(completionScript(rest[0], await Promise.all((await loadRegistry()).map(described))).trimEnd());
      return EXIT.ok;
    }
    case 'import': {
      // The IRC server's own verb: what is imported is for it.
      const manifest = await described(findDaemon(await loadRegistry(), 'ircd'));
      return await ofDaemon({ ...shared, manifest, words, connect }, loadRegistry, loadVerbs);
    }
    case 'backup': {
      const { backupCommand } = await import('./backup-command.ts');
      return await backupCommand(rest, shared, loadRegistry);
    }
    case 'restore': {
      const { restoreCommand } = await import('./backup-command.ts');
      return await restoreCommand(rest, shared);
    }
    default: {
      const named = (await loadRegistry()).find(({ id }) => id === command);
      if (named === undefined)
        throw new UsageError(`there is no command "${command}"; see: signalbox --help`);
      const request = { ...shared, manifest: await described(named), words: rest, connect };
      return await ofDaemon(request, loadRegistry, loadVerbs);
    }
  }
}

/**
 * Takes the options out that all commands share, wherever they stand; the rest stays in order. A value that looks like
 * one of them is written as `--reason=--json`.
 */
function takeSharedOptions(argv: readonly string[]): {
  shared: Omit<Shared, 'connectTo'>;
  words: string[];
} {
  const words: string[] = [];
  let data: string | undefined;
  const flags = { json: false, help: false, yes: false };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--json') flags.json = true;
    else if (word === '--help' || (word === '-h' && words.length === 0)) flags.help = true;
    else if (word === '--yes') flags.yes = true;
    else if (word === '--data') data = argv[++i] ?? '';
    else if (word.startsWith('--data=')) data = word.slice('--data='.length);
    else words.push(word);
  }
  return { shared: { ...flags, data }, words };
}

/** What a daemon can do, as plain data: made of the one that is asked for alone, since it takes longer than to load all. */
async function described(manifest: Manifest): Promise<ManifestDescription> {
  const { describeManifest } = await import('../../contract/manifest.ts');
  return describeManifest(manifest);
}

async function runOf(request: RunRequest): Promise<number> {
  const { runCommand } = await import('./run-command.ts');
  return await runCommand(request);
}

/**
 * A daemon's name for a command: a verb of the daemon, and else one of its admin commands: `signalbox ircd clients` is
 * `signalbox run ircd clients`.
 */
async function ofDaemon(
  request: RunRequest,
  loadRegistry: LoadRegistry,
  loadVerbs: LoadVerbs,
): Promise<number> {
  const { manifest: description, words } = request;
  const verb = description.verbs.find(({ name }) => name === words[0]);
  if (verb === undefined) return await runOf(request);
  const manifest = findDaemon(await loadRegistry(), description.id);
  const { verbCommand } = await import('./verb-command.ts');
  return await verbCommand({ ...request, manifest, description, verb, words: words.slice(1), loadVerbs });
}

/** A name that does not exist is typed wrong also while no instance runs that could say so. */
async function withNamed(
  id: string,
  loadRegistry: LoadRegistry,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'no_instance' && id !== 'main') {
      findDaemon(await loadRegistry(), id);
    }
    throw error;
  }
}

function noMore(words: readonly string[]): void {
  if (words.length > 0) throw new UsageError(`"${words[0]}" is not expected here`);
}

function one(words: readonly string[], command: string): string {
  const [id, ...more] = words;
  if (id === undefined) throw new UsageError(`${command} needs the name of a daemon; see: signalbox status`);
  noMore(more);
  return id;
}

async function version(json: boolean): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const file = new URL('../../package.json', import.meta.url);
  const own = JSON.parse(await readFile(file, 'utf8')) as { version: string };
  if (json) printJson({ version: own.version, node: process.versions.node });
  else print(`signalbox ${own.version} (node ${process.versions.node})`);
  return EXIT.ok;
}

async function status(client: SocketClient, json: boolean): Promise<number> {
  const outcome = await client.request('status', {});
  if (!outcome.ok) return fail(outcome.error, json);
  const { daemons, history } = outcome.result;
  if (json) printJson(outcome.result);
  else print(showStatus(daemons));
  if (!json && history.state === 'paused') say(`history paused: ${history.reason}`);
  return EXIT.ok;
}

async function lifecycle(
  client: SocketClient,
  command: 'start' | 'stop' | 'restart',
  id: string,
  { json, yes }: Shared,
): Promise<number> {
  const name = `daemon.${command}` as const;
  let outcome = await client.request(name, yes && command !== 'start' ? { id, confirmed: true } : { id });
  if (!outcome.ok && outcome.error.code === 'confirmation_required' && canAsk()) {
    say(`${command} ${id}: ${String(outcome.error.detail?.impact)}`);
    if (!(await goOn())) return fail(outcome.error, json);
    outcome = await client.request(name, { id, confirmed: true });
  }
  const note = sayUnrecorded(outcome);
  if (!outcome.ok) return fail(outcome.error, json);
  if (json) printJson({ ok: true, result: outcome.result, ...note });
  else print(showDaemon(outcome.result));
  if (command !== 'stop') await sayLastGood(client, id);
  return EXIT.ok;
}

/** A daemon that starts while the file has a mistake runs with what was good before; its operator may have meant the file. */
async function sayLastGood(client: SocketClient, id: string): Promise<void> {
  const host = await client.request('hello', {});
  const error = host.ok ? host.result.configError : null;
  if (error !== null)
    say(`${id} runs with the last good configuration, because of ${withAllMistakes(error)}`);
}
