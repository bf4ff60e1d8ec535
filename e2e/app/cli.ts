/** Runs the command line program against the app under test, as an operator would in a terminal. */
import { execFile } from 'node:child_process';
import { CACHE_HOME, NODE, programOf } from './binaries.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longest that one command may take, in milliseconds: what hangs is reported with what it has said, on the slowest machine too. */
const CLI_MS = 120_000;

/** Runs `signalbox ARGS --data DIR` and resolves with its output, whatever the exit code. */
export function runCli(dataDir: string, args: readonly string[]): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const argv = [...programOf('main/cli/main.ts'), ...args, '--data', dataDir];
    const { FORCE_COLOR: _, ...env } = process.env;
    execFile(
      NODE,
      argv,
      { env: { ...env, XDG_CACHE_HOME: CACHE_HOME, NO_COLOR: '1' }, timeout: CLI_MS, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(new Error(`signalbox ${args.join(' ')} did not end: ${stderr}`, { cause: error }));
      },
    );
  });
}
