/** A page of a daemon that shows what one of its commands answers: read when it is opened and whenever that is wanted. */
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { ResultPageSpec } from '../../contract/manifest-views.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import type { CommandRun } from '../commands/command-runner.ts';
import { fieldsOf, tableOf } from '../commands/result-values.ts';
import { useCommandRunner } from '../commands/use-command-runner.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { KeptAnswers } from '../model/kept-answers.ts';
import { DataTable } from '../tables/data-table.tsx';
import { commandTools } from '../tables/row-tools.ts';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { NamedTexts } from '../ui/named-texts.tsx';
import { messages } from './messages.ts';

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
    <div className="flex h-full min-h-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 flex-1 text-sm text-dim">{page.hint}</p>
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
      </div>
      {last.phase === 'failed' && (
        <Callout tone="bad" urgent title={messages.notRead(page.title)}>
          <p>{last.error.message}</p>
          <p className="font-mono text-xs text-dim">{last.error.code}</p>
        </Callout>
      )}
      {!up && (
        <EmptyState icon="ring" title={messages.down(manifest.id)}>
          {messages.downHint}
        </EmptyState>
      )}
      {up && fields !== null && (
        <div className="rounded-md border border-line bg-sunken p-3">
          <NamedTexts texts={fields} />
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
          empty={<EmptyState icon="ring" title={messages.nothingThere(page.title)} />}
        />
      )}
    </div>
  );
}
