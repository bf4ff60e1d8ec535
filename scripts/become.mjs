/**
 * Hands this process's role over to another program, as far as Node can: its terminal, its signals, its exit code, and
 * its end. Used by start.mjs and signalbox.mjs.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { say } from './bootstrap.mjs';

/** How often to look whether npm is still there, in milliseconds. */
const PARENT_MS = 500;

/**
 * Runs the program and ends with its exit code. With `watched`, the program has an IPC channel that closes when this
 * process goes, however it goes.
 */
export function become(command, args, { watched = false } = {}) {
  const stdio = ['inherit', 'inherit', 'inherit', ...(watched ? ['ipc'] : [])];
  const child = spawn(command, args, { stdio });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Ctrl-C reaches the whole process group; the child decides what it means. Sent to us alone, it is passed on.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  if (process.env.npm_lifecycle_event !== undefined) endWithParent(child);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${command} cannot be started: ${error.message}`)));
    child.on('exit', (code, signal) => {
      if (signal !== null) say(`signalbox: ended by ${signal}`);
      process.exit(code ?? 1);
      resolve();
    });
  });
}

/** Ends the child when npm, which started us, is killed: its children are not told. */
function endWithParent(child) {
  const parents = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === parents) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, PARENT_MS);
  timer.unref();
}

/** Who started us, as far as npm: it may put a shell in between. */
function ancestors() {
  const parent = process.ppid;
  if (process.platform !== 'linux') return String(parent);
  try {
    const status = readFileSync(`/proc/${parent}/status`, 'utf8');
    const isShell = /^Name:\t(sh|dash|bash)$/m.test(status);
    return isShell ? `${parent} ${/^PPid:\t(\d+)$/m.exec(status)?.[1]}` : String(parent);
  } catch {
    return 'gone';
  }
}
