import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import { defineManifest } from '../../../contract/manifest.ts';
import type { ListenerInfo } from '../../../contract/states.ts';
import { DaemonHost } from './daemon-host.ts';

const described = { id: 'echo', title: 'Echo', summary: '', metrics: [], commands: {} };
const manifest = defineManifest({ ...described, config: z.object({}) });

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
      reload: async () => ({ listeners, commit() {} }),
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

it('says what a reload changed, tells of listeners that are others, and goes on naming what waits for a restart', async () => {
  const settings = z.object({ name: z.string(), port: z.number(), motd: z.string() });
  let open: ListenerInfo[] = [];
  const listenAt = (port: number) => {
    open = [{ protocol: 'echo', host: '127.0.0.1', port, tls: false }];
  };
  const host = new DaemonHost({
    manifest: defineManifest({ ...described, config: settings }),
    start: async ({ config }) => {
      listenAt(config.port);
      return {
        listeners: () => open,
        commands: {},
        reload: async ({ port }) => ({
          commit() {
            listenAt(port);
            return { needRestart: ['name'], renewed: ['motd'] };
          },
        }),
        drain: async () => {},
      };
    },
  });
  const listenersChanged = vi.fn();
  const outside = { listenersChanged, requestLifecycle: vi.fn(), beginDeed: vi.fn() };
  const logged: string[] = [];
  host.logger.subscribe(({ event, message }) => logged.push(`${event}: ${message}`));
  const first = { name: 'a', port: 1, motd: 'm' };
  await host.start({ config: first, dataDir: '/nowhere', instance: 1, outside });
  const renamed = { ...first, name: 'b' };
  expect(await host.reload(renamed)).toMatchObject({ applied: ['motd'], restartRequired: ['name'] });
  expect(listenersChanged).not.toHaveBeenCalled();
  const moved = { ...renamed, port: 2 };
  expect(await host.reload(moved)).toMatchObject({ applied: ['port', 'motd'], restartRequired: ['name'] });
  expect(listenersChanged).toHaveBeenCalledExactlyOnceWith(open);
  expect(await host.reload({ ...moved, name: 'a' })).toMatchObject({ restartRequired: [] });
  expect(logged).toContain('reloaded: Changed: port, motd');
  await host.close();
});

it('says that nothing is taken over where a daemon has no reload', async () => {
  const host = new DaemonHost({
    manifest,
    start: async () => ({ listeners: () => [], commands: {}, drain: async () => {} }),
  });
  const outside = { listenersChanged: vi.fn(), requestLifecycle: vi.fn(), beginDeed: vi.fn() };
  await host.start({ config: {}, dataDir: '/nowhere', instance: 1, outside });
  expect(await host.reload({})).toEqual({ applied: [], restartRequired: ['everything'], warnings: [] });
  await host.close();
});
