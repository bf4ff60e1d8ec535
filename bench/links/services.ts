/** How long it takes until services know a whole network, beside ircu, which is told of the same in the same run. */
import { createServer } from 'node:net';
import type { Figures } from '../shared/figures.ts';
import { startDaemon } from '../shared/server-process.ts';
import { once, printRuns, SIZE, told } from './burst.ts';
import { burstOf } from './crowd.ts';
import { BenchPeer, LINK_PASSWORD } from './peer.ts';
import { ircuServer } from './servers.ts';

const MB = 1_048_576;

/** Both in turn, each time from its start. */
export async function servicesBurst(
  rounds: number,
  nodeOptions: readonly string[],
  alone: boolean,
): Promise<unknown> {
  const lines = burstOf(SIZE);
  const rival = alone ? null : ircuServer();
  const runs: Record<string, Figures[]> = { services: [], ...(rival === null ? {} : { ircu: [] }) };
  for (let round = 0; round < rounds; round++) {
    runs.services!.push(await services(nodeOptions, lines));
    if (rival !== null) runs.ircu!.push(await once(rival, lines));
  }
  printRuns('burst into services', lines, runs);
  return runs;
}

/** Services call whoever is their uplink: that is the benchmark. */
async function services(nodeOptions: readonly string[], lines: Buffer): Promise<Figures> {
  const hub = createServer({ noDelay: true });
  await new Promise<void>((listening) => hub.listen(0, '127.0.0.1', listening));
  const address = hub.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const calls = BenchPeer.called(hub);
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
  });
  try {
    const peer = await calls;
    const figures = await told(peer, server.pid, lines);
    const heap = (await server.heapBytes?.()) ?? Number.NaN;
    peer.close();
    return { ...figures, 'heap MB': heap / MB };
  } finally {
    hub.close();
    await server.stop();
  }
}
