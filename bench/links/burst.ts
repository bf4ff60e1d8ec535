/** How long it takes until a server knows a whole network: from the first byte of a burst to its acknowledgement. */
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import { machineCpuSeconds, readUsage } from '../shared/process-usage.ts';
import { burstOf } from './crowd.ts';
import { BenchPeer } from './peer.ts';
import { ircuServer, type LinkedServerKind, ourServer } from './servers.ts';

const SIZE = { users: 50_000, channels: 500, members: 60 };
const MB = 1_048_576;

/** Every server in turn, each time from its start. */
export async function burst(
  rounds: number,
  nodeOptions: readonly string[],
  alone: boolean,
): Promise<unknown> {
  const lines = burstOf(SIZE);
  const rival = alone ? null : ircuServer();
  const kinds = rival === null ? [ourServer(nodeOptions)] : [ourServer(nodeOptions), rival];
  const runs: Record<string, Figures[]> = Object.fromEntries(kinds.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const kind of kinds) runs[kind.name]!.push(await once(kind, lines));
  const columns = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
  printColumns(
    `burst: ${SIZE.users} users, ${SIZE.channels} channels of ${SIZE.members}, ${(lines.length / 1e6).toFixed(1)} MB`,
    columns,
  );
  return runs;
}

/** From a process that has just started: nothing of it is compiled yet. */
async function once(kind: LinkedServerKind, lines: Buffer): Promise<Figures> {
  const server = await kind.start();
  try {
    const first = await told(server, lines);
    return {
      'first burst ms': first.ms,
      'others CPU %': first.others,
      'server CPU s': first.cpu,
      'RSS MB': readUsage(server.pid).rssBytes / MB,
    };
  } finally {
    await server.stop();
  }
}

async function told(server: { readonly pid: number; readonly linkPort: number }, lines: Buffer) {
  const peer = await BenchPeer.link(server.linkPort);
  const [machine, own, self] = [machineCpuSeconds(), readUsage(server.pid).cpuSeconds, process.cpuUsage()];
  const ms = await peer.burst(lines);
  const cpu = readUsage(server.pid).cpuSeconds - own;
  const used = process.cpuUsage(self);
  const others = machineCpuSeconds() - machine - cpu - (used.user + used.system) / 1e6;
  peer.close();
  return { ms, cpu, others: Math.max(0, (others / (ms / 1000)) * 100) };
}
