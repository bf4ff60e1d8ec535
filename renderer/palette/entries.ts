/** Everything that the palette offers at present: pages of all hosts, what can be done with daemons, their commands, themes. */
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ManifestDescription } from '../../contract/manifest.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { messages as daemonPage } from '../daemon/messages.ts';
import { openKeyList } from '../keys/key-list-store.ts';
import { LOOK_CHOICES, type Look, setLook } from '../look/look.ts';
import type { HostModel } from '../model/host-model.ts';
import type { HostState } from '../model/host-state.ts';
import { type HostNow, named } from '../model/hosts.ts';
import { mayRequest } from '../model/permissions.ts';
import { requestLifecycle } from '../overview/lifecycle.tsx';
import { isAllowed, type LifecycleAction } from '../overview/lifecycle-rules.ts';
import { reloadConfig } from '../settings/reload.ts';
import { messages as shell } from '../shell/messages.ts';
import { hashOf, navigate } from '../shell/route.ts';
import { matchScore } from './match.ts';
import { messages } from './messages.ts';

export interface PaletteEntry {
  readonly key: string;
  readonly text: string;
  /** The same without the host, by which it is found first: a longer name of a host makes nothing fit less. */
  readonly plain: string;
  /** What it does, in fewer or other words; searched too. */
  readonly hint: string;
  readonly kind: string;
  /** Key of the entry that it is remembered as, where that is another one; see recent.ts. */
  readonly remembered?: string;
  readonly act: () => void;
}

const ACTIONS: readonly LifecycleAction[] = ['start', 'stop', 'restart'];

/** Makes entries that lead to pages of a host. */
function pageEntryOf(host: HostModel): (title: string, path: readonly string[]) => HostEntry {
  return (title, path) => ({
    key: `page ${path.join('/')}`,
    text: title,
    hint: '',
    kind: messages.pages,
    act: () => navigate(hashOf(host, path)),
  });
}

/** The entries for what the hosts offer and the states that their daemons are in; those of the first host come first. */
export function paletteEntries(hosts: readonly HostNow[]): readonly PaletteEntry[] {
  const models = hosts.map(({ host }) => host);
  const ofHosts = hosts.flatMap(({ host, state }) =>
    hostEntries(host, state).map((entry) => ({
      ...entry,
      key: `${host.id} ${entry.key}`,
      text: named(models, host.id, entry.text),
      plain: entry.text,
    })),
  );
  return [...ofHosts, ...lookEntries(), KEYS_ENTRY];
}

const KEYS_ENTRY: PaletteEntry = {
  key: 'keys',
  text: messages.keys,
  plain: messages.keys,
  hint: messages.keysHint,
  kind: messages.settings,
  act: openKeyList,
};

function lookEntries(): readonly PaletteEntry[] {
  return Object.keys(LOOK_CHOICES).flatMap((part) =>
    LOOK_CHOICES[part as keyof Look].map((choice) => {
      const text = messages.look[part as keyof Look][choice] ?? choice;
      return {
        key: `${part} ${choice}`,
        text,
        plain: text,
        hint: '',
        kind: messages.settings,
        act: () => setLook({ [part]: choice }),
      };
    }),
  );
}

/** An entry of a host, before it is told apart from those of others. */
type HostEntry = Omit<PaletteEntry, 'plain'>;

function hostEntries(host: HostModel, state: HostState): readonly HostEntry[] {
  const manifests = state.host?.manifests ?? [];
  const page = pageEntryOf(host);
  return [
    page(messages.goTo(shell.overview), []),
    ...manifests.flatMap((manifest) => daemonEntries(host, state, manifest)),
    page(messages.goTo(shell.pools), ['pools']),
    page(messages.goTo(shell.history), ['history']),
    ...(mayRequest(state.host, 'audit.query') ? [page(messages.goTo(shell.audit), ['audit'])] : []),
    page(messages.goTo(shell.settings), ['settings']),
    page(messages.goTo(shell.host), ['daemon', MAIN_SOURCE]),
    page(messages.logs(MAIN_SOURCE), ['daemon', MAIN_SOURCE, 'logs']),
    ...(mayRequest(state.host, 'config.reload') ? [reloadEntry(host)] : []),
  ];
}

function reloadEntry(host: HostModel): HostEntry {
  return {
    key: 'reload',
    text: messages.reload,
    hint: messages.reloadHint,
    kind: messages.settings,
    act: () => void reloadConfig(host),
  };
}

function daemonEntries(
  host: HostModel,
  state: HostState,
  manifest: ManifestDescription,
): readonly HostEntry[] {
  const { id } = manifest;
  const daemon = state.daemons[id];
  const page = pageEntryOf(host);
  const entries: HostEntry[] = [
    page(messages.goTo(id), ['daemon', id]),
    ...Object.entries(manifest.tables).flatMap(([name, table]) =>
      table.of === undefined ? [page(messages.tab(table.title, id), ['daemon', id, name])] : [],
    ),
    ...(manifest.commands.length === 0
      ? []
      : [page(messages.tab(daemonPage.tabs.commands, id), ['daemon', id, 'commands'])]),
    page(messages.logs(id), ['daemon', id, 'logs']),
    page(messages.tab(daemonPage.tabs.crashes, id), ['daemon', id, 'crashes']),
    ...(mayRequest(state.host, 'config.get')
      ? [page(messages.tab(daemonPage.tabs.config, id), ['daemon', id, 'config'])]
      : []),
  ];
  if (daemon !== undefined && mayRequest(state.host, 'daemon.start')) {
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
      act: () =>
        openCommand({
          host,
          daemon: id,
          command: command.name,
          args: {},
          // What only reads and needs nothing is shown without being asked for once more.
          ...(command.reads && isComplete(command) ? { atOnce: true } : {}),
        }),
    });
  }
  return entries;
}

/** Whether a command needs nothing to be filled in. */
function isComplete({ args }: ManifestDescription['commands'][number]): boolean {
  return (args.required ?? []).every((name) => args.properties[name]?.default !== undefined);
}

/** The entries that fit, best first. */
export function findEntries(entries: readonly PaletteEntry[], query: string): readonly PaletteEntry[] {
  if (query.trim() === '') return entries;
  const found: { entry: PaletteEntry; score: number }[] = [];
  for (const entry of entries) {
    const inText = matchScore(entry.plain, query) ?? matchScore(entry.text, query);
    const inHint = matchScore(`${entry.text} ${entry.hint}`, query);
    // What is said in the hint alone counts for less.
    const score = inText ?? (inHint === null ? null : inHint - 2);
    if (score !== null) found.push({ entry, score });
  }
  return found.sort((a, b) => b.score - a.score).map((one) => one.entry);
}
