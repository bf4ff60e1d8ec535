/** What a reload came to, setting by setting; the same words for every daemon. Asked by `DaemonHost`. */
import type { ReloadApplied, ReloadFacts } from './daemon-definition.ts';

/** Compares a configuration with the one before it. */
export function changedSettings(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  { renewed = [], needRestart = [] }: ReloadFacts = {},
): ReloadApplied {
  const changed = new Set(
    Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])),
  );
  for (const key of renewed) changed.add(key);
  const waits = (key: string) => needRestart.includes(key);
  return {
    applied: [...changed].filter((key) => !waits(key)),
    restartRequired: [...changed].filter(waits),
  };
}
