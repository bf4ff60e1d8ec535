/** The audit journal behind a real control plane: what is answered while it cannot be written, over the control API. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeJournalLine } from '../../daemons/runtime/files/journal-format.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';
import { manifest as tiny } from './test-fixtures/tiny/manifest.ts';

let host: TestHost;
beforeEach(async () => {
  // A host keeps a journal where it has a recorder to read it; this one only plays the part.
  host = await startTestHost('', {}, [{ ...tiny, role: 'recorder' }]);
  await host.ask('daemon.start', { id: 'tiny' });
});
afterEach(() => host.close());

const run = (command: string, args: Record<string, unknown> = {}) =>
  host.ask('command.run', { daemon: 'tiny', command, args, confirmed: true });

/** Records in the journal, in order. */
async function records(): Promise<
  { kind: string; entry?: { command: string; action: string; ok: boolean } }[]
> {
  const folder = join(host.dataDir, 'journal');
  const texts = await Promise.all(
    (await readdir(folder)).sort().map((name) => readFile(join(folder, name), 'utf8')),
  );
  return texts.flatMap((text) =>
    text
      .trim()
      .split('\n')
      .map((line) => decodeJournalLine(line) as never),
  );
}

/** No line can be written from here on. */
async function breakJournal(): Promise<void> {
  const folder = join(host.dataDir, 'journal');
  await rm(folder, { recursive: true });
  await writeFile(folder, 'in the way');
}

test('the entry of a command is on disk before its answer', async () => {
  expect(await run('list')).toMatchObject({ ok: true });
  expect(await records()).toMatchObject([
    { kind: 'entry', entry: { action: 'daemon.start', ok: true } },
    { kind: 'entry', entry: { command: 'list', ok: true } },
  ]);
  expect(await run('poke', { name: 'ann' })).toMatchObject({ ok: true });
  expect((await records()).slice(2)).toMatchObject([
    { kind: 'begun', entry: { command: 'poke', ok: false } },
    { kind: 'entry', entry: { command: 'poke', ok: true } },
  ]);
});

test('while it cannot be written, reading runs and says that it is not recorded; what changes something is refused', async () => {
  await breakJournal();
  expect(await run('list')).toMatchObject({ ok: true, audited: false });
  expect(await run('poke', { name: 'ann' })).toEqual({
    ok: false,
    error: { code: 'audit_unavailable', message: expect.stringContaining('ENOTDIR'), detail: undefined },
  });
  expect(await host.ask('status')).not.toHaveProperty('audited');
  expect(await host.ask('config.reload')).toMatchObject({ error: { code: 'audit_unavailable' } });
  expect(await host.ask('daemon.restart', { id: 'tiny', confirmed: true })).toMatchObject({
    error: { code: 'audit_unavailable' },
  });
  expect(host.snapshot().instance).toBe(1);
  expect(await host.ask('daemon.stop', { id: 'tiny', confirmed: true })).toMatchObject({
    ok: true,
    audited: false,
  });
  expect(await host.ask('daemon.start', { id: 'tiny' })).toMatchObject({ ok: true, audited: false });
  // A failure that is not recorded says so too.
  expect(await host.ask('daemon.start', { id: 'tiny' })).toMatchObject({
    error: { code: 'already_running' },
    audited: false,
  });
});

test('when it can be written again, what ran meanwhile is recorded and everything works', async () => {
  await breakJournal();
  await run('list');
  await rm(join(host.dataDir, 'journal'));
  const poked = await run('poke', { name: 'ann' });
  expect(poked).toMatchObject({ ok: true });
  expect(poked).not.toHaveProperty('audited');
  expect(await records()).toMatchObject([
    { kind: 'entry', entry: { command: 'list' } },
    { kind: 'begun', entry: { command: 'poke' } },
    { kind: 'entry', entry: { command: 'poke' } },
  ]);
});
