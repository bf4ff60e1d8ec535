/** Which program a test starts where it names a source. Used by tests that fork daemons; other processes find it by themselves (scripts/start-built.mjs). */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The program that was built of a source for this run of the tests; the source itself where none was. */
export function builtProgram(source: string): string {
  const programs = process.env.SIGNALBOX_PROGRAMS;
  if (programs === undefined) return source;
  const program = join(programs, relative(ROOT, source).replace(/\.ts$/, '.js'));
  return existsSync(program) ? program : source;
}
