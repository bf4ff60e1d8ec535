/**
 * What this machine has of the calls that Node lacks, for the thread that asks. Everything that hands out descriptors or moves files
 * inside the kernel comes here first and answers "unsupported" with the reason where a call is missing.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { FileCalls } from './file-calls.ts';
import { type Libc, type LoadedLibc, loadLibc } from './libc.ts';

/** What depends on native calls. */
export type NativeFeature = 'fdpass' | 'splice' | 'openat2' | 'peerCredentials' | 'handOver';

/** One of them, as `signalbox run objects native` and the log show it. */
export interface NativeCall {
  readonly feature: NativeFeature;
  /** The system calls it stands on. */
  readonly calls: string;
  /** Why it is not there, for operators; null where it is. */
  readonly missing: string | null;
}

/** The native calls of one thread. */
export interface Native {
  readonly libc: Libc;
  readonly files: FileCalls;
}

const CALLS: Readonly<Record<NativeFeature, string>> = {
  fdpass: 'sendmmsg and recvmsg with SCM_RIGHTS',
  splice: 'sendfile',
  openat2: 'openat2',
  peerCredentials: 'getsockopt with SO_PEERCRED',
  handOver: 'fcntl with F_DUPFD_CLOEXEC',
};

let native: Native | null = null;

/** The calls, or null where there are none; {@link nativeCalls} says why. */
export function loadNative(): Native | null {
  if (native !== null) return native;
  const { libc } = loadLibc();
  if (libc !== null) native = { libc, files: new FileCalls(libc) };
  return native;
}

/** Every feature, and whether it is there. */
export function nativeCalls(loaded: LoadedLibc = loadLibc()): readonly NativeCall[] {
  return (Object.keys(CALLS) as NativeFeature[]).map((feature) => ({
    feature,
    calls: CALLS[feature],
    missing: loaded.libc === null || feature !== 'openat2' ? loaded.reason : openat2Missing(loaded.libc),
  }));
}

/** A kernel before 5.6 lacks the call, and some containers forbid it. */
function openat2Missing(libc: Libc): string | null {
  const root = openSync('/', constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const files = new FileCalls(libc);
    files.close(files.openBeneath(root, '.', constants.O_RDONLY | constants.O_DIRECTORY));
    return null;
  } catch (error) {
    return `this kernel does not have it or a sandbox forbids it (${(error as NodeJS.ErrnoException).code}); paths are walked folder by folder instead`;
  } finally {
    closeSync(root);
  }
}
