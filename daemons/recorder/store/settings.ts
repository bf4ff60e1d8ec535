/** Settings of the app as JSON values by key. Written and read through the recorder's internal commands. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { type OnDamagedRow, readRow } from './damaged-row.ts';

/** At most `settings` keys of `settingCharacters` each. */
export class Settings {
  readonly #get;
  readonly #set;
  readonly #remove;
  readonly #count;
  readonly #onDamaged: OnDamagedRow;

  constructor(database: Sqlite, onDamaged: OnDamagedRow) {
    this.#onDamaged = onDamaged;
    this.#get = database.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck();
    this.#set = database.prepare<[string, string, number]>(
      'INSERT OR REPLACE INTO settings (key, value, updated) VALUES (?, ?, ?)',
    );
    this.#remove = database.prepare<[string]>('DELETE FROM settings WHERE key = ?');
    this.#count = database.prepare<[], number>('SELECT count(*) FROM settings').pluck();
  }

  /** The value; null where there is none, or none that can be read. */
  get(key: string): unknown {
    const json = this.#get.get(key);
    if (json === undefined) return null;
    return readRow<unknown>(`the setting ${key}`, this.#onDamaged, () => JSON.parse(json), null);
  }

  /** Sets a JSON value; null removes the key. Throws `limit_reached` for too large a value or too many keys. */
  set(key: string, value: unknown, now: number): void {
    const json = JSON.stringify(value ?? null);
    if (json === 'null') {
      this.#remove.run(key);
      return;
    }
    if (json.length > limits.settingCharacters.default) {
      throw new SignalboxError(
        'limit_reached',
        `The setting ${key} has ${json.length} characters; at most ${limits.settingCharacters.default} are kept.`,
      );
    }
    if (this.#get.get(key) === undefined && (this.#count.get() ?? 0) >= limits.settings.default) {
      throw new SignalboxError('limit_reached', `There are ${limits.settings.default} settings already.`);
    }
    this.#set.run(key, json, now);
  }
}
