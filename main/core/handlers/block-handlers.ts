/** What kept the event loops of processes. */
import type { BlockList } from '../records/block-list.ts';
import type { MetricsStore } from '../records/metrics-store.ts';
import type { Handlers } from './handler-table.ts';
import { requireSource } from './known-source.ts';

/** Handlers of `blocks.*`; `metrics` knows which processes there are. */
export function blockHandlers(blocks: BlockList, metrics: MetricsStore): Handlers<'blocks.list'> {
  return {
    'blocks.list': ({ source }) => {
      if (source !== undefined) requireSource(metrics, source);
      return { blocks: blocks.of(source) };
    },
  };
}
