/** The servers that are linked to: ours, and Undernet's ircu where it is there. */
import { spawn, spawnSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TCP, unlimitedIrcd } from '../ircd/servers.ts';
import { type Cores, pinned } from '../shared/pinning.ts';
import {
  benchDirectory,
  type RunningServer,
  type ServerKind,
  startDaemon,
  stopper,
} from '../shared/server-process.ts';
import { LISTENER, PEER } from './crowd.ts';
import { BenchPeer, LINK_PASSWORD } from './peer.ts';

/** Puts ircu there; the tests of links use it too. */
const ENSURE = resolve(import.meta.dirname, '../../../shared/p10/ircu-ensure.sh');
const READY_MS = 15_000;

/** A server that runs, with its port for links. */
export interface LinkedServer extends RunningServer {
  readonly linkPort: number;
}

/** A server that can be linked to. */
export interface LinkedServerKind extends ServerKind {
  start(): Promise<LinkedServer>;
}

/** What ours is called where it has more than the one core that every other server has. */
export const ALL_CORES = 'all cores';

const OURS = `${unlimitedIrcd(
  [TCP, '{ host = "127.0.0.1", port = 0, protocol = "p10" }'],
  'server_name = "hub.bench.test"\nnumeric = 1\n',
)}
${[PEER, LISTENER].map(({ name }) => `[[ircd.link]]\nname = "${name}"\npassword = "${LINK_PASSWORD}"`).join('\n')}
`;

/** Ours. @param cores those that its threads may use: V8 compiles and collects on others */
export function ourServer(nodeOptions: readonly string[], cores: Cores = 'one'): LinkedServerKind {
  return {
    name: cores === 'one' ? 'signalbox' : ALL_CORES,
    start: async () => {
      const server = await startDaemon({ id: 'ircd', config: OURS, nodeOptions, cores });
      return { ...server, linkPort: server.morePorts![0]! };
    },
  };
}

/** ircu; null where it cannot be had. */
export function ircuServer(): LinkedServerKind | null {
  if (process.platform !== 'linux') return null;
  const made = spawnSync('bash', [ENSURE], { encoding: 'utf8' });
  if (made.status !== 0) return null;
  const [program, ...words] = made.stdout.trim().split(' ');
  return { name: 'ircu', start: () => startIrcu(program!, words) };
}

async function startIrcu(program: string, words: readonly string[]): Promise<LinkedServer> {
  const directory = await benchDirectory('ircu');
  await chmod(directory, 0o777);
  const [port, linkPort] = await freePorts();
  await writeFile(join(directory, 'ircd.conf'), ircuConfiguration(port, linkPort));
  const child = spawn(...pinned(0, program, [...words, '-n', '-d', directory, '-f', 'ircd.conf']), {
    stdio: 'ignore',
  });
  const stop = stopper(child, directory);
  for (const until = performance.now() + READY_MS; ; await sleep(50)) {
    try {
      (await BenchPeer.link(linkPort)).close();
      break;
    } catch (error) {
      if (performance.now() < until) continue;
      await stop();
      throw error;
    }
  }
  return { pid: child.pid!, port, linkPort, stop };
}

async function freePorts(): Promise<[number, number]> {
  const probes = [createServer(), createServer()] as const;
  const ports: number[] = [];
  for (const probe of probes) {
    await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
    const address = probe.address();
    ports.push(typeof address === 'object' && address !== null ? address.port : 0);
  }
  for (const probe of probes) await new Promise((done) => probe.close(done));
  return [ports[0]!, ports[1]!];
}

function ircuConfiguration(port: number, linkPort: number): string {
  return `
General { name = "hub.bench.test"; description = "ircu"; vhost = "127.0.0.1"; numeric = 1; };
Admin { Location = "x"; Contact = "y@z"; };
Class { name = "Server"; pingfreq = 1 minutes 30 seconds; connectfreq = 5 minutes; maxlinks = 10; sendq = 90000000; };
Class { name = "Local"; pingfreq = 1 minutes 30 seconds; sendq = 160000; maxlinks = 2000; };
Client { class = "Local"; ip = "*@*"; maxlinks = 2000; };
${[PEER, LISTENER].map(({ name }) => `Connect { name = "${name}"; host = "127.0.0.1"; password = "${LINK_PASSWORD}"; class = "Server"; hub; autoconnect = no; };`).join('\n')}
Port { server = yes; port = ${linkPort}; vhost = "127.0.0.1"; };
Port { port = ${port}; vhost = "127.0.0.1"; };
Features { "HUB" = "TRUE"; "NODNS" = "TRUE"; "OPLEVELS" = "FALSE"; "IPCHECK" = "FALSE"; "PPATH" = "ircd.pid"; };
`;
}
