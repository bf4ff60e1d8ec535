/**
 * What monitoring costs a loaded IRC server: the same load on one without monitoring, one that main and the recorder
 * follow at 1 Hz, and one that a window follows at 10 Hz besides; CPU as the kernel counts it, beside what the daemon
 * says of itself. Part of `bench/metrics.ts`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import WebSocket from 'ws';
import { FRAME_HEADER_BYTES } from '../../contract/metric-frame.ts';
import { runScenario } from '../ircd/run-scenario.ts';
import type { Scenario } from '../ircd/scenarios.ts';
import { ourServer } from '../ircd/servers.ts';
import { type Figures, median, medians, printColumns } from '../shared/figures.ts';
import { pinning } from '../shared/pinning.ts';
import type { ServerKind } from '../shared/server-process.ts';
import { BenchHost } from './host.ts';

const POLL_MS = 1_000;
/** Main, the recorder and the host's other work take this much; more is somebody else's. */
const QUIET_CPU_PERCENT = 30;

/** A kind of server that keeps what the daemon said about itself during a run. */
interface MonitoredKind extends ServerKind {
  /** Whether a window follows it. */
  readonly watched: boolean;
  /** What `monitoring_cpu_ratio` said, once a second, and frames that the window got. */
  readonly told: { ratios: number[]; frames: number };
}

function withoutMonitoring(): ServerKind {
  return { ...ourServer(['--import', join(import.meta.dirname, 'unmonitored.ts')]), name: 'off' };
}

/** A window as the daemon sees it: takes ten frames a second and acknowledges each. */
function follow(host: BenchHost, onFrame: () => void): WebSocket {
  const socket = new WebSocket(new URL('stream/ircd', host.url.replace('http', 'ws')), {
    headers: { authorization: `Bearer ${host.token}` },
  });
  socket.binaryType = 'arraybuffer';
  socket.on('open', () => socket.send(JSON.stringify({ type: 'rate', hz: 10 })));
  socket.on('message', (data, isBinary) => {
    if (!isBinary || !(data instanceof ArrayBuffer) || data.byteLength < FRAME_HEADER_BYTES) return;
    onFrame();
    socket.send(JSON.stringify({ type: 'ack', seq: new DataView(data).getUint32(0, true) }));
  });
  socket.on('error', (error) => console.error(`stream: ${error.message}`));
  return socket;
}

function hosted(name: string, watched: boolean): MonitoredKind {
  const told: MonitoredKind['told'] = { ratios: [], frames: 0 };
  const start = async () => {
    const host = await BenchHost.start(['ircd']);
    const { pid, port } = await host.daemon('ircd');
    // The server alone on the first core, as when it stands alone; everything else is on the second.
    if (pinning) spawnSync('taskset', ['-a', '-p', '-c', '0', String(pid)]);
    const socket = watched ? follow(host, () => told.frames++) : null;
    const poll = setInterval(() => {
      host
        .request('metrics.latest', { source: 'ircd' })
        .then(({ metrics }) => told.ratios.push(Number(metrics.signalbox_ircd_monitoring_cpu_ratio)))
        .catch((error: unknown) => console.error(String(error)));
    }, POLL_MS);
    const stop = async () => {
      clearInterval(poll);
      socket?.close();
      await host.stop();
    };
    return { pid, port, stop };
  };
  return { name, start, told, watched };
}

/** @throws Error where a daemon did not say what is measured: the figures of the run would be none */
export function checkTold(name: string, told: MonitoredKind['told'], watched: boolean): void {
  if (told.ratios.length === 0 || told.ratios.some(Number.isNaN))
    throw new Error(`${name}: the daemon does not say its monitoring_cpu_ratio.`);
  if (watched && told.frames === 0) throw new Error(`${name}: the window was sent no frames.`);
}

export interface CostOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly deliveriesPerSecond: number;
}

/** Runs the part; prints a table and returns what goes into the report. */
export async function benchCost({ rounds, seconds, deliveriesPerSecond }: CostOptions): Promise<unknown> {
  const scenario: Scenario = {
    id: 'cost',
    title: `${deliveriesPerSecond.toLocaleString('en')} deliveries/s to 1,000 clients in 10 channels`,
    headline: 'server CPU %',
    lessIsBetter: true,
    job: (port) => ({
      kind: 'paced',
      port,
      clients: 1_000,
      channels: 10,
      deliveriesPerSecond,
      warmupMs: 3_000,
      measureMs: seconds * 1_000,
    }),
  };
  const monitored = [hosted('recorder', false), hosted('recorder + window', true)];
  const kinds: readonly ServerKind[] = [withoutMonitoring(), ...monitored];
  const runs: Record<string, Figures[]> = {};
  for (let round = 0; round < rounds; round++) {
    // Turned around every other round, so that a drift of the machine favours nobody.
    for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
      const figures = await runScenario(scenario, kind);
      runs[kind.name] = [...(runs[kind.name] ?? []), figures];
      console.error(`cost ${round + 1}/${rounds} ${kind.name}: ${figures['server CPU %']?.toFixed(2)} % CPU`);
    }
  }
  const table = Object.fromEntries(
    kinds.map(({ name }) => {
      const all = medians(runs[name] ?? []);
      const cpu = (runs[name] ?? []).map((figures) => figures['server CPU %'] ?? Number.NaN);
      return [
        name,
        {
          'server CPU %': all['server CPU %'] ?? Number.NaN,
          'least CPU %': Math.min(...cpu),
          'most CPU %': Math.max(...cpu),
          'CPU us/delivery': 1e6 / (all['deliveries/CPU s'] ?? Number.NaN),
          'deliveries/s': all['deliveries/s'] ?? Number.NaN,
          'p99 ms': all['p99 ms'] ?? Number.NaN,
          'others CPU %': all['others CPU %'] ?? Number.NaN,
        } as Figures,
      ];
    }),
  );
  const base = table.off?.['CPU us/delivery'] ?? Number.NaN;
  for (const figures of Object.values(table)) {
    figures['more than off %'] = ((figures['CPU us/delivery'] ?? Number.NaN) / base - 1) * 100;
  }
  for (const { name, told, watched } of monitored) {
    checkTold(name, told, watched);
    const figures = table[name];
    if (figures === undefined) continue;
    figures['own monitoring_cpu_ratio %'] = median(told.ratios) * 100;
    figures['frames in all'] = told.frames;
  }
  printColumns(`Cost of monitoring: ${scenario.title}`, table);
  const othersCpu = Math.max(...Object.values(table).map((figures) => figures['others CPU %'] ?? 0));
  const doubtful = othersCpu > QUIET_CPU_PERCENT;
  if (doubtful) {
    console.log(
      `Doubtful: other processes used ${othersCpu.toFixed(0)} % CPU meanwhile. A difference of a percent shows on a machine ` +
        `that does nothing else (below ${QUIET_CPU_PERCENT} %).`,
    );
  }
  return { table, runs, doubtful };
}
