/**
 * Everything about one row, at the right of its list, which stays and goes on: all columns with units and absolute times, also
 * those that are not shown, and what can be done. It follows the row that has the focus.
 */
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
} from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import { Button } from '../ui/button.tsx';
import { NamedTexts } from '../ui/named-texts.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { formatCell, formatCellWhole } from './cells.ts';
import { type DrawerPlace, LEAST_DRAWER, MOST_DRAWER, widthAfter } from './drawer-width.ts';
import { messages } from './messages.ts';
import { RowButtons } from './row-buttons.tsx';
import type { Row } from './row-keys.ts';
import type { RowTool } from './row-tools.ts';

interface RowDrawerProps {
  readonly columns: readonly TableColumn[];
  /** As it was last where it is gone. */
  readonly row: Row;
  readonly gone: boolean;
  readonly tools: readonly RowTool[];
  readonly now: number;
  readonly place: DrawerPlace;
  /** Whether it takes the focus as it opens. */
  readonly entering: RefObject<boolean>;
  readonly onResize: (width: number) => void;
  readonly onClose: () => void;
  /** A key that moves among the rows. */
  readonly onStep: (key: string) => void;
}

export function RowDrawer(props: RowDrawerProps): ReactNode {
  const { columns, row, gone, tools, now, place, entering } = props;
  const titleId = useId();
  const title = useRef<HTMLHeadingElement>(null);
  // Enter on another row enters the drawer anew.
  useEffect(() => {
    if (!entering.current) return;
    entering.current = false;
    title.current?.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') props.onClose();
    else if (event.target === title.current && (event.key === 'ArrowDown' || event.key === 'ArrowUp'))
      props.onStep(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const name = formatCell(columns[0]!.type, row[0]) || messages.noName;
  return (
    <section
      aria-labelledby={titleId}
      style={{ width: place.width }}
      onKeyDown={onKeyDown}
      className={`relative row-start-1 flex min-h-0 min-w-0 border-l border-line bg-surface ${place.over ? 'z-20 col-start-1 justify-self-end shadow-float' : 'col-start-2'}`}
    >
      <Edge width={place.width} onResize={props.onResize} />
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex items-center gap-2 border-b border-line py-2 pr-2 pl-3">
          <h2
            ref={title}
            id={titleId}
            tabIndex={-1}
            className="min-w-0 flex-1 truncate heading-section"
            title={formatCell(columns[0]!.type, row[0])}
          >
            {name}
          </h2>
          <Button tone="quiet" icon="close" label={messages.closeDrawer} onClick={props.onClose} />
        </header>
        <ScrollRegion label={messages.drawerValues} className="min-h-0 flex-1 overflow-y-auto p-3">
          {gone && (
            <p role="status" className="mb-2 text-sm text-dim">
              {messages.rowGone}
            </p>
          )}
          <NamedTexts
            className={gone ? 'text-dim' : ''}
            texts={columns.map(({ title: name, type }, at) => ({
              name,
              text: formatCellWhole(type, row[at], now),
            }))}
          />
        </ScrollRegion>
        <footer className="border-t border-line empty:border-0">
          <RowButtons label={messages.actionsOf(name)} {...{ tools, row, gone }} className="p-2" />
        </footer>
      </div>
    </section>
  );
}

/** The left edge of the drawer, which is drawn with the mouse or moved with arrow keys. */
function Edge({ width, onResize }: { width: number; onResize: (width: number) => void }): ReactNode {
  const begun = useRef<{ readonly x: number; readonly width: number } | null>(null);
  return (
    <hr
      aria-orientation="vertical"
      aria-label={messages.drawerWidth}
      aria-valuenow={Math.round(width)}
      aria-valuemin={LEAST_DRAWER}
      aria-valuemax={MOST_DRAWER}
      tabIndex={0}
      className="absolute inset-y-0 left-0 h-auto w-1.5 cursor-col-resize border-0 touch-none hover:bg-hover focus-visible:-outline-offset-2"
      onKeyDown={(event) => {
        const next = widthAfter(event.key, width);
        if (next === null) return;
        event.preventDefault();
        onResize(next);
      }}
      onPointerDown={(event: PointerEvent<HTMLHRElement>) => {
        begun.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={(event) => {
        if (begun.current === null) return;
        const wished = begun.current.width + begun.current.x - event.clientX;
        onResize(Math.min(MOST_DRAWER, Math.max(LEAST_DRAWER, wished)));
      }}
      onPointerUp={() => {
        begun.current = null;
      }}
    />
  );
}
