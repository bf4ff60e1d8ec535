/** What the window says of queues, pools, caches and so on. */
import type { FigureName } from '../../contract/instrument-rows.ts';
import type { InstrumentKind } from '../../contract/manifest.ts';
import { amountOf } from '../format/plural.ts';

export const messages = {
  title: 'Pools and queues',
  hint: 'What waits, who works and what was refused, in every process. What needs a person stands on top.',
  daemon: 'Daemon',
  anyDaemon: 'Any daemon',
  kind: 'Kind',
  anyKind: 'Any kind',
  count: (amount: number) => amountOf(amount, 'instrument'),
  empty: 'No daemon has queues or pools now',
  emptyHint: 'They appear here as soon as a process makes one.',
  noMatch: 'Nothing matches',
  noMatchHint: 'No instrument is of that daemon and kind.',
  showAll: 'Show all',
  stale: 'Some figures are not current',
  unknown: 'What the host has is not known now',
  unknownHint: 'It cannot be reached, and its daemons had ended before.',
  staleSources: (names: readonly string[]) => `No figures come from ${names.join(', ')} at present.`,
  name: 'Name',
  state: 'State',
  depth: 'Depth',
  depthHint: 'What it holds of what it may; ↑ is the most there has been at once',
  wait: 'Wait p50 · p99',
  run: 'Run p50 · p99',
  percentilesHint: 'Half of all are quicker than the first, 99 of 100 than the second',
  threads: 'Active/idle/max',
  done: 'Done',
  refused: 'Refused',
  refusedHint: 'Refused and thrown away, since the process began',
  also: 'Also',
  lastMinute: 'Last minute',
  of: (part: string, whole: string) => `${part} of ${whole}`,
  most: 'most',
  mostHint: 'The most there has been at once',
  hitRate: (ratio: string) => `hit rate ${ratio}`,
  further: (figure: string, value: string) => `${figure} ${value}`,
  waitingFor: 'waiting',
  historyOf: (name: string) => `History of ${name}`,
  curveOf: (figure: string, name: string) => `${figure} of ${name} in the last minute`,
  own: 'has metrics of its own',
  ownHint: 'They stand on the page of the daemon.',
  halfOpen: 'half open',
  halfOpenHint: 'One call is tried; if it succeeds, calls pass again',
  closed: 'closed',
  kinds: {
    queue: 'queue',
    pool: 'pool',
    slab: 'slab',
    cache: 'cache',
    batcher: 'batcher',
    breaker: 'breaker',
    limiter: 'limiter',
    correlation: 'correlation',
    connections: 'connections',
    operation: 'operation',
  } satisfies Readonly<Record<InstrumentKind, string>>,
  tasks: 'Running tasks',
  cancel: 'Cancel',
  cancelling: 'Ending…',
  cancelTask: (title: string) => `Cancel ${title}`,
  taskProgress: (title: string) => `Progress of ${title}`,
};

/** What a figure is called in a sentence; its own name where that is a word. */
export function figureWord(figure: FigureName): string {
  return FIGURE_WORDS[figure] ?? figure.replaceAll('_', ' ');
}

const FIGURE_WORDS: Readonly<Partial<Record<FigureName, string>>> = {
  full: 'full batches',
  delayed: 'delayed batches',
  lost: 'lost threads',
  stale: 'stale answers',
};
