import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createControlPlane } from '../core/control-plane.ts';
import { createForkLauncher } from '../fork/fork-launcher.ts';

test('a start removes what a killed backup left in the data folder, and the log says so', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-leftovers-'));
  const left = join(dataDir, '.backup-999999999-abcDEF');
  await mkdir(left);
  await writeFile(join(left, 'token'), 'secret');
  const plane = await createControlPlane({
    host: 'headless',
    version: '0.0.0',
    runtime: `node ${process.versions.node}`,
    registry: [],
    launcher: createForkLauncher({ entryOf: () => '', execPath: process.execPath }),
    daemonRuntime: () => 'node',
    dataDir,
    configFile: null,
    autostart: [],
  });
  try {
    await vi.waitFor(() => expect(existsSync(left)).toBe(false));
  } finally {
    await plane.close('test');
    await rm(dataDir, { recursive: true, force: true });
  }
});
