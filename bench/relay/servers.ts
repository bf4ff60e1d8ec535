/**
 * The servers under load: our relay, and nats-server, which an operator would otherwise run to pass messages between
 * clients in rooms. Used by scenarios.ts.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { C_LOOP, compileCLoopForNow, LINE_BY_LINE, type WriteShape } from '../shared/c-loop/c-loop.ts';
import { type RunningServer, type ServerKind, startDaemon, startRival } from '../shared/server-process.ts';
import type { WireName } from './messages.ts';

/** A server, and how it is spoken to. */
export interface RelayServerKind extends ServerKind {
  readonly wire: WireName;
  /** The C loop, which knows rooms alone. */
  readonly onlyCLoop?: boolean;
  /** @param like how ours has written in the same scenario, for the C loop */
  start(like?: WriteShape): Promise<RunningServer>;
}

/** What is compared. */
export interface ComparedServers {
  /** Ours first. */
  readonly kinds: readonly RelayServerKind[];
  /** What is missing on this machine, and what brings it. */
  readonly skipped: readonly string[];
}

const OUR_CONFIG = `
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
max_clients = 100000
connections_per_identity = 100000
[[relay.class]]
name = "bench"
match = ["127.0.0.0/8"]
throttle = false
flood = false
send_queue_bytes = 67108864
ping_seconds = 3000
idle_seconds = 3600
`;

async function natsArguments(directory: string, port: number): Promise<string[]> {
  const config = join(directory, 'nats.conf');
  await writeFile(
    config,
    `listen: "127.0.0.1:${port}"\nmax_connections: 100000\nmax_pending: 64MB\nwrite_deadline: "60s"\nping_interval: "1h"\n`,
  );
  return ['-c', config];
}

const relay = (name: string, wire: WireName, nodeOptions: readonly string[]): RelayServerKind => ({
  name,
  wire,
  start: () => startDaemon({ id: 'relay', config: OUR_CONFIG, nodeOptions }),
});

/** Ours, for clients without sealed sessions. */
export const ourRelay = (nodeOptions: readonly string[]) => relay('signalbox', 'signalbox', nodeOptions);

/** Our relay twice: all clients in sealed sessions, and all of them plain. */
export const sealedKinds = (nodeOptions: readonly string[]): readonly RelayServerKind[] => [
  relay('sealed', 'sealed', nodeOptions),
  relay('plain', 'signalbox', nodeOptions),
];

/** Our relay, nats-server where it is installed, and the C loop where there is a compiler. */
export function comparedServers(nodeOptions: readonly string[]): ComparedServers {
  const kinds = [ourRelay(nodeOptions)];
  const skipped: string[] = [];
  const shown = spawnSync('nats-server', ['--version'], { encoding: 'utf8' });
  if (shown.error !== undefined) skipped.push('nats-server: it is not installed (apt install nats-server)');
  else {
    const version = /v?(\d+\.\d+\.\d+)/.exec(shown.stdout + shown.stderr)?.[1] ?? 'unknown';
    kinds.push({
      name: `nats-server ${version}`,
      wire: 'nats',
      start: () => startRival('nats', 'nats-server', natsArguments),
    });
  }
  const startCLoop = compileCLoopForNow();
  if (typeof startCLoop === 'string') skipped.push(startCLoop);
  else
    kinds.push({
      name: C_LOOP,
      wire: 'signalbox',
      onlyCLoop: true,
      start: (like = LINE_BY_LINE) => startCLoop('relay', like),
    });
  return { kinds, skipped };
}
