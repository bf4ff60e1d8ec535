import { beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Role } from '../../contract/access.ts';
import type { HostInfo } from '../../contract/control/host.ts';
import { describeManifest } from '../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { HostModel } from '../model/host-model.ts';
import { createHostStore } from '../model/host-state.ts';
import type { HostNow } from '../model/hosts.ts';
import { offeredTo } from '../model/permissions.ts';
import type { paletteEntries as Entries, findEntries as Find } from './entries.ts';

const manifest = describeManifest({
  id: 'ircd',
  title: 'IRC server',
  summary: '',
  config: z.object({}),
  metrics: [],
  tables: { connections: { title: 'Connections', access: 'operate', rowKey: 'id', columns: [] } },
  commands: {
    rehash: {
      summary: 'Read configuration again',
      danger: 'safe',
      access: 'operate',
      result: 'text',
      args: z.object({}),
    },
  },
});

const request = vi.fn(async () => ({ ok: true, result: { daemons: [] } }));
const notify = vi.fn();
const hostNow = (id: string, ask: typeof request, role: Role = 'admin'): HostNow => {
  const store = createHostStore();
  const info = offeredTo({ role, manifests: [manifest] } as unknown as HostInfo);
  const daemons = { ircd: { id: 'ircd', state: 'running' } as DaemonSnapshot };
  store.setState({ host: info, daemons });
  const host = { id, name: `host ${id}`, client: { request: ask }, notify } as unknown as HostModel;
  return { host, state: store.getState() };
};
let palette: { readonly findEntries: typeof Find; readonly paletteEntries: typeof Entries };
let found: (query: string, others?: readonly HostNow[], role?: Role) => ReturnType<typeof Find>;

beforeAll(async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
  palette = await import('./entries.ts');
  const { findEntries, paletteEntries } = palette;
  found = (query, others = [], role = 'admin') =>
    findEntries(paletteEntries([hostNow('a', request, role), ...others]), query);
});

test('"reload" finds Reload, which reads the file again and says what came of it', async () => {
  const [first] = found('reload');
  expect(first?.text).toBe('Reload the configuration file');
  first?.act();
  await vi.waitFor(() => expect(notify).toHaveBeenCalledWith('good', expect.stringContaining('read again')));
  expect(request).toHaveBeenCalledWith('config.reload', {});
});

test('every tab of a daemon is found by the name that stands on it', () => {
  for (const name of ['Connections', 'Commands', 'Crashes', 'Config']) {
    expect(found(`${name} ircd`)[0]?.text).toBe(`${name} of ircd`);
  }
  expect(found('go main')[0]?.text).toBe('Go to main');
  expect(found('logs main')[0]?.text).toBe('Logs of main');
});

test('of two hosts alike the one that comes first is offered first, however long its name is', () => {
  const { findEntries, paletteEntries } = palette;
  const here = hostNow('b-with-a-long-name', request);
  const entries = paletteEntries([here, hostNow('a', request)]);
  for (const query of ['reload', 'ircd rehash', 'logs ircd', 'configuration again'])
    expect(findEntries(entries, query)[0]?.text).toMatch(/ on host b-with-a-long-name$/);
});

test('an entry says on which host it acts where there are several, and acts there', async () => {
  const elsewhere = vi.fn(async () => ({ ok: true, result: { daemons: [] } }));
  const both = found('', [hostNow('b', elsewhere)]);
  expect(new Set(both.map(({ key }) => key)).size).toBe(both.length);
  expect(both.filter(({ text }) => text.startsWith('Logs of ircd')).map(({ text }) => text)).toEqual([
    'Logs of ircd on host a',
    'Logs of ircd on host b',
  ]);
  expect(both.filter(({ text }) => text === 'Use the dark theme')).toHaveLength(1);
  request.mockClear();
  found('reload on host b', [hostNow('b', elsewhere)])[0]?.act();
  await vi.waitFor(() => expect(elsewhere).toHaveBeenCalledWith('config.reload', {}));
  expect(request).not.toHaveBeenCalled();
  const pushState = vi.fn();
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('history', { pushState });
  vi.stubGlobal('HashChangeEvent', Event);
  vi.stubGlobal('dispatchEvent', vi.fn());
  found('logs ircd host b', [hostNow('b', elsewhere)])[0]?.act();
  expect(pushState).toHaveBeenCalledWith(null, '', '#/h/b/daemon/ircd/logs');
});

test('what a role may not do is not offered to it', () => {
  const texts = (role: Role) => found('', [], role).map(({ text }) => text);
  const added = (less: Role, more: Role) => texts(more).filter((text) => !texts(less).includes(text));
  expect(added('viewer', 'operator')).toEqual(
    expect.arrayContaining(['Connections of ircd', 'Commands of ircd', 'Config of ircd', 'Go to Audit']),
  );
  expect(texts('viewer').filter((text) => /^(Start|Stop|Restart|Run) /.test(text))).toEqual([]);
  expect(added('operator', 'admin')).toEqual(['Reload the configuration file']);
});

test('what is said in the hint alone counts for less than in the name, but as much as letters here and there', () => {
  const entry = (text: string, hint = '') => ({
    key: text,
    text,
    plain: text,
    hint,
    kind: '',
    act: () => {},
  });
  const names = (query: string, ...entries: ReturnType<typeof entry>[]) =>
    palette.findEntries(entries, query).map(({ text }) => text);
  expect(names('stop', entry('go', 'stop'), entry('to stop'), entry('nothing'))).toEqual(['to stop', 'go']);
  expect(names('stop', entry('s-t-o-p-x'), entry('go', 'stop'))).toEqual(['go', 's-t-o-p-x']);
  expect(names('stop', entry('go', 'stop'), entry('sxtxoxp'), entry('stxop'))).toEqual([
    'stxop',
    'sxtxoxp',
    'go',
  ]);
  expect(names(' ', entry('long enough'), entry('b'))).toEqual(['long enough', 'b']);
  expect(names('on a', { ...entry('x'), text: 'x on a' })).toEqual(['x on a']);
});
