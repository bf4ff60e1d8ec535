import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isReachable, WindowStateFile } from './window-state.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'signalbox-window-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const state = (width: number) => ({ bounds: { x: 10, y: 20, width, height: 600 }, maximised: true });

test('what was saved is loaded, and no temporary file stays', async () => {
  const file = new WindowStateFile(dataDir);
  await file.save(state(900));
  expect(new WindowStateFile(dataDir).load()).toEqual(state(900));
  expect(readdirSync(dataDir)).toEqual(['window.json']);
});

test('of many saves at once the newest wins', async () => {
  const file = new WindowStateFile(dataDir);
  await Promise.all([file.save(state(700)), file.save(state(800)), file.save(state(1000))]);
  expect(file.load()).toEqual(state(1000));
});

test.each(['', '{', '{"bounds":{"x":0,"y":0,"width":1,"height":1},"maximised":false}', 'null'])(
  'a damaged file %j means the default size',
  (text) => {
    writeFileSync(join(dataDir, 'window.json'), text);
    expect(new WindowStateFile(dataDir).load()).toBeNull();
  },
);

test('a data directory that cannot be written costs only the state', async () => {
  const file = new WindowStateFile(join(dataDir, 'missing'));
  await file.save(state(900));
  expect(file.load()).toBeNull();
});

test('a window on a display that is gone is not reachable', () => {
  const display = { x: 0, y: 0, width: 1920, height: 1080 };
  expect(isReachable({ x: 100, y: 100, width: 800, height: 600 }, [display])).toBe(true);
  expect(isReachable({ x: 1900, y: 100, width: 800, height: 600 }, [display])).toBe(false);
  expect(isReachable({ x: 2000, y: 0, width: 800, height: 600 }, [display])).toBe(false);
  expect(isReachable({ x: 0, y: 0, width: 800, height: 600 }, [])).toBe(false);
});
