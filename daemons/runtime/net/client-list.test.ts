import { Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { ClientList, clientTable, clientTableWith } from './client-list.ts';

const changed = vi.fn();
const list = new ClientList(changed);
afterEach(() => list.close());

it('shows who is connected until their sockets are closed, each under a number of its own', async () => {
  const before = Date.now();
  const one = list.take(new Socket(), { address: '192.0.2.1' });
  const two = list.take(new Socket(), { address: 'unix:' });
  expect([...list.table.rows()]).toEqual([
    [1, '192.0.2.1', one.connectedAt],
    [2, 'unix:', two.connectedAt],
  ]);
  expect(one.connectedAt).toBeGreaterThanOrEqual(before);
  expect(clientTable.columns).toHaveLength([...list.table.rows()][0]?.length ?? 0);
  expect(list.find(2)).toBe(two);
  two.destroy();
  await vi.waitFor(() => expect(list.table.total()).toBe(1));
  expect(() => list.find(2)).toThrow(expect.objectContaining({ code: 'not_found' }));
  expect(list.take(new Socket(), { address: '192.0.2.1' }).id).toBe(3);
  expect(changed).toHaveBeenCalledTimes(4);
});

it('has fields of the daemon’s own behind those columns, as they are when somebody looks', () => {
  const own = [
    { key: 'muted', title: 'Muted', type: 'boolean' },
    { key: 'lines', title: 'Lines', type: 'number' },
    { key: 'nick', title: 'Nick', type: 'text' },
  ] as const;
  const clients = new ClientList(changed, own);
  const one = clients.take(new Socket(), { address: 'unix:' }, { nick: 'ann', muted: false, lines: 0 });
  clients.find(one.id).muted = true;
  one.lines += 2;
  expect([...clients.table.rows()]).toEqual([[1, 'unix:', one.connectedAt, true, 2, 'ann']]);
  expect(clientTableWith(own).columns.map(({ key }) => key)).toEqual([
    'client',
    'address',
    'connectedAt',
    'muted',
    'lines',
    'nick',
  ]);
  expect([...clients].filter(({ muted }) => !muted)).toEqual([]);
  clients.close();
});
