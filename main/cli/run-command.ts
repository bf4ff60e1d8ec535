/** `signalbox run D COMMAND`: an admin command from the terminal, confirmed where it does harm. */

import { fromWireError, refusalIn, warningIn } from '../../contract/errors.ts';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import { findCommand, parseCommandArgs } from '../../kit/command-line.ts';
import {
  ask,
  canAsk,
  EXIT,
  fail,
  goOn,
  print,
  printFile,
  printJson,
  say,
  sayUnrecorded,
  UsageError,
} from '../terminal/terminal.ts';
import { commandHelp, daemonHelp } from './help.ts';
import { systemSecrets, withSecrets } from './secret-options.ts';
import { savedFile, showResult } from './show.ts';
import type { SocketClient } from './socket-client.ts';
import { withProgress } from './task-progress.ts';

/** What `signalbox run` was asked for. */
export interface RunRequest {
  readonly manifest: ManifestDescription;
  /** The words after the daemon's id, without the options that all commands share. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly yes: boolean;
  readonly connect: () => Promise<SocketClient>;
}

/** Answers the exit code. Throws UsageError and SignalboxError. */
export async function runCommand(request: RunRequest): Promise<number> {
  const { manifest, words, json } = request;
  const [name, ...rest] = words;
  if (name === undefined) {
    if (!request.help) throw new UsageError(`run ${manifest.id} needs a command.\n\n${daemonHelp(manifest)}`);
    print(daemonHelp(manifest));
    return EXIT.ok;
  }
  const command = findCommand(manifest, name);
  if (request.help) {
    print(commandHelp(manifest, command));
    return EXIT.ok;
  }
  const args = parseCommandArgs(command, await withSecrets(command, rest, systemSecrets()));
  const client = await request.connect();
  try {
    const confirmed =
      command.danger === 'safe' || request.yes || (await confirm(client, manifest.id, command, args));
    const call = { daemon: manifest.id, command: command.name, args, ticket: 'cli' };
    // Without a confirmation the instance refuses, with the same words as for any other client.
    const running = withProgress(client, manifest.id, () =>
      client.request('command.run', confirmed ? { ...call, confirmed: true } : call),
    );
    const onInterrupt = () => void client.request('command.cancel', { ticket: 'cli' });
    process.once('SIGINT', onInterrupt);
    const outcome = await running;
    process.off('SIGINT', onInterrupt);
    const note = sayUnrecorded(outcome);
    if (!outcome.ok) return fail(outcome.error, json);
    const { result } = outcome.result;
    sayWarning(result);
    const forPerson = process.stdout.isTTY === true;
    const file = json || forPerson ? null : savedFile(command, result);
    if (json) printJson({ ok: true, result: result ?? null, ...note });
    else if (file !== null) printFile(file);
    else print(showResult(command, result, forPerson));
    return EXIT.ok;
  } finally {
    client.close();
  }
}

/** A result may come with a warning, such as that a ban is not on disk: nobody should have to find it in there. */
function sayWarning(result: unknown): void {
  const warning = warningIn(result);
  if (warning !== null) say(`signalbox: ${warning.message}`);
}

/** Says what the command would do and asks; false where nobody can be asked or the answer is no. */
async function confirm(
  client: SocketClient,
  daemon: string,
  command: CommandDescription,
  args: Record<string, unknown>,
): Promise<boolean> {
  if (!canAsk()) return false;
  const impact = await client.request('command.impact', { daemon, command: command.name, args });
  const refusal = refusalIn(impact);
  // Nobody is asked about what would be refused afterwards.
  if (refusal !== null) throw fromWireError(refusal);
  const effect = impact.ok && impact.result.text !== null ? impact.result.text : command.summary;
  say(`${daemon} ${command.name}: ${effect}`);
  if (command.danger === 'disruptive') return await goOn();
  const { confirmArg } = command;
  const phrase = confirmArg === null ? command.name : String(args[confirmArg] ?? command.name);
  return (await ask(`This cannot be undone. Type ${phrase} to go on: `)) === phrase;
}
