/**
 * Asks Linux to run the thread of the event loop in short slices: on a machine where others compute without end (a Keycloak that hashes
 * passwords) it is the sooner its turn, and gets no more of the processor in all than before. sched_setattr(2): since Linux 6.12 the time
 * of an ordinary thread is its slice, 0.1 to 100 ms; older ones leave it alone. Called once by run-daemon.ts.
 */
import { createRequire } from 'node:module';
import { endianness } from 'node:os';

/** The shortest that there is, nanoseconds; the usual one is 0.7 ms for each doubling of the processors, and longer ones wait longer. */
const SLICE_NS = 100_000n;
/** `struct sched_attr` of linux/sched/types.h, as it was first. */
const ATTR = { size: 0, policy: 4, flags: 8, nice: 16, runtime: 24, bytes: 48 } as const;
const SCHED_OTHER = 0;
/** Threads that are begun later have the usual slice. */
const SCHED_FLAG_RESET_ON_FORK = 1n;
/** Numbers of sched_setattr and sched_getattr, by processor; those that came to Linux later share theirs. */
const CALLS: Readonly<Record<string, readonly [set: number, get: number]>> = {
  x64: [314, 315],
  arm64: [274, 275],
  riscv64: [274, 275],
  loong64: [274, 275],
};

type Call = (number: number, thread: number, attributes: Buffer, third: number, fourth: number) => number;

/**
 * Asks for the thread that calls. Where it cannot be done nothing is different from before.
 * @returns the slice that it has then, nanoseconds; null where the system has none, or somebody has chosen another way to run it
 */
export function askForShortSlices(load: () => Call = syscall): number | null {
  const numbers = CALLS[process.arch];
  if (process.platform !== 'linux' || numbers === undefined || endianness() !== 'LE') return null;
  const [set, get] = numbers;
  try {
    const call = load();
    const attributes = Buffer.alloc(ATTR.bytes);
    if (call(get, 0, attributes, ATTR.bytes, 0) !== 0) return null;
    // Whoever began it by chrt(1) has decided already.
    if (attributes.readUInt32LE(ATTR.policy) !== SCHED_OTHER) return null;
    // Of one that was given more of the processor, threads would lose that as well.
    const isPreferred = attributes.readInt32LE(ATTR.nice) < 0;
    attributes.writeUInt32LE(ATTR.bytes, ATTR.size);
    attributes.writeBigUInt64LE(isPreferred ? 0n : SCHED_FLAG_RESET_ON_FORK, ATTR.flags);
    attributes.writeBigUInt64LE(SLICE_NS, ATTR.runtime);
    if (call(set, 0, attributes, 0, 0) !== 0) return null;
    if (call(get, 0, attributes, ATTR.bytes, 0) !== 0) return null;
    const slice = Number(attributes.readBigUInt64LE(ATTR.runtime));
    return slice === 0 ? null : slice;
  } catch {
    return null;
  }
}

function syscall(): Call {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  return koffi.load(null).func('syscall', 'long', ['long', 'long', 'void *', 'long', 'long']);
}
