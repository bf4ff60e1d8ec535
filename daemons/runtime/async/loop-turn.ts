/**
 * What the event loop of this process works on, and since when. The network path, the link, requests and queries say so
 * as they pass; `LoopWatch` reads it where a turn takes too long. One per process, because a process has one main loop.
 *
 * - A turn begins with the first that says so after the loop has waited, and ends in the check phase, when everything
 *   that was ready has been served. It costs two stores in shared memory, two readings of the clock and one immediate a
 *   turn, however many lines arrive in it; nothing at all while nobody watches.
 * - Work is named by two stores. Names are those of commands, frames, queries and requests: never an argument, never what
 *   people wrote.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { TracedWork } from './traced-work.ts';

/** Words of the memory that is shared with the watcher. */
export const TURN_WORD = 0;
/** Of a turn that is under way the number is odd. */
export const ASLEEP_WORD = 1;
/** Bytes of that memory: the words, and then when the turn began (float64, `performance.now()`). */
export const TURN_MEMORY_BYTES = 16;

/** Who watches the turns. */
export interface TurnWatcher {
  readonly memory: SharedArrayBuffer;
  /** A turn has ended that took this long, in milliseconds. */
  ended(turn: number, ms: number): void;
}

/** Work by name, and for whom. */
export interface NamedWork {
  /** A command, frame, query or request; empty where nobody said. */
  readonly work: string;
  /** A connection by its number, or a caller by name; empty where it is for nobody. */
  readonly connection: string;
}

/** Milliseconds of a turn from which on what comes later in it, or right behind it, has waited for it. */
const AHEAD_MS = 20;

const NOBODY: NamedWork = { work: '', connection: '' };

/** The turns of one loop. */
export class LoopTurn {
  /** What is worked on now. Set where work begins; empty again where it ends. */
  work = '';
  /** For whom. */
  connection: string | number = '';
  readonly #traced = new AsyncLocalStorage<TracedWork>();
  readonly #underWay = new Set<TracedWork>();
  /** What was named last. */
  #last = '';
  /** What the newest turn was spent on that was long, and when it ended. */
  #long = '';
  #longEndedAt = Number.NEGATIVE_INFINITY;
  readonly #end = () => this.#ended();
  readonly #atCheck: (callback: () => void) => void;
  #watcher: TurnWatcher | null = null;
  #words: Int32Array | null = null;
  #begun: Float64Array | null = null;
  #open = false;
  #begunAt = 0;

  /** @param atCheck for tests: calls back in the check phase, `setImmediate` when left out */
  constructor(atCheck: (callback: () => void) => void = setImmediate) {
    this.#atCheck = atCheck;
  }

  /** Which turn runs; null between two of them, or while nobody watches. */
  get turn(): number | null {
    return this.#open && this.#words !== null ? Atomics.load(this.#words, TURN_WORD) : null;
  }

  /** When the newest turn began, by `performance.now()`. */
  get begunAt(): number {
    return this.#begunAt;
  }

  /** Somebody watches from here on, or nobody (null). */
  watch(watcher: TurnWatcher | null): void {
    this.#watcher = watcher;
    this.#words = watcher === null ? null : new Int32Array(watcher.memory, 0, 2);
    this.#begun = watcher === null ? null : new Float64Array(watcher.memory, 8, 1);
    this.#open = false;
  }

  /** Something was ready: a turn has begun, if none runs. Called where the loop calls the program. */
  enter(): void {
    const words = this.#words;
    if (words === null || this.#open) return;
    this.#open = true;
    this.#begunAt = performance.now();
    this.#begun![0] = this.#begunAt;
    // The clock first: whoever sees the turn reads it.
    Atomics.add(words, TURN_WORD, 1);
    if (Atomics.load(words, ASLEEP_WORD) === 1) {
      Atomics.store(words, ASLEEP_WORD, 0);
      Atomics.notify(words, ASLEEP_WORD);
    }
    this.#atCheck(this.#end);
  }

  /** Names work that is over when the caller comes back; see {@link clear}. Allocates nothing. */
  name(work: string, connection: string | number): void {
    this.work = work;
    this.connection = connection;
  }

  /** What was named is over. */
  clear(): void {
    if (this.work !== '') this.#last = this.work;
    this.work = '';
    this.connection = '';
  }

  /**
   * Does work under a name, which it keeps where it waits for something. For requests and commands, not for lines.
   * @param onEnd told of the work when it is over, however it ended
   */
  async trace<Result>(
    work: string,
    connection: string,
    act: () => Result | Promise<Result>,
    onEnd: (traced: TracedWork) => void = () => {},
  ): Promise<Result> {
    this.enter();
    const traced = new TracedWork(work, connection);
    traced.behind(this.#inTheWay());
    traced.waited(
      0,
      [...this.#underWay].map((other) => other.work),
    );
    this.#underWay.add(traced);
    try {
      const answer = this.#traced.run(traced, act);
      // What took no time is in nobody's way.
      if (traced.ms >= 1) this.#last = traced.work;
      return await answer;
    } finally {
      this.#underWay.delete(traced);
      traced.over = true;
      onEnd(traced);
    }
  }

  /** The work that whoever calls is part of; null outside of {@link trace}. */
  get traced(): TracedWork | null {
    const traced = this.#traced.getStore();
    return traced === undefined || traced.over ? null : traced;
  }

  /** What something that has just come must have waited for: this turn so far, or the one before. */
  #inTheWay(): string {
    if (!this.#open) return '';
    const now = performance.now();
    if (now - this.#begunAt >= AHEAD_MS) return this.#last;
    return this.#begunAt - this.#longEndedAt < AHEAD_MS ? this.#long : '';
  }

  /** What is worked on now, by name. */
  current(): NamedWork {
    const { work, connection } = this;
    if (work !== '' || connection !== '') return { work, connection: String(connection) };
    const { traced } = this;
    return traced === null ? NOBODY : { work: traced.work, connection: traced.connection };
  }

  #ended(): void {
    const words = this.#words;
    if (words === null || !this.#open) return;
    this.#open = false;
    const turn = Atomics.add(words, TURN_WORD, 1);
    const now = performance.now();
    const ms = now - this.#begunAt;
    this.#watcher?.ended(turn, ms);
    this.clear();
    if (ms < AHEAD_MS) return;
    this.#long = this.#last;
    this.#longEndedAt = now;
  }
}

/** That of this process. */
export const loopTurn = new LoopTurn();
