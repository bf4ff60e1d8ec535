/** What is made and mended in a data folder when an instance opens it, and what is given back when that fails. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Logger } from '../../../daemons/runtime/telemetry/logger.ts';
import type { ControlPlaneOptions } from '../control-plane-interface.ts';
import { archive, chat } from '../fake-host.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { type OpenInstance, openInstance } from './open-instance.ts';
import { sayAtStart } from './start-notices.ts';

let dir: string;
let dataDir: string;
let opened: OpenInstance[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-open-'));
  dataDir = join(dir, 'data');
  opened = [];
});
afterEach(async () => {
  for (const { socket, logFile } of opened) {
    await socket.close();
    await logFile.close();
  }
  await rm(dir, { recursive: true });
});

function open(begin: (instance: OpenInstance) => unknown = () => null): Promise<unknown> {
  const options = {
    registry: [chat, archive],
    dataDir,
    configFile: null,
    version: '1.2.3',
    host: 'headless',
  };
  return openInstance(options as unknown as ControlPlaneOptions, CONTROL_LIMITS, (instance) => {
    opened.push(instance);
    return begin(instance);
  });
}
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test('the folder is made with one for each daemon and one for logs, for its owner only, and says its form', async () => {
  await open();
  expect((await readdir(dataDir)).sort()).toEqual([
    'archive',
    'chat',
    'control.json',
    'control.sock',
    'format.json',
    'logs',
  ]);
  for (const name of ['.', 'archive', 'chat', 'logs']) expect(await modeOf(join(dataDir, name))).toBe(0o700);
  expect(JSON.parse(await readFile(join(dataDir, 'format.json'), 'utf8'))).toMatchObject({
    program: '1.2.3',
  });
  expect(opened[0]).toMatchObject({ logDir: join(dataDir, 'logs'), exposed: [] });
  expect(opened[0]?.config.error).toBeNull();
  expect(await readdir(join(dataDir, 'logs'))).toEqual(['main.log']);
});

test('what an older version left for others to read is closed to them', async () => {
  for (const name of ['chat', 'logs', 'journal']) await mkdir(join(dataDir, name), { recursive: true });
  const files = ['token', 'sessions.json', 'window.json'];
  for (const name of files) await writeFile(join(dataDir, name), '');
  for (const name of [...files, 'chat', 'logs', 'journal']) await chmod(join(dataDir, name), 0o755);
  await writeFile(join(dataDir, 'notes of the operator'), '');
  await chmod(join(dataDir, 'notes of the operator'), 0o644);
  await open();
  for (const name of files) expect(await modeOf(join(dataDir, name))).toBe(0o600);
  for (const name of ['chat', 'logs', 'journal']) expect(await modeOf(join(dataDir, name))).toBe(0o700);
  expect(await modeOf(join(dataDir, 'notes of the operator'))).toBe(0o644);
});

test('a folder of a newer version stays as it is', async () => {
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'format.json'), '{"format":99,"program":"9.9"}');
  await expect(open()).rejects.toMatchObject({ code: 'data_unusable' });
  expect(await readdir(dataDir)).toEqual(['format.json']);
});

test('when what follows fails the folder is given back', async () => {
  const fails = () => {
    throw new Error('no');
  };
  await expect(open(fails)).rejects.toThrow('no');
  expect(await readdir(dataDir)).not.toContain('control.sock');
  await opened[0]?.logFile.close();
  opened = [];
  await open();
});

test('a file where a folder belongs is said in words, and the claim is given back', async () => {
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'chat'), '');
  await expect(open()).rejects.toMatchObject({
    code: 'data_unusable',
    message: expect.stringContaining(`a file is in its place at ${join(dataDir, 'chat')}`),
  });
  expect((await readdir(dataDir)).sort()).toEqual(['chat', 'format.json']);
  await writeFile(join(dir, 'file'), '');
  dataDir = join(dir, 'file');
  await expect(open()).rejects.toMatchObject({ code: 'data_unusable' });
});

test('the log says at the start what an operator should know, and nothing where there is nothing', async () => {
  await open();
  const instance = opened[0]!;
  const log = vi.fn();
  const say = (conditions: Partial<Parameters<typeof sayAtStart>[2]>, exposed: readonly string[] = []) =>
    sayAtStart(
      { log } as unknown as Logger,
      { ...instance, exposed },
      { dataDir, configError: null, descriptorNotice: null, ...conditions },
    );
  const calm = join(dir, 'calm');
  await mkdir(calm);
  say({ dataDir: calm });
  expect(log).not.toHaveBeenCalled();
  await mkdir(join(dataDir, '.backup-999999999-abcDEF'));
  say({ configError: { code: 'config_invalid', message: 's.toml:1: bad' }, descriptorNotice: 'few files' }, [
    'a (EPERM)',
    'b (EPERM)',
  ]);
  await vi.waitFor(() => expect(log).toHaveBeenCalledTimes(4));
  expect(log.mock.calls).toEqual([
    ['warn', 'main', 'descriptors_low', 'few files'],
    [
      'warn',
      'main',
      'files_exposed',
      'Others may read these, and it could not be changed: a (EPERM), b (EPERM)',
    ],
    ['error', 'config', 'config_invalid', 's.toml:1: bad'],
    [
      'info',
      'main',
      'backup_leftover_removed',
      '.backup-999999999-abcDEF, which a backup left that was killed, was removed from the data folder.',
    ],
  ]);
  log.mockClear();
  await rm(join(dataDir, 'control.json'));
  await vi.waitFor(() =>
    expect(log).toHaveBeenCalledExactlyOnceWith(
      'warn',
      'main',
      'claim_renewed',
      expect.stringContaining('control.json'),
    ),
  );
});
