/**
 * The thread that looks whether the loop stands still, and has it say where. It sleeps without a deadline while the loop is
 * idle, is woken by the first turn, and then looks every `tickMs` until the loop has been idle for a while.
 *
 * It asks through the inspector: main's thread answers between two instructions of JavaScript, without stopping there. Code
 * in one long call of native code answers when that has returned. No port is opened, and a session lasts only as long as a
 * question.
 */
import type { Session } from 'node:inspector';

/** What the thread is started with. */
export interface LoopWatcherData {
  /** As `LoopTurn` lays it out. */
  readonly memory: SharedArrayBuffer;
  /** What main's thread answered last, as UTF-8 after its length in bytes (int32). */
  readonly answer: SharedArrayBuffer;
  /** `performance.timeOrigin` of main's thread. */
  readonly timeOrigin: number;
  /** How often it looks while the loop works, in milliseconds. */
  readonly tickMs: number;
  /** Looks without a new turn after which it sleeps. */
  readonly idleTicks: number;
  /** Age of a turn at which it asks, in milliseconds. */
  readonly askMs: number;
  /** Age of a turn at which it asks again and writes to standard error, because nobody else may be able to any more. */
  readonly stuckMs: number;
  /** What main's thread evaluates. */
  readonly question: string;
}

/**
 * Body of the thread. Its source is what the thread runs, so that it needs no file of its own in a bundle: it refers to nothing
 * outside itself.
 */
export function watchTheLoop(): void {
  const { workerData } = process.getBuiltinModule('node:worker_threads');
  const inspector = process.getBuiltinModule('node:inspector');
  const { writeSync } = process.getBuiltinModule('node:fs');
  const data = workerData as LoopWatcherData;
  const words = new Int32Array(data.memory, 0, 2);
  const begun = new Float64Array(data.memory, 8, 1);
  const answerBytes = new Int32Array(data.answer, 0, 1);
  /** Nobody ever wakes who waits here. */
  const never = new Int32Array(new SharedArrayBuffer(4));
  const offset = performance.timeOrigin - data.timeOrigin;
  let lastTurn = -1;
  let seenAt = 0;
  let asked = 0;
  let quiet = 0;

  const ask = (): void => {
    try {
      const session: Session = new inspector.Session();
      session.connectToMainThread();
      session.post('Runtime.evaluate', { expression: data.question, silent: true });
      // Behind the question, which is answered first.
      session.disconnect();
    } catch {
      // A process that ends takes no questions.
    }
  };

  const tellStuck = (): void => {
    Atomics.store(answerBytes, 0, 0);
    ask();
    Atomics.wait(never, 0, 0, data.tickMs);
    const length = Atomics.load(answerBytes, 0);
    const where =
      length === 0
        ? 'in native code, which does not say where it was called'
        : Buffer.from(new Uint8Array(data.answer, 4, length)).toString('utf8');
    try {
      writeSync(2, `The event loop has stood still for ${data.stuckMs / 1000} s: ${where}\n`);
    } catch {
      // Nobody reads it.
    }
  };

  for (;;) {
    const turn = Atomics.load(words, 0);
    const now = performance.now();
    let waitMs = data.tickMs;
    if (turn !== lastTurn) {
      lastTurn = turn;
      seenAt = now;
      asked = 0;
      quiet = 0;
    } else if (turn % 2 === 0 && ++quiet >= data.idleTicks) {
      Atomics.store(words, 1, 1);
      if (Atomics.load(words, 0) === turn) Atomics.wait(words, 1, 1);
      Atomics.store(words, 1, 0);
      quiet = 0;
      continue;
    }
    if (turn % 2 !== 0) {
      // It began after the last look, so that clocks which disagree cannot make it older than that.
      const seenMs = now - seenAt;
      const age = Math.min(Math.max(now + offset - begun[0]!, seenMs), seenMs + data.tickMs);
      if (asked === 0 && age >= data.askMs) {
        asked = 1;
        ask();
      } else if (asked === 1 && age >= data.stuckMs) {
        asked = 2;
        tellStuck();
      }
      if (asked === 0) waitMs = Math.max(1, Math.min(waitMs, data.askMs - age));
    }
    Atomics.wait(never, 0, 0, waitMs);
  }
}
