import { beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { HostInfo } from '../../contract/control/host.ts';
import { describeManifest } from '../../contract/manifest.ts';
import type { HostModel } from '../model/host-model.ts';
import { createHostStore } from '../model/host-state.ts';
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
const host = { client: { request }, notify } as unknown as HostModel;
let found: (query: string) => ReturnType<typeof Find>;

beforeAll(async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
  const { findEntries, paletteEntries }: { findEntries: typeof Find; paletteEntries: typeof Entries } =
    await import('./entries.ts');
  const store = createHostStore();
  store.setState({ host: { manifests: [manifest] } as unknown as HostInfo });
  found = (query) => findEntries(paletteEntries(host, store.getState()), query);
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
  expect(found('host')[0]?.text).toBe('Go to Host');
  expect(found('logs main')[0]?.text).toBe('Logs of main');
});
