/**
 * What each kind of instrument measures, under the same names in every process. A queue, pool or cache that is registered with
 * these (`standardInstrument` of the runtime) is understood by the Pools and queues page, `signalbox pools` and `top` without
 * further code. Each figure becomes the metric `signalbox_<process>_<kind>_<figure>` with the label `<kind>="<name>"`.
 */
import type { InstrumentKind, MetricKind, MetricUnit } from './manifest.ts';

/** One figure of an instrument. */
export interface InstrumentFigure {
  readonly kind: MetricKind;
  readonly help: string;
  /** `count` where absent; a histogram counts seconds. */
  readonly unit?: MetricUnit;
}

const gauge = (help: string) => ({ kind: 'gauge', help }) as const;
const counter = (help: string) => ({ kind: 'counter', help }) as const;
const histogram = (help: string) => ({ kind: 'histogram', help }) as const;

/** States of a breaker, as its figure `state` has them. */
export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
/** One of {@link BREAKER_STATES}. */
export type BreakerState = (typeof BREAKER_STATES)[number];

/** The part of a metric's name that says what is measured of which kind. How long an operation ran is `operation_seconds`. */
export function figureSuffix(kind: InstrumentKind, figure: string): string {
  return kind === 'operation' && figure === 'run' ? kind : `${kind}_${figure}`;
}

/** The figures of each kind. Totals are since the instrument was made. */
export const INSTRUMENT_FIGURES = {
  queue: {
    depth: gauge('Entries that wait'),
    high_water: gauge('Most entries that have waited at once'),
    capacity: gauge('Entries that may wait'),
    submitted: counter('Entries taken in'),
    completed: counter('Entries taken out by readers'),
    dropped: counter('Entries thrown away to make room'),
    rejected: counter('Entries refused because there was no room'),
    wait: histogram('Time that an entry waited'),
  },
  pool: {
    depth: gauge('Tasks that wait'),
    high_water: gauge('Most tasks that have waited at once'),
    capacity: gauge('Tasks that may wait'),
    active: gauge('Threads that work'),
    idle: gauge('Threads that have nothing to do'),
    max: gauge('Threads that it may have'),
    submitted: counter('Tasks taken in'),
    completed: counter('Tasks that succeeded'),
    failed: counter('Tasks that failed'),
    cancelled: counter('Tasks that were cancelled'),
    rejected: counter('Tasks refused because too many waited'),
    lost: counter('Threads that ended unasked or hung, and were replaced'),
    wait: histogram('Time that a task waited for a thread'),
    run: histogram('Time that a task ran'),
    back: histogram('Time from the end of a task until the loop took its result'),
  },
  slab: {
    active: gauge('Buffers handed out'),
    idle: gauge('Buffers free'),
    max: gauge('Buffers that it may have'),
    high_water: gauge('Most buffers handed out at once'),
    submitted: counter('Buffers handed out'),
    completed: counter('Buffers given back'),
    failed: counter('Buffers given back twice, or to a slab that they are not of'),
    rejected: counter('Buffers refused because all were handed out'),
  },
  cache: {
    depth: gauge('Entries held, negative ones included'),
    capacity: gauge('Entries that it may hold'),
    hits: counter('Answered from the cache, or by a question under way'),
    misses: counter('Had to be asked for'),
    failed: counter('Questions that failed'),
    evicted: counter('Entries that went to make room'),
    expired: counter('Entries that grew too old'),
  },
  batcher: {
    depth: gauge('Entries that wait for the next batch'),
    capacity: gauge('Entries of a batch at most'),
    submitted: counter('Entries taken in'),
    completed: counter('Entries sent'),
    batches: counter('Batches sent'),
    full: counter('Batches sent because they had as many entries or bytes as they may have'),
    delayed: counter('Batches sent because their time was over'),
    wait: histogram('Time that the first entry of a batch waited'),
  },
  breaker: {
    state: gauge('0 closed (calls pass), 1 half-open (one is tried), 2 open (calls are refused)'),
    submitted: counter('Calls, retries included'),
    completed: counter('Calls that succeeded'),
    failed: counter('Calls that failed'),
    rejected: counter('Calls refused while it was open'),
    run: histogram('Time of a call'),
  },
  limiter: {
    depth: gauge('Callers that are being counted'),
    capacity: gauge('Callers that it can count at once'),
    completed: counter('Requests let through'),
    rejected: counter('Requests refused'),
  },
  correlation: {
    depth: gauge('Requests without an answer yet'),
    high_water: gauge('Most requests without an answer at once'),
    capacity: gauge('Requests that may be without an answer'),
    submitted: counter('Requests sent'),
    completed: counter('Requests answered'),
    failed: counter('Requests whose deadline passed'),
    cancelled: counter('Requests that their caller or the end of the connection cancelled'),
    rejected: counter('Requests refused because too many waited'),
    stale: counter('Answers that belong to no request that waits'),
    run: histogram('Time until the answer'),
  },
  connections: {
    depth: gauge('Requests that wait for a connection'),
    active: gauge('Connections in use'),
    idle: gauge('Connections open and free'),
    max: gauge('Connections that it may have'),
    submitted: counter('Requests taken in'),
    completed: counter('Requests answered'),
    failed: counter('Requests that failed'),
    rejected: counter('Requests refused because too many waited'),
    opened: counter('Connections opened'),
    wait: histogram('Time that a request waited for a connection'),
    run: histogram('Time of a request'),
  },
  operation: {
    depth: gauge('Under way'),
    submitted: counter('Begun'),
    completed: counter('Came to their end'),
    failed: counter('Came to nothing for want of something here'),
    run: histogram('Time from its beginning to its end'),
  },
} as const satisfies Readonly<Record<InstrumentKind, Readonly<Record<string, InstrumentFigure>>>>;

/** The figures of one kind. */
export type FiguresOf<Kind extends InstrumentKind> = (typeof INSTRUMENT_FIGURES)[Kind];
