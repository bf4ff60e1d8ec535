/** What the log view says. */
import { formatExact } from '../format/numbers.ts';
import { partOf } from '../format/plural.ts';

export const messages = {
  title: (source: string) => `Log of ${source}`,
  level: 'Least level',
  levels: {
    debug: 'Debug and above',
    info: 'Info and above',
    warn: 'Warnings and errors',
    error: 'Errors only',
  },
  filter: 'Filter the log',
  filterHint: 'Filter',
  follow: 'Follow',
  followHint: 'Keep the newest line in view',
  pause: 'Pause',
  resume: (fresh: number) => (fresh === 0 ? 'Resume' : `Resume, ${formatExact(fresh)} new`),
  jump: 'Last crash',
  jumpLabel: 'Jump to the last crash',
  exportText: 'Export text',
  exportJson: 'Export JSONL',
  count: (shown: number, all: number) => partOf(shown, all, 'record'),
  dropped: (records: number) =>
    records === 0 ? '' : `${formatExact(records)} not sent because this window was slow`,
  crash: (cause: string) => `Process ended: ${cause}`,
  notThen: (time: string, nearest: string) =>
    `The log has nothing of ${time} (any more); the nearest line is of ${nearest}.`,
  empty: 'No log records yet',
  emptyHint:
    'Records appear as soon as the process writes them. Debug records are shown when it is set to write them.',
  noMatch: 'No record matches the filter',
  noMatchHint: 'Choose a lower level, or search for less.',
};
