/** A data directory on a file system that fills up, with the real daemons: what is answered, and what comes of it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ControlOutcome } from '../../contract/control/messages.ts';
import type { ControlResults } from '../../contract/control/requests.ts';
import { registry } from '../../daemons/registry.ts';
import { createCaller } from '../core/caller.ts';
import { type ControlPlane, createControlPlane } from '../core/control-plane.ts';
import { ownCompileCache } from '../fork/compile-cache.ts';
import { createForkLauncher } from '../fork/fork-launcher.ts';
import { builtProgram } from '../fork/test-fixtures/built-program.ts';
import { type SmallDisk, smallDisk } from './test-fixtures/small-disk.ts';

const ROOT = join(import.meta.dirname, '../..');
const caller = createCaller({ name: 'ann', from: 'cli', role: 'admin' }, () => {});

let disk: SmallDisk;
let plane: ControlPlane;

beforeEach(async () => {
  disk = await smallDisk();
  plane = await start();
});
afterEach(async () => {
  await plane.close('test');
  await disk.remove();
});

async function start(): Promise<ControlPlane> {
  const configFile = join(disk.folder, 'signalbox.toml');
  const listen = 'listen = [{ host = "127.0.0.1", port = 0 }]';
  await writeFile(configFile, `[ircd]\n${listen}\ndns = false\n[relay]\n${listen}\n`);
  const started = await createControlPlane({
    host: 'headless',
    version: '0.0.0',
    runtime: `node ${process.versions.node}`,
    registry,
    launcher: createForkLauncher({
      entryOf: (id) => builtProgram(join(ROOT, 'daemons', id, 'main.ts')),
      execPath: process.execPath,
      compileCache: ownCompileCache(),
    }),
    daemonRuntime: () => 'node',
    dataDir: disk.folder,
    configFile,
    autostart: ['ircd', 'relay'],
  });
  await started.started;
  return started;
}

const run = async (daemon: string, command: string, args: Record<string, unknown> = {}) =>
  (await plane.handle('command.run', { daemon, command, args, confirmed: true }, caller)) as ControlOutcome<
    ControlResults['command.run']
  >;

const ircdBan = (n: number) => ({ kind: 'kline', mask: `u${n}@full.invalid` });
const relayBan = (n: number) => ({ kind: 'peer', mask: `peer-${n}` });

test('bans on a full disk are in force and say that they are neither saved nor recorded; with room again they are both', async () => {
  expect(await run('ircd', 'add-ban', ircdBan(0))).toMatchObject({
    ok: true,
    result: { result: { saved: true } },
  });
  await disk.fill('journal', 'ircd', 'relay');

  // The last page of the journal may have room for some entries more.
  let bans = 0;
  for (let recorded = true; recorded; ) {
    bans++;
    const set = [await run('ircd', 'add-ban', ircdBan(bans)), await run('relay', 'add-ban', relayBan(bans))];
    for (const outcome of set) {
      expect(outcome).toMatchObject({
        ok: true,
        result: { result: { saved: false, warning: { code: 'not_saved' } } },
      });
    }
    recorded = set[1]?.audited !== false;
  }
  const listed = await run('ircd', 'bans');
  expect(listed).toMatchObject({ ok: true, audited: false });
  expect(JSON.stringify(listed)).toContain(ircdBan(bans).mask);
  expect(await run('ircd', 'remove-ban', ircdBan(0))).toMatchObject({ error: { code: 'audit_unavailable' } });
  expect(await run('relay', 'remove-ban', relayBan(1))).toMatchObject({
    error: { code: 'audit_unavailable' },
  });

  // A stop would lose them, so it asks.
  for (const id of ['ircd', 'relay']) {
    const impact = `loses ${bans} ban${bans === 1 ? '' : 's'} not saved to disk`;
    expect(await plane.handle('daemon.stop', { id }, caller)).toMatchObject({
      error: { code: 'confirmation_required', detail: { impact } },
    });
  }

  await disk.free();
  const saved = (daemon: string) => readFile(join(disk.folder, daemon, 'bans.json'), 'utf8');
  await expect.poll(() => saved('ircd')).toContain(ircdBan(bans).mask);
  await expect.poll(() => saved('relay')).toContain(relayBan(bans).mask);
  const logged = async () =>
    JSON.stringify(await plane.handle('logs.query', { source: 'ircd', limit: 100 }, caller));
  await expect.poll(logged).toMatch(/bans_not_saved.*bans_saved/);
  const lifted = await run('ircd', 'remove-ban', ircdBan(0));
  expect(lifted).toMatchObject({ ok: true, result: { result: { saved: true } } });
  expect(lifted).not.toHaveProperty('audited');

  // What ran meanwhile is in the trail after all.
  const trail = async () => JSON.stringify(await plane.handle('audit.query', { limit: 1_000 }, caller));
  await expect.poll(trail).toContain(relayBan(bans).mask);
  expect(await trail()).toContain(ircdBan(bans).mask);

  await plane.close('restart');
  plane = await start();
  expect(JSON.stringify(await run('relay', 'bans'))).toContain(relayBan(bans).mask);
  const after = JSON.stringify(await run('ircd', 'bans'));
  expect(after).toContain(ircdBan(bans).mask);
  expect(after).not.toContain(`"${ircdBan(0).mask}"`);
});
