import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEcho } from '../../main/headless/test-fixtures/echo/daemon.ts';
import { manifest } from '../../main/headless/test-fixtures/echo/manifest.ts';
import { acceptorWorld } from './acceptor-world.ts';
import type { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await acceptorWorld(
    { manifest, start: startEcho },
    { clients: ['ann', 'bob'], ask: 'last\n', answer: 'last\n' },
  );
});
afterEach(() => world.close());

const call = { signal: new AbortController().signal, actor: { name: 'eve', from: 'cli' } } as never;
const run = (command: string, args: object) =>
  world.during(async () => JSON.stringify((await world.commands.runCommand(command, args, call)) ?? null));

test('tells what each client hears', async () => {
  const all = { answer: '{"clients":2}', heard: 'ann, bob: all', changed: '' };
  expect(await run('broadcast', { text: 'all' })).toEqual(all);
  expect(await run('broadcast', { text: 'all' })).toEqual(all);
});

test('tells whose connection is gone', async () => {
  expect(await run('kill', { client: 2 })).toEqual({ answer: 'null', heard: '', changed: 'bob closed' });
  expect(await run('broadcast', { text: 'all' })).toEqual({
    answer: '{"clients":1}',
    heard: 'ann: all',
    changed: '',
  });
});

test('says so where a row wants something brought about and nobody said how', async () => {
  await expect(world.prepare('ann is muted')).rejects.toThrow('no way to bring about "ann is muted"');
});
