/** Cuts what a daemon process writes into lines, for the launchers of both hosts. */
import { CONTROL_LIMITS } from './limits.ts';

const MAX_LINE = CONTROL_LIMITS.outputPieceChars;

/** One stream of output on its way to lines. */
export interface OutputLines {
  /** Takes the next piece of output, cut anywhere. */
  push(text: string): void;
  /** Tells a last line that had no end. */
  flush(): void;
}

/** Calls `onLine` for every line without its end; empty lines are left out. */
export function outputLines(onLine: (line: string) => void): OutputLines {
  let rest = '';
  const tell = (line: string) => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text !== '') onLine(text);
  };
  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) tell(line);
      while (rest.length > MAX_LINE) {
        tell(rest.slice(0, MAX_LINE));
        rest = rest.slice(MAX_LINE);
      }
    },
    flush() {
      tell(rest);
      rest = '';
    },
  };
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
    output[stream]?.setEncoding('utf8').on('data', (text: string) => lines.push(text));
    return lines;
  });
  return () => {
    for (const lines of outputs) lines.flush();
    ended = true;
  };
}
