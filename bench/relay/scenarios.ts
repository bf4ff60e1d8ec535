/** The loads of the relay benchmark. Used by `bench/relay.ts`. */
import type { ComparedScenario } from '../shared/comparison.ts';
import type { Job } from './messages.ts';
import { type RelayServerKind, sealedKinds } from './servers.ts';

/** One load; each run of it starts a fresh server. */
export interface Scenario extends ComparedScenario {
  /** Whether our relay is compared with itself: sealed sessions with plain ones. */
  readonly sealed?: true;
  /** The C loop runs beside the servers: it knows rooms and nothing else. */
  readonly cLoop?: true;
  readonly job: Pick<Job, 'clients' | 'roomSize' | 'payloadBytes' | 'load'>;
}

export interface ScenarioSizes {
  readonly seconds: number;
  readonly connections: number;
  /** Of `paced`. */
  readonly pacedConnections: number;
}

const PACED_ROOMS = 100;
const PACED_MESSAGES_PER_SECOND = 1_111;
/** A prime, so that senders are spread over rooms. */
const STRIDE = 7_919;

/** V8 compiles a daemon's functions for good after a hundred thousand calls; before that some are measured as they were, and some not. */
const WARMUP_MESSAGES = 300_000;
/** Each of them has a hundred receivers, for each of whom code runs. */
const ONE_SENDER_WARMUP_MESSAGES = 10_000;

/** Where few speak and each message goes out almost alone. */
function unkindScenarios({ seconds, pacedConnections }: ScenarioSizes): Scenario[] {
  const shared = { warmupSeconds: 2, warmupMessages: ONE_SENDER_WARMUP_MESSAGES, seconds } as const;
  const full = { kind: 'saturated', senders: 'one', window: 8, ...shared } as const;
  const most = { headline: 'deliveries/s', perCpu: 'deliveries/CPU s', cLoop: true } as const;
  const roomSize = Math.max(2, Math.floor(pacedConnections / PACED_ROOMS));
  const clients = roomSize * PACED_ROOMS;
  const messages = (PACED_MESSAGES_PER_SECOND * seconds) / clients;
  return [
    {
      id: 'one-sender',
      title: '100 clients in one room, one of them sends, 8 messages of 64 bytes under way',
      ...most,
      job: { clients: 100, roomSize: 100, payloadBytes: 64, load: full },
    },
    {
      id: 'one-sender-rooms',
      title: '1,000 clients in 10 rooms, one of each sends, 8 messages of 64 bytes under way in each',
      ...most,
      job: { clients: 1_000, roomSize: 100, payloadBytes: 64, load: full },
    },
    {
      id: 'paced',
      title:
        `${PACED_MESSAGES_PER_SECOND.toLocaleString('en')} messages/s in ${PACED_ROOMS} rooms of ${roomSize}: ` +
        `${(PACED_MESSAGES_PER_SECOND * (roomSize - 1)).toLocaleString('en')} deliveries/s to ${clients.toLocaleString('en')} connections`,
      headline: 'p99 ms',
      lessIsBetter: true,
      cLoop: true,
      job: {
        clients,
        roomSize,
        payloadBytes: 64,
        load: { kind: 'paced', messages, seconds, stride: STRIDE },
      },
    },
  ];
}

/** All of them; the kind ones first. */
export function scenarios(sizes: ScenarioSizes): Scenario[] {
  const { seconds, connections } = sizes;
  const paced = { kind: 'paced', messages: 10, seconds } as const;
  const full = { kind: 'saturated', warmupSeconds: 2, warmupMessages: WARMUP_MESSAGES, seconds } as const;
  return [
    {
      id: 'rooms',
      title: `1,000 clients in rooms of 10, each sends 10 messages of 64 bytes in ${seconds} s`,
      headline: 'p99 ms',
      lessIsBetter: true,
      job: { clients: 1_000, roomSize: 10, payloadBytes: 64, load: paced },
    },
    {
      id: 'echo',
      title: `1,000 clients, each gets 10 messages of 64 bytes back in ${seconds} s`,
      headline: 'p99 ms',
      lessIsBetter: true,
      job: { clients: 1_000, roomSize: 1, payloadBytes: 64, load: paced },
    },
    {
      id: 'saturated-rooms',
      title: '100 clients in one room, 8 messages of 64 bytes each under way: as fast as it goes',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      cLoop: true,
      job: { clients: 100, roomSize: 100, payloadBytes: 64, load: { ...full, window: 8 } },
    },
    {
      id: 'saturated-echo',
      title: '100 clients, 64 messages of 64 bytes each under way and back: as fast as it goes',
      headline: 'deliveries/s',
      job: { clients: 100, roomSize: 1, payloadBytes: 64, load: { ...full, window: 64 } },
    },
    ...unkindScenarios(sizes),
    {
      id: 'sealed-echo',
      title: '100 clients, each gets 1 KiB back and sends the next, sealed and plain: as fast as it goes',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      sealed: true,
      job: { clients: 100, roomSize: 1, payloadBytes: 1_024, load: { ...full, window: 1 } },
    },
    {
      id: 'sealed-clients',
      title: `1,000 clients, each gets 10 messages of 64 bytes back in ${seconds} s, sealed and plain`,
      headline: 'p99 ms',
      lessIsBetter: true,
      sealed: true,
      job: { clients: 1_000, roomSize: 1, payloadBytes: 64, load: paced },
    },
    {
      id: 'idle',
      title: `${connections.toLocaleString('en')} connected clients that say nothing`,
      headline: 'bytes/connection',
      lessIsBetter: true,
      job: { clients: connections, roomSize: 10, payloadBytes: 64, load: { kind: 'idle', seconds } },
    },
  ];
}

/** The servers of a scenario: where it has sealed sessions, our relay twice. */
export function kindsOf(
  { sealed, cLoop }: Scenario,
  kinds: readonly RelayServerKind[],
  nodeOptions: readonly string[],
): readonly RelayServerKind[] {
  if (sealed) return sealedKinds(nodeOptions);
  return kinds.filter((kind) => cLoop || !kind.onlyCLoop);
}
