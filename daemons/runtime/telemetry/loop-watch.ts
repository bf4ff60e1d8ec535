/**
 * Says what keeps the event loop of this process from everything else for more than {@link limits.loopBlockMs}: the command or
 * request, the connection and the place in the program. One per process, made by runDaemon or by main's control plane when
 * the process is ready. `SIGNALBOX_LOOP_WATCH=off` leaves it out.
 *
 * A block is known twice over: its turn (`LoopTurn`) ends late, and while it lasts a thread beside it
 * (`loop-watcher.ts`) has this thread say through the inspector where it is. What nothing had announced is noticed by
 * the next timer, without a place.
 */
import { url as debuggerUrl } from 'node:inspector';
import { isMainThread, Worker } from 'node:worker_threads';
import type { LoopBlock } from '../../../contract/loop-block.ts';
import { Rate, TokenBucket } from '../../../kit/token-bucket.ts';
import { type LoopTurn, loopTurn, type NamedWork, TURN_MEMORY_BYTES } from '../async/loop-turn.ts';
import { cpuMs } from '../async/lost-time.ts';
import { limits } from '../limits.ts';
import type { SubsystemLogger } from './logger.ts';
import { type LoopWatcherData, watchTheLoop } from './loop-watcher.ts';
import type { Counter } from './metric-handles.ts';
import { shortFrames } from './stack-frames.ts';

const BLOCK_MS = limits.loopBlockMs.default;
const FRAMES = limits.loopBlockFrames.default;
/** Bytes of what is asked of this thread, for the line that a loop which never comes back gets. */
const ANSWER_BYTES = 4_096;
/** Frames of Node and of what asks that may stand above and below ours. */
const SPARE_FRAMES = 24;
/** How the question finds who answers it. */
const ANSWERER = Symbol.for('signalbox.loop-watch');
const QUESTION = "globalThis[Symbol.for('signalbox.loop-watch')]?.()";
/** A block that was told must not be told again by the timer that it made late; clocks are read one after another. */
const SAME_MS = 5;

/** Where a turn was when it was asked. */
interface Answer extends NamedWork {
  readonly turn: number;
  readonly frames: readonly string[];
  readonly atMs: number;
  readonly cpuMs: number;
}

/** What a watch is made of. */
export interface LoopWatchOptions {
  readonly log: SubsystemLogger;
  /** Counts every block. */
  readonly blocks: Counter;
  /** Told of the blocks that the log tells of. */
  readonly onBlock: (block: LoopBlock) => void;
  /** For tests; that of the process when left out. */
  readonly turn?: LoopTurn;
  /** For tests: when the thread starts, in milliseconds from now. */
  readonly startMs?: number;
  /** For tests: {@link limits.loopStuckMs}. */
  readonly stuckMs?: number;
}

/** Whether processes watch their loops. */
export function loopWatchWanted(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.SIGNALBOX_LOOP_WATCH !== 'off';
}

/** Watches the loop of this process. */
export class LoopWatch {
  readonly #options: LoopWatchOptions;
  readonly #turn: LoopTurn;
  readonly #answer = new SharedArrayBuffer(ANSWER_BYTES);
  readonly #rate = new TokenBucket(
    new Rate({ burst: limits.loopBlocksTold.default, tokens: 1, perMs: limits.loopBlockToldMs.default }),
    performance.now(),
  );
  readonly #answerer = () => this.#say();
  #worker: Worker | null = null;
  #starting: NodeJS.Timeout | null = null;
  #asked: Answer | null = null;
  /** When the newest block ended, by `performance.now()`. */
  #endedAt = Number.NEGATIVE_INFINITY;
  #untold = 0;

  constructor(options: LoopWatchOptions) {
    this.#options = options;
    this.#turn = options.turn ?? loopTurn;
  }

  /** Tells of blocks from here on; of their place when the thread runs, some time later. In a worker there is none. */
  start(): void {
    const memory = new SharedArrayBuffer(TURN_MEMORY_BYTES);
    this.#turn.watch({ memory, ended: (turn, ms) => this.#turnEnded(turn, ms) });
    if (!isMainThread) return;
    const { startMs = limits.loopWatchStartMs.default } = this.#options;
    this.#starting = setTimeout(() => this.#startThread(memory), startMs).unref();
  }

  #startThread(memory: SharedArrayBuffer): void {
    (globalThis as Record<symbol, unknown>)[ANSWERER] = this.#answerer;
    const workerData: LoopWatcherData = {
      memory,
      answer: this.#answer,
      timeOrigin: performance.timeOrigin,
      tickMs: limits.loopWatchTickMs.default,
      idleTicks: 2,
      askMs: limits.loopBlockAskMs.default,
      stuckMs: this.#options.stuckMs ?? limits.loopStuckMs.default,
      question: QUESTION,
    };
    try {
      this.#worker = new Worker(`(${watchTheLoop})()`, {
        eval: true,
        // It needs nothing of it, and what NODE_OPTIONS says by now was not asked of this process.
        env: {},
        execArgv: [],
        workerData,
        name: 'loop-watch',
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
      });
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#worker.on('error', (error) => this.#failed(error));
    this.#worker.unref();
  }

  /** A timer ran so many milliseconds late: tells what had not announced itself. */
  timerLate(ms: number): void {
    if (ms < BLOCK_MS) return;
    const now = performance.now();
    if (this.#endedAt >= now - ms - SAME_MS) return;
    this.#tell(ms, now, { work: '', connection: '' }, null);
  }

  /** Ends the thread. Calling it twice is fine. */
  close(): void {
    this.#turn.watch(null);
    if (this.#starting !== null) clearTimeout(this.#starting);
    if (this.#worker === null) return;
    delete (globalThis as Record<symbol, unknown>)[ANSWERER];
    void this.#worker.terminate();
    this.#worker = null;
  }

  #failed(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#options.log.warn(
      'loop_watch_failed',
      `What blocks the event loop is told without its place, because the thread that asks has ended: ${text}`,
    );
  }

  /** Evaluated by the inspector in the middle of whatever runs; it must touch nothing of that. */
  #say(): void {
    const { turn } = this.#turn;
    if (turn === null) return;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = FRAMES + SPARE_FRAMES;
    const here = { stack: '' };
    Error.captureStackTrace(here, this.#answerer);
    Error.stackTraceLimit = stackTraceLimit;
    const frames = shortFrames(here.stack, FRAMES);
    // Native code that was the last thing of its turn has returned to the loop before it could be asked.
    if (frames.length === 0) return;
    const { work, connection } = this.#turn.current();
    this.#asked = { turn, work, connection, frames, atMs: performance.now(), cpuMs: cpuMs() };
    const bytes = new TextEncoder().encode(`${described(this.#asked)}${frames.join(' < ')}`);
    const kept = bytes.subarray(0, ANSWER_BYTES - 4);
    new Uint8Array(this.#answer, 4).set(kept);
    Atomics.store(new Int32Array(this.#answer, 0, 1), 0, kept.length);
  }

  #turnEnded(turn: number, ms: number): void {
    const asked = this.#asked;
    this.#asked = null;
    if (ms < BLOCK_MS) return;
    this.#tell(ms, performance.now(), this.#turn.current(), asked?.turn === turn ? asked : null);
  }

  #tell(ms: number, endedAt: number, last: NamedWork, asked: Answer | null): void {
    this.#endedAt = endedAt;
    // Whoever is stopped at a breakpoint is not blocked.
    if (debuggerUrl() !== undefined) return;
    this.#options.blocks.add();
    if (!this.#rate.take(1, endedAt)) {
      this.#untold++;
      return;
    }
    const { work, connection } = asked ?? last;
    const block: LoopBlock = {
      time: Date.now() - ms,
      durationMs: Math.round(ms * 10) / 10,
      work: work.slice(0, 64),
      connection: connection.slice(0, 128),
      frames: asked?.frames ?? [],
      ranShare: asked === null ? null : ranSince(asked, endedAt),
      untold: this.#untold,
    };
    this.#untold = 0;
    this.#options.log.warn('loop_block', blockText(block), {
      ms: block.durationMs,
      work: block.work,
      connection: block.connection,
      stack: block.frames.join(' < '),
      ...(block.ranShare === null ? {} : { ran_share: block.ranShare }),
      ...(block.untold === 0 ? {} : { untold: block.untold }),
    });
    this.#options.onBlock(block);
  }
}

/** How much of a core the process has used since it was asked; null where too little time has passed to tell. */
function ranSince(asked: Answer, now: number): number | null {
  const passed = now - asked.atMs;
  if (passed < 1) return null;
  return Math.round(((cpuMs() - asked.cpuMs) / passed) * 100) / 100;
}

function described({ work, connection }: NamedWork): string {
  if (work === '' && connection === '') return '';
  const whose =
    connection === '' ? '' : /^\d+$/.test(connection) ? ` of connection ${connection}` : ` of ${connection}`;
  return `${work === '' ? 'work' : work}${whose}, `;
}

/** A block in a sentence, for the log. */
function blockText(block: LoopBlock): string {
  const [top] = block.frames;
  const where = top === undefined ? 'where is not known, it was over before it could be asked' : `in ${top}`;
  const starved =
    block.ranShare !== null && block.ranShare < 0.5
      ? `; it used a core for ${Math.round(block.ranShare * 100)} % of that, so it waited for something or for the machine`
      : '';
  const untold = block.untold === 0 ? '' : `; ${block.untold} more before it were only counted`;
  return `The event loop stood still for ${Math.round(block.durationMs)} ms: ${described(block)}${where}${starved}${untold}`;
}
