/** Looks after the processes that an app under test started: none of them may outlive it. Used by the app fixtures. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** How long the last processes of a group may take to go, in milliseconds. */
const GONE_MS = 30_000;

/** Ids of the running processes in the group `leader`. Only Linux can tell; elsewhere there are none. */
function groupMembers(leader: number): number[] {
  if (process.platform !== 'linux') return [];
  const members: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The second field, the program's name, may hold anything; the fields after its bracket are plain.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [state, , group] = fields;
      if (state !== 'Z' && Number(group) === leader) members.push(Number(name));
    } catch {
      // It ended while the folder was read.
    }
  }
  return members;
}

/** Waits until the group is empty. What stays is killed and named in the error. */
export async function expectGroupGone(leader: number): Promise<void> {
  const deadline = Date.now() + GONE_MS;
  let members = groupMembers(leader);
  while (members.length > 0 && Date.now() < deadline) {
    await delay(50);
    members = groupMembers(leader);
  }
  if (members.length === 0) return;
  const names = members.map((pid) => `${pid} (${commandLine(pid)})`);
  for (const pid of members) process.kill(pid, 'SIGKILL');
  throw new Error(`The app left processes behind: ${names.join(', ')}`);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 200);
  } catch {
    return 'gone';
  }
}
