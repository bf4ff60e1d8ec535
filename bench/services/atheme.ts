/** Services of another make, beside which ours are measured: Atheme by its protocol module for ircu. Used by bench/services/crowded.ts. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { athemeConfiguration } from '../../daemons/ircd/links/atheme-fixture.ts';
import { PEER } from '../links/crowd.ts';
import { LINK_PASSWORD } from '../links/peer.ts';
import { pinned } from '../shared/pinning.ts';
import { benchDirectory, type RunningServer, stopper } from '../shared/server-process.ts';

const PROGRAM = '/usr/bin/atheme-services';
const NAME = 'services.bench.test';
/** Nobody: it refuses to be root. */
const NOBODY = 65_534;

/** On Debian `apt-get install atheme-services` puts it there. */
export function hasAtheme(): boolean {
  return process.platform === 'linux' && existsSync(PROGRAM);
}

/** Starts it with a database; it calls its uplink at a port. */
export async function startAtheme(port: number, database: string): Promise<RunningServer> {
  const directory = await benchDirectory('atheme');
  await chmod(directory, 0o777);
  const file = (name: string) => join(directory, name);
  await writeFile(file('services.db'), database);
  await chmod(file('services.db'), 0o666);
  await writeFile(file('atheme.conf'), configuration(port));
  const words = ['-n', '-c', file('atheme.conf'), '-l', file('log'), '-p', file('pid'), '-D', directory];
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn(...pinned(0, PROGRAM, words), { stdio: 'ignore', cwd: directory, ...identity });
  return { pid: child.pid!, port: 0, stop: stopper(child, directory) };
}

function configuration(port: number): string {
  return athemeConfiguration({
    name: NAME,
    description: 'Atheme',
    network: 'bench',
    modules: ['nickserv/main', 'nickserv/identify', 'chanserv/main', 'chanserv/op', 'chanserv/register'],
    logs: 'error; info;',
    uplink: { name: PEER.name, port, password: LINK_PASSWORD },
  });
}
