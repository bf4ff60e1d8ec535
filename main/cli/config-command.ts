/** `signalbox config check` and `config reload`. */
import { join } from 'node:path';
import type { HostInfo } from '../../contract/control/host.ts';
import { SignalboxError, type WireError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { systemClock } from '../../kit/clock.ts';
import { holdersOf } from '../core/config/address-holder.ts';
import { checkDaemons } from '../core/config/config-check.ts';
import { ConfigStore } from '../core/config/config-store.ts';
import { configFileOf, dataDirOf } from '../core/instance/default-paths.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { ownCompileCache } from '../fork/compile-cache.ts';
import { createForkLauncher } from '../fork/fork-launcher.ts';
import {
  EXIT,
  fail,
  parseWords,
  print,
  printable,
  printJson,
  sayUnrecorded,
  UsageError,
} from '../terminal/terminal.ts';
import type { EntryOf, LoadRegistry, Shared } from './invocation.ts';
import { showReload } from './show.ts';
import { type SocketClient, withClient } from './socket-client.ts';

/** Answers the exit code. Throws UsageError. */
export async function configCommand(
  words: readonly string[],
  shared: Shared,
  loadRegistry: LoadRegistry,
  entryOf: EntryOf,
): Promise<number> {
  const { json, data } = shared;
  const { values, positionals } = parseWords(words, { config: { type: 'string' } });
  const [what, file, ...more] = positionals;
  if (what === 'reload') {
    if (file !== undefined) throw new UsageError(`"${file}" is not expected here`);
    const connect = () => shared.connectTo(dataDirOf(data));
    return await withClient(connect, async (client) => {
      const outcome = await client.request('config.reload', {});
      const note = sayUnrecorded(outcome);
      if (!outcome.ok) return fail(outcome.error, json);
      if (json) printJson({ ok: true, result: outcome.result, ...note });
      else print(showReload(outcome.result));
      return EXIT.ok;
    });
  }
  if (what !== 'check') throw new UsageError('config needs one of: check, reload');
  if (more.length > 0) throw new UsageError(`"${more[0]}" is not expected here`);
  if (file !== undefined && values.config !== undefined) {
    throw new UsageError(`name the file once: "${file}" or --config`);
  }
  return await check(file ?? values.config, shared, await loadRegistry(), entryOf);
}

/** Needs no instance: a file is checked before one is started with it. One that runs says which file is its own. */
async function check(
  named: string | undefined,
  { json, data, connectTo }: Shared,
  registry: readonly Manifest[],
  entryOf: EntryOf,
): Promise<number> {
  const dataDir = dataDirOf(data);
  const instance = await hostOf(() => connectTo(dataDir));
  const file = named === undefined && instance !== null ? instance.configFile : configFileOf(named);
  const store = await ConfigStore.open(file, registry);
  const fail78 = (error: WireError) => {
    fail(error, json);
    return EXIT.config;
  };
  if (store.current === null)
    return fail78(store.error ?? { code: 'internal', message: 'Nothing was read.' });
  const { error, warnings } = await checkDaemons(store.current, file, {
    registry,
    launcher: createForkLauncher({
      entryOf,
      execPath: process.execPath,
      compileCache: ownCompileCache(),
    }),
    daemonRuntime: () => 'node',
    dataDirOf: (id) => join(dataDir, id),
    // An instance that an older version started does not say where its dashboard is.
    holders: instance === null ? [] : holdersOf(instance.dashboard ?? null, instance.daemons),
    clock: systemClock,
    limits: CONTROL_LIMITS,
  });
  if (error !== null) return fail78(error);
  if (json) {
    printJson({ ok: true, result: { file, warnings } });
    return EXIT.ok;
  }
  for (const warning of warnings) print(`warning: ${printable(warning)}`);
  print(file === null ? 'no configuration file; the defaults apply' : `${file}: no mistakes`);
  return EXIT.ok;
}

/** What the instance says about itself; null where none runs. */
async function hostOf(connect: () => Promise<SocketClient>): Promise<HostInfo | null> {
  try {
    const client = await connect();
    const outcome = await client.request('hello', {});
    client.close();
    return outcome.ok ? outcome.result : null;
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'no_instance') return null;
    throw error;
  }
}
