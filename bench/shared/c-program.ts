/** Programs in C beside the benchmarks, compiled when they are needed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Where one is, or why there is none. */
export type Compiled = { readonly program: string } | { readonly why: string };

/** Compiles a source file into a directory. */
export function compile(source: string, directory: string, compiler = 'cc'): Compiled {
  if (process.platform !== 'linux') return { why: 'it waits in epoll, which only Linux has' };
  const program = join(directory, basename(source, '.c'));
  const compiled = spawnSync(compiler, ['-O2', '-o', program, source, '-lm'], { encoding: 'utf8' });
  if (compiled.error !== undefined)
    return { why: `there is no C compiler "${compiler}" (apt install gcc libc6-dev)` };
  if (compiled.status !== 0) return { why: `"${compiler}" did not compile it: ${compiled.stderr.trim()}` };
  return { program };
}

/** A directory that goes when this process ends. */
export function directoryForNow(): string {
  const directory = mkdtempSync(join(tmpdir(), 'bench-c-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
