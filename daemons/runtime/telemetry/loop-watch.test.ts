import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { LoopBlock } from '../../../contract/loop-block.ts';
import { LoopTurn, type TurnWatcher } from '../async/loop-turn.ts';
import { limits } from '../limits.ts';
import { Logger } from './logger.ts';
import { LoopWatch, loopWatchWanted } from './loop-watch.ts';
import { Counter } from './metric-handles.ts';

const opened: LoopWatch[] = [];

afterEach(() => {
  for (const watch of opened.splice(0)) watch.close();
});

/** A watch whose turns the test ends itself. */
function watchOf() {
  class Turns extends LoopTurn {
    watcher: TurnWatcher | null = null;
    override watch(watcher: TurnWatcher | null): void {
      this.watcher = watcher;
    }
  }
  const turn = new Turns();
  const told: LoopBlock[] = [];
  const logger = new Logger();
  const counted = new Float64Array(1);
  const blocks = new Counter(counted, 0);
  const watch = new LoopWatch({
    log: logger.child('loop'),
    blocks,
    onBlock: (block) => told.push(block),
    turn,
  });
  watch.start();
  opened.push(watch);
  return { turn, watch, told, log: () => logger.after(0), count: () => counted[0] };
}

test('a turn of 50 ms is told with the command and the connection, a shorter one is not', () => {
  const { turn, told, log, count } = watchOf();
  turn.name('LIST', 12);
  turn.watcher?.ended(1, 49.9);
  expect(told).toEqual([]);
  turn.watcher?.ended(3, 50);
  expect(told).toMatchObject([{ durationMs: 50, work: 'LIST', connection: '12', frames: [], untold: 0 }]);
  expect(count()).toBe(1);
  const [record] = log();
  expect(record).toMatchObject({
    level: 'warn',
    event: 'loop_block',
    subsystem: 'loop',
    fields: { ms: 50, work: 'LIST', connection: '12' },
  });
  expect(record?.message).toContain('stood still for 50 ms: LIST of connection 12');
});

test('a storm of blocks is counted; the log tells ten and then how many it left out', () => {
  const { turn, told, count, log } = watchOf();
  for (let block = 0; block < 100; block++) turn.watcher?.ended(2 * block + 1, 60);
  expect(count()).toBe(100);
  expect(told).toHaveLength(limits.loopBlocksTold.default);
  expect(log()).toHaveLength(limits.loopBlocksTold.default);
});

test('a late timer is told once, and not for a block that was told', () => {
  const { turn, watch, told } = watchOf();
  turn.watcher?.ended(1, 80);
  watch.timerLate(75);
  expect(told).toHaveLength(1);
  watch.timerLate(49);
  expect(told).toHaveLength(1);
});

test('a late timer tells of a block that nothing had announced', () => {
  const { watch, told, log } = watchOf();
  watch.timerLate(120);
  expect(told).toMatchObject([{ work: '', connection: '', frames: [], ranShare: null }]);
  expect(log()[0]?.message).toContain('where is not known');
});

test('where no thread can be started the log says so once, and blocks are told without their place', async () => {
  const logger = new Logger();
  const told: LoopBlock[] = [];
  const turn = new LoopTurn();
  const blocks = new Counter(new Float64Array(1), 0);
  const log = logger.child('loop');
  // What cannot be copied to a thread keeps it from being started.
  const stuckMs = (() => 1) as unknown as number;
  const watch = new LoopWatch({
    log,
    blocks,
    onBlock: (block) => told.push(block),
    turn,
    startMs: 0,
    stuckMs,
  });
  opened.push(watch);
  watch.start();
  while (logger.after(0).length === 0) await new Promise((resolve) => setImmediate(resolve));
  watch.timerLate(60);
  watch.close();
  expect(logger.after(0).map(({ event }) => event)).toEqual(['loop_watch_failed', 'loop_block']);
  expect(told).toMatchObject([{ frames: [] }]);
});

test('it is left out where the operator says so', () => {
  expect(loopWatchWanted({})).toBe(true);
  expect(loopWatchWanted({ SIGNALBOX_LOOP_WATCH: 'off' })).toBe(false);
});

const run = promisify(execFile);
const program = join(import.meta.dirname, 'test-fixtures/blocked-loop.ts');

/** Blocks the loop of a real process, once for each kind. */
async function blocksOf(...kinds: string[]): Promise<LoopBlock[]> {
  const { stdout } = await run(process.execPath, [program, ...kinds]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LoopBlock);
}

test('a process that somebody debugs is not said to be blocked: it may stand at a breakpoint', async () => {
  const { stdout } = await run(process.execPath, ['--inspect=127.0.0.1:0', program, 'javascript']);
  expect(stdout).toBe('');
});

test('a process whose loop does not come back has said where it is, should it be killed', async () => {
  const { stderr } = await run(process.execPath, [program, 'stuck']);
  expect(stderr).toMatch(
    /^The event loop has stood still for 0\.15 s: SPIN of connection 7, .*spinInJavaScript \(daemons/m,
  );
});

test('a process that is blocked says by what, for whom and where: in JavaScript, in native code, behind an await', async () => {
  const blocks = await blocksOf('javascript', 'native', 'parse', 'traced');
  const of = (work: string) => blocks.find((block) => block.work === work);
  expect(of('SPIN')).toMatchObject({ connection: '7' });
  // Of a core, since it was asked; collecting garbage may take others.
  const { ranShare = null } = of('SPIN') ?? {};
  expect(ranShare).toBeGreaterThanOrEqual(0);
  expect(ranShare).toBeLessThan(4);
  expect(of('SPIN')?.frames.join(' < ')).toContain(
    'spinInJavaScript (daemons/runtime/telemetry/test-fixtures/',
  );
  expect(of('HASH')).toMatchObject({ connection: '8' });
  expect(of('HASH')?.frames.join(' < ')).toMatch(/pbkdf2Sync \(node:.*hashInNativeCode \(/);
  expect(of('PARSE')).toMatchObject({ connection: '9' });
  expect(of('PARSE')?.frames.join(' < ')).toContain('parseInNativeCode (daemons/');
  expect(of('report')).toMatchObject({ connection: 'anna' });
  expect(of('report')?.frames.join(' < ')).toContain('spinAfterWaiting (daemons/');
});
