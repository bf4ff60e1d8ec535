/** The settings of a daemon as rows: what is in force, and what a restart would bring where that is something else. */
import { flattenSettings } from './flatten-settings.ts';

export interface SettingRow {
  readonly key: string;
  /** Null for one that is not there before the restart. */
  readonly inForce: string | null;
  /** Null for one that waits for nothing; empty text where the restart takes it away. */
  readonly after: string | null;
}

/**
 * @param inForce the daemon's table as it runs with it
 * @param waiting the settings that wait for a restart, with their values after it
 */
export function settingRows(
  inForce: unknown,
  waiting: Readonly<Record<string, unknown>> = {},
): readonly SettingRow[] {
  const now = new Map(flattenSettings(inForce));
  const later = new Map(flattenSettings(waiting));
  const waits = (key: string) => Object.hasOwn(waiting, key.split(/[.[]/, 1)[0] ?? key);
  const keys = [...now.keys(), ...[...later.keys()].filter((key) => !now.has(key))];
  return keys.map((key) => {
    const before = now.get(key) ?? null;
    const after = later.get(key) ?? '';
    return { key, inForce: before, after: waits(key) && after !== before ? after : null };
  });
}
