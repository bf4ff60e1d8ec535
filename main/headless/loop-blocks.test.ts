/** A daemon whose loop stands still says by which command, for whom and where. With real processes. */
import { afterEach, expect, test, vi } from 'vitest';
import type { SourcedLoopBlock } from '../../contract/loop-block.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost | null = null;
afterEach(async () => {
  vi.unstubAllEnvs();
  await host?.close();
  host = null;
});

/** Those of the daemon: main is this process, which a busy machine may keep from running. */
const blocksOf = ({ events }: TestHost): SourcedLoopBlock[] =>
  events.flatMap((event) =>
    event.type === 'block' && event.source === 'tiny' ? [{ source: event.source, ...event.block }] : [],
  );

/** Blocks the loop until what is told of it has a place: the thread that asks for it comes some time after the start. */
async function placesOf(running: TestHost, args: Record<string, unknown>): Promise<SourcedLoopBlock> {
  return await vi.waitUntil(
    async () => {
      const before = blocksOf(running).length;
      await running.ask('command.run', { daemon: 'tiny', command: 'block', args });
      await vi.waitFor(() => expect(blocksOf(running).length).toBeGreaterThan(before));
      const block = blocksOf(running).at(-1)!;
      return block.frames.length > 0 ? block : null;
    },
    { interval: 50 },
  );
}

test('the window, the log and the command line hear what kept the loop, in JavaScript and in native code', async () => {
  host = await startTestHost('[signalbox]\nautostart = ["tiny"]\n');
  await host.reached('running');
  const block = await placesOf(host, { ms: 120 });
  expect(block).toMatchObject({ source: 'tiny', work: 'block', connection: 'tester' });
  expect(block.durationMs).toBeGreaterThanOrEqual(120);
  expect(block.frames.join(' < ')).toMatch(/spinFor \(main\/headless\/test-fixtures\/tiny\/main\.[jt]s:/);
  const native = await placesOf(host, { ms: 120, native: true });
  expect(native).toMatchObject({ work: 'block', connection: 'tester' });
  expect(native.frames.join(' < ')).toMatch(/pbkdf2Sync \(node:.*hashFor \(main\/headless/);

  const listed = await host.ask('blocks.list', { source: 'tiny' });
  expect(listed).toEqual({ ok: true, result: { blocks: blocksOf(host) } });
  expect(await host.ask('blocks.list', { source: 'main' })).toMatchObject({ ok: true });
  expect(await host.ask('blocks.list', { source: 'nobody' })).toMatchObject({
    error: { code: 'unknown_daemon' },
  });
  const running = host;
  await vi.waitFor(async () => {
    const logs = await running.ask('logs.query', { source: 'tiny' });
    expect(JSON.stringify(logs)).toContain('"event":"loop_block"');
  });
});

test('nothing is told where the operator does not want it', async () => {
  vi.stubEnv('SIGNALBOX_LOOP_WATCH', 'off');
  host = await startTestHost('[signalbox]\nautostart = ["tiny"]\n');
  await host.reached('running');
  await host.ask('command.run', { daemon: 'tiny', command: 'block', args: { ms: 80 } });
  await host.ask('command.run', { daemon: 'tiny', command: 'poke', args: { name: 'x' } });
  expect(blocksOf(host)).toEqual([]);
});
