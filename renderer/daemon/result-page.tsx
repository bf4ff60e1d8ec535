/** A page of a daemon that shows what one of its commands answers: read when it is opened and whenever that is wanted. */
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import type { GraphTone, ResultPageSpec } from '../../contract/manifest-views.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import type { CommandRun } from '../commands/command-runner.ts';
import { labelOf } from '../commands/form-values.ts';
import { ResultFields } from '../commands/result-fields.tsx';
import { fieldsOf, tableOf } from '../commands/result-values.ts';
import { useCommandRunner } from '../commands/use-command-runner.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { KeptAnswers } from '../model/kept-answers.ts';
import { DataTable } from '../tables/data-table.tsx';
import { commandTools } from '../tables/row-tools.ts';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import type { IconName } from '../ui/icons.tsx';
import { Badge } from '../ui/state-badge.tsx';
import { messages } from './messages.ts';
import { TabTools } from './tab-tools.tsx';

/** By daemon and page. */
const kept = new KeptAnswers<CommandRun>();

interface ResultPageProps {
  readonly manifest: ManifestDescription;
  readonly name: string;
  readonly page: ResultPageSpec;
  readonly up: boolean;
}

export function ResultPage({ manifest, name, page, up }: ResultPageProps): ReactNode {
  const host = useHost();
  const command = manifest.commands.find((one) => one.name === page.command)!;
  const runner = useCommandRunner(manifest.id, command.name);
  const question = JSON.stringify([manifest.id, name]);
  const [last, setLast] = useState<CommandRun>(() => kept.get(host, question) ?? { phase: 'idle' });
  const load = useCallback(async () => {
    const run = await runner.start({}, false);
    if (run.phase === 'done') kept.keep(host, question, run);
    setLast(run);
  }, [host, question, runner]);
  useEffect(() => {
    if (up) void load();
  }, [up, load]);
  const withheld = useHostState((state) => state.withheld);
  const table = last.phase === 'done' ? tableOf(command, last.result) : null;
  const fields = last.phase === 'done' ? fieldsOf(command, last.result) : null;
  const tools = commandTools({
    host,
    daemon: manifest.id,
    actions: command.rowActions,
    commands: manifest.commands,
    withheld,
    columns: table?.columns ?? [],
    onDone: () => void load(),
  });
  return (
    <div className="flex h-full min-h-0 flex-col gap-gap">
      <TabTools>
        <Button icon="restart" disabled={!up || runner.run.phase === 'running'} onClick={() => void load()}>
          {messages.readAgain}
        </Button>
        {(page.actions ?? []).map((action) => (
          <Button
            key={action.command}
            disabled={!up}
            onClick={() =>
              openCommand({
                host,
                daemon: manifest.id,
                command: action.command,
                args: {},
                onDone: () => void load(),
              })
            }
          >
            {action.title}
          </Button>
        ))}
      </TabTools>
      {last.phase === 'failed' && (
        <Callout tone="bad" urgent title={messages.notRead(page.title)}>
          <p>{last.error.message}</p>
          <p className="font-mono text-xs text-dim">{last.error.code}</p>
        </Callout>
      )}
      {!up && (
        <div className="card">
          <EmptyState icon="ring" title={messages.down(manifest.id)}>
            {messages.notAskedHint}
          </EmptyState>
        </div>
      )}
      {up && last.phase === 'done' && fields !== null && (
        <div className="card w-full max-w-form">
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-2 text-sm text-dim">
            <PageState page={page} command={command} result={last.result} />
            {page.hint}
          </p>
          <ResultFields command={command} result={last.result} />
        </div>
      )}
      {up && table !== null && (
        <DataTable
          title={page.title}
          columns={table.columns}
          rows={table.rows}
          keyColumn={-1}
          heightClass="min-h-0"
          memory={`${manifest.id} page ${name}`}
          tools={tools}
          note={
            <span title={page.hint} className="min-w-0 truncate text-sm text-dim">
              {page.hint}
            </span>
          }
          empty={<EmptyState icon="ring" title={messages.nothingThere(page.title)} />}
        />
      )}
    </div>
  );
}

const LOOKS: Readonly<Record<GraphTone, { readonly icon: IconName; readonly tone: string }>> = {
  self: { icon: 'dot', tone: 'bg-sunken text-ink' },
  good: { icon: 'dot', tone: 'bg-good-soft text-good' },
  busy: { icon: 'clock', tone: 'bg-warn-soft text-warn' },
  idle: { icon: 'ring', tone: 'bg-sunken text-dim' },
  bad: { icon: 'error', tone: 'bg-bad-soft text-bad' },
};

/** How the one thing of a page is, as sign, words and colour; nothing where its manifest does not say which field tells. */
function PageState({
  page,
  command,
  result,
}: {
  page: ResultPageSpec;
  command: CommandDescription;
  result: unknown;
}): ReactNode {
  if (page.state === undefined) return null;
  const { field, tones, where } = page.state;
  const fields = result as Readonly<Record<string, unknown>>;
  const said = fields[field];
  if (where !== undefined && fields[where] === false) return null;
  if (typeof said !== 'string' || said === '') return null;
  const title = command.columns.find(({ key }) => key === field)?.title ?? labelOf(field);
  return (
    <Badge {...LOOKS[tones[said] ?? 'idle']}>
      {title} {said}
    </Badge>
  );
}
