/** What a command answered that only reads, as part of a page: its fields, its rows with what can be done with them, or why there is none. */
import type { ReactNode } from 'react';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import type { CommandRun } from '../commands/command-runner.ts';
import { ResultFields } from '../commands/result-fields.tsx';
import { fieldsOf, tableOf } from '../commands/result-values.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { DataTable } from '../tables/data-table.tsx';
import { rowLinks } from '../tables/row-pages.ts';
import { commandTools } from '../tables/row-tools.ts';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { messages } from './messages.ts';

interface AnswerViewProps {
  readonly manifest: ManifestDescription;
  readonly command: CommandDescription;
  readonly last: CommandRun;
  readonly title: string;
  /** One sentence about it. */
  readonly hint: string;
  /** Under which the choice of columns is kept. */
  readonly memory: string;
  /** Whether the daemon runs: else only why it did not answer is shown. */
  readonly up: boolean;
  /** Stands before the hint where the answer is the fields of one thing. */
  readonly sign?: (result: unknown) => ReactNode;
  /** Reads it again, once a command on a row has run well. */
  readonly onDone: () => void;
}

export function AnswerView(props: AnswerViewProps): ReactNode {
  const { manifest, command, last, title, hint, up } = props;
  const host = useHost();
  const withheld = useHostState((state) => state.withheld);
  if (last.phase === 'failed') {
    return (
      <Callout tone="bad" urgent title={messages.notRead(title)}>
        <p>{last.error.message}</p>
        <p className="font-mono text-xs text-dim">{last.error.code}</p>
      </Callout>
    );
  }
  if (!up || last.phase !== 'done') return null;
  const table = tableOf(command, last.result);
  if (table !== null) {
    const tools = commandTools({
      host,
      daemon: manifest.id,
      actions: command.rowActions,
      commands: manifest.commands,
      withheld,
      columns: table.columns,
      onDone: props.onDone,
    });
    return (
      <DataTable
        title={title}
        columns={table.columns}
        rows={table.rows}
        keyColumn={-1}
        heightClass="min-h-0"
        memory={props.memory}
        tools={tools}
        links={rowLinks(host, manifest, table.columns)}
        note={
          <span title={hint} className="min-w-0 truncate text-sm text-dim">
            {hint}
          </span>
        }
        empty={<EmptyState icon="ring" title={messages.nothingThere(title)} />}
      />
    );
  }
  if (fieldsOf(command, last.result) === null) return null;
  return (
    <div className="card w-full max-w-form">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-2 text-sm text-dim">
        {props.sign?.(last.result)}
        {hint}
      </p>
      <ResultFields command={command} result={last.result} />
    </div>
  );
}
