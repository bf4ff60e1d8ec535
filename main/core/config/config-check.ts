/**
 * What a start with a configuration would say, without starting: every daemon that it would start looks at its table in a
 * process of its own, with the code that a start and a reload use. Used by the `config.check` request and by the CLI.
 */
import { eachMistake } from '../../../contract/config-mistakes.ts';
import type { Outcome, WireError } from '../../../contract/errors.ts';
import { fromDaemonSchema } from '../../../contract/link/from-daemon.ts';
import { LINK_PROTOCOL } from '../../../contract/link/protocol.ts';
import type { CheckOutcome } from '../../../contract/link/reload.ts';
import { placeText } from '../../../contract/listen-place.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { DaemonLauncher, DaemonProcess, DaemonRuntime } from '../daemon-launcher.ts';
import type { ControlLimits } from '../limits.ts';
import { DASHBOARD, type Holder, holderOf, inUse } from './address-holder.ts';
import type { ConfigDocument } from './config-document.ts';
import { locateIn } from './config-store.ts';
import { joinMistakes } from './mistakes.ts';

/** What a check works with. */
export interface ConfigCheckParts {
  readonly registry: readonly Manifest[];
  readonly launcher: DaemonLauncher;
  readonly daemonRuntime: (id: string, configured?: DaemonRuntime) => DaemonRuntime;
  /** Folder of a daemon's own files; it need not exist. */
  readonly dataDirOf: (id: string) => string;
  /** Who listens now; what the daemons hold would be theirs again. */
  readonly holders: readonly Holder[];
  readonly clock: Clock;
  readonly limits: Pick<ControlLimits, 'helloMs' | 'initMs'>;
}

/** What a check found. */
export interface ConfigFindings {
  /** The mistakes of the file that a start would refuse, see {@link joinMistakes}. */
  readonly error: WireError | null;
  /** What the operator should know although it would start. */
  readonly warnings: readonly string[];
}

/** Has all daemons look that the document would start, by itself or because it has a table for them. */
export async function checkDaemons(
  document: ConfigDocument,
  file: string | null,
  parts: ConfigCheckParts,
): Promise<ConfigFindings> {
  const wanted = parts.registry.filter(
    ({ id, internal }) =>
      internal !== true &&
      (document.autostart?.includes(id) === true ||
        Object.keys(document.daemons.get(id)?.input ?? {}).length > 0),
  );
  const findings = await Promise.all(wanted.map(({ id }) => checkOne(id, document, parts)));
  const mistakes = findings.flatMap((found) => found.mistakes);
  return {
    error: joinMistakes(mistakes.map((mistake) => locateIn(document, file, mistake))),
    warnings: findings.flatMap(({ warnings }) => warnings),
  };
}

/** What a check found in the table of one daemon. */
interface DaemonFindings {
  readonly mistakes: readonly WireError[];
  readonly warnings: readonly string[];
}

async function checkOne(
  id: string,
  document: ConfigDocument,
  parts: ConfigCheckParts,
): Promise<DaemonFindings> {
  const outcome = await askDaemon(id, document, parts);
  if (!outcome.ok) return { mistakes: eachMistake(outcome.error), warnings: [] };
  const { held } = outcome.result;
  const mistakes = [...outcome.result.mistakes];
  const warnings = [...outcome.result.warnings];
  for (const address of held) {
    const holder = holderOf(parts.holders, address);
    if (holder === null || holder === DASHBOARD) mistakes.push(inUse(address, holder));
    else
      warnings.push(
        `${address.key}: ${placeText(address)} is held by ${holder} of the Signalbox that runs with this data directory`,
      );
  }
  return { mistakes, warnings };
}

function askDaemon(
  id: string,
  document: ConfigDocument,
  { launcher, daemonRuntime, dataDirOf, clock, limits }: ConfigCheckParts,
): Promise<Outcome<CheckOutcome>> {
  const { input, runtime } = document.daemons.get(id) ?? { input: {}, runtime: undefined };
  return new Promise((resolve) => {
    let daemon: DaemonProcess | null = null;
    const seconds = (limits.helloMs + limits.initMs) / 1_000;
    const fail = (message: string) => settle({ ok: false, error: { code: 'init_failed', message } });
    const timer = clock.after(limits.helloMs + limits.initMs, () => {
      fail(`${id} did not check its configuration within ${seconds} s`);
    });
    const settle = (outcome: Outcome<CheckOutcome>) => {
      timer.cancel();
      resolve(outcome);
      daemon?.kill();
    };
    let lastWords = '';
    daemon = launcher.launch(
      { id, runtime: daemonRuntime(id, runtime) },
      {
        onMessage(raw) {
          const parsed = fromDaemonSchema.safeParse(raw);
          if (!parsed.success) return;
          const message = parsed.data;
          if (message.type === 'hello') {
            if (message.protocol !== LINK_PROTOCOL) fail(`${id} speaks another protocol than this Signalbox`);
            else daemon?.send({ type: 'check', config: input, dataDir: dataDirOf(id) });
          } else if (message.type === 'checked') settle(message.outcome);
        },
        onOutput(_stream, line) {
          lastWords = line;
        },
        onEnd: ({ exitCode, signal, reason }) =>
          fail(
            `${id} ended before it had checked its configuration: ${reason ?? signal ?? `exit code ${exitCode}`} ${lastWords}`.trim(),
          ),
      },
    );
  });
}
