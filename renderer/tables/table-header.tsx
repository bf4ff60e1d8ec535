/** The headers of a table: each sorts by its column, and is made wider or narrower by its edge or with Alt and the arrows. */
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import type { Sort } from './cells.ts';
import { LEAST_COLUMN, MOST_COLUMN } from './column-widths.ts';
import { HeaderCell } from './header-cell.tsx';
import { messages } from './messages.ts';

interface TableHeaderProps {
  readonly columns: readonly TableColumn[];
  readonly shown: readonly number[];
  readonly widths: readonly number[];
  readonly sort: Sort | null;
  readonly onSort: (place: number) => void;
  readonly onResize: (place: number, width: number) => void;
  readonly hasActions: boolean;
  /** Enters the list below. */
  readonly onEnter: () => void;
}

const STEP_PX = 16;

export function TableHeader(props: TableHeaderProps): ReactNode {
  const { columns, shown, widths, sort } = props;
  const [visited, setVisited] = useState(0);
  const stop = Math.min(visited, shown.length - 1);
  const resize = (place: number, width: number) =>
    props.onResize(place, Math.min(MOST_COLUMN, Math.max(LEAST_COLUMN, Math.round(width))));
  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('th > button')];
    const at = buttons.indexOf(event.target as HTMLElement);
    const place = shown[at];
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (place === undefined) return;
    if (event.key === 'ArrowDown') props.onEnter();
    else if (step !== undefined && event.altKey) resize(place, (widths[place] ?? 0) + step * STEP_PX);
    else {
      const next = step === undefined ? { Home: 0, End: shown.length - 1 }[event.key] : at + step;
      if (next === undefined) return;
      buttons[next]?.focus();
    }
    event.preventDefault();
  };
  return (
    <thead className="sticky top-0 z-10 bg-surface">
      <tr aria-rowindex={1} onKeyDown={onKeyDown}>
        {shown.map((place, index) => (
          <HeaderCell
            key={place}
            column={columns[place]!}
            first={index === 0}
            isStop={index === stop}
            width={widths[place] ?? 0}
            sorted={sort?.column === place ? (sort.descending ? 'descending' : 'ascending') : 'none'}
            onSort={() => props.onSort(place)}
            onFocus={() => setVisited(index)}
            onResize={(width) => resize(place, width)}
          />
        ))}
        {props.hasActions && (
          <th scope="col" className="sticky right-0 border-b border-line bg-surface">
            <span className="sr-only">{messages.actions}</span>
          </th>
        )}
      </tr>
    </thead>
  );
}
