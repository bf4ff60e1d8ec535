/**
 * Queues, pools, caches and so on of a process: those with the figures of their kind as the rows of the Pools and queues page, and
 * a small table for each kind that the manifest draws itself, or whose instances have metrics of their own.
 */
import { type ReactNode, useMemo } from 'react';
import type { FoundInstrument } from '../../contract/instrument-rows.ts';
import type { ManifestDescription } from '../../contract/manifest.ts';
import { labelText, seriesId } from '../../contract/series-id.ts';
import type { SourceModel } from '../model/source-model.ts';
import { useLayout } from '../model/use-layout.ts';
import { InstrumentTable } from '../pools/instrument-table.tsx';
import { isStandard } from '../pools/live-instruments.ts';
import { messages as pools } from '../pools/messages.ts';
import { useInstruments, useTroubleOrder } from '../pools/use-instruments.ts';
import { slotOf } from '../samples/process-reading.ts';
import { Sparkline } from '../samples/sparkline.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { type GroupRow, type InstrumentGroup, instrumentGroups } from './instrument-rows.ts';
import { messages } from './messages.ts';
import { valueInWords } from './metric-table.tsx';

/** With more rows than these no curves are drawn beside them: each costs memory and drawing. */
const MOST_CURVES = 24;

interface InstrumentGroupsProps {
  readonly source: SourceModel;
  readonly groups: ManifestDescription['instruments'];
}

export function InstrumentGroups({ source, groups: drawn }: InstrumentGroupsProps): ReactNode {
  const layout = useLayout(source);
  const sources = useMemo(() => [source], [source]);
  const found = useInstruments(sources);
  const alike = useMemo(() => found.filter((one) => isStandard(one) && !isDrawn(one, drawn)), [found, drawn]);
  const rows = useTroubleOrder(alike);
  const groups = useMemo(() => {
    const keys = new Set(alike.map(({ key }) => key));
    const catalog = layout.catalog.filter(
      ({ instrument, labels }) => !keys.has(`${instrument}${labelText(labels)}`),
    );
    return instrumentGroups(source.id, { catalog }, drawn);
  }, [source, layout, drawn, alike]);
  if (groups.length === 0 && rows.length === 0) return null;
  return (
    <section aria-label={messages.instruments} className="flex flex-col gap-3">
      {rows.length > 0 && <InstrumentTable label={pools.title} rows={rows} ofSeveral={false} />}
      {groups.length > 0 && (
        <div className="card-grid items-start">
          {groups.map((group) => (
            <Group key={group.kind} source={source} group={group} />
          ))}
        </div>
      )}
    </section>
  );
}

/** Whether the manifest draws any of its figures: what every daemon has would be rows without a value in a table of links. */
function isDrawn({ kind, series }: FoundInstrument, drawn: InstrumentGroupsProps['groups']): boolean {
  const figures: ReadonlySet<string> = new Set(series.keys());
  return drawn[kind]?.columns.some(({ metric }) => figures.has(metric)) === true;
}

function Group({ source, group }: { source: SourceModel; group: InstrumentGroup }): ReactNode {
  const { title, columns, rows } = group;
  const curves = group.spark >= 0 && rows.length <= MOST_CURVES;
  return (
    <div className="card">
      <h3 className="heading-section px-4 py-2.5">
        {title} <span className="font-normal text-dim">{rows.length}</span>
      </h3>
      <ScrollRegion label={title} className="max-h-80 overflow-auto border-t border-line">
        <table className="w-full text-sm">
          <thead className="text-left text-xs text-dim">
            <tr className="border-b border-line">
              <th scope="col" className="h-row px-3 py-0.5 font-medium">
                {messages.instance}
              </th>
              {columns.map(({ metric, title: column }) => (
                <th key={metric} scope="col" className="h-row px-3 py-0.5 text-right font-medium">
                  {column}
                </th>
              ))}
              {curves && (
                <th scope="col" className="h-row px-3 py-0.5 font-medium">
                  {messages.lastMinute}
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.id} source={source} row={row} group={group} curves={curves} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  );
}

interface RowProps {
  readonly source: SourceModel;
  readonly row: GroupRow;
  readonly group: InstrumentGroup;
  readonly curves: boolean;
}

function Row({ source, row, group, curves }: RowProps): ReactNode {
  const { columns, spark } = group;
  const curve = curves ? row.cells[spark] : undefined;
  return (
    <tr className="h-row border-b border-line last:border-0">
      <th scope="row" className="h-row px-3 py-0.5 text-left font-normal">
        {row.label}
      </th>
      {row.cells.map((metric, i) => (
        <td
          key={columns[i]!.metric}
          title={metric?.help}
          className="h-row px-3 py-0.5 text-right whitespace-pre"
        >
          {metric !== undefined && <LiveText read={() => valueInWords(source, metric)} />}
        </td>
      ))}
      {curves && (
        <td className="w-28 h-row px-3 py-0.5">
          {curve !== undefined && (
            <Sparkline
              source={source}
              slot={slotOf(source, seriesId(curve))}
              label={messages.curveOf(columns[spark]!.title, row.label)}
              className="h-5"
            />
          )}
        </td>
      )}
    </tr>
  );
}
