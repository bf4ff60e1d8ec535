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

/**
 * Blocks the loop until the place is told where it stood, again and again. A thread asks for it, which comes some time after the start
 * and gets no core in time where others have them all; a block is too short then as well where its length was measured while others
 * ran, and others are told that the machine made by itself. Of many in a row few are told, so that none is waited for by itself.
 */
async function placeOf(
  running: TestHost,
  args: Record<string, unknown>,
  place: RegExp,
): Promise<SourcedLoopBlock> {
  return await vi.waitUntil(
    async () => {
      await running.ask('command.run', { daemon: 'tiny', command: 'block', args });
      const isMeant = ({ work, frames }: SourcedLoopBlock) =>
        work === 'block' && place.test(frames.join(' < '));
      return blocksOf(running).find(isMeant) ?? null;
    },
    { interval: 50 },
  );
}

test('the window, the log and the command line hear what kept the loop, in JavaScript and in native code', async () => {
  host = await startTestHost('[signalbox]\nautostart = ["tiny"]\n');
  await host.reached('running');
  const running = host;
  const spun = /spinFor \(main\/headless\/test-fixtures\/tiny\/main\.[jt]s:/;
  const block = await placeOf(host, { ms: 120 }, spun);
  expect(block).toMatchObject({ source: 'tiny', connection: 'tester' });
  expect(block.durationMs).toBeGreaterThanOrEqual(120);
  const hashed = /pbkdf2Sync \(node:.*hashFor \(main\/headless/;
  expect(await placeOf(host, { ms: 120, native: true }, hashed)).toMatchObject({ connection: 'tester' });

  // A busy machine makes blocks of its own in between.
  await vi.waitFor(async () => {
    const listed = await running.ask('blocks.list', { source: 'tiny' });
    expect(listed).toEqual({ ok: true, result: { blocks: blocksOf(running) } });
  });
  expect(await host.ask('blocks.list', { source: 'main' })).toMatchObject({ ok: true });
  expect(await host.ask('blocks.list', { source: 'nobody' })).toMatchObject({
    error: { code: 'unknown_daemon' },
  });
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
