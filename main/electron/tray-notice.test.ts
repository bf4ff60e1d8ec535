import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TrayNotice } from './tray-notice.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'signalbox-notice-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const file = () => join(dataDir, 'desktop-notices.json');
const stored = () => readFile(file(), 'utf8').then(JSON.parse, () => null);

describe('that closing the window keeps the daemons running', () => {
  it('is said by a notification and never again, also not after a restart', async () => {
    const notify = vi.fn((appeared: () => void) => appeared());
    const notice = new TrayNotice(dataDir, { notify });
    const say = vi.fn();
    notice.hidden();
    notice.shownAgain(say);
    notice.hidden();
    expect(notify).toHaveBeenCalledTimes(1);
    expect(say).not.toHaveBeenCalled();
    await vi.waitFor(async () => expect(await stored()).toEqual({ closedToTray: true }));

    const after = new TrayNotice(dataDir, { notify });
    after.hidden();
    after.shownAgain(say);
    expect(notify).toHaveBeenCalledTimes(1);
    expect(say).not.toHaveBeenCalled();
  });

  it('is said by the window, once, where no notification appears', async () => {
    const notice = new TrayNotice(dataDir, { notify: () => {} });
    const say = vi.fn();
    notice.hidden();
    notice.shownAgain(say);
    notice.hidden();
    notice.shownAgain(say);
    expect(say).toHaveBeenCalledTimes(1);
    await vi.waitFor(async () => expect(await stored()).toEqual({ closedToTray: true }));
  });

  it('is said again where the file is damaged', async () => {
    await writeFile(file(), '{"closedToTray":');
    const notify = vi.fn();
    new TrayNotice(dataDir, { notify }).hidden();
    expect(notify).toHaveBeenCalledTimes(1);
  });
});
