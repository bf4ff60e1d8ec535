/** The command line without a process for it. Used by tests in which how a program starts and ends is not what is asked for. */
import { vi } from 'vitest';
import type { Manifest } from '../../contract/manifest.ts';
import { builtProgram } from '../fork/test-fixtures/built-program.ts';
import { runCli } from './cli.ts';

/** What a command line did. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the program with these daemons does with these words. One at a time: it writes where this process writes. */
export async function typed(
  words: readonly string[],
  registry: readonly Manifest[],
  entryOf: (id: string) => string,
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += text;
      return true;
    }),
  );
  try {
    const code = await runCli(
      words,
      async () => registry,
      (id) => builtProgram(entryOf(id)),
    );
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
