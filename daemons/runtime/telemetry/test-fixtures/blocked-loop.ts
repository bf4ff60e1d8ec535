/**
 * A process whose loop is watched and blocked, once for each kind in its arguments; prints one line of JSON for each block that
 * is told.
 */
import { pbkdf2Sync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ASLEEP_WORD, LoopTurn, type TurnWatcher } from '../../async/loop-turn.ts';
import { limits } from '../../limits.ts';
import { Logger } from '../logger.ts';
import { LoopWatch } from '../loop-watch.ts';
import { MetricRegistry } from '../metric-registry.ts';

/** Turns whose memory can be looked at. */
class ShownTurns extends LoopTurn {
  memory = new SharedArrayBuffer(0);

  override watch(watcher: TurnWatcher | null): void {
    if (watcher !== null) this.memory = watcher.memory;
    super.watch(watcher);
  }
}

const loopTurn = new ShownTurns();

function spinInJavaScript(): number {
  let turns = 0;
  for (const end = performance.now() + 300; performance.now() < end; ) turns++;
  return turns;
}

/** Rounds that take 200 ms here or more: of several tries the quickest counts, because a busy machine makes others long. */
function roundsOf200ms(): number {
  const tries = Array.from({ length: 8 }, () => {
    const start = performance.now();
    pbkdf2Sync('password', 'salt', 4_000, 32, 'sha512');
    return performance.now() - start;
  });
  return Math.ceil((4_000 * 200) / Math.min(...tries));
}

const rounds = roundsOf200ms();
const text = JSON.stringify(Array.from({ length: 300_000 }, (_, index) => ({ index, list: [1, 2] })));

function hashInNativeCode(): number {
  return pbkdf2Sync('password', 'salt', rounds, 32, 'sha512').length;
}

function parseInNativeCode(): number {
  const list = JSON.parse(text) as { index: number }[];
  return list.reduce((sum, { index }) => sum + index, 0);
}

async function spinAfterWaiting(): Promise<number> {
  await readFile(import.meta.filename);
  loopTurn.enter();
  return spinInJavaScript();
}

const kinds: Readonly<Record<string, () => unknown>> = {
  javascript() {
    loopTurn.enter();
    loopTurn.name('SPIN', 7);
    spinInJavaScript();
  },
  native() {
    loopTurn.enter();
    loopTurn.name('HASH', 8);
    hashInNativeCode();
  },
  parse() {
    loopTurn.enter();
    loopTurn.name('PARSE', 9);
    parseInNativeCode();
  },
  stuck() {
    loopTurn.enter();
    loopTurn.name('SPIN', 7);
    spinInJavaScript();
  },
  traced: () => loopTurn.trace('report', 'anna', spinAfterWaiting),
};

const registry = new MetricRegistry('tiny', [], () => {});
const blocks = registry.counter('signalbox_tiny_loop_blocks_total');
const watch = new LoopWatch({
  log: new Logger().child('loop'),
  blocks,
  startMs: 0,
  stuckMs: process.argv.includes('stuck') ? 150 : limits.loopStuckMs.default,
  turn: loopTurn,
  onBlock: (block) => process.stdout.write(`${JSON.stringify(block)}\n`),
});
watch.start();
const words = new Int32Array(loopTurn.memory);
/** The thread has started, has seen the last turn, and sleeps. */
async function asleep(): Promise<void> {
  while (Atomics.load(words, ASLEEP_WORD) !== 1) await readFile(import.meta.filename);
}
await asleep();
for (const kind of process.argv.slice(2)) {
  await new Promise<void>((resolve) => {
    setImmediate(async () => {
      await kinds[kind]?.();
      resolve();
    });
  });
  await asleep();
}
watch.close();
