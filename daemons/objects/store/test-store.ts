/** A root of a store that is removed after the test, and what tests ask of descriptors. For tests only. */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Generations } from './generations.ts';
import { ObjectReader, type ObjectReaderOptions, type SharedStore } from './object-reader.ts';

/** An empty folder, with `outside` beside it. */
export function testRoot(): { root: string; outside: string } {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-objects-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [root, outside] = [join(folder, 'root'), join(folder, 'outside')];
  mkdirSync(root);
  mkdirSync(outside);
  return { root, outside };
}

/** Writes a file by hand, as an operator does. */
export function writeByHand(root: string, uri: string, text: string): void {
  const path = join(root, uri);
  if (lstatSync(dirname(path), { throwIfNoEntry: false }) === undefined)
    mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A reader of a root, closed after the test. */
export function testReader(
  root: string,
  options: Partial<ObjectReaderOptions> = {},
  generations = new Generations(),
): ObjectReader {
  const shared: SharedStore = { root, generations: generations.memory, foldsCase: false };
  const reader = new ObjectReader(shared, { entries: 16, ...options });
  onTestFinished(() => reader.close());
  return reader;
}

/** Files below a folder that this process has open. */
export function openBelow(folder: string): string[] {
  const open: string[] = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    let path: string;
    try {
      path = readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      continue;
    }
    if (path.startsWith(`${folder}/`)) open.push(path);
  }
  return open.sort();
}
