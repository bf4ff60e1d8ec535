/** What is offered to whom. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ROLES } from '../../contract/access.ts';
import type { HostInfo } from '../../contract/control/host.ts';
import { describeManifest } from '../../contract/manifest.ts';
import { mayRequest, mayWrite, offeredTo } from './permissions.ts';

const command = { summary: '', danger: 'safe', args: z.object({}), result: 'json' } as const;
const table = { title: 'T', rowKey: 'id', columns: [] } as const;
const manifest = describeManifest({
  id: 'ircd',
  title: 'IRC server',
  summary: '',
  config: z.object({}),
  metrics: [],
  commands: {
    limits: { ...command, access: 'read' },
    kill: { ...command, access: 'operate' },
    rehash: { ...command, access: 'admin' },
  },
  tables: { rooms: { ...table, access: 'read' }, connections: { ...table, access: 'operate' } },
  pages: {
    bounds: { title: 'B', hint: '', command: 'limits', actions: [{ title: 'Rehash', command: 'rehash' }] },
    kills: { title: 'K', hint: '', command: 'kill' },
  },
  files: { title: 'F', noun: 'file', list: 'kill', stat: 'kill', remove: 'rehash', write: 'admin' },
});

test.each([
  ['viewer', 'limits', 'rooms'],
  ['operator', 'limits kill', 'rooms connections'],
  ['admin', 'limits kill rehash', 'rooms connections'],
] as const)('%s finds the commands %s and the tables %s', (role, commands, tables) => {
  const [offered] = offeredTo({ role, manifests: [manifest] } as unknown as HostInfo).manifests;
  expect(offered?.commands.map(({ name }) => name).join(' ')).toBe(commands);
  expect(Object.keys(offered?.tables ?? {}).join(' ')).toBe(tables);
});

test.each([
  ['viewer', 'bounds', 0, false, false],
  ['operator', 'bounds kills', 0, true, false],
  ['admin', 'bounds kills', 1, true, true],
] as const)(
  '%s finds the pages %s of answers, beside the first %i actions; browses files: %s, puts them: %s',
  (role, pages, actions, browses, puts) => {
    const [offered] = offeredTo({ role, manifests: [manifest] } as unknown as HostInfo).manifests;
    expect(Object.keys(offered?.pages ?? {}).join(' ')).toBe(pages);
    expect([offered?.pages.bounds?.actions?.length, offered?.files !== null]).toEqual([actions, browses]);
    expect(mayWrite({ role }, manifest.files!)).toBe(puts);
    expect(mayWrite(null, manifest.files!)).toBe(false);
  },
);

test('buttons and pages are offered to those whose request would be answered', () => {
  const offered = (name: Parameters<typeof mayRequest>[1]) =>
    ROLES.filter((role) => mayRequest({ role }, name)).join();
  expect(offered('status')).toBe('viewer,operator,admin');
  expect(offered('daemon.stop')).toBe('operator,admin');
  expect(offered('config.reload')).toBe('admin');
  expect(mayRequest(null, 'status')).toBe(false);
});
