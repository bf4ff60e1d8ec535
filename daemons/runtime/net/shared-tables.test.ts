/** Tables and commands that all daemons have in common, as an operator sees them. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { RowAction, TableColumn } from '../../../contract/manifest.ts';
import {
  banActions,
  banColumns,
  clientColumn,
  throttleActions,
  throttleColumns,
  throttleRows,
} from './client-columns.ts';
import { clientTable, clientTableWith } from './client-list.ts';
import { ConnectThrottle } from './connect-throttle.ts';
import { throttleCommands } from './throttle-commands.ts';

/** `key: title (type)` of each column. */
const read = (columns: readonly TableColumn[]) =>
  columns.map(({ key, title, type }) => `${key}: ${title} (${type})`);
/** What a row offers, with the columns that its arguments are taken from. */
const offers = (actions: readonly RowAction[] = []) =>
  actions.map(({ title, command, args }) => `${title}: ${command} ${JSON.stringify(args)}`);
/** In the order in which a narrow window leaves columns out, those that stay longest first. */
const byRank = (columns: readonly TableColumn[]) =>
  [1, 2, 3].map((rank) => columns.filter((one) => (one.rank ?? 1) === rank).map(({ key }) => key));

it('names what is known of a client, with the unit of each figure', () => {
  const columns = Object.values(clientColumn);
  expect(read(columns)).toEqual([
    'address: Address (text)',
    'class: Class (text)',
    'tls: TLS (text)',
    'connectedAt: Connected (time)',
    'idle: Idle (seconds)',
    'queueBytes: SendQ (bytes)',
    'bytesIn: In (bytes)',
    'bytesOut: Out (bytes)',
  ]);
  expect(byRank(columns)).toEqual([
    ['idle', 'queueBytes', 'bytesIn', 'bytesOut'],
    ['address', 'connectedAt'],
    ['class', 'tls'],
  ]);
  for (const [name, { key }] of Object.entries(clientColumn)) expect(key).toBe(name);
});

it('shows bans with who set them and until when, and offers to lift each', () => {
  expect(read(banColumns)).toEqual([
    'kind: Kind (text)',
    'mask: Mask (text)',
    'reason: Reason (text)',
    'by: By (text)',
    'createdAt: Created (time)',
    'expiresAt: Expires (time)',
  ]);
  expect(byRank(banColumns)).toEqual([['kind', 'mask', 'reason', 'expiresAt'], ['by', 'createdAt'], []]);
  expect(offers(banActions)).toEqual(['Unban: remove-ban {"kind":"kind","mask":"mask"}']);
});

it('lists clients by their number, which is what kills one', () => {
  expect(read(clientTable.columns)).toEqual([
    'client: Client (number)',
    'address: Address (text)',
    'connectedAt: Connected (time)',
  ]);
  expect(offers(clientTable.rowActions)).toEqual(['Kill: kill {"client":"client"}']);
  const { columns, ...rest } = clientTableWith([{ key: 'nick', title: 'Nick', type: 'text' }]);
  expect(rest).toMatchObject({ title: 'Connections', access: 'operate', rowKey: 'client' });
  expect(read(columns).at(-1)).toBe('nick: Nick (text)');
  expect(clientTable.columns).toHaveLength(3);
});

it('has rows of the throttle as its columns say, and forgives by the network of a row', () => {
  expect(read(throttleColumns)).toEqual([
    'network: Network (text)',
    'open: Open (number)',
    'recovers: Recovers in (seconds)',
  ]);
  expect(offers(throttleActions)).toEqual(['Let in: reset-throttle {"address":"network"}']);
  const throttle = new ConnectThrottle(
    () => 10,
    () => 0,
  );
  throttle.attempt(throttle.visitor('192.0.2.1'), { connectBurst: 1, connectsPerSecond: 1 });
  const [row] = throttleRows(throttle, 5);
  expect(row).toEqual({ network: '192.0.2.1', open: 0, recovers: 1 });
  expect(Object.keys(row!)).toEqual(throttleColumns.map(({ key }) => key));
});

it('lets operators look at the throttle while nothing can be written down, and forgive only where it can', () => {
  const { throttle, 'reset-throttle': reset } = throttleCommands(z.number().max(7).default(3));
  expect(throttle).toMatchObject({
    danger: 'safe',
    access: 'operate',
    unrecorded: 'run',
    result: 'table',
    columns: throttleColumns,
    rowActions: throttleActions,
  });
  expect(reset).toMatchObject({ danger: 'safe', access: 'operate', result: 'json' });
  expect(reset.unrecorded).toBeUndefined();
  expect(throttle.args.parse({})).toEqual({ limit: 3 });
  expect(throttle.args.safeParse({ limit: 8 }).success).toBe(false);
  expect(reset.args.parse({})).toEqual({ address: '' });
  expect(reset.args.parse({ address: '2001:db8::/64' })).toEqual({ address: '2001:db8::/64' });
  for (const [length, taken] of [
    [64, true],
    [65, false],
  ] as const)
    expect(reset.args.safeParse({ address: 'x'.repeat(length) }).success).toBe(taken);
});
