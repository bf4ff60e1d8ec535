/** Numbers of the groups of this machine, for sockets that belong to one. */
import { readFile } from 'node:fs/promises';

const GROUP_FILE = '/etc/group';

/** Largest number of a group that the system has; the one above means none. */
const MOST_GID = 0xffff_fffe;

/**
 * The number of a group by its name in `/etc/group` (group(5)), or a number as it is written; null where there is none. Groups
 * of a directory service are not in that file: name them by number.
 */
export async function groupNumber(group: string, file = GROUP_FILE): Promise<number | null> {
  if (/^\d{1,10}$/.test(group)) return Number(group) <= MOST_GID ? Number(group) : null;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return null;
  }
  for (const line of text.split('\n')) {
    const [name, , gid] = line.split(':');
    if (name === group && gid !== undefined && /^\d+$/.test(gid)) return Number(gid);
  }
  return null;
}
