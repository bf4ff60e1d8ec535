/** Everything that the palette offers at present: pages, what can be done with daemons, their commands, themes. */
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ManifestDescription } from '../../contract/manifest.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { messages as daemonPage } from '../daemon/messages.ts';
import type { HostModel } from '../model/host-model.ts';
import type { HostState } from '../model/host-state.ts';
import { isAllowed, type LifecycleAction, requestLifecycle } from '../overview/lifecycle.tsx';
import { reloadConfig } from '../settings/reload.ts';
import { messages as shell } from '../shell/messages.ts';
import { hashOf, navigate } from '../shell/route.ts';
import { setTheme, THEMES } from '../shell/theme.ts';
import { matchScore } from './match.ts';
import { messages } from './messages.ts';

export interface PaletteEntry {
  readonly key: string;
  readonly text: string;
  /** What it does, in fewer or other words; searched too. */
  readonly hint: string;
  readonly kind: string;
  readonly act: () => void;
}

const ACTIONS: readonly LifecycleAction[] = ['start', 'stop', 'restart'];

function pageEntry(title: string, path: readonly string[], kind: string = messages.pages): PaletteEntry {
  return { key: `page ${path.join('/')}`, text: title, hint: '', kind, act: () => navigate(hashOf(path)) };
}

/** The entries for what the host offers and the states that its daemons are in. */
export function paletteEntries(host: HostModel, state: HostState): readonly PaletteEntry[] {
  const manifests = state.host?.manifests ?? [];
  return [
    pageEntry(messages.goTo(shell.overview), []),
    ...manifests.flatMap((manifest) => daemonEntries(host, state, manifest)),
    pageEntry(messages.goTo(shell.history), ['history']),
    pageEntry(messages.goTo(shell.audit), ['audit']),
    pageEntry(messages.goTo(shell.settings), ['settings']),
    pageEntry(messages.goTo(shell.host), ['daemon', MAIN_SOURCE]),
    pageEntry(messages.logs(MAIN_SOURCE), ['daemon', MAIN_SOURCE, 'logs']),
    {
      key: 'reload',
      text: messages.reload,
      hint: messages.reloadHint,
      kind: messages.settings,
      act: () => void reloadConfig(host),
    },
    ...THEMES.map(
      (theme): PaletteEntry => ({
        key: `theme ${theme}`,
        text: messages.theme[theme],
        hint: '',
        kind: messages.settings,
        act: () => setTheme(theme),
      }),
    ),
  ];
}

function daemonEntries(
  host: HostModel,
  state: HostState,
  manifest: ManifestDescription,
): readonly PaletteEntry[] {
  const { id } = manifest;
  const daemon = state.daemons[id];
  const entries: PaletteEntry[] = [
    pageEntry(messages.goTo(id), ['daemon', id]),
    ...Object.entries(manifest.tables).map(([name, table]) =>
      pageEntry(messages.tab(table.title, id), ['daemon', id, name]),
    ),
    pageEntry(messages.tab(daemonPage.tabs.commands, id), ['daemon', id, 'commands']),
    pageEntry(messages.logs(id), ['daemon', id, 'logs']),
    pageEntry(messages.tab(daemonPage.tabs.crashes, id), ['daemon', id, 'crashes']),
    pageEntry(messages.tab(daemonPage.tabs.config, id), ['daemon', id, 'config']),
  ];
  if (daemon !== undefined) {
    for (const action of ACTIONS) {
      if (!isAllowed(action, daemon.state) || (manifest.internal && action !== 'start')) continue;
      entries.push({
        key: `${action} ${id}`,
        text: messages[action](id),
        hint: '',
        kind: messages.daemons,
        act: () => void requestLifecycle(host, id, action),
      });
    }
  }
  for (const command of manifest.commands) {
    entries.push({
      key: `command ${id} ${command.name}`,
      text: messages.run(id, command.name),
      hint: command.summary,
      kind: messages.commands,
      act: () => openCommand({ daemon: id, command: command.name, args: {} }),
    });
  }
  return entries;
}

/** The entries that fit, best first. */
export function findEntries(entries: readonly PaletteEntry[], query: string): readonly PaletteEntry[] {
  if (query.trim() === '') return entries;
  const found: { entry: PaletteEntry; score: number }[] = [];
  for (const entry of entries) {
    const inText = matchScore(entry.text, query);
    const inHint = matchScore(`${entry.text} ${entry.hint}`, query);
    // What is said in the hint alone counts for less.
    const score = inText ?? (inHint === null ? null : inHint - 2);
    if (score !== null) found.push({ entry, score });
  }
  return found.sort((a, b) => b.score - a.score).map((one) => one.entry);
}
