/** What can be done with the selected rows, below their table: there while rows are selected. */
import type { ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { messages } from './messages.ts';
import { byDanger, type RowTool } from './row-tools.ts';

interface BulkBarProps {
  readonly count: number;
  /** Selected rows that have gone meanwhile. */
  readonly gone: number;
  /** Selected rows that the filter does not show. */
  readonly hidden: number;
  readonly tools: readonly RowTool[];
  /** Whether there is such a thing for any of the selected rows. */
  readonly fitsAny: (tool: RowTool) => boolean;
  readonly onRun: (tool: RowTool) => void;
  readonly onClear: () => void;
}

export function BulkBar(props: BulkBarProps): ReactNode {
  const { count, gone } = props;
  const tools = byDanger(props.tools.filter(({ many }) => many));
  const reasons = [...new Set(tools.flatMap(({ denied }) => denied ?? []))];
  return (
    <section
      aria-label={messages.selection}
      className="flex shrink-0 flex-wrap items-center gap-2 border-t border-line bg-accent-soft p-2"
    >
      <span role="status" className="mr-2 text-sm font-medium">
        {messages.selected(count, gone, props.hidden)}
      </span>
      {tools.map((tool) => (
        <Button
          key={tool.title}
          tone={tool.danger === 'safe' ? 'plain' : 'harm'}
          disabled={tool.denied !== null || count === gone || !props.fitsAny(tool)}
          {...(tool.denied === null ? {} : { title: tool.denied })}
          onClick={() => props.onRun(tool)}
        >
          {messages.ellipsis(tool.title)}
        </Button>
      ))}
      <Button tone="quiet" onClick={props.onClear}>
        {messages.clear}
      </Button>
      {reasons.map((reason) => (
        <span key={reason} className="text-sm">
          {reason}
        </span>
      ))}
    </section>
  );
}
