/**
 * Events that webhooks have told: what has yet to be acted upon, and which were there already. Methods that change something are to be
 * called within a turn of `WriteTurn`.
 */
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import type { WebhookEvent } from './webhook-event.ts';

export class WebhookStore {
  readonly #statements;
  #count: number;

  constructor(database: Sqlite) {
    this.#statements = {
      waiting: database
        .prepare('SELECT event FROM webhook_events WHERE event IS NOT NULL ORDER BY received, id')
        .pluck(),
      insert: database.prepare(
        'INSERT INTO webhook_events (id, received, event) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
      ),
      done: database.prepare('UPDATE webhook_events SET event = NULL WHERE id = ?'),
      forget: database.prepare('DELETE FROM webhook_events WHERE received < ? AND event IS NULL'),
      trim: database.prepare(
        `DELETE FROM webhook_events WHERE id IN
          (SELECT id FROM webhook_events WHERE event IS NULL ORDER BY received LIMIT ?)`,
      ),
    };
    this.#count = database.prepare('SELECT count(*) FROM webhook_events').pluck().get() as number;
  }

  /** Events that were taken and not acted upon, in the order in which they came. */
  waiting(): WebhookEvent[] {
    return (this.#statements.waiting.all() as string[]).map((event) => JSON.parse(event) as WebhookEvent);
  }

  /** False where an event of that id was there already. @param now Unix milliseconds */
  take(event: WebhookEvent, now: number): boolean {
    if (this.#statements.insert.run(event.id, now, JSON.stringify(event)).changes === 0) return false;
    this.#count++;
    return true;
  }

  done(id: string): void {
    this.#statements.done.run(id);
  }

  /** Forgets what nobody need remember. @param now Unix milliseconds */
  prune(now: number): void {
    this.#count -= this.#statements.forget.run(now - limits.webhookRememberMs.default).changes;
    const over = this.#count - limits.webhookRemembered.default;
    if (over > 0) this.#count -= this.#statements.trim.run(over).changes;
  }
}
