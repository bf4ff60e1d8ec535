/** Which process of this account holds an abstract socket, by what the kernel tells in /proc. Called by the process lock. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';

/** The process of this account that holds the abstract socket of that name; null where none does. */
export async function lockHolder(name: string): Promise<number | null> {
  const inode = await socketInode(name);
  if (inode === null) return null;
  const own = process.getuid?.();
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    if ((await ownerOf(entry)) === own && (await hasSocket(entry, inode))) return pid;
  }
  return null;
}

/** proc_net(5): the inode is the seventh field, the name the eighth; an abstract one has @ for its zero. */
async function socketInode(name: string): Promise<string | null> {
  const table = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  for (const line of table.split('\n')) {
    if (!line.endsWith(`@${name}`)) continue;
    return line.trim().split(/\s+/)[6] ?? null;
  }
  return null;
}

async function ownerOf(pid: string): Promise<number | null> {
  return await stat(`/proc/${pid}`).then(
    ({ uid }) => uid,
    () => null,
  );
}

async function hasSocket(pid: string, inode: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // One that has ended meanwhile, or hides what it has open, holds nothing that could be told.
  for (const descriptor of await readdir(folder).catch(() => [])) {
    const target = await readlink(`${folder}/${descriptor}`).catch(() => '');
    if (target === `socket:[${inode}]`) return true;
  }
  return false;
}
