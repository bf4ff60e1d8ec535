/**
 * What channels had here and in Keycloak when both were last the same. Methods that change something are to be called within a turn of
 * `WriteTurn`.
 */
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { type Access, OWNER_LEVEL } from './merge-access.ts';

export class SyncStore {
  readonly #statements;

  constructor(database: Sqlite) {
    this.#statements = {
      base: database.prepare('SELECT access FROM channel_sync WHERE channel = ?').pluck(),
      orphans: database
        .prepare('SELECT channel FROM channel_sync WHERE channel NOT IN (SELECT key FROM channels) LIMIT ?')
        .pluck(),
      drop: database.prepare('DELETE FROM channel_sync WHERE channel = ?'),
      save: database.prepare(
        'INSERT OR REPLACE INTO channel_sync (channel, access, synced) VALUES (?, ?, ?)',
      ),
      latest: database.prepare('SELECT max(synced) FROM channel_sync').pluck(),
      count: database.prepare('SELECT count(*) FROM channel_sync').pluck(),
    };
  }

  /** Channels that were compared at least once, and when the last of them was, Unix milliseconds. */
  get state(): { readonly compared: number; readonly latest: number | null } {
    return {
      compared: this.#statements.count.get() as number,
      latest: this.#statements.latest.get() as number | null,
    };
  }

  base(channel: string): Access {
    const stored = this.#statements.base.get(fold(channel)) as string | undefined;
    const entries = stored === undefined ? [] : (JSON.parse(stored) as [string, number | string][]);
    return new Map(
      entries.map(([account, level]) => [account, typeof level === 'number' ? level : FORMER[level]!]),
    );
  }

  save(channel: string, access: Access, now: number): void {
    const sorted = [...access].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#statements.save.run(fold(channel), JSON.stringify(sorted), now);
  }

  /** Keycloak has what somebody has here; null for nothing. */
  confirm(channel: string, account: string, level: number | null, now: number): void {
    const base = new Map(this.base(channel));
    if (level === null) base.delete(account);
    else base.set(account, level);
    this.save(channel, base, now);
  }

  /** Channels that belong to nobody any more, so many at most, folded. */
  orphans(most: number): string[] {
    return this.#statements.orphans.all(most) as string[];
  }

  drop(channel: string): void {
    this.#statements.drop.run(fold(channel));
  }
}

/** What was kept before there were levels. */
const FORMER: Readonly<Record<string, number>> = { founder: OWNER_LEVEL, op: 200, voice: 1 };
