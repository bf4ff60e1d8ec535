/** How long the steps of a chart are where nothing was read of the recorder, which has a step of its own choice with its answer. */
import type { ViewRange } from '../shell/view.ts';
import { PERCENTILE_STEP_S } from './joined-columns.ts';

const STEPS = { '5m': 1, '15m': 5, '1h': 10, '6h': 60, '24h': 300, '7d': 1_800, '30d': 7_200 } as const;

/** In seconds. */
export function stepFor(range: Exclude<ViewRange, { kind: 'live' }>, hasPercentiles: boolean): number {
  const step = range.kind === 'recent' ? STEPS[range.name] : 1;
  return hasPercentiles ? Math.max(PERCENTILE_STEP_S, step) : step;
}
