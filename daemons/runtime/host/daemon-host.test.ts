import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { defineManifest } from '../../../contract/manifest.ts';
import type { ListenerInfo } from '../../../contract/states.ts';
import { DaemonHost } from './daemon-host.ts';

const manifest = defineManifest({
  id: 'echo',
  title: 'Echo',
  summary: '',
  metrics: [],
  commands: {},
  config: z.object({}),
});

it('tells of listeners that a reload closed and could not open again', async () => {
  const before: ListenerInfo = { protocol: 'echo', host: '192.0.2.1', port: 7, tls: false };
  let open = [before];
  const listeners = {
    held: [],
    release() {
      open = [];
    },
    bind: async () => {},
    commit: () => true,
    undo() {},
    async restore() {
      throw new SignalboxError('init_failed', 'this machine does not have that address now');
    },
  };
  const host = new DaemonHost({
    manifest,
    start: async () => ({
      listeners: () => open,
      commands: {},
      reload: async () => ({ listeners, commit: () => ({ applied: [], restartRequired: [] }) }),
      drain: async () => {},
    }),
  });
  const listenersChanged = vi.fn();
  const requestLifecycle = async () => ({ ok: true, result: null }) as const;
  const outside = { listenersChanged, requestLifecycle, beginDeed: () => Promise.reject() };
  await host.start({ config: {}, dataDir: '/nowhere', instance: 1, outside });
  await host.reloadStep('begin', {});
  await host.reloadStep('release', undefined);
  await host.reloadStep('undo', undefined);
  await expect(host.reloadStep('restore', undefined)).rejects.toMatchObject({ code: 'init_failed' });
  expect(listenersChanged).toHaveBeenCalledWith([]);
  await host.close();
});
