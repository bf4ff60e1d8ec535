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

it('a scope that is called otherwise before it is deleted is deleted yet by its new name, and told by that once it is', async () => {
  const keeper = new ArrayKeeper();
  const deleted: string[] = [];
  const disk = new HistoryDisk({ ...diskOptions(keeper), onDeleted: (scope) => deleted.push(scope) });
  expect(await disk.whenKnown(10_000)).toBe(true);
  keeper.refuses = 'write';
  disk.change({ do: 'drop', scope: 'c#a' });
  disk.change({ do: 'rename', scope: 'c#a', to: 'c#b' });
  disk.change({ do: 'rename', scope: 'c#x', to: 'c#y' });
  await expect.poll(() => disk.problem).toBe('the disk is full');
  expect(['c#a', 'c#b', 'c#y'].map((scope) => disk.isDropping(scope))).toEqual([true, true, false]);
  keeper.refuses = null;
  await expect.poll(() => deleted).toEqual(['c#a', 'c#b']);
  expect(disk.isDropping('c#b')).toBe(false);
});
