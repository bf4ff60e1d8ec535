/**
 * Ends forked daemons that outlive main. A daemon ends by itself when its channel to main closes, but one whose loop
 * hangs or which is stopped never sees that. So, while there are daemons, a shell beside them reads their process ids
 * from a pipe that only main holds, and ends what is left of them a grace period after the pipe closed. A shell is
 * 0.1 MB of private memory (RSS 1.7 MB) for all daemons together; a thread that watches inside each of them would be
 * 10 MB (RSS 18 MB) a daemon.
 *
 * Used by the fork launcher. Windows needs none: libuv puts children into a job that ends with their parent there.
 * Neither do utility processes of Electron: Chromium's own thread in them ends them with the app.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { CONTROL_LIMITS } from '../core/limits.ts';

/**
 * A line is the whole list of ids; the last whole one counts. Signals that a terminal or a service manager sends to the
 * whole group are for main. Ids that are gone leave the list at once, so that no other process is ever taken for one.
 */
const SCRIPT = `
trap '' HUP INT QUIT TERM
pids= left=$1
while read -r line; do pids=$line; done
while :; do
  alive=
  for pid in $pids; do kill -0 "$pid" && alive="$alive $pid"; done
  pids=$alive
  if [ -z "$pids" ] || [ "$left" -le 0 ]; then break; fi
  left=$((left - 1))
  sleep 1
done
for pid in $pids; do kill -KILL "$pid"; done
`;

/** The daemons of one launcher. The shell is there exactly as long as there are any. */
export class OrphanGuard {
  readonly #pids = new Set<number>();
  #shell: ChildProcess | null = null;

  /** This process may not outlive main. */
  watch(pid: number): void {
    if (process.platform === 'win32') return;
    this.#pids.add(pid);
    this.#shell ??= this.#start();
    this.#tell();
  }

  /** This process has ended. */
  forget(pid: number): void {
    if (!this.#pids.delete(pid)) return;
    this.#tell();
    if (this.#pids.size > 0) return;
    this.#shell?.stdin?.end();
    this.#shell = null;
  }

  #tell(): void {
    this.#shell?.stdin?.write(`${[...this.#pids].join(' ')}\n`);
  }

  #start(): ChildProcess {
    const shell = spawn(
      '/bin/sh',
      ['-c', SCRIPT, 'signalbox-orphan-guard', String(CONTROL_LIMITS.orphanGraceSeconds)],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
        env: { PATH: process.env.PATH },
      },
    );
    shell.unref();
    shell.on('error', (error) => {
      // The next start of a daemon tries again.
      if (this.#shell === shell) this.#shell = null;
      process.emitWarning(`Hung daemons could outlive Signalbox: ${error.message}`);
    });
    // Should somebody end it, the next start of a daemon brings another.
    shell.on('exit', () => {
      if (this.#shell === shell) this.#shell = null;
    });
    // Absent where the process could not be made; 'error' has told then.
    shell.stdin?.on('error', () => {});
    return shell;
  }
}
