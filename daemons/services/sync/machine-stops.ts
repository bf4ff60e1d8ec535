/**
 * Whether the machine stopped while services ran. What Keycloak told in the last moment before that was answered without the disk
 * (`WriteTurn.commit`), so it may be lost, and nobody tells it again: all users who have an account here are looked at then, one after
 * the other. Channels and operators are compared at each start anyway. An end of the process alone loses nothing.
 */
import { readFile } from 'node:fs/promises';
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';

export interface MachineStopsOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  /** What tells this run of the machine from all others, or null where that is not known: then every end counts that was none by wish. */
  readonly boot: string | null;
  /** Sees to it that a user of Keycloak is looked at; false while none can be. @throws where it cannot be begun now */
  readonly look: (userId: string) => Promise<boolean>;
  readonly log: (level: 'info', event: string, message: string) => void;
}

interface Marks {
  /** Of the machine on which it runs; null after an end by wish. */
  readonly boot: string | null;
  /** Behind which user it goes on to look at them; null where it does not. */
  readonly behind: string | null;
}

export class MachineStops {
  readonly #options: MachineStopsOptions;
  readonly #statements;
  #timer: Timer | null = null;
  #page: string[] = [];
  #behind = '';
  #closed = false;

  constructor(options: MachineStopsOptions) {
    this.#options = options;
    const prepare = (sql: string) => options.database.prepare(sql);
    this.#statements = {
      marks: prepare('SELECT boot, behind FROM run_marks'),
      begin: prepare('INSERT OR REPLACE INTO run_marks (one, boot, behind) VALUES (1, ?, ?)'),
      behind: prepare('UPDATE run_marks SET behind = ?'),
      end: prepare('UPDATE run_marks SET boot = NULL'),
      page: prepare('SELECT user FROM keycloak_users WHERE user > ? ORDER BY user LIMIT ?').pluck(),
    };
  }

  /** Marks that services run, and looks at users where it has to. Called once. */
  async start(): Promise<void> {
    const { writes, log } = this.#options;
    const boot = this.#options.boot ?? UNKNOWN;
    const behind = await writes.write(() => {
      const marks = this.#statements.marks.get() as Marks | undefined;
      const before = marks?.boot ?? null;
      const stopped = before !== null && (before === UNKNOWN || before !== boot);
      const from = stopped ? '' : (marks?.behind ?? null);
      this.#statements.begin.run(boot, from);
      return from;
    });
    if (behind === null) return;
    log(
      'info',
      'users_looked_at',
      'The machine stopped while services ran: what Keycloak told last may be lost, so all of its users who have an account are looked at',
    );
    this.#behind = behind;
    this.#next(0);
  }

  /** Marks that services end by wish; nothing is lost of what was written before. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#options.writes.write(() => this.#statements.end.run());
  }

  #next(waitMs: number): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.after(waitMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { writes, look, log } = this.#options;
    if (this.#page.length === 0) {
      const behind = this.#behind;
      this.#page = this.#statements.page.all(behind, PAGE) as string[];
      const isOver = this.#page.length === 0;
      writes.later(() => this.#statements.behind.run(isOver ? null : behind));
      if (isOver) {
        log('info', 'users_looked_at', 'All users of Keycloak who have an account are looked at');
        return;
      }
    }
    const user = this.#page[0]!;
    const isSure = await look(user).catch(() => false);
    if (isSure) {
      this.#page.shift();
      this.#behind = user;
    }
    this.#next(isSure ? limits.syncPauseMs.default : limits.syncAgainMs.default);
  }
}

/** The mark of a machine that cannot be told from others. */
const UNKNOWN = '';
/** Users after which it is written down how far it came. */
const PAGE = 100;

/** What tells this run of the machine from all others; null where the system does not say. */
export async function bootOfMachine(): Promise<string | null> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return null;
  }
}
