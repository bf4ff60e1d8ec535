/** What the palette offers before anything is typed: what was chosen last, what the state of the hosts suggests, then everything. */
import type { HostState } from '../model/host-state.ts';
import type { HostNow } from '../model/hosts.ts';
import { hostGoneSince } from '../model/staleness.ts';
import type { PaletteEntry } from './entries.ts';
import { messages } from './messages.ts';

export interface PaletteSection {
  /** Null for the rest, which needs none. */
  readonly title: string | null;
  readonly entries: readonly PaletteEntry[];
}

/** Each entry once, in the first section that it belongs to; sections without any are left out. */
export function openingSections(
  entries: readonly PaletteEntry[],
  hosts: readonly HostNow[],
  recent: readonly string[],
): readonly PaletteSection[] {
  const left = new Map(entries.map((entry) => [entry.key, entry]));
  const take = (key: string): readonly PaletteEntry[] => {
    const entry = left.get(key);
    left.delete(key);
    return entry === undefined ? [] : [entry];
  };
  const suggested = hosts.flatMap(({ host, state }) =>
    suggestionsOf(state).map(({ key, why }) => ({ key: `${host.id} ${key}`, why })),
  );
  const sections = [
    { title: messages.recent, entries: recent.flatMap(take) },
    {
      title: messages.suggested,
      entries: suggested.flatMap(({ key, why }) => take(key).map((entry) => ({ ...entry, hint: why }))),
    },
    { title: null, entries: [] as readonly PaletteEntry[] },
  ];
  return [...sections.slice(0, 2), { title: null, entries: [...left.values()] }].filter(
    (section) => section.entries.length > 0,
  );
}

/** Keys of entries of a host that fit what is wrong there, the worst first, and why. Entries that are not offered are no suggestion. */
function suggestionsOf(state: HostState): readonly { readonly key: string; readonly why: string }[] {
  if (hostGoneSince(state) !== null) return [];
  const daemons = Object.values(state.daemons);
  const down = daemons
    .filter((daemon) => ['failed', 'crashed', 'backoff'].includes(daemon.state))
    .sort((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed'));
  const suggestions = down.flatMap(({ id, state: is, cause }) => {
    const why = messages.because(is, cause);
    return [
      { key: `page daemon/${id}/crashes`, why },
      { key: `start ${id}`, why },
    ];
  });
  for (const { id, state: is, unresponsive } of daemons) {
    if (is !== 'running' || !unresponsive) continue;
    const why = messages.noAnswer;
    suggestions.push({ key: `page daemon/${id}/logs`, why }, { key: `restart ${id}`, why });
  }
  if (state.configError !== null) suggestions.push({ key: 'reload', why: messages.configMistake });
  if (state.history?.state === 'paused')
    suggestions.push({ key: 'page daemon/recorder/logs', why: messages.historyPaused });
  for (const { id, pendingRestart } of daemons) {
    if (pendingRestart.length === 0) continue;
    suggestions.push({ key: `restart ${id}`, why: messages.waitsForRestart(pendingRestart) });
  }
  return suggestions;
}
