/** How long it takes until services know a whole network, beside ircu, which is told of the same in the same run. */
import { createServer } from 'node:net';
import type { Figures } from '../shared/figures.ts';
import type { Cores } from '../shared/pinning.ts';
import { type RunningServer, startDaemon } from '../shared/server-process.ts';
import { once, printRuns, SIZE, told } from './burst.ts';
import { burstOf } from './crowd.ts';
import { BenchPeer, LINK_PASSWORD } from './peer.ts';
import { ALL_CORES, ircuServer } from './servers.ts';

const MB = 1_048_576;

/** Both in turn, each time from its start. */
export async function servicesBurst(
  rounds: number,
  nodeOptions: readonly string[],
  alone: boolean,
): Promise<unknown> {
  const lines = burstOf(SIZE);
  const rival = alone ? null : ircuServer();
  const runs: Record<string, Figures[]> = {
    services: [],
    [ALL_CORES]: [],
    ...(rival === null ? {} : { ircu: [] }),
  };
  for (let round = 0; round < rounds; round++) {
    runs.services!.push(await services(nodeOptions, lines, 'one'));
    runs[ALL_CORES]!.push(await services(nodeOptions, lines, 'all'));
    if (rival !== null) runs.ircu!.push(await once(rival, lines));
  }
  printRuns('burst into services', lines, runs);
  return runs;
}

/** Services that run, and the benchmark as their uplink. */
export interface LinkedServices {
  readonly server: RunningServer;
  readonly peer: BenchPeer;
  /** Ends the link, and resolves with the next one once they have told all they know. */
  relink(): Promise<BenchPeer>;
  close(): Promise<void>;
}

/** Starts some services, which call whoever is their uplink: that is the benchmark. @param start is told where it listens */
export async function linkedTo(start: (port: number) => Promise<RunningServer>): Promise<LinkedServices> {
  const hub = createServer({ noDelay: true });
  await new Promise<void>((listening) => hub.listen(0, '127.0.0.1', listening));
  const address = hub.address();
  const calls = BenchPeer.called(hub);
  const server = await start(typeof address === 'object' && address !== null ? address.port : 0);
  let peer = await calls;
  return {
    ...{ server, peer },
    relink: async () => {
      const again = BenchPeer.called(hub);
      peer.close();
      peer = await again;
      return peer;
    },
    close: async () => {
      peer.close();
      hub.close();
      await server.stop();
    },
  };
}

/**
 * The same of our own; also answers how many milliseconds passed from their start until they were ready.
 * @param prepare puts into their data directory what is there before
 */
export async function linkedServices(
  nodeOptions: readonly string[],
  prepare: (directory: string) => Promise<void> = async () => {},
  cores: Cores = 'one',
): Promise<LinkedServices & { readonly startMs: number }> {
  let startMs = 0;
  const linked = await linkedTo(async (port) => {
    let begun = 0;
    const server = await startDaemon({
      id: 'services',
      config: `[services]
server_name = "services.bench.test"
[[services.uplink]]
host = "127.0.0.1"
port = ${port}
password = "${LINK_PASSWORD}"
`,
      nodeOptions,
      cores,
      prepare: async (directory) => {
        await prepare(directory);
        begun = performance.now();
      },
    });
    startMs = performance.now() - begun;
    return server;
  });
  return { ...linked, startMs };
}

async function services(nodeOptions: readonly string[], lines: Buffer, cores: Cores): Promise<Figures> {
  const linked = await linkedServices(nodeOptions, undefined, cores);
  try {
    const figures = await told(linked.peer, linked.server.pid, lines);
    const heap = (await linked.server.heapBytes?.()) ?? Number.NaN;
    return { ...figures, 'heap MB': heap / MB };
  } finally {
    await linked.close();
  }
}
