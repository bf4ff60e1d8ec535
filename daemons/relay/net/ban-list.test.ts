import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Ban, BanList } from './ban-list.ts';

it('tells a ban that a stop would lose from one that it would bring back', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'relay-bans-'));
  const folder = join(parent, 'relay');
  const ban = (value: string): Ban => ({
    kind: 'peer',
    value,
    reason: 'x',
    by: 'ann',
    createdAt: 0,
    expiresAt: null,
  });
  try {
    await rename(await mkdtemp(join(parent, 'new-')), folder);
    const list = await BanList.open(folder, { info: () => {}, error: () => {} });
    await list.add(ban('old'));
    await rename(folder, `${folder}-away`);
    expect(await list.add(ban('new'))).toMatchObject({ saved: false });
    expect(await list.remove('old')).toMatchObject({ saved: false });
    expect(list.unsaved).toEqual({ lost: 1, returning: 1 });
    await rename(`${folder}-away`, folder);
    await list.close();
    expect(list.unsaved).toEqual({ lost: 0, returning: 0 });
  } finally {
    await rm(parent, { recursive: true });
  }
});
