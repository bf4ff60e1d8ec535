/** The commands of the CLI: parses the words, asks the running instance, prints. Called by main/headless/cli.ts. */
import { MAIN_SOURCE } from '../../../daemons/contract/control-api.ts';
import { toWireError } from '../../../daemons/contract/errors.ts';
import { describeManifest, type Manifest } from '../../../daemons/contract/manifest.ts';
import { catalogOf } from '../../../daemons/contract/metric-specs.ts';
import { ConfigStore } from '../../core/config/config-store.ts';
import { configFileOf, dataDirOf } from '../../core/default-paths.ts';
import { CONTROL_LIMITS } from '../../core/limits.ts';
import { MAIN_METRICS } from '../../core/main-telemetry.ts';
import { generalHelp } from './help.ts';
import { parseLogsRequest, printLogs } from './logs-command.ts';
import { runCommand } from './run-command.ts';
import { showDaemon, showMetrics, showReload, showStatus } from './show.ts';
import { SocketClient } from './socket-client.ts';
import { canAsk, EXIT, fail, goOn, parseWords, print, say, UsageError } from './terminal.ts';

/** Options that every command takes. */
interface Shared {
  readonly json: boolean;
  readonly help: boolean;
  readonly yes: boolean;
  readonly data: string | undefined;
}

/** Runs one command line; answers the exit code. */
export async function runCli(argv: readonly string[], registry: readonly Manifest[]): Promise<number> {
  const { shared, words } = takeSharedOptions(argv);
  try {
    if (shared.data === '') throw new UsageError('--data needs a directory');
    return await dispatch(words, shared, registry);
  } catch (error) {
    if (!(error instanceof UsageError)) return fail(toWireError(error), shared.json);
    say(`signalbox: ${error.message}`);
    if (shared.json)
      print(JSON.stringify({ ok: false, error: { code: 'bad_request', message: error.message } }));
    return EXIT.usage;
  }
}

async function dispatch(
  words: readonly string[],
  shared: Shared,
  registry: readonly Manifest[],
): Promise<number> {
  const [command, ...rest] = words;
  const connect = () => SocketClient.connect(dataDirOf(shared.data));
  if (command === 'run') {
    const [id, ...more] = rest;
    const manifest = findManifest(registry, id, shared.help);
    if (manifest !== null) {
      return await runCommand({ ...shared, manifest: describeManifest(manifest), words: more, connect });
    }
  }
  if (command === undefined || command === 'help' || shared.help) {
    print(generalHelp(registry.map(describeManifest)));
    return command === undefined && !shared.help ? EXIT.usage : EXIT.ok;
  }
  switch (command) {
    case 'status':
      noMore(rest);
      return await withClient(connect, (client) => status(client, shared.json));
    case 'start':
    case 'stop':
    case 'restart': {
      const id = one(rest, command, registry);
      return await withClient(connect, (client) => lifecycle(client, command, id, shared));
    }
    case 'metrics': {
      const id = one(rest, command, registry);
      return await withClient(connect, (client) => metrics(client, id, registry, shared.json));
    }
    case 'logs': {
      const request = parseLogsRequest(rest);
      return await withClient(connect, (client) => printLogs(client, request, shared.json));
    }
    case 'config':
      return await config(rest, connect, registry, shared.json);
    default:
      throw new UsageError(`there is no command "${command}"; see: signalbox --help`);
  }
}

/**
 * Takes the options out that all commands share, wherever they stand; the rest stays in order. A value that looks like
 * one of them is written as `--reason=--json`.
 */
function takeSharedOptions(argv: readonly string[]): { shared: Shared; words: string[] } {
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

function findManifest(registry: readonly Manifest[], id: string | undefined, help: boolean): Manifest | null {
  if (id === undefined) {
    if (help) return null;
    throw new UsageError(`run needs a daemon: ${registry.map((manifest) => manifest.id).join(', ')}`);
  }
  const manifest = registry.find((candidate) => candidate.id === id);
  if (manifest !== undefined) return manifest;
  const known = registry.map((candidate) => candidate.id).join(', ');
  throw new UsageError(`no daemon is called "${id}"; there are: ${known}`);
}

async function withClient(
  connect: () => Promise<SocketClient>,
  work: (client: SocketClient) => Promise<number>,
): Promise<number> {
  const client = await connect();
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

function noMore(words: readonly string[]): void {
  if (words.length > 0) throw new UsageError(`"${words[0]}" is not expected here`);
}

function one(words: readonly string[], command: string, registry: readonly Manifest[]): string {
  const [id, ...more] = words;
  if (id === undefined) {
    throw new UsageError(`${command} needs a daemon: ${registry.map((manifest) => manifest.id).join(', ')}`);
  }
  noMore(more);
  return id;
}

async function status(client: SocketClient, json: boolean): Promise<number> {
  const outcome = await client.request('status', {});
  if (!outcome.ok) return fail(outcome.error, json);
  print(json ? JSON.stringify(outcome.result) : showStatus(outcome.result.daemons));
  const { history } = outcome.result;
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
  if (!outcome.ok) return fail(outcome.error, json);
  print(json ? JSON.stringify({ ok: true, result: outcome.result }) : showDaemon(outcome.result));
  return EXIT.ok;
}

async function metrics(
  client: SocketClient,
  source: string,
  registry: readonly Manifest[],
  json: boolean,
): Promise<number> {
  const outcome = await client.request('metrics.latest', { source });
  if (!outcome.ok) return fail(outcome.error, json);
  const own = source === MAIN_SOURCE ? MAIN_METRICS : registry.find(({ id }) => id === source)?.metrics;
  const catalog = catalogOf(source, own ?? []);
  print(json ? JSON.stringify(outcome.result) : showMetrics(catalog, outcome.result.metrics));
  return EXIT.ok;
}

async function config(
  words: readonly string[],
  connect: () => Promise<SocketClient>,
  registry: readonly Manifest[],
  json: boolean,
): Promise<number> {
  const { values, positionals } = parseWords(words, { config: { type: 'string' } });
  const [what, file] = positionals;
  if (what === 'reload') {
    return await withClient(connect, async (client) => {
      const outcome = await client.request('config.reload', {});
      if (!outcome.ok) return fail(outcome.error, json);
      print(json ? JSON.stringify({ ok: true, result: outcome.result }) : showReload(outcome.result));
      return EXIT.ok;
    });
  }
  if (what !== 'check') throw new UsageError('config needs one of: check, reload');
  // Needs no instance: a file is checked before one is started with it.
  const store = await ConfigStore.open(configFileOf(file ?? values.config), registry, CONTROL_LIMITS);
  if (store.error !== null) {
    fail(store.error, json);
    return EXIT.config;
  }
  const text =
    store.file === null ? 'no configuration file; the defaults apply' : `${store.file}: no mistakes`;
  print(json ? JSON.stringify({ ok: true, result: { file: store.file } }) : text);
  return EXIT.ok;
}
