/**
 * Ergo as a rival: found where it is installed, configured without any limit that would get in the way, and run from a temporary
 * directory. Used by `bench/ircd.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Path and version, or null when it is not installed. Debian has a program of that name that knows nothing of IRC. */
export function findErgo(path = process.env.PATH ?? ''): { path: string; version: string } | null {
  for (const directory of [...path.split(delimiter), '/usr/local/bin', '/opt/ergo']) {
    const found = join(directory, 'ergo');
    if (!existsSync(found)) continue;
    const shown = spawnSync(found, ['--version'], { encoding: 'utf8', timeout: 10_000 });
    const version = /^ergo-?v?([\w.-]*)$/m.exec(shown.stdout ?? '');
    if (version !== null) return { path: found, version: version[1] || 'unknown' };
  }
  return null;
}

/** Writes a configuration for loopback and an empty database into a directory and returns the arguments to run it. */
export async function ergoArguments(path: string, directory: string, port: number): Promise<string[]> {
  const config = `
network: { name: Bench }
server:
  name: rival.bench
  listeners: { "127.0.0.1:${port}": {} }
  casemapping: ascii
  enforce-utf8: true
  lookup-hostnames: false
  check-ident: false
  idle-timeouts: { registration: 60s, ping: 10m, disconnect: 20m }
  max-sendq: 64m
  ip-limits: { count: false, throttle: false, cidr-len-ipv4: 32, cidr-len-ipv6: 64 }
  ip-cloaking: { enabled: false }
accounts:
  authentication-enabled: true
  registration: { enabled: false }
  nick-reservation: { enabled: false }
  multiclient: { enabled: false }
channels: { default-modes: +nt, max-channels-per-client: 100 }
oper-classes: { none: { title: Nobody, capabilities: [] } }
opers: {}
logging: [{ method: stderr, type: "*", level: error }]
lock-file: ${JSON.stringify(join(directory, 'ergo.lock'))}
datastore: { path: ${JSON.stringify(join(directory, 'ergo.db'))}, autoupgrade: true }
languages: { enabled: false }
limits: { nicklen: 32, identlen: 20, channellen: 64, awaylen: 390, kicklen: 390, topiclen: 390, whowas-entries: 100,
  monitor-entries: 100, chan-list-modes: 100, registration-messages: 1024 }
fakelag: { enabled: false }
history: { enabled: false }
`;
  const file = join(directory, 'ergo.yaml');
  await writeFile(file, config);
  spawnSync(path, ['initdb', '--quiet', '--conf', file], { cwd: directory });
  return ['run', '--quiet', '--conf', file];
}
