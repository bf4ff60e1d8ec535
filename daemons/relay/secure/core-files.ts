/**
 * Keeps the memory of the relay, and with it the keys of sessions, out of core files: the limit of the process for them becomes
 * nothing. A crash is still told by its signal. Called by daemon.ts where the settings do not allow core files.
 */
import { loadKoffi } from '../../runtime/native/koffi.ts';
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';

/** Of <sys/resource.h>, the same on Linux and macOS. */
const RLIMIT_CORE = 4;

/** Says in the log where it could not be done; nothing else fails for it. */
export function forbidCoreFiles(log: Pick<SubsystemLogger, 'warn'>): void {
  // Windows writes none unless it is told to, elsewhere.
  if (process.platform === 'win32') return;
  try {
    const koffi = loadKoffi();
    const setrlimit = koffi.load(null).func('setrlimit', 'int', ['int', 'uint64 *']);
    // The hard limit too: nothing in the process raises it again.
    if (setrlimit(RLIMIT_CORE, [0n, 0n]) === 0) return;
    log.warn('core_files', 'The system did not take a limit of core files: a crash may write keys to disk.');
  } catch (error) {
    const [why] = (error as Error).message.split('\n');
    log.warn(
      'core_files',
      `The limit of core files could not be set (${why}): a crash may write keys to disk.`,
    );
  }
}
