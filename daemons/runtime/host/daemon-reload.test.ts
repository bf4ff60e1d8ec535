/** A reload step by step, as main leads it over all daemons, and what undoes it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import type { HeldAddress } from '../../../contract/link/reload.ts';
import { defineManifest } from '../../../contract/manifest.ts';
import { DaemonHost } from './daemon-host.ts';

const manifest = defineManifest({
  id: 'echo',
  title: 'Echo',
  summary: '',
  config: z.object({ name: z.string().default('a') }),
  metrics: [],
  commands: {},
});
const HELD: HeldAddress = { host: '127.0.0.1', port: 7, key: 'echo.listen[0]', own: true };
const outside = { listenersChanged: vi.fn(), requestLifecycle: vi.fn(), beginDeed: vi.fn() };

let steps: string[];
let logged: string[];
let held: readonly HeldAddress[];
let host: DaemonHost<(typeof manifest)['config'], (typeof manifest)['commands']>;
/** Thrown by the step of that name. */
let failing: string | null;

const step = (name: string) => {
  steps.push(name);
  if (failing === name) throw new SignalboxError('address_in_use', `${name} failed`);
};

beforeEach(async () => {
  [steps, logged, held, failing] = [[], [], [], null];
  host = new DaemonHost({
    manifest,
    async prepare({ name }, { dataDir, warn }) {
      if (name === 'odd') warn('odd_name', `odd in ${dataDir}`);
      if (name === 'wrong') throw new SignalboxError('config_invalid', 'echo.name is wrong');
      return undefined;
    },
    start: async () => ({
      listeners: () => [],
      commands: {},
      reload: async ({ name }) => ({
        listeners: {
          held,
          release: () => step(`release ${name}`),
          bind: async () => step(`bind ${name}`),
          commit: () => true,
          undo: () => step(`undo ${name}`),
          restore: async () => step(`restore ${name}`),
        },
        commit: () => step(`commit ${name}`),
      }),
      drain: async () => {},
    }),
  });
  host.logger.subscribe(({ level, subsystem, event, message }) => {
    logged.push(`${level} ${subsystem} ${event} ${message}`);
  });
  await host.start({ config: {}, dataDir: '/data', instance: 1, outside });
});
afterEach(() => host.close());

const take = (...names: ('release' | 'bind' | 'commit' | 'undo' | 'restore')[]) =>
  Promise.all(names.map((name) => host.reloadStep(name, undefined)));

it('takes each step once, in the order in which main sends them, and tells what is held', async () => {
  held = [HELD];
  expect(await host.reloadStep('begin', { name: 'b' })).toEqual({ held: [HELD] });
  expect(await take('release', 'bind', 'commit')).toEqual([
    null,
    null,
    { applied: ['name'], restartRequired: [], warnings: [] },
  ]);
  expect(steps).toEqual(['release b', 'bind b', 'commit b']);
  expect(logged).toEqual(['info config reloaded Changed: name']);
  await expect(take('commit')).rejects.toMatchObject({
    code: 'conflict',
    message: 'No reload of echo has begun.',
  });
});

it('goes back by undo and restore, and has nothing to commit that was not begun anew', async () => {
  await host.reloadStep('begin', { name: 'b' });
  expect(await take('release', 'undo', 'restore')).toEqual([null, null, null]);
  expect(steps).toEqual(['release b', 'undo b', 'restore b']);
});

it('undoes a reload that main gave up before it begins another', async () => {
  await host.reloadStep('begin', { name: 'b' });
  await host.reloadStep('begin', { name: 'c' });
  expect(steps).toEqual(['undo b', 'restore b']);
  await take('commit');
  expect(steps.at(-1)).toBe('commit c');
});

it('forgets a reload that was begun before a wrong one', async () => {
  await host.reloadStep('begin', { name: 'b' });
  await expect(host.reloadStep('begin', { name: 'wrong' })).rejects.toMatchObject({ code: 'config_invalid' });
  await expect(take('commit')).rejects.toMatchObject({ code: 'conflict' });
  expect(steps).toEqual(['undo b', 'restore b']);
});

it('goes on with the steps that follow one that failed', async () => {
  failing = 'bind b';
  await host.reloadStep('begin', { name: 'b' });
  const outcomes = await Promise.allSettled([host.reloadStep('bind', undefined), take('undo', 'restore')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(steps).toEqual(['bind b', 'undo b', 'restore b']);
});

it('takes every step itself where nobody leads it, and gives own addresses up only where they are wanted', async () => {
  expect(await host.reload({ name: 'b' })).toMatchObject({ applied: ['name'] });
  expect(steps).toEqual(['commit b']);
  held = [HELD];
  await host.reload({ name: 'c' });
  expect(steps.slice(1)).toEqual(['release c', 'bind c', 'commit c']);
});

it('goes back by itself where a step fails', async () => {
  held = [HELD];
  failing = 'bind b';
  await expect(host.reload({ name: 'b' })).rejects.toMatchObject({ code: 'address_in_use' });
  expect(steps).toEqual(['release b', 'bind b', 'undo b', 'restore b']);
});

it('tells of what is odd about a configuration when it is in force, in the answer and in the log', async () => {
  await host.reloadStep('begin', { name: 'odd' });
  expect(logged).toEqual([]);
  const [outcome] = await take('commit');
  expect(outcome).toMatchObject({ warnings: ['odd in /data'] });
  expect(logged).toEqual(['info config reloaded Changed: name', 'warn config odd_name odd in /data']);
});

it('says so where nothing changed', async () => {
  await host.reload({});
  expect(logged).toEqual(['info config reloaded Nothing changed']);
});

it('reloads nothing before it has started', async () => {
  const early = new DaemonHost({
    manifest,
    start: async () => ({ listeners: () => [], commands: {}, drain: async () => {} }),
  });
  await expect(early.reloadStep('begin', {})).rejects.toMatchObject({ code: 'not_running' });
  await early.close();
});
