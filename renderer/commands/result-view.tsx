/** What came of a command: how long it took, and its result as table, text or JSON, ready to be copied. */
import { type ReactNode, useState } from 'react';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import { formatSeconds } from '../format/numbers.ts';
import { download } from '../logs/download.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { DataTable } from '../tables/data-table.tsx';
import { commandTools } from '../tables/row-tools.ts';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icons.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { SegmentedControl } from '../ui/segmented-control.tsx';
import type { CommandRun } from './command-runner.ts';
import { messages } from './messages.ts';
import { ResultFields } from './result-fields.tsx';
import { fieldsOf, jsonOf, tableOf, textOf } from './result-values.ts';

interface ResultViewProps {
  readonly manifest: ManifestDescription;
  readonly command: CommandDescription;
  readonly run: CommandRun;
  /** Called when a command on one of the rows has changed what they show. */
  readonly onChanged?: () => void;
}

export function ResultView({ manifest, command, run, onChanged }: ResultViewProps): ReactNode {
  const host = useHost();
  const withheld = useHostState((state) => state.withheld);
  const [asJson, setAsJson] = useState(false);
  if (run.phase === 'idle' || run.phase === 'running') return null;
  if (run.phase === 'refused') {
    return (
      <Callout tone="bad" urgent title={messages.refusedFirst}>
        <p>{run.error.message}</p>
        <p className="font-mono text-xs text-dim">{run.error.code}</p>
      </Callout>
    );
  }
  const duration = formatSeconds(run.durationMs / 1000);
  if (run.phase === 'failed') {
    return (
      <Callout tone="bad" urgent title={messages.failed(duration)}>
        <p>{run.error.message}</p>
        <p className="font-mono text-xs text-dim">{run.error.code}</p>
      </Callout>
    );
  }
  const table = tableOf(command, run.result);
  const text = textOf(command, run.result);
  const fields = fieldsOf(command, run.result);
  const json = jsonOf(run.result);
  const natural = table !== null ? messages.asTable : fields !== null ? messages.asFields : messages.asText;
  const shaped = table !== null || text !== null || fields !== null;
  const plain = asJson || !shaped;
  const former = Object.entries(manifest.renamed.commands ?? {}).find(([, now]) => now === command.name)?.[0];
  const tools = commandTools({
    host,
    daemon: manifest.id,
    actions: command.rowActions,
    commands: manifest.commands,
    withheld,
    columns: table?.columns ?? [],
    onDone: onChanged,
  });
  return (
    <section aria-label={messages.result} className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <p role="status" className="flex items-center gap-1.5 text-sm font-medium text-good">
          <Icon name="check" />
          {messages.done(duration)}
        </p>
        <span className="flex-1" />
        {shaped && (
          <SegmentedControl
            label={messages.shape}
            options={[
              { value: 'natural', label: natural },
              { value: 'json', label: messages.asJson },
            ]}
            value={asJson ? 'json' : 'natural'}
            onChange={(value) => setAsJson(value === 'json')}
          />
        )}
        {text !== null && command.saves !== null && <SaveButton name={command.saves} text={text} />}
        <CopyButton text={plain || text === null ? json : text} label={messages.copy} />
      </div>
      {plain || text !== null ? (
        <ScrollRegion
          label={messages.resultText}
          className="max-h-96 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs whitespace-pre-wrap break-words"
        >
          {plain ? json : text}
        </ScrollRegion>
      ) : fields !== null ? (
        <div className="card">
          <ResultFields command={command} result={run.result} />
        </div>
      ) : (
        table !== null && (
          <DataTable
            title={messages.resultRows}
            columns={table.columns}
            rows={table.rows}
            keyColumn={-1}
            heightClass="max-h-96"
            memory={`${manifest.id} run ${command.name}`}
            formerMemory={former === undefined ? undefined : `${manifest.id} run ${former}`}
            renamed={manifest.renamed.columns}
            tools={tools}
            empty={<EmptyState icon="ring" title={messages.noRows} />}
          />
        )
      )}
    </section>
  );
}

/** Hands the text over as a file. */
function SaveButton({ name, text }: { name: string; text: string }): ReactNode {
  const type = `text/${name.slice(name.lastIndexOf('.') + 1)}`;
  return <Button onClick={() => download(name, type, text)}>{messages.saveFile}</Button>;
}
