/** How long it takes until a server knows a whole network: from the first byte of a burst to its acknowledgement. */
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import { machineCpuSeconds, readUsage } from '../shared/process-usage.ts';
import { burstOf, LISTENER } from './crowd.ts';
import { BenchPeer } from './peer.ts';
import { ircuServer, type LinkedServerKind, ourServer } from './servers.ts';

/** The network that is told of. */
export const SIZE = { users: 50_000, channels: 500, members: 60 };
const MB = 1_048_576;

/** Every server in turn, each time from its start. */
export async function burst(
  rounds: number,
  nodeOptions: readonly string[],
  alone: boolean,
): Promise<unknown> {
  const lines = burstOf(SIZE);
  const rival = alone ? null : ircuServer();
  const ours = [ourServer(nodeOptions), ourServer(nodeOptions, 'all')];
  const kinds = rival === null ? ours : [...ours, rival];
  const runs: Record<string, Figures[]> = Object.fromEntries(kinds.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const kind of kinds) runs[kind.name]!.push(await once(kind, lines));
  printRuns('burst', lines, runs);
  return runs;
}

/** Prints the medians of each server. */
export function printRuns(title: string, lines: Buffer, runs: Readonly<Record<string, Figures[]>>): void {
  const columns = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
  const { users, channels, members } = SIZE;
  const size = `${users} users, ${channels} channels of ${members}, ${(lines.length / 1e6).toFixed(1)} MB`;
  printColumns(`${title}: ${size}`, columns);
}

/** From a process that has just started: nothing of it is compiled yet. */
export async function once(kind: LinkedServerKind, lines: Buffer): Promise<Figures> {
  const server = await kind.start();
  try {
    const peer = await BenchPeer.link(server.linkPort);
    const first = await told(peer, server.pid, lines);
    const heap = (await server.heapBytes?.()) ?? null;
    const begun = performance.now();
    const listener = await BenchPeer.link(server.linkPort, LISTENER);
    const toldOnMs = performance.now() - begun;
    listener.close();
    peer.close();
    return { ...first, ...(heap === null ? {} : { 'heap MB': heap / MB }), 'told on ms': toldOnMs };
  } finally {
    await server.stop();
  }
}

/** What it takes of a server to be told. */
export async function told(peer: BenchPeer, pid: number, lines: Buffer): Promise<Figures> {
  const [machine, before, self] = [machineCpuSeconds(), readUsage(pid), process.cpuUsage()];
  const ms = await peer.burst(lines);
  const after = readUsage(pid);
  const cpu = after.cpuSeconds - before.cpuSeconds;
  const used = process.cpuUsage(self);
  const others = machineCpuSeconds() - machine - cpu - (used.user + used.system) / 1e6;
  return {
    'first burst ms': ms,
    'others CPU %': Math.max(0, (others / (ms / 1000)) * 100),
    'server CPU s': cpu,
    'RSS MB': after.rssBytes / MB,
  };
}
