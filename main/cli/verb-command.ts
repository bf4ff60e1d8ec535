/** `signalbox D VERB ...`: a verb that a daemon brings, run here as a client of the daemon. */
import { SignalboxError } from '../../contract/errors.ts';
import type { Manifest, ManifestDescription, VerbDescription } from '../../contract/manifest.ts';
import { allProblems } from '../../contract/plain-words.ts';
import type { ListenerInfo } from '../../contract/states.ts';
import type { VerbAnswer, VerbCall } from '../../daemons/runtime/host/verb-definition.ts';
import { parseVerbArgs } from '../../kit/command-line.ts';
import { EXIT, print, printJson } from '../terminal/terminal.ts';
import { verbHelp } from './help.ts';
import type { LoadVerbs } from './invocation.ts';
import { type SocketClient, withClient } from './socket-client.ts';

/** What a verb was asked for. */
export interface VerbRequest {
  readonly manifest: Manifest;
  readonly description: ManifestDescription;
  readonly verb: VerbDescription;
  /** The words after the verb, without the options that all commands share. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly connect: () => Promise<SocketClient>;
  readonly loadVerbs: LoadVerbs;
}

/** Answers the exit code. Throws UsageError and SignalboxError. */
export async function verbCommand(request: VerbRequest): Promise<number> {
  const { manifest, description, verb, json } = request;
  if (request.help) {
    print(verbHelp(description, verb));
    return EXIT.ok;
  }
  const args = parseVerbArgs(verb, request.words);
  const spec = manifest.verbs?.[verb.name];
  const programs = await request.loadVerbs(manifest.id);
  const program = programs[verb.name];
  if (spec === undefined || program === undefined)
    throw new SignalboxError('internal', `${manifest.id} declares the verb ${verb.name} without a program.`);
  const parsed = spec.args.safeParse(args);
  if (!parsed.success)
    throw new SignalboxError('bad_request', `${manifest.id} ${verb.name}: ${allProblems(parsed.error)}`);
  const call: VerbCall = {
    listeners: () => listenersOf(manifest.id, request.connect),
    input: process.stdin,
    output: process.stdout,
  };
  show(await program(parsed.data, call), json);
  return EXIT.ok;
}

function show({ text, json: result }: VerbAnswer, json: boolean): void {
  if (json && result !== undefined) printJson({ ok: true, result });
  else if (!json && text !== '') print(text);
}

/** Where a daemon of the instance that runs listens. */
async function listenersOf(
  id: string,
  connect: () => Promise<SocketClient>,
): Promise<readonly ListenerInfo[]> {
  let listeners: readonly ListenerInfo[] = [];
  await withClient(connect, async (client) => {
    const outcome = await client.request('status', {});
    if (!outcome.ok) throw new SignalboxError(outcome.error.code, outcome.error.message);
    const daemon = outcome.result.daemons.find((one) => one.id === id);
    if (daemon?.state !== 'running')
      throw new SignalboxError('not_running', `${id} is not running; start it with: signalbox start ${id}`);
    listeners = daemon.listeners;
    return EXIT.ok;
  });
  return listeners;
}
