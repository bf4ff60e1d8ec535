/** Where flows stand, on disk. Methods that change something are to be called within a turn of `WriteTurn`. */
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import type { StoredFlow } from './flow-kind.ts';

export class FlowStore {
  readonly #statements;

  constructor(database: Sqlite) {
    this.#statements = {
      all: database.prepare('SELECT * FROM flows ORDER BY id'),
      insert: database.prepare(
        'INSERT INTO flows (kind, subject, step, data, begun, due) VALUES (@kind, @subject, @step, @data, @begun, @begun)',
      ),
      step: database.prepare(
        'UPDATE flows SET step = @step, data = @data, attempts = 0, problem = NULL, due = @due WHERE id = @id',
      ),
      failed: database.prepare(
        'UPDATE flows SET attempts = @attempts, problem = @problem, due = @due WHERE id = @id',
      ),
      drop: database.prepare('DELETE FROM flows WHERE id = ?'),
    };
  }

  all(): StoredFlow[] {
    return this.#statements.all.all() as StoredFlow[];
  }

  /** The number of the new flow. */
  insert(flow: Pick<StoredFlow, 'kind' | 'subject' | 'step' | 'data' | 'begun'>): number {
    return Number(this.#statements.insert.run(flow).lastInsertRowid);
  }

  /** It stands before another step, which has not failed yet. */
  step(flow: Pick<StoredFlow, 'id' | 'step' | 'data' | 'due'>): void {
    this.#statements.step.run(flow);
  }

  failed(flow: Pick<StoredFlow, 'id' | 'attempts' | 'problem' | 'due'>): void {
    this.#statements.failed.run(flow);
  }

  drop(id: number): void {
    this.#statements.drop.run(id);
  }
}

/** Of what went wrong, as it is stored and shown. */
const PROBLEM_CHARS = 300;

/** How a flow stands whose step has failed: when it is tried again, and why. @param at now, Unix milliseconds, and a number from 0 to 1 */
export function afterFailure(
  row: StoredFlow,
  error: unknown,
  at: { readonly now: number; readonly random: number },
): StoredFlow & { readonly problem: string } {
  const attempts = row.attempts + 1;
  const most = limits.flowRetryMaxMs.default;
  const pause = Math.min(most, limits.flowRetryBaseMs.default * 2 ** Math.min(attempts - 1, 20));
  const due = at.now + Math.min(most, Math.round(pause * (1 + at.random / 4)));
  const problem = (error instanceof Error ? error.message : String(error)).slice(0, PROBLEM_CHARS);
  return { ...row, attempts, problem, due };
}
