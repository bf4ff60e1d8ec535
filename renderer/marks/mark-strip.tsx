/**
 * One strip above the charts of a page, over the time that they show: what happened to daemons and what people did. A mark says in
 * words what it is, draws a line through the charts while it is pointed at, and leads to the crash, the log or the audit trail.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { markLine } from '../charts/mark-line.ts';
import { useHost, useScreen } from '../model/host-context.ts';
import { rangeWords } from '../shell/range-words.ts';
import { hashOf } from '../shell/route.ts';
import { endsOf, LIVE_SECONDS, useRange } from '../shell/view.ts';
import { useWidth } from '../ui/use-width.ts';
import { MarkShape } from './mark-shape.tsx';
import { clusterMarks, kindsIn, type Mark, type MarkCluster, placeOf } from './marks.ts';
import { messages } from './messages.ts';
import { useMarks } from './use-marks.ts';

/** What the strip moves by at most, in pixels. */
const STEP_PX = 4;

interface MarkStripProps {
  /** Only what is about this one; null for all. */
  readonly daemon: string | null;
  /** How much of the stream the charts of the page show. */
  readonly liveSeconds?: number;
}

export function MarkStrip({ daemon, liveSeconds = LIVE_SECONDS }: MarkStripProps): ReactNode {
  const host = useHost();
  const { text } = useScreen();
  const range = useRange();
  const track = useRef<HTMLUListElement>(null);
  const width = useWidth(track, 'marks') ?? 0;
  const length = range.kind === 'live' ? liveSeconds * 1_000 : endsOf(range, 0).to - endsOf(range, 0).from;
  const ends = () => {
    const { from, to } = endsOf(range, host.hostNow());
    return { from: range.kind === 'live' ? to - length : from, to };
  };
  const { marks, actions, isPartial } = useMarks(daemon, JSON.stringify([range, length]), ends);
  const step = Math.max(1_000, (length / Math.max(1, width)) * STEP_PX);
  const [tick, setTick] = useState('');
  useEffect(
    () =>
      range.kind === 'absolute'
        ? undefined
        : text.add(() => String(Math.floor(host.hostNow() / step)), setTick),
    [text, host, range, step],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tick stands for the time
  const clusters = useMemo(() => clusterMarks(marks, ends(), width), [marks, width, tick, range, length]);
  const [at, setAt] = useState<string | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  // What is pointed at goes with the marks of another range, and nobody says that the mouse has left it.
  const [of, setOf] = useState(range);
  if (of !== range) {
    setOf(range);
    setPointed(null);
  }
  const shown = clusters.find((cluster) => keyOf(cluster) === pointed) ?? null;
  const time = shown?.marks[0]?.time ?? null;
  useEffect(() => {
    // Each change has all charts drawn.
    if (time === null) return;
    markLine.setState({ time });
    return () => markLine.setState({ time: null });
  }, [time]);
  const stop = clusters.find((cluster) => keyOf(cluster) === at) ?? clusters.at(-1);
  const move = (event: KeyboardEvent<HTMLUListElement>) => {
    const links = [...event.currentTarget.querySelectorAll('a')];
    const here = links.findIndex((link) => link.matches(':focus'));
    const goal = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: links.length - 1 }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    links[Math.min(links.length - 1, Math.max(0, goal))]?.focus();
  };
  const now = host.hostNow();
  const note = isPartial ? messages.onlyNow : clusters.length === 0 ? messages.none : '';
  return (
    <section
      aria-label={messages.title}
      className="relative -mb-1 flex h-6 shrink-0 items-center card pr-7"
      title={actions ? undefined : messages.noActions}
    >
      <span className="w-16 shrink-0 pl-2.5 text-xs font-medium text-dim">{messages.title}</span>
      <ul
        ref={track}
        aria-label={messages.label(rangeWords(range))}
        className="relative h-full min-w-0 flex-1 before:absolute before:inset-x-0 before:top-1/2 before:h-px before:bg-line"
        onKeyDown={move}
      >
        {clusters.map((cluster) => {
          const key = keyOf(cluster);
          const { path, query } = placeOf(cluster);
          return (
            <li key={key} className="absolute inset-y-0" style={{ left: cluster.x }}>
              <a
                href={hashOf(host, path, query)}
                aria-label={wordsOf(cluster, now)}
                tabIndex={cluster === stop ? 0 : -1}
                onFocus={() => {
                  setAt(key);
                  setPointed(key);
                }}
                onBlur={() => setPointed(null)}
                onMouseEnter={() => setPointed(key)}
                onMouseLeave={() => setPointed(null)}
                className="flex h-full -translate-x-1.5 items-center gap-0.5 rounded-md bg-surface focus-visible:-outline-offset-2"
              >
                <MarkShape
                  kind={cluster.kind}
                  isMeasured={cluster.marks.every(({ isMeasured }) => isMeasured)}
                />
                {cluster.count > 1 && <span className="text-axis text-dim">{cluster.count}</span>}
              </a>
            </li>
          );
        })}
      </ul>
      {note !== '' && (
        <span className="pointer-events-none absolute inset-0 flex items-center justify-center text-xs text-dim">
          <span className="bg-surface px-2">{note}</span>
        </span>
      )}
      {shown !== null && (
        <span
          aria-hidden="true"
          className="pointer-events-none absolute top-full z-30 mt-1 max-w-dialog -translate-x-1/2 card px-2 py-1 text-xs whitespace-nowrap shadow-float"
          style={{ left: Math.min(Math.max(shown.x + 64, 160), Math.max(160, width - 96)) }}
        >
          {wordsOf(shown, now)}
        </span>
      )}
    </section>
  );
}

/** A cluster keeps its name while it moves, and while others join it. */
function keyOf({ marks }: MarkCluster): string {
  const [first] = marks;
  return `${first?.kind} ${first?.time} ${first?.daemon}`;
}

function wordsOfMark({ kind, daemon, text }: Mark): string {
  return kind === 'action' || kind === 'reload'
    ? messages.action(daemon, text)
    : messages.one(kind, daemon, text);
}

/** What a mark is of and when, in words; of several events the gravest is told. */
function wordsOf(cluster: MarkCluster, now: number): string {
  const { marks, count } = cluster;
  const [first] = marks;
  const kinds = kindsIn(cluster).map(({ kind, count: own }) => messages.kind(kind, own));
  const gravest = marks.find(({ kind }) => kind === cluster.kind);
  const one = gravest?.count === 1 ? wordsOfMark(gravest) : '';
  const all = messages.several(count, kinds);
  const what = count === 1 ? one : one === '' ? all : messages.gravest(all, one);
  const until = Math.max(...marks.map((mark) => mark.until));
  const pending = marks.every(({ isMeasured }) => isMeasured) ? '' : `, ${messages.unmeasured}`;
  return `${messages.at(first?.time ?? 0, until, now)} ${what}${pending}`;
}
