/** What becomes of a listener that throws: nobody else suffers, and main's log has the cause. */
import { afterEach, expect, test } from 'vitest';
import { browser, type FakeHost, startFakeHost } from './fake-host.ts';

let host: FakeHost;
afterEach(() => host.close());

test('a window whose listener throws keeps no daemon from stopping, and the log says what it threw', async () => {
  host = await startFakeHost();
  await host.plane.started;
  const error = new Error('no window');
  const bare = new Error('without a stack');
  delete bare.stack;
  let thrown: unknown = error;
  host.plane.subscribe(browser('viewer'), () => {
    throw thrown;
  });
  const defects = async () => {
    const outcome = await host.ask('logs.query', { source: 'main' });
    const { records } = outcome.ok
      ? (outcome.result as { records: { level: string; event: string; message: string }[] })
      : { records: [] };
    return records.filter(({ event }) => event === 'listener_defect');
  };
  expect(await host.ask('daemon.stop', { id: 'chat' })).toMatchObject({
    ok: true,
    result: { state: 'stopped' },
  });
  const [first] = await defects();
  expect(first).toMatchObject({ level: 'error', message: `daemonChanged: ${error.stack}` });
  thrown = bare;
  await host.ask('daemon.start', { id: 'chat' });
  expect((await defects()).at(-1)).toMatchObject({ message: 'daemonChanged: without a stack' });
  thrown = 'a word';
  await host.ask('daemon.stop', { id: 'chat' });
  expect((await defects()).at(-1)).toMatchObject({ message: 'daemonChanged: a word' });
});
