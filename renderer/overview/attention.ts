/** What on a host needs a person, the worst first, with what can be done about it. Shown on the Overview. */
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { HostState } from '../model/host-state.ts';
import { hostGoneSince } from '../model/staleness.ts';
import { isAllowed } from './lifecycle-rules.ts';
import { messages } from './messages.ts';

/** The daemon that writes history and audit. */
const RECORDER = 'recorder';

/** Something that needs a person. */
export interface Attention {
  /** Names it among those of its host. */
  readonly key: string;
  readonly tone: 'bad' | 'warn';
  /** What it is, in a word or two. */
  readonly sign: string;
  readonly text: string;
  /** What is done about it at once. */
  readonly action: { readonly does: 'start' | 'restart' | 'reload'; readonly id: string } | null;
  /** Where more is to be seen: parts of the path within the host. */
  readonly links: readonly {
    readonly title: string;
    readonly path: readonly string[];
    readonly query?: Readonly<Record<string, string>>;
  }[];
}

/** A queue, pool or so on that is in trouble. */
export interface TroubledInstrument {
  readonly daemon: string;
  readonly name: string;
  /** As the Pools and queues page names it. */
  readonly trouble: string;
  /** What that means. */
  readonly hint: string;
  /** Whether work is refused or thrown away now. */
  readonly isBad: boolean;
}

/** What the window knows of a host beside its state. */
export interface Noticed {
  readonly instruments: readonly TroubledInstrument[];
  /** Frames that this window was too slow for lately, by source. */
  readonly skipped: readonly (readonly [string, number])[];
  /** For how many seconds certificates of TLS listeners are still valid, by daemon. */
  readonly certificates: readonly (readonly [string, number])[];
}

/** A certificate that ends sooner needs a person, in seconds: those that are renewed by themselves have been by then. */
const CERTIFICATE_SOON = 14 * 86_400;

/** The list for a host. Without the host nobody knows what is so now: the banner above says that. */
export function attentionOf(
  state: HostState,
  { instruments, skipped, certificates }: Noticed,
): readonly Attention[] {
  if (hostGoneSince(state) !== null) return [];
  const internal = new Set(state.host?.manifests.filter((one) => one.internal).map(({ id }) => id));
  const { history } = state;
  // That history waits is what its recorder being down means to people.
  const paused = history?.state === 'paused' ? RECORDER : null;
  const found = Object.values(state.daemons).flatMap((daemon) =>
    daemon.id === paused ? [] : ofDaemon(daemon, internal.has(daemon.id)),
  );
  if (history?.state === 'paused') {
    const recorder = state.daemons[RECORDER]?.state;
    found.push({
      key: 'history',
      tone: 'bad',
      sign: messages.signs.paused,
      text: messages.historyPaused(history.reason, history.buffered, history.dropped),
      action: recorder !== undefined && isAllowed('start', recorder) ? { does: 'start', id: RECORDER } : null,
      links: [{ title: messages.seeLogs, path: ['daemon', RECORDER, 'logs'] }],
    });
  }
  for (const { daemon, name, trouble, hint, isBad } of instruments) {
    found.push({
      key: `instrument ${daemon} ${name}`,
      tone: isBad ? 'bad' : 'warn',
      sign: trouble,
      text: messages.instrument(name, daemon, hint),
      action: null,
      links: [{ title: messages.open, path: ['pools'], query: { daemon } }],
    });
  }
  for (const [id, seconds] of certificates) {
    if (seconds === 0 || seconds > CERTIFICATE_SOON) continue;
    const ended = seconds < 0;
    found.push({
      key: `certificate ${id}`,
      tone: ended ? 'bad' : 'warn',
      sign: ended ? messages.signs.certificateEnded : messages.certificateIn(seconds),
      text: (ended ? messages.certificateEnded : messages.certificateSoon)(id),
      action: { does: 'reload', id },
      links: [{ title: messages.seeConfig, path: ['daemon', id, 'config'] }],
    });
  }
  if (skipped.length > 0) {
    const frames = skipped.reduce((sum, [, missed]) => sum + missed, 0);
    found.push({
      key: 'skipped',
      tone: 'warn',
      sign: messages.signs.skipped,
      text: messages.skipped(
        frames,
        skipped.map(([id]) => id),
      ),
      action: null,
      links: [],
    });
  }
  return found.sort((a, b) => Number(a.tone === 'warn') - Number(b.tone === 'warn'));
}

function ofDaemon(daemon: DaemonSnapshot, isInternal: boolean): Attention[] {
  const { id, state, cause, unresponsive, pendingRestart } = daemon;
  const found: Attention[] = [];
  const logs = { title: messages.seeLogs, path: ['daemon', id, 'logs'] };
  const crashes = { title: messages.seeCrashes, path: ['daemon', id, 'crashes'] };
  if (state === 'failed' || ((state === 'crashed' || state === 'backoff') && cause !== null)) {
    const failed = state === 'failed';
    found.push({
      key: `down ${id}`,
      tone: failed ? 'bad' : 'warn',
      sign: failed ? messages.signs.failed : messages.signs.crashed,
      text: (failed ? messages.failedText : messages.crashedText)(id, cause ?? ''),
      action: { does: 'start', id },
      links: [logs, crashes],
    });
  }
  if (state === 'running' && unresponsive) {
    found.push({
      key: `unresponsive ${id}`,
      tone: 'bad',
      sign: messages.unresponsive,
      text: messages.unresponsiveText(id),
      action: isInternal ? null : { does: 'restart', id },
      links: [logs],
    });
  }
  if (pendingRestart.length > 0) {
    found.push({
      key: `restart ${id}`,
      tone: 'warn',
      sign: messages.signs.restart,
      text: messages.restartText(id, pendingRestart),
      action: isInternal ? null : { does: 'restart', id },
      links: [{ title: messages.seeConfig, path: ['daemon', id, 'config'] }],
    });
  }
  return found;
}
