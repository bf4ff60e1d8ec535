/** The log of a source: follows it, pauses, filters, jumps to a crash, exports. Only the lines in view are rendered. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { LogLevel } from '../../contract/log-record.ts';
import type { CrashRecord } from '../../contract/states.ts';
import { formatDateTime } from '../format/times.ts';
import { useTokenPixels } from '../look/use-token-pixels.ts';
import { useNaming } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { EmptyState } from '../ui/callout.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { goesUp, type ScrollPlace, wentUp } from './follow.ts';
import { crashPlace, filterRecords, type LogItem, nearestPlace, withCrashes } from './log-items.ts';
import { CrashLine, RecordLine } from './log-line.tsx';
import { LogToolbar } from './log-toolbar.tsx';
import { messages } from './messages.ts';
import { moveAmongLines } from './row-focus.ts';

/** A line further away than this is not of the time that was asked for, in milliseconds. */
const NEAR_MS = 60_000;

interface LogViewProps {
  readonly source: SourceModel;
  readonly crashes: readonly CrashRecord[];
  /** The time to begin at, Unix milliseconds: a crash, or whatever is nearest; null to begin at the end. */
  readonly at: number | null;
  /** What the lines are searched for at first. */
  readonly text?: string;
}

export function LogView({ source, crashes, at, text = '' }: LogViewProps): ReactNode {
  const naming = useNaming();
  useEffect(() => source.followLogs(), [source]);
  const live = useSyncExternalStore(source.logs.subscribe, () => source.logs.records);
  const [frozen, setFrozen] = useState<typeof live | null>(null);
  const [level, setLevel] = useState<LogLevel>('debug');
  const [filter, setFilter] = useState(text);
  const [follow, setFollow] = useState(at === null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  /** The line that had the focus last, by its key. */
  const [visited, setVisited] = useState<string | null>(null);
  const records = frozen ?? live;
  const kept = useMemo(() => filterRecords(records, level, filter), [records, level, filter]);
  const items = useMemo(() => withCrashes(kept, crashes), [kept, crashes]);
  const lineHeight = useTokenPixels('--log-row');
  const scroller = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 20,
    getItemKey: (index) => items[index]?.key ?? index,
  });
  // While the reader holds the scrollbar, new lines do not pull it away.
  const held = useRef(false);
  const place = useRef<ScrollPlace>({ top: 0, height: 0 });
  useEffect(() => {
    if (follow && !held.current && items.length > 0)
      virtualizer.scrollToIndex(items.length - 1, { align: 'end' });
  }, [follow, items, virtualizer]);

  const jumped = useRef(false);
  /** The line that the address led to. */
  const [found, setFound] = useState<LogItem | null>(null);
  const jump = (time: number | null) => {
    const place = time === null ? crashPlace(items, null) : nearestPlace(items, time);
    if (place < 0) return false;
    setFollow(false);
    if (time !== null) setFound(items[place]!);
    virtualizer.scrollToIndex(place, { align: 'center' });
    return true;
  };
  // The backlog arrives after the page: the jump that was asked for by the address waits for it.
  useEffect(() => {
    if (at !== null && !jumped.current && items.length > 0) jumped.current = jump(at);
  });

  const onScroll = () => {
    const node = scroller.current;
    if (node === null) return;
    const now = { top: node.scrollTop, height: node.scrollHeight };
    // Going up ends following; reaching the end does not begin it again by itself.
    if (wentUp(place.current, now)) setFollow(false);
    place.current = now;
  };
  const leave = (up: boolean) => {
    if (up) setFollow(false);
  };
  useEffect(() => {
    const release = () => {
      held.current = false;
    };
    addEventListener('pointerup', release);
    return () => removeEventListener('pointerup', release);
  }, []);
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
    setFollow(false);
  };
  const rows = virtualizer.getVirtualItems();
  const isRecord = ({ index }: { index: number }) => items[index]?.kind === 'record';
  const tabStop = (rows.find(({ key }) => key === visited) ?? rows.filter(isRecord).at(-1))?.key;
  return (
    <div className="flex max-h-full min-w-0 flex-col overflow-hidden card">
      <LogToolbar
        source={source.id}
        records={kept}
        total={records.length}
        dropped={source.logs.dropped}
        level={level}
        onLevel={setLevel}
        filter={filter}
        onFilter={setFilter}
        follow={follow}
        onFollow={setFollow}
        paused={frozen !== null}
        fresh={live.length - records.length}
        onPause={() => setFrozen(frozen === null ? live : null)}
        onJump={crashes.length === 0 ? null : () => jump(null)}
      />
      {found !== null && at !== null && Math.abs(found.time - at) > NEAR_MS && (
        <p role="status" className="border-b border-line px-3 py-1 text-xs text-warn">
          {messages.notThen(formatDateTime(at), formatDateTime(found.time))}
        </p>
      )}
      {items.length === 0 ? (
        <EmptyState icon="audit" title={records.length === 0 ? messages.empty : messages.noMatch}>
          {records.length === 0 ? messages.emptyHint : messages.noMatchHint}
        </EmptyState>
      ) : (
        <ScrollRegion
          ref={scroller}
          label={messages.title(naming(source.id))}
          onScroll={onScroll}
          onWheel={(event) => leave(event.deltaY < 0)}
          onKeyDown={(event) => leave(goesUp(event))}
          onPointerDown={() => {
            held.current = true;
          }}
          className="min-h-0 overflow-auto"
        >
          <ol className="relative" style={{ height: virtualizer.getTotalSize() }} onKeyDown={moveAmongLines}>
            {rows.map((row) => {
              const item = items[row.index];
              if (item === undefined) return null;
              return (
                <li
                  key={row.key}
                  data-index={row.index}
                  ref={virtualizer.measureElement}
                  aria-current={item.key === found?.key ? 'true' : undefined}
                  className="absolute inset-x-0 top-0 aria-current:bg-accent-soft"
                  style={{ transform: `translateY(${row.start}px)` }}
                >
                  {item.kind === 'crash' ? (
                    <CrashLine crash={item.crash} />
                  ) : (
                    <RecordLine
                      record={item.record}
                      open={open.has(item.key)}
                      onToggle={() => toggle(item.key)}
                      isTabStop={row.key === tabStop}
                      onFocus={() => setVisited(item.key)}
                    />
                  )}
                </li>
              );
            })}
          </ol>
        </ScrollRegion>
      )}
    </div>
  );
}
