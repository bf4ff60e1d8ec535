/** `signalbox config check` and `config reload`. */
import { ConfigStore } from '../../core/config/config-store.ts';
import { configFileOf, dataDirOf } from '../../core/default-paths.ts';
import { CONTROL_LIMITS } from '../../core/limits.ts';
import { type LoadRegistry, type Shared, withClient } from './cli.ts';
import { showReload } from './show.ts';
import { SocketClient } from './socket-client.ts';
import { EXIT, fail, parseWords, print, printJson, sayUnrecorded, UsageError } from './terminal.ts';

/** Answers the exit code. Throws UsageError. */
export async function configCommand(
  words: readonly string[],
  { json, data }: Shared,
  loadRegistry: LoadRegistry,
): Promise<number> {
  const { values, positionals } = parseWords(words, { config: { type: 'string' } });
  const [what, file, ...more] = positionals;
  if (what === 'reload') {
    if (file !== undefined) throw new UsageError(`"${file}" is not expected here`);
    const connect = () => SocketClient.connect(dataDirOf(data));
    return await withClient(connect, async (client) => {
      const outcome = await client.request('config.reload', {});
      if (!outcome.ok) return fail(outcome.error, json);
      if (json) printJson({ ok: true, result: outcome.result, ...sayUnrecorded(outcome) });
      else print(showReload(outcome.result));
      return EXIT.ok;
    });
  }
  if (what !== 'check') throw new UsageError('config needs one of: check, reload');
  if (more.length > 0) throw new UsageError(`"${more[0]}" is not expected here`);
  // Needs no instance: a file is checked before one is started with it.
  const registry = await loadRegistry();
  const store = await ConfigStore.open(configFileOf(file ?? values.config), registry, CONTROL_LIMITS);
  if (store.error !== null) return fail(store.error, json);
  const text =
    store.file === null ? 'no configuration file; the defaults apply' : `${store.file}: no mistakes`;
  if (json) printJson({ ok: true, result: { file: store.file } });
  else print(text);
  return EXIT.ok;
}
