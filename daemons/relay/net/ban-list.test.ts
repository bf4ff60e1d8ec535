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
    expect(await list.remove('peer', 'old')).toMatchObject({ saved: false });
    expect(list.unsaved).toEqual({ lost: 1, returning: 1 });
    await rename(`${folder}-away`, folder);
    await list.close();
    expect(list.unsaved).toEqual({ lost: 0, returning: 0 });
  } finally {
    await rm(parent, { recursive: true });
  }
});

it('counts only bans in force against the limit, tells the oldest, and knows a ban again when a clock that was ahead is set right', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relay-bans-'));
  const ban = (value: string, expiresAt: number | null): Ban => ({
    kind: 'cidr',
    value,
    reason: value,
    by: 'ann',
    createdAt: 0,
    expiresAt,
  });
  try {
    const list = await BanList.open(folder, { info: () => {}, error: () => {} });
    await list.add(ban('192.0.2.0/24', 1000));
    await list.add(ban('192.0.0.0/16', null));
    expect(list.ofAddress('192.0.2.1', 1000)?.reason).toBe('192.0.0.0/16');
    expect(list.ofAddress('192.0.2.1', 999)?.reason).toBe('192.0.2.0/24');
    expect(list.isFull(2, 999)).toBe(true);
    expect(list.isFull(2, 1000)).toBe(false);
    expect(list.all(0).map(({ value }) => value)).toEqual(['192.0.0.0/16']);
    await list.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
