/**
 * For tests: engines over one database, of which one at a time runs. Each is killed where the test says, and the next begins where it
 * stood.
 */
import { FakeClock } from '../../../kit/fake-clock.ts';
import { accountsInMemory } from '../../identity/store/test-databases.ts';
import { WriteTurn } from '../../identity/store/write-turn.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { OperationPool } from '../operations/operation-pool.ts';
import { SERVICES_SCHEMA } from '../store/services-schema.ts';
import { FlowEngine } from './flow-engine.ts';
import type { AnyFlowKind } from './flow-kind.ts';
import { FlowStore } from './flow-store.ts';

/** Called around each transaction; true kills the process there. */
export type Around = (when: 'before' | 'after') => boolean;

/** Writes of a process that may be killed before or after each. */
class MortalWrites extends WriteTurn {
  dead = false;
  readonly #around: () => Around;
  readonly #die: () => void;

  constructor(database: Sqlite, around: () => Around, die: () => void) {
    super(database);
    this.#around = around;
    this.#die = die;
  }

  override flush(): void {
    if (!this.dead && this.#around()('before')) this.#die();
    if (this.dead) return;
    super.flush();
    if (this.#around()('after')) this.#die();
  }
}

export class Lives {
  readonly clock = new FakeClock();
  readonly database: Sqlite = accountsInMemory(SERVICES_SCHEMA);
  readonly logged: string[] = [];
  readonly operations = new OperationPool({ clock: this.clock, onTime: () => {} });
  around: Around = () => false;
  writes!: WriteTurn;
  engine!: FlowEngine;
  #kinds: readonly AnyFlowKind[] = [];
  #die = () => {};
  dead = true;

  /** Begins to live. */
  begin(kinds: readonly AnyFlowKind[]): void {
    this.#kinds = kinds;
    this.live();
  }

  /** Kills whoever lives, as kill -9 does. */
  die(): void {
    this.#die();
  }

  /** Begins another life. */
  live(): void {
    this.#die();
    const writes = new MortalWrites(
      this.database,
      () => this.around,
      () => this.die(),
    );
    const engine = new FlowEngine({
      store: new FlowStore(this.database),
      writes,
      clock: this.clock,
      random: () => 0,
      kinds: this.#kinds,
      count: this.operations.count,
      log: (level, event, message) => this.logged.push(`${level} ${event} ${message}`),
    });
    this.dead = false;
    this.writes = writes;
    this.engine = engine;
    this.#die = () => {
      this.dead = true;
      writes.dead = true;
      engine.close();
    };
    engine.resume();
  }

  /** Lets everything run that waits for nothing but the disk. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 12; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.clock.advance(0);
    }
  }

  /** Lives again and again, and for as long as it takes, until no flow is under way. */
  async untilWhole(): Promise<void> {
    await this.settle();
    while (this.dead || this.engine.size > 0) {
      if (this.dead) this.live();
      await this.clock.advance(limits.flowRetryMaxMs.default);
      await this.settle();
    }
  }

  rows(): unknown[] {
    return this.database.prepare('SELECT step, attempts FROM flows ORDER BY id').all();
  }
}
