/** Whether this process may read from its terminal: a job in the background that does is stopped by the system. */
import { readFileSync } from 'node:fs';

/**
 * Whether the process is in the group that its terminal listens to. False where that cannot be found out, so that nothing is
 * read that would stop it.
 * @param stat text of `/proc/self/stat`
 */
export function inForeground(
  stat: () => string = () => readFileSync('/proc/self/stat', 'latin1'),
  platform: NodeJS.Platform = process.platform,
): boolean {
  // Windows has no such groups.
  if (platform === 'win32') return true;
  try {
    const text = stat();
    // The name of the program stands in brackets and may have any character: proc(5).
    const [, , group, , , foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return group !== undefined && group === foreground;
  } catch {
    return false;
  }
}
