/** The loads of the IRC benchmark. Used by `bench/ircd.ts`. */
import type { ComparedScenario } from '../shared/comparison.ts';
import type { Job } from './messages.ts';
import type { IrcServerKind } from './servers.ts';

/** One load; each run of it starts a fresh server. */
export interface Scenario extends ComparedScenario {
  readonly job: (port: number) => Job;
  /** Which clients come over WebSocket: none where absent. Our server is then also measured with the same load over TCP. */
  readonly webSockets?: 'half' | 'all';
  /** The C loop runs beside the servers. It knows neither WebSockets nor capabilities. */
  readonly cLoop?: true;
}

/** The servers of a scenario: where clients come over WebSocket, ours with TCP alone beside them and those that can do it. */
export function kindsOf(
  { webSockets, cLoop }: Scenario,
  [ours, ...others]: readonly IrcServerKind[],
): readonly IrcServerKind[] {
  if (ours === undefined) return [];
  if (webSockets === undefined) return [ours, ...others.filter((kind) => cLoop || !kind.onlyCLoop)];
  const framed = others.filter((kind) => !kind.noWebSockets && !kind.onlyCLoop);
  return [ours, { ...ours, name: `${ours.name} TCP`, overTcp: true }, ...framed];
}

export interface ScenarioSizes {
  readonly measureMs: number;
  readonly warmupMs: number;
  /** Where deliveries are timed: V8 still compiles at first, beside the server and on its core. */
  readonly timedWarmupMs: number;
  readonly connections: number;
  /** Of the scenarios that send at a fixed rate. */
  readonly deliveriesPerSecond: number;
  /** Of `paced` and `memory`. */
  readonly pacedConnections: number;
}

const PACED_CHANNELS = 100;
const PACED_MESSAGES_PER_SECOND = 1_111;

/** Where few speak and each line goes out almost alone: nothing is gathered that one write could carry. */
function unkindScenarios({
  measureMs,
  warmupMs,
  timedWarmupMs,
  pacedConnections,
}: ScenarioSizes): Scenario[] {
  const shared = { kind: 'saturate', senders: 'one', window: 8, warmupMs, measureMs } as const;
  const most = { headline: 'deliveries/s', perCpu: 'deliveries/CPU s', cLoop: true } as const;
  const receivers = Math.max(1, Math.floor(pacedConnections / PACED_CHANNELS) - 1);
  const deliveriesPerSecond = PACED_MESSAGES_PER_SECOND * receivers;
  return [
    {
      id: 'one-sender',
      title: '100 clients in one channel, one of them sends, 8 messages under way',
      ...most,
      job: (port) => ({ ...shared, port, clients: 100, channels: 1 }),
    },
    {
      id: 'one-sender-channels',
      title: '1,000 clients in 10 channels, one of each sends, 8 messages under way in each',
      ...most,
      job: (port) => ({ ...shared, port, clients: 1000, channels: 10 }),
    },
    {
      id: 'paced',
      title:
        `${PACED_MESSAGES_PER_SECOND.toLocaleString('en')} messages/s in ${PACED_CHANNELS} channels of ` +
        `${receivers + 1}: ${deliveriesPerSecond.toLocaleString('en')} deliveries/s to ${pacedConnections.toLocaleString('en')} connections`,
      headline: 'p99 ms',
      lessIsBetter: true,
      cLoop: true,
      job: (port) => ({
        kind: 'paced',
        port,
        clients: pacedConnections,
        channels: PACED_CHANNELS,
        deliveriesPerSecond,
        warmupMs: timedWarmupMs,
        measureMs,
      }),
    },
  ];
}

/** Messages of each client in the burst of `memory`. */
const BURST_EACH = 3;
/** How long all rest before it, and behind it: V8 gives back what it does not need once a process has been quiet for eight seconds. */
const REST_MS = 20_000;

function memoryScenario({ pacedConnections: clients }: ScenarioSizes): Scenario {
  return {
    id: 'memory',
    title:
      `${clients.toLocaleString('en')} clients in ${PACED_CHANNELS} channels rest, ` +
      `each says ${BURST_EACH} messages at once, and they rest again`,
    headline: 'KB/connection after a burst',
    lessIsBetter: true,
    job: (port) => ({
      kind: 'memory',
      port,
      clients,
      channels: PACED_CHANNELS,
      each: BURST_EACH,
      restMs: REST_MS,
    }),
  };
}

/** All of them; the kind ones first. */
export function scenarios(sizes: ScenarioSizes): Scenario[] {
  const { measureMs, warmupMs, timedWarmupMs, connections, deliveriesPerSecond } = sizes;
  return [
    {
      id: 'saturated',
      title: '100 clients in one channel, window 8',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      cLoop: true,
      job: (port) => ({ kind: 'saturate', port, clients: 100, channels: 1, window: 8, warmupMs, measureMs }),
    },
    {
      id: 'channels',
      title: '1,000 clients in 10 channels, window 8',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      cLoop: true,
      job: (port) => ({
        kind: 'saturate',
        port,
        clients: 1000,
        channels: 10,
        window: 8,
        warmupMs,
        measureMs,
      }),
    },
    {
      id: 'mixed',
      title: '100 clients in one channel, window 8, half of them with server-time',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      job: (port) => ({
        kind: 'saturate',
        port,
        clients: 100,
        channels: 1,
        window: 8,
        capabilities: 'server-time',
        warmupMs,
        measureMs,
      }),
    },
    {
      id: 'latency',
      title: `${deliveriesPerSecond.toLocaleString('en')} deliveries/s to ${connections.toLocaleString('en')} connections`,
      headline: 'p99 ms',
      lessIsBetter: true,
      cLoop: true,
      job: (port) => ({
        kind: 'paced',
        port,
        clients: connections,
        channels: Math.max(1, Math.round(connections / 100)),
        deliveriesPerSecond,
        warmupMs: timedWarmupMs,
        measureMs,
      }),
    },
    ...unkindScenarios(sizes),
    {
      id: 'registrations',
      title: `${connections.toLocaleString('en')} clients register, 1,000 at a time, and stay`,
      headline: 'registrations/s',
      job: (port) => ({ kind: 'register', port, clients: connections, concurrency: 1000 }),
    },
    memoryScenario(sizes),
    {
      id: 'websocket',
      title: '100 clients in one channel, window 8, all over WebSocket',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      webSockets: 'all',
      job: (port) => ({ kind: 'saturate', port, clients: 100, channels: 1, window: 8, warmupMs, measureMs }),
    },
    {
      id: 'websocket-half',
      title: '100 clients in one channel, window 8, half of them over WebSocket',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      webSockets: 'half',
      job: (port) => ({ kind: 'saturate', port, clients: 100, channels: 1, window: 8, warmupMs, measureMs }),
    },
    {
      id: 'websocket-channels',
      title: '1,000 clients in 10 channels, window 8, all over WebSocket',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      webSockets: 'all',
      job: (port) => ({
        kind: 'saturate',
        port,
        clients: 1000,
        channels: 10,
        window: 8,
        warmupMs,
        measureMs,
      }),
    },
    {
      id: 'websocket-latency',
      title: `${deliveriesPerSecond.toLocaleString('en')} deliveries/s to ${connections.toLocaleString('en')} connections over WebSocket`,
      headline: 'p99 ms',
      lessIsBetter: true,
      webSockets: 'all',
      job: (port) => ({
        kind: 'paced',
        port,
        clients: connections,
        channels: Math.max(1, Math.round(connections / 100)),
        deliveriesPerSecond,
        warmupMs,
        measureMs,
      }),
    },
    {
      id: 'websocket-registrations',
      title: `${connections.toLocaleString('en')} clients register over WebSocket, 1,000 at a time, and stay`,
      headline: 'registrations/s',
      webSockets: 'all',
      job: (port) => ({ kind: 'register', port, clients: connections, concurrency: 1000 }),
    },
  ];
}
