/** The commands of a daemon: a list beside the form of the one that is chosen. The choice is part of the address. */
import { type ReactNode, useState } from 'react';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import { newCommandName } from '../../contract/renamed.ts';
import { useHost } from '../model/host-context.ts';
import { hashOf, useRoute } from '../shell/route.ts';
import { EmptyState } from '../ui/callout.tsx';
import { Icon } from '../ui/icons.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { CommandPanel } from './command-panel.tsx';
import { formFields } from './form-values.ts';
import { messages } from './messages.ts';

export function CommandsTab({ manifest, up }: { manifest: ManifestDescription; up: boolean }): ReactNode {
  const host = useHost();
  const { query } = useRoute();
  const [filter, setFilter] = useState('');
  const asked = query.command ?? '';
  const wanted = newCommandName(manifest.renamed, asked) ?? asked;
  const chosen = manifest.commands.find((command) => command.name === wanted) ?? manifest.commands[0];
  if (chosen === undefined) return <EmptyState icon="right" title={messages.none} />;
  const words = filter.toLowerCase();
  const listed = manifest.commands.filter((command) =>
    `${command.name} ${command.summary}`.toLowerCase().includes(words),
  );
  return (
    <div className="grid items-start gap-gap md:grid-cols-[auto_minmax(0,1fr)]">
      <nav aria-label={messages.commands} className="flex flex-col gap-2 card p-2">
        {manifest.commands.length > 8 && (
          <SearchField label={messages.filterCommands} value={filter} onChange={setFilter} />
        )}
        {/* What is hidden but read out in it shall not make the page longer. */}
        <ul className="relative flex max-h-beside flex-col gap-0.5 overflow-y-auto max-md:max-h-48">
          {listed.map((command) => (
            <li key={command.name}>
              <a
                href={hashOf(host, ['daemon', manifest.id, 'commands'], { command: command.name })}
                aria-current={command === chosen ? 'true' : undefined}
                title={command.summary}
                className={`flex h-control items-center justify-between gap-2 rounded-md px-2.5 font-mono text-sm focus-visible:-outline-offset-2 ${command === chosen ? 'bg-accent-soft text-accent' : 'hover:bg-hover'}`}
              >
                <span className="truncate">{command.name}</span>
                {command.danger !== 'safe' && (
                  <span className={command.danger === 'irreversible' ? 'text-bad' : 'text-warn'}>
                    <Icon name="warning" className="size-3.5" />
                    <span className="sr-only">{messages[command.danger]}</span>
                  </span>
                )}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <CommandPanel key={formKey(chosen, query)} manifest={manifest} command={chosen} given={query} up={up} />
    </div>
  );
}

/** Names what a form begins with: another address may fill in the same form anew, whatever else stands in it. */
function formKey({ name, args }: CommandDescription, query: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, ...formFields(args).map((field) => query[field.name])]);
}
