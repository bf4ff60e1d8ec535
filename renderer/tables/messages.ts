/** What tables say. */
import { formatExact } from '../format/numbers.ts';

export const messages = {
  yes: 'yes',
  no: 'no',
  filter: 'Filter',
  filterLabel: (title: string) => `Filter ${title}`,
  actions: 'Actions',
  count: (shown: number, all: number) =>
    shown === all
      ? `${formatExact(all)} ${all === 1 ? 'row' : 'rows'}`
      : `${formatExact(shown)} of ${formatExact(all)} rows`,
  cut: (sent: number, total: number) =>
    `The table has ${formatExact(total)} rows; the first ${formatExact(sent)} are shown.`,
  nothing: (title: string) => `No ${title.toLowerCase()} at present`,
  nothingHint: 'The table fills by itself as soon as there is something to show.',
  noMatch: 'Nothing matches the filter',
  down: (id: string) => `${id} is not running`,
  downHint: 'The table fills once it runs.',
  updated: (clock: string) => `as of ${clock}`,
};
