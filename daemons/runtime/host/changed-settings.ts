/** What a reload came to, setting by setting; the same words for every daemon. */
import type { ReloadApplied } from './daemon-definition.ts';

/** What a plain comparison of two configurations does not show. */
export interface ReloadFacts<Config> {
  /** Settings that changed although their text did not: files with another content. */
  readonly renewed?: Iterable<keyof Config & string>;
  /** Settings that only a start puts into force. */
  readonly needRestart?: readonly (keyof Config & string)[];
}

/** Compares a configuration with the one before it. */
export function changedSettings<Config extends object>(
  before: Config,
  after: Config,
  { renewed = [], needRestart = [] }: ReloadFacts<Config> = {},
): ReloadApplied {
  const keys = Object.keys(after) as (keyof Config & string)[];
  const changed = new Set(keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])));
  for (const key of renewed) changed.add(key);
  const waits = (key: keyof Config & string) => needRestart.includes(key);
  return {
    applied: [...changed].filter((key) => !waits(key)),
    restartRequired: [...changed].filter(waits),
  };
}
