import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TARGETS, trial } from './trial.ts';

test.each(TARGETS)(
  'nothing that was answered is lost or doubled when %s is killed twice under load',
  async (target) => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-kills-'));
    try {
      const result = await trial({ target, kills: 2, perSecond: 100, deedsPerSecond: 40, folder });
      expect(result.answered).toBeGreaterThan(0);
      expect(result.deedsSeen).toBeGreaterThan(0);
      expect(result).toMatchObject({ lostEntries: 0, doubledEntries: 0, wrongBans: 0, saidSo: 0 });
      if (target !== 'ircd') return;
      expect(result.channels?.changes).toBeGreaterThan(0);
      expect(result.channels).toMatchObject({
        lostChanges: 0,
        lostAccounts: 0,
        luckyOperators: 0,
        lostOperators: 0,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
