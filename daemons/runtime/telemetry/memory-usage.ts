/**
 * The memory of this process. Node opens a file to read it on Linux and throws when no descriptor is left, which must
 * cost a figure and not the process: use these instead of `process.memoryUsage`.
 */

/** Resident memory in bytes; null when it cannot be read now. */
export function residentBytes(): number | null {
  try {
    return process.memoryUsage.rss();
  } catch {
    return null;
  }
}

/** All figures that Node has; null when they cannot be read now. */
export function memoryUsage(): NodeJS.MemoryUsage | null {
  try {
    return process.memoryUsage();
  } catch {
    return null;
  }
}
