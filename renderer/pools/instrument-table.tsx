/**
 * Instruments as the rows of one table, by trouble. Used by the Pools and queues page over all daemons, and by the page of each
 * daemon over its own.
 */
import { memo, type ReactNode, useMemo, useRef } from 'react';
import type { FigureName } from '../../contract/instrument-rows.ts';
import type { Trouble } from '../../kit/instrument-trouble.ts';
import { metricsText } from '../history/chosen-metrics.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { staleSince } from '../model/staleness.ts';
import { Sparkline } from '../samples/sparkline.tsx';
import { hashOf } from '../shell/route.ts';
import { Icon } from '../ui/icons.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { useInSteps } from '../ui/use-later.ts';
import { useWidth } from '../ui/use-width.ts';
import {
  alsoText,
  curveOf,
  doneText,
  intervalText,
  LEVELS,
  levelText,
  mostText,
  refusedText,
  threadsText,
} from './instrument-words.ts';
import { LevelBar } from './level-bar.tsx';
import { keyOf, type LiveInstrument, slotOfFigure } from './live-instruments.ts';
import { figureWord, messages } from './messages.ts';
import { TroubleBadge } from './trouble-badge.tsx';
import type { Arranged } from './use-instruments.ts';

/** As many as most windows show: the others are rendered once these are there, so many at a time. */
const STEP_ROWS = 24;
/** The same below the charts of a daemon, where a window shows few. */
const STEP_ROWS_OF_ONE = 8;

/** Rows beyond these have no curve: each costs memory, and trouble stands on top. */
const MOST_CURVES = 100;

type ColumnName =
  | 'daemon'
  | 'kind'
  | 'state'
  | 'depth'
  | 'wait'
  | 'run'
  | 'threads'
  | 'done'
  | 'refused'
  | 'also'
  | 'curve';

interface Column {
  readonly name: ColumnName;
  readonly title: string;
  readonly hint?: string;
  readonly isFigure?: boolean;
  /** What it takes at its usual content, in pixels. */
  readonly width: number;
  /** Where the table is too narrow, columns of the highest rank are left out first. Those without one stay. */
  readonly rank?: number;
  /** It is left out where nothing that is shown measures any of these. */
  readonly of?: readonly FigureName[];
}

const COLUMNS: readonly Column[] = [
  { name: 'daemon', title: messages.daemon, width: 80, rank: 1 },
  { name: 'kind', title: messages.kind, width: 76, rank: 2 },
  { name: 'state', title: messages.state, width: 116 },
  // A bar, as much as `12.3 MiB of 64 MiB`, and the most there was.
  { name: 'depth', title: messages.depth, hint: messages.depthHint, width: 232, of: ['depth', 'active'] },
  {
    ...{ name: 'wait', title: messages.wait, hint: messages.percentilesHint },
    ...{ isFigure: true, width: 104, rank: 3, of: ['wait'] },
  },
  {
    ...{ name: 'run', title: messages.run, hint: messages.percentilesHint },
    ...{ isFigure: true, width: 104, rank: 6, of: ['run'] },
  },
  { name: 'threads', title: messages.threads, isFigure: true, width: 108, rank: 7, of: ['max'] },
  { name: 'done', title: messages.done, isFigure: true, width: 72, rank: 8, of: ['completed', 'hits'] },
  {
    ...{ name: 'refused', title: messages.refused, hint: messages.refusedHint },
    ...{ isFigure: true, width: 72, rank: 4, of: ['rejected', 'dropped'] },
  },
  { name: 'also', title: messages.also, width: 150, rank: 9 },
  { name: 'curve', title: messages.lastMinute, width: 96, rank: 5 },
];

/** What the column of names takes at least, in pixels. */
const NAME_WIDTH = 160;

/** Those of the columns that fit into so many pixels. */
export function fittingColumns<One extends Pick<Column, 'width' | 'rank'>>(
  columns: readonly One[],
  available: number,
): readonly One[] {
  const fitting = [...columns];
  const taken = () => fitting.reduce((sum, { width }) => sum + width, NAME_WIDTH);
  const leaving = columns
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  for (const column of leaving) if (taken() > available) fitting.splice(fitting.indexOf(column), 1);
  return fitting;
}

interface InstrumentTableProps {
  readonly label: string;
  readonly rows: readonly Arranged[];
  /** Whether they are of several daemons, so that each says which. */
  readonly ofSeveral: boolean;
}

export function InstrumentTable({ label, rows: all, ofSeveral }: InstrumentTableProps): ReactNode {
  const rows = useInSteps(all, ofSeveral ? STEP_ROWS : STEP_ROWS_OF_ONE);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame, ofSeveral ? 'instruments' : 'instruments of one') ?? Number.POSITIVE_INFINITY;
  const columns = useMemo(() => {
    // Those of all rows, so that no column comes with the last of them.
    const measured = new Set(all.flatMap(({ item }) => [...item.series.keys()]));
    const useful = COLUMNS.filter(
      ({ name, of }) =>
        (name !== 'daemon' || ofSeveral) && (of === undefined || of.some((figure) => measured.has(figure))),
    );
    return fittingColumns(useful, width);
  }, [all, width, ofSeveral]);
  return (
    <div ref={frame} className="overflow-hidden card">
      <ScrollRegion label={label} className="overflow-x-auto">
        <table aria-label={label} className="w-full text-sm">
          <thead className="text-left text-xs text-dim">
            <tr className="border-b border-line">
              <th scope="col" className="sticky left-0 bg-surface px-3 py-1.5 font-medium">
                {messages.name}
              </th>
              {columns.map(({ name, title, hint, isFigure, width: usual }) => (
                <th
                  key={name}
                  scope="col"
                  title={hint}
                  // Rows that come later shift nothing.
                  style={{ width: usual }}
                  className={`px-2 py-1.5 font-medium whitespace-nowrap ${isFigure ? 'text-right' : ''}`}
                >
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ item, trouble }, place) => (
              <Row
                key={keyOf(item)}
                one={item}
                trouble={trouble}
                columns={columns}
                ofSeveral={ofSeveral}
                hasCurve={place < MOST_CURVES}
              />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  );
}

interface RowProps {
  readonly one: LiveInstrument;
  readonly trouble: Trouble;
  readonly columns: readonly Column[];
  readonly ofSeveral: boolean;
  readonly hasCurve: boolean;
}

const Row = memo(function Row({ one, trouble, columns, ofSeveral, hasCurve }: RowProps): ReactNode {
  const host = useHost();
  const isStale = useHostState((state) => staleSince(state, one.daemon) !== null);
  const metrics = (['depth', 'active', 'wait', 'run', 'rejected', 'dropped', 'hits'] as const).flatMap(
    (figure) => one.series.get(figure) ?? [],
  );
  const history = { source: one.daemon, metrics: metricsText(metrics) };
  // What has no column of its own stands under the name.
  const under = [
    ...(ofSeveral && !columns.some(({ name }) => name === 'daemon') ? [one.daemon] : []),
    ...(columns.some(({ name }) => name === 'kind') ? [] : [messages.kinds[one.kind]]),
  ].join(' · ');
  return (
    <tr
      className={`group h-row border-b border-line last:border-0 hover:bg-hover ${isStale ? 'text-dim' : ''}`}
    >
      <th
        scope="row"
        className="sticky left-0 max-w-40 bg-surface px-3 py-1 text-left font-medium group-hover:bg-hover max-sm:max-w-32"
      >
        {metrics.length > 0 ? (
          <a
            href={hashOf(host, ['history'], history)}
            title={messages.historyOf(one.name)}
            className="block truncate rounded-sm hover:underline"
          >
            {one.name}
          </a>
        ) : (
          <span className="block truncate" title={one.name}>
            {one.name}
          </span>
        )}
        {under !== '' && <span className="block truncate text-xs font-normal text-dim">{under}</span>}
      </th>
      {columns.map(({ name, isFigure }) => (
        <td key={name} className={`px-2 py-1 whitespace-nowrap ${isFigure ? 'text-right' : ''}`}>
          <Cell name={name} one={one} trouble={trouble} hasCurve={hasCurve} />
        </td>
      ))}
    </tr>
  );
});

interface CellProps extends Omit<RowProps, 'columns' | 'ofSeveral'> {
  readonly name: ColumnName;
}

function Cell({ name, one, trouble, hasCurve }: CellProps): ReactNode {
  const host = useHost();
  switch (name) {
    case 'daemon':
      return (
        <a href={hashOf(host, ['daemon', one.daemon])} className="rounded-sm hover:underline">
          {one.daemon}
        </a>
      );
    case 'kind':
      return <span className="text-dim">{messages.kinds[one.kind]}</span>;
    case 'state':
      return <TroubleBadge one={one} trouble={trouble} />;
    case 'depth':
      return <DepthCell one={one} />;
    case 'wait':
    case 'run':
      return <LiveText read={() => intervalText(one, name)} />;
    case 'threads':
      return <LiveText read={() => threadsText(one)} />;
    case 'done':
      return <LiveText read={() => doneText(one)} />;
    case 'refused':
      return <LiveText read={() => refusedText(one)} />;
    case 'also':
      return (
        <span className="text-dim">
          <LiveText read={() => alsoText(one)} />
          {one.others > 0 && <span title={messages.ownHint}> {messages.own}</span>}
        </span>
      );
    case 'curve':
      return hasCurve ? <CurveCell one={one} /> : null;
  }
}

function DepthCell({ one }: { one: LiveInstrument }): ReactNode {
  const level = LEVELS[one.kind];
  if (level === null || !one.series.has(level.part)) return null;
  return (
    <span className="flex items-center gap-2">
      {one.series.has(level.whole) && <LevelBar one={one} level={level} />}
      <LiveText read={() => levelText(one, level)} />
      {one.series.has('high_water') && (
        <span title={messages.mostHint} className="text-xs text-dim">
          <Icon name="up" className="mr-0.5 inline size-2.5" />
          <span className="sr-only">{messages.most} </span>
          <LiveText read={() => mostText(one)} />
        </span>
      )}
    </span>
  );
}

function CurveCell({ one }: { one: LiveInstrument }): ReactNode {
  const figure = curveOf(one);
  if (figure === null) return null;
  return (
    <span className="block w-20">
      <Sparkline
        source={one.source}
        slot={slotOfFigure(one, figure)}
        label={messages.curveOf(figureWord(figure), one.name)}
        className="h-5"
      />
    </span>
  );
}
