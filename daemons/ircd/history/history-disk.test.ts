/** What is read of the disk at a start, and when. */
import { expect, it } from 'vitest';
import { type DiskOptions, HistoryDisk } from './history-disk.ts';
import { ArrayKeeper, diskOptions } from './keeper-fixture.ts';

it('does not tell who may read channels before those are there again: they would be taken for ended', async () => {
  const keeper = new ArrayKeeper();
  keeper.model.change({ do: 'reader', scope: 'c#c', account: 'ann', since: 0 });
  let tellRestored = () => {};
  const restored = new Promise<void>((resolve) => {
    tellRestored = resolve;
  });
  const told: string[] = [];
  const onReaders: DiskOptions['onReaders'] = (rows) => told.push(...rows.map(({ scope }) => scope));
  const disk = new HistoryDisk({ ...diskOptions(keeper), restored, onReaders });
  // Behind whatever is asked for at once.
  await disk
    .read('', {
      scope: 'c#c',
      after: 0,
      before: 9,
      events: true,
      peer: null,
      wanted: { kind: 'LATEST', mark: null },
      messages: 1,
      bytes: 1,
    })
    .catch(() => {});
  await expect.poll(() => keeper.asked).toContain('open');
  await disk.latest('', { scopes: [] });
  expect(keeper.asked).not.toContain('readers');
  tellRestored();
  expect(await disk.whenKnown(10_000)).toBe(true);
  expect(told).toEqual(['c#c']);
});
