/** What came of a command: how long it took, and its result as table, text or JSON, ready to be copied. */
import { type ReactNode, useState } from 'react';
import type { CommandDescription } from '../../daemons/contract/manifest.ts';
import { formatSeconds } from '../format/numbers.ts';
import { DataTable } from '../tables/data-table.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Icon } from '../ui/icons.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { SegmentedControl } from '../ui/segmented-control.tsx';
import { messages } from './messages.ts';
import { jsonOf, tableOf, textOf } from './result-values.ts';
import type { CommandRun } from './use-command-run.ts';

export function ResultView({ command, run }: { command: CommandDescription; run: CommandRun }): ReactNode {
  const [asJson, setAsJson] = useState(false);
  if (run.phase === 'idle' || run.phase === 'running') return null;
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
  const json = jsonOf(run.result);
  const natural = table !== null ? messages.asTable : messages.asText;
  const plain = asJson || (table === null && text === null);
  return (
    <section aria-label={messages.result} className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <p role="status" className="flex items-center gap-1.5 text-sm font-medium text-good">
          <Icon name="check" />
          {messages.done(duration)}
        </p>
        <span className="flex-1" />
        {(table !== null || text !== null) && (
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
        <CopyButton text={plain || text === null ? json : text} label={messages.copy} />
      </div>
      {plain || text !== null ? (
        <ScrollRegion
          label={messages.resultText}
          className="max-h-96 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs whitespace-pre-wrap break-words"
        >
          {plain ? json : text}
        </ScrollRegion>
      ) : (
        table !== null && (
          <DataTable
            title={messages.resultRows}
            columns={table.columns}
            rows={table.rows}
            keyColumn={-1}
            heightClass="max-h-96"
            empty={<EmptyState icon="ring" title={messages.noRows} />}
          />
        )
      )}
    </section>
  );
}
