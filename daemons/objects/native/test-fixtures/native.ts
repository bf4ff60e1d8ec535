/** What tests of native calls share: the calls, files in a folder of their own, and what a process has open. */
import { mkdtempSync, readdirSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadNative, type Native } from '../native-calls.ts';

/** The native calls; a test that needs them fails where they are missing. */
export function native(): Native {
  const calls = loadNative();
  if (calls === null) throw new Error('This machine has no native calls.');
  return calls;
}

/** Numbers of the descriptors that this process has open. */
export function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').sort();
}

/** A folder for one test, and how it goes. */
export function testFolder(): {
  readonly path: string;
  file(name: string, text: string): string;
  remove(): void;
} {
  const path = mkdtempSync(join(tmpdir(), 'signalbox-native-'));
  return {
    path,
    file(name, text) {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What a descriptor can be read as, from its beginning. */
export function textOf(fd: number): string {
  const bytes = Buffer.alloc(1_000);
  return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0));
}
