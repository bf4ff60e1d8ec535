import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KILLED, servicesKills } from './kills.ts';

test('nothing that AuthServ has said is done is lost when services and the IRC server are killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-services-kills-'));
  try {
    const result = await servicesKills({ name: 'both', killed: KILLED.both!, kills: 2, people: 3, folder });
    expect(result.registered).toBeGreaterThan(0);
    expect(result.changed).toBeGreaterThan(0);
    expect(result).toMatchObject({ lostAccounts: 0, lostChanges: 0 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
