/**
 * Which settings of a running process wait for its restart. Asked after each reload: what was written back to what the
 * process runs with waits no more.
 */
import type { LaunchPlan } from './daemon-session.ts';

/** What a daemon answers that takes no new configuration over while it runs. */
export const EVERYTHING = 'everything';

/** Name of the setting that main itself reads: on what the process runs. */
export const RUNTIME_KEY = 'runtime';

/**
 * @param launched what the process was started with
 * @param next what it would be started with now
 * @param restartRequired what it said that it cannot take over
 */
export function settingsWaiting(
  launched: LaunchPlan,
  next: LaunchPlan,
  restartRequired: readonly string[],
): readonly string[] {
  const keys = restartRequired.includes(EVERYTHING)
    ? differingKeys(launched.config, next.config)
    : [...restartRequired];
  return launched.runtime === next.runtime ? keys : [RUNTIME_KEY, ...keys];
}

function differingKeys(before: unknown, after: unknown): string[] {
  const [old, now] = [tableOf(before), tableOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]),
  );
}

function tableOf(config: unknown): Readonly<Record<string, unknown>> {
  return typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
}
