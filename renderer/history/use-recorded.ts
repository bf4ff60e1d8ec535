/** Reads what was recorded of some charts over a range, and again as time goes on; keeps the last answer while the next is on its way. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import {
  HISTORY_QUERY_METRICS,
  type HistoryResult,
  type HistorySeries,
} from '../../contract/control/history.ts';
import type { WireError } from '../../contract/errors.ts';
import type { LiveChartSpec } from '../charts/chart-series.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import type { HostModel } from '../model/host-model.ts';
import { KeptAnswers } from '../model/kept-answers.ts';
import type { SourceModel } from '../model/source-model.ts';
import { endsOf, type RangeName, type ViewRange } from '../shell/view.ts';
import { PERCENTILE_STEP_S } from './joined-columns.ts';
import { hasPercentiles } from './range-lines.ts';

/** Most points a series: about one a pixel of a chart, and such that an hour has steps of ten seconds. */
const POINTS = 400;

/** Fewest that may be asked for. */
const LEAST_POINTS = 10;

/** How often a range that ends now is read again, in milliseconds: in between it goes on with what arrives. */
const READ_AGAIN_MS: Readonly<Record<RangeName, number>> = {
  '5m': 60_000,
  '15m': 60_000,
  '1h': 60_000,
  '6h': 60_000,
  '24h': 300_000,
  '7d': 600_000,
  '30d': 600_000,
};

/** A chart with the process that it is of. */
export interface ChartOfSource {
  readonly source: SourceModel;
  readonly chart: LiveChartSpec;
}

/** What was recorded of one process, for the charts of percentiles or for the others. */
export interface RecordedPart {
  readonly stepSeconds: number;
  readonly times: readonly number[];
  /** By {@link seriesKey}. */
  readonly series: ReadonlyMap<string, HistorySeries>;
}

export interface Recorded {
  /** What was recorded for a chart; null where it was not read. */
  readonly partOf: (of: ChartOfSource) => RecordedPart | null;
  /** What was read of a process, in one piece each question. */
  readonly resultsOf: (source: SourceModel) => readonly HistoryResult[];
  /** What was asked for, Unix milliseconds; 0 before the first answer. */
  readonly from: number;
  readonly to: number;
  readonly error: WireError | null;
  /** No answer to this question has come yet. */
  readonly busy: boolean;
  /** One is on its way and may be here at any moment: what is drawn now would be drawn again. */
  readonly isAwaited: boolean;
  readonly retry: () => void;
}

export const seriesKey = (metric: string, stat: string) => `${stat} ${metric}`;

interface Question {
  readonly source: string;
  readonly metrics: readonly string[];
  readonly isCoarse: boolean;
}

interface Answer {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly error: WireError | null;
  readonly results: readonly { readonly question: Question; readonly result: HistoryResult }[];
}

/** By the key of the question. */
const kept = new KeptAnswers<Answer>();

/** What was asked before its page was made, while that is under way. */
const ahead = new WeakMap<HostModel, { readonly key: string; readonly asked: ReturnType<typeof put> }>();

/** What the window holds of what arrived reaches back so far at least, in milliseconds. */
const JOINED_MS = 300_000;

/** How long charts wait for an answer, in milliseconds; then they show what has arrived in the window, if anything has. */
const PATIENCE_MS = 200;

const NOTHING: Answer = { key: '', from: 0, to: 0, error: null, results: [] };

/** What to ask for some charts; charts with percentiles have steps of their own. */
function questionsOf(charts: readonly ChartOfSource[]): readonly Question[] {
  const metrics = new Map<string, Set<string>>();
  for (const { source, chart } of charts) {
    const key = JSON.stringify([source.id, hasPercentiles(chart)]);
    const asked = metrics.get(key) ?? new Set();
    for (const metric of chart.metrics) asked.add(metric);
    metrics.set(key, asked);
  }
  return [...metrics].flatMap(([key, asked]) => {
    const [source, isCoarse] = JSON.parse(key) as [string, boolean];
    const all = [...asked];
    const pages = Array.from({ length: Math.ceil(all.length / HISTORY_QUERY_METRICS) }, (_, page) =>
      all.slice(page * HISTORY_QUERY_METRICS, (page + 1) * HISTORY_QUERY_METRICS),
    );
    return pages.map((page) => ({ source, metrics: page, isCoarse }));
  });
}

function pointsFor({ isCoarse }: Question, seconds: number): number {
  if (!isCoarse) return POINTS;
  // Both ends are points, and either may begin within a step.
  return Math.min(POINTS, Math.max(LEAST_POINTS, Math.floor(seconds / PERCENTILE_STEP_S) + 2));
}

const keyOf = (questions: readonly Question[], range: ViewRange) => JSON.stringify([questions, range]);

/**
 * Asks what the page of some charts will ask, because somebody points at the way there: most of the answer's time is over then when the page
 * is made. One question at a time of a host; another that comes meanwhile is not put.
 */
export function readAhead(host: HostModel, charts: readonly ChartOfSource[], range: ViewRange): void {
  const isConnected = host.store.getState().connection.phase === 'connected';
  if (range.kind === 'live' || !isConnected || charts.length === 0 || ahead.has(host)) return;
  const questions = questionsOf(charts);
  const key = keyOf(questions, range);
  if (leftOf(host, key, range) > 0) return;
  const asked = put(host, questions, range);
  ahead.set(host, { key, asked });
  void asked.then((came) => {
    ahead.delete(host);
    answerOf(host, key, came);
  });
}

/** Asks for nothing while the range is live, and reads nothing again while `paused`. */
export function useRecorded(charts: readonly ChartOfSource[], range: ViewRange, paused: boolean): Recorded {
  const host = useHost();
  const recording = useHostState((state) => state.history?.state);
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const [answer, setAnswer] = useState(NOTHING);
  const [tries, setTries] = useState(0);
  const questions = useMemo(() => questionsOf(charts), [charts]);
  const key = keyOf(questions, range);
  // The first question is put while the page is rendered: that takes about as long as an answer does.
  const [first] = useState(() => {
    const isAsked = range.kind !== 'live' && connected && !paused && leftOf(host, key, range) <= 0;
    const before = ahead.get(host);
    return { asked: isAsked ? (before?.key === key ? before.asked : put(host, questions, range)) : null };
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the questions and the range; the return of the recorder, of the connection, and a press on the button are reasons to ask again
  useEffect(() => {
    if (range.kind === 'live' || questions.length === 0 || !connected || paused) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (asked = put(host, questions, range)) => {
      const came = await asked;
      if (!current) return;
      const next = answerOf(host, key, came);
      setAnswer(next);
      if (range.kind === 'recent') timer = setTimeout(askWhenSeen, READ_AGAIN_MS[range.name]);
    };
    const askWhenSeen = () => {
      // Nobody looks at a hidden window: it asks once it is seen again.
      if (!document.hidden) void ask();
      else document.addEventListener('visibilitychange', askWhenSeen, { once: true });
    };
    const asked = first.asked ?? undefined;
    first.asked = null;
    // What was read a moment ago goes on with what arrives, as if the page had stayed.
    const left = answer.key === key || recording !== 'recording' ? 0 : leftOf(host, key, range);
    if (left > 0) timer = setTimeout(askWhenSeen, left);
    else void ask(asked);
    return () => {
      current = false;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', askWhenSeen);
    };
  }, [host, key, recording, connected, paused, tries]);
  const retry = useCallback(() => setTries((count) => count + 1), []);
  // What was read when it was looked at last, until it is read again.
  const mine = answer.key === key ? answer : keptFor(host, key, range);
  const busy = mine === NOTHING;
  const [late, setLate] = useState('');
  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(() => setLate(key), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [busy, key]);
  const isAwaited = busy && late !== key;
  return useMemo(() => {
    const parts = partsOf(mine);
    return {
      partOf: ({ source, chart }) => parts.get(JSON.stringify([source.id, hasPercentiles(chart)])) ?? null,
      resultsOf: ({ id }) =>
        mine.results.flatMap(({ question, result }) => (question.source === id ? [result] : [])),
      from: mine.from,
      to: mine.to,
      error: mine.error,
      busy,
      isAwaited,
      retry,
    };
  }, [mine, busy, isAwaited, retry]);
}

/** How long the last answer to a question stands yet, in milliseconds. */
function leftOf(host: HostModel, key: string, range: ViewRange): number {
  const known = keptFor(host, key, range);
  if (known === NOTHING || range.kind !== 'recent') return 0;
  return known.to + READ_AGAIN_MS[range.name] - host.hostNow();
}

/** Puts questions about a range that ends now or did then. */
async function put(host: HostModel, questions: readonly Question[], range: ViewRange) {
  const { from, to } = endsOf(range, host.hostNow());
  const outcomes = await Promise.all(
    questions.map(async (question) => ({
      question,
      outcome: await host.client.request('history.query', {
        source: question.source,
        metrics: [...question.metrics],
        // The recorder counts in seconds.
        from: from / 1000,
        to: to / 1000,
        points: pointsFor(question, (to - from) / 1000),
      }),
    })),
  );
  return { from, to, outcomes };
}

/** What came of questions; kept where all of them were answered. */
function answerOf(
  host: HostModel,
  key: string,
  { from, to, outcomes }: Awaited<ReturnType<typeof put>>,
): Answer {
  const error =
    outcomes.map(({ outcome }) => (outcome.ok ? null : outcome.error)).find((one) => one !== null) ?? null;
  const results = outcomes.flatMap(({ question, outcome }) =>
    outcome.ok ? [{ question, result: outcome.result }] : [],
  );
  const answer = { key, from, to, error, results };
  if (error === null) kept.keep(host, key, answer);
  return answer;
}

/** The last answer to a question, where what arrives in the window goes on from there. */
function keptFor(host: HostModel, key: string, range: ViewRange): Answer {
  const known = kept.get(host, key);
  const isJoined = range.kind !== 'recent' || (known?.to ?? 0) > host.hostNow() - JOINED_MS;
  return known !== undefined && isJoined ? known : NOTHING;
}

function partsOf({ results }: Answer): ReadonlyMap<string, RecordedPart> {
  const parts = new Map<string, RecordedPart>();
  for (const { question, result } of results) {
    const key = JSON.stringify([question.source, question.isCoarse]);
    const before = parts.get(key);
    const series = new Map(before?.series);
    for (const one of result.series) series.set(seriesKey(one.metric, one.stat), one);
    parts.set(key, { stepSeconds: result.stepSeconds, times: result.times, series });
  }
  return parts;
}
