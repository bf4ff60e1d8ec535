/**
 * Which instruments need a person first, said the same way by the window and the command line: an open breaker, what is full,
 * what refuses or throws away, what fills, what keeps waiting.
 */
import { BREAKER_STATES } from '../contract/instrument-figures.ts';
import { byKindAndName, type FigureName, type FoundInstrument } from '../contract/instrument-rows.ts';

/** Classes of trouble, the worst first. */
export const TROUBLES = ['open', 'full', 'refusing', 'filling', 'waiting', 'none'] as const;
/** One of {@link TROUBLES}. */
export type Trouble = (typeof TROUBLES)[number];

/** From this share of what it may hold on, something fills. Correlation tables warn at the same mark. */
const FILLING_RATIO = 0.8;

/** A p99 of waiting from which on people notice, in seconds. */
const LONG_WAIT_S = 0.1;

/** How long a class of trouble stands after it has passed, in milliseconds, so that rows do not jump each second. */
export const TROUBLE_HOLD_MS = 5_000;

/** What trouble is judged by. */
export interface TroubleFigures {
  /** The newest value of a figure, of `wait` its p99 in seconds; NaN where there is none. */
  now(figure: FigureName): number;
  /** How fast a counter rises each second, of `wait` how many waited; NaN where that is not known. */
  rate(figure: FigureName): number;
}

/** The class that an instrument is in at a moment. */
export function troubleOf({ kind }: Pick<FoundInstrument, 'kind'>, { now, rate }: TroubleFigures): Trouble {
  if (kind === 'breaker') {
    const state = BREAKER_STATES[now('state')];
    if (state === 'open') return 'open';
    // One call is tried, all others are refused.
    return state === 'half-open' ? 'refusing' : 'none';
  }
  const used = usedRatio(kind, now);
  if (used >= 1) return 'full';
  if (rate('rejected') > 0 || rate('dropped') > 0) return 'refusing';
  if (used >= FILLING_RATIO) return 'filling';
  // The percentiles of an idle instrument are those of its last busy seconds.
  const waits = now('depth') > 0 || rate('wait') > 0;
  return waits && now('wait') >= LONG_WAIT_S ? 'waiting' : 'none';
}

/** How much is used of what it may hold or have; NaN where that has no end, or using all of it is what it is there for. */
function usedRatio(kind: FoundInstrument['kind'], now: TroubleFigures['now']): number {
  switch (kind) {
    case 'cache':
    case 'batcher':
      // A cache fills up and forgets; a batch that is full is sent.
      return Number.NaN;
    case 'slab':
      return share(now('active'), now('max'));
    case 'connections':
      // All in use is no trouble before somebody waits.
      return now('depth') > 0 ? share(now('active'), now('max')) : Number.NaN;
    default:
      return share(now('depth'), now('capacity'));
  }
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : Number.NaN;
}

interface Held {
  trouble: Trouble;
  /** When it was last in that class or a worse one, Unix milliseconds. */
  seenAt: number;
}

/**
 * Keeps instruments in order: by trouble, then by kind, name and process. A row goes up as soon as its trouble is worse, and
 * down when it has been better for {@link TROUBLE_HOLD_MS}.
 */
export class TroubleOrder {
  #held = new Map<string, Held>();

  /** The instruments with their classes, worst first. `now` is the time in milliseconds. */
  arrange<Item extends FoundInstrument>(
    items: readonly Item[],
    judge: (item: Item) => Trouble,
    now: number,
  ): readonly { readonly item: Item; readonly trouble: Trouble }[] {
    const held = new Map<string, Held>();
    const arranged = items.map((item) => {
      const key = `${item.daemon} ${item.key}`;
      const trouble = judge(item);
      let known = this.#held.get(key);
      if (known === undefined || rank(trouble) <= rank(known.trouble)) known = { trouble, seenAt: now };
      else if (now - known.seenAt >= TROUBLE_HOLD_MS || now < known.seenAt) known = { trouble, seenAt: now };
      held.set(key, known);
      return { item, trouble: known.trouble };
    });
    this.#held = held;
    return arranged.sort((a, b) => rank(a.trouble) - rank(b.trouble) || byKindAndName(a.item, b.item));
  }
}

function rank(trouble: Trouble): number {
  return TROUBLES.indexOf(trouble);
}
