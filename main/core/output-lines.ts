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
