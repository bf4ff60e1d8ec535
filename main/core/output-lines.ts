/** Cuts what a daemon process writes into lines, for the launchers of both hosts. */
import { LineSplitter } from '../../kit/line-splitter.ts';
import { CONTROL_LIMITS } from './limits.ts';

/** Calls `onLine` for every line without its end; empty lines are left out, and an endless one comes in parts. */
export function outputLines(onLine: (line: string) => void): LineSplitter {
  const tell = (text: string) => {
    if (text !== '') onLine(text);
  };
  return new LineSplitter(CONTROL_LIMITS.outputPieceChars, { line: tell, overlong: tell });
}

/** What a launcher needs of a process's output; null where it is not piped. */
export interface ProcessOutput {
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;
}

/**
 * Tells both outputs of a process line by line. The function it returns tells what is left at the end of the process;
 * nothing is told after it.
 */
export function watchOutput(
  output: ProcessOutput,
  onLine: (stream: 'stdout' | 'stderr', line: string) => void,
): () => void {
  let ended = false;
  const outputs = (['stdout', 'stderr'] as const).map((stream) => {
    const lines = outputLines((line) => {
      if (!ended) onLine(stream, line);
    });
    output[stream]?.on('data', (bytes: Buffer) => lines.push(bytes));
    return lines;
  });
  return () => {
    for (const lines of outputs) lines.end();
    ended = true;
  };
}
