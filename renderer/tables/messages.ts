/** What tables say. */
import { partOf } from '../format/plural.ts';

export const messages = {
  noSeconds: '0 s',
  yes: 'yes',
  no: 'no',
  filter: 'Filter',
  filterLabel: (title: string) => `Filter ${title}`,
  actions: 'Actions',
  count: (shown: number, all: number) => partOf(shown, all, 'row'),
  cut: (sent: number, total: number) => `The first ${partOf(sent, total, 'row')} are shown.`,
  columns: (shown: number, all: number) => (shown === all ? 'Columns' : `Columns (${shown} of ${all})`),
  columnsTitle: 'Columns that are shown',
  fitColumns: 'Those that fit the window',
  none: (title: string) => `no ${title}`,
  onAllRows: (what: string) => `All: ${what}`,
  denied: (title: string) => `${title} are not shown to you`,
  nothing: (title: string) => `No ${title.toLowerCase()} at present`,
  nothingHint: 'The table fills by itself as soon as there is something to show.',
  noMatch: 'Nothing matches the filter',
  down: (id: string) => `${id} is not running`,
  downHint: 'The table fills once it runs.',
  updated: (clock: string) => `as of ${clock}`,
};
