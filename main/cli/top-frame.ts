/** One picture of `signalbox top` as lines of a terminal: no wider and no more of them than it has room for. */
import { instrumentRow } from '../../contract/instrument-rows.ts';
import type { SourcedTask } from '../../contract/link/tasks.ts';
import type { Trouble } from '../../kit/instrument-trouble.ts';
import { formatBytes, formatSeconds, formatTime, STATE_COLOURS } from '../terminal/terminal.ts';
import { INSTRUMENT_TITLES, instrumentCells } from './instrument-words.ts';
import { taskLine } from './task-progress.ts';
import type { InstrumentLine, ProcessLine } from './top-model.ts';

/** By what instruments can be sorted; arrow keys go from one to the next. */
export const SORTS = ['trouble', 'name', 'depth', 'wait', 'run', 'refused'] as const;
/** One of {@link SORTS}. */
export type Sort = (typeof SORTS)[number];

/** Names of styles that the terminal may have. */
export type Style = 'red' | 'yellow' | 'green' | 'gray' | 'bold' | 'inverse';

/** Writes a text in a style; as it is where the terminal has none. */
export type Paint = (style: Style, text: string) => string;

/** What is shown. */
export interface TopPicture {
  /** Unix milliseconds. */
  readonly time: number;
  readonly processes: readonly ProcessLine[];
  readonly tasks: readonly SourcedTask[];
  /** By trouble, worst first. */
  readonly instruments: readonly InstrumentLine[];
}

/** How it is shown. */
export interface TopView {
  readonly columns: number;
  /** Infinity for all lines. */
  readonly rows: number;
  readonly sort: Sort;
  /** Instruments that are scrolled past. */
  readonly offset: number;
  readonly paint: Paint;
  /** Whether keys are listened to, so that they are worth a line. */
  readonly hasKeys: boolean;
}

/** A part of a line, cut where the line ends. */
interface Cell {
  readonly text: string;
  readonly style?: Style | undefined;
}

const TROUBLE_WORDS = {
  open: 'open',
  full: 'full',
  refusing: 'refusing',
  filling: 'filling',
  waiting: 'long waits',
  none: '',
} as const satisfies Readonly<Record<Trouble, string>>;

const TROUBLE_STYLES: Readonly<Record<Trouble, Style | undefined>> = {
  open: 'red',
  full: 'red',
  refusing: 'yellow',
  filling: 'yellow',
  waiting: 'yellow',
  none: undefined,
};

const PROCESS_TITLES = ['daemon', 'state', 'pid', 'cpu', 'memory', 'loop p99', 'messages'];
const KEYS = 'q quit   up/down scroll   left/right sort';

/** The lines of a picture. */
export function topLines(picture: TopPicture, view: TopView): readonly string[] {
  const { processes, tasks, instruments } = picture;
  const up = processes.filter(({ state }) => state === 'running').length;
  const title = `signalbox top  ${formatTime(picture.time)}  ${up} of ${processes.length} processes run`;
  const lines: Cell[][] = [
    [{ text: title, style: 'bold' }],
    ...table(PROCESS_TITLES, processes.map(processCells)),
    ...tasks.map((task) => [{ text: `task  ${task.source}: ${taskLine(task)}`, style: 'yellow' as const }]),
    [],
  ];
  let place = '';
  if (instruments.length === 0) lines.push([{ text: 'No daemon has queues or pools now.' }]);
  else {
    const sorted = sortedBy(view.sort, instruments);
    const room = Math.max(0, view.rows - lines.length - (view.hasKeys ? 2 : 1));
    const from = Math.max(0, Math.min(view.offset, sorted.length - room));
    const shown = sorted.slice(from, from + room);
    const titles = ['trouble', ...INSTRUMENT_TITLES];
    // Columns are as wide as all rows need, so that they stay where they are while one scrolls.
    lines.push(...table(titles, sorted.map(instrumentLine), from, shown.length));
    const more = sorted.length - from - shown.length;
    place = `   by ${view.sort}${more > 0 ? `, ${more} more below` : ''}`;
  }
  if (view.hasKeys) lines.push([{ text: KEYS + place, style: 'gray' }]);
  return lines.slice(0, view.rows).map((line) => cut(line, view));
}

/** How far instruments can be scrolled, so that an offset stays in its bounds. */
export function lastOffset(
  { processes, tasks, instruments }: TopPicture,
  view: Pick<TopView, 'rows' | 'hasKeys'>,
): number {
  const above = 1 + 1 + processes.length + tasks.length + 1;
  return Math.max(0, instruments.length - Math.max(0, view.rows - above - (view.hasKeys ? 2 : 1)));
}

function sortedBy(sort: Sort, instruments: readonly InstrumentLine[]): readonly InstrumentLine[] {
  if (sort === 'trouble') return instruments;
  if (sort === 'name')
    return [...instruments].sort((a, b) =>
      a.found.name < b.found.name ? -1 : a.found.name > b.found.name ? 1 : 0,
    );
  const worth = (one: InstrumentLine) => {
    const row = instrumentRow(one.found, one.read);
    const worths = {
      depth: row.depth ?? row.active,
      wait: row.waitSeconds?.p99,
      run: row.runSeconds?.p99,
      refused: row.rejected,
    };
    return worths[sort] ?? -1;
  };
  // Equals stay in the order of their trouble.
  return [...instruments].sort((a, b) => worth(b) - worth(a));
}

function processCells(one: ProcessLine): readonly Cell[] {
  const { id, state, unresponsive, pid } = one;
  const known = (value: number | null, words: (value: number) => string) => ({
    text: value === null ? '-' : words(value),
  });
  return [
    { text: id },
    {
      text: unresponsive ? `${state} (unresponsive)` : state,
      style: unresponsive ? 'yellow' : STATE_COLOURS[state],
    },
    known(pid, String),
    known(one.cpuRatio, (ratio) => `${(ratio * 100).toFixed(1)} %`),
    known(one.memoryBytes, formatBytes),
    known(one.loopDelayP99Seconds, formatSeconds),
    known(one.messagesPerSecond, (rate) => `${rate < 10 ? rate.toFixed(1) : rate.toFixed(0)}/s`),
  ];
}

function instrumentLine({ found, trouble, read }: InstrumentLine): readonly Cell[] {
  return [
    { text: TROUBLE_WORDS[trouble], style: TROUBLE_STYLES[trouble] },
    ...instrumentCells(found, read).map((text) => ({ text })),
  ];
}

/** Titles and rows with aligned columns; of the rows those from one on, so many. */
function table(
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
  from = 0,
  count = rows.length,
): Cell[][] {
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => lengthOf(row[column]?.text ?? ''))),
  );
  const line = (cells: readonly Cell[]) =>
    cells.map(({ text, style }, column) => ({
      text: text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - lengthOf(text)) + 2),
      style,
    }));
  const header = line(titles.map((title) => ({ text: title.toUpperCase(), style: 'gray' as const })));
  return [header, ...rows.slice(from, from + count).map(line)];
}

function lengthOf(text: string): number {
  return [...text].length;
}

/** A line that is no wider than the terminal. Only what is left of a cell is painted, so that no style is cut in two. */
function cut(cells: readonly Cell[], { columns, paint }: TopView): string {
  let left = columns;
  let line = '';
  for (const { text, style } of cells) {
    const part = [...text].slice(0, left).join('');
    left -= lengthOf(part);
    line += style === undefined || part.trim() === '' ? part : paint(style, part);
    if (left <= 0) break;
  }
  return line;
}
