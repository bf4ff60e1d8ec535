/**
 * Attacks on the object server over TCP, on a listener that is writable: connections that send anything, floods of pipelined requests,
 * lists and puts, and readers that stop. Everybody is in the default class with the default limits.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATUSES } from '../../daemons/objects/protocol/status.ts';
import { FUZZ_OBJECTS, fuzzed, randomOf, statusesOf } from '../../daemons/objects/protocol/test-fuzz.ts';
import { HELLO, requestV2 } from '../../daemons/objects/protocol/test-requests.ts';
import type { Attack, Scenario, Target } from './scenario.ts';

/** What the innocent client copies. */
export const INNOCENT_OBJECT = 'innocent';

const FUZZED_CONNECTIONS = 10_000;
/** Connections that are open at a time. */
const LANES = 50;
/** Of one address, below what an address may open at once. */
const PER_ADDRESS = 250;
const SEED = 21;
/** After which a connection that is left open is left. */
const PATIENCE_MS = 2_000;
const SMALL_BYTES = 60_000;
const SMALL_OBJECTS = 300;
const LARGE_BYTES = 4_000_000;

const addressOf = (index: number) => `127.1.${Math.floor(index / PER_ADDRESS)}.1`;
const CODES: ReadonlySet<number> = new Set(Object.values(STATUSES).map(({ code }) => code));

function files(): Record<string, string> {
  const small = Array.from({ length: SMALL_OBJECTS }, (_, i) => [`store/many/${i}`, 's'.repeat(SMALL_BYTES)]);
  return {
    ...Object.fromEntries(small),
    [`store/${INNOCENT_OBJECT}`]: 'hello',
    [`store/${FUZZ_OBJECTS.small}`]: 'hello',
    [`store/${FUZZ_OBJECTS.large}`]: 'l'.repeat(LARGE_BYTES),
  };
}

const shared = {
  daemon: 'objects',
  config: { root: 'store' },
  listener: { public: true, writable: true },
  files,
  memory: true,
} as const;

function open({ port }: Target, address: string): Socket {
  const socket = connect({ host: '127.0.0.1', port, localAddress: address, noDelay: true });
  socket.on('error', () => {});
  return socket;
}

/** So many connections, each with what its number says. What is no status of the table, or no answer at all, is counted. */
async function fuzz(target: Target): Promise<Attack> {
  let next = 0;
  let strange = 0;
  let answers = 0;
  const left = new Set<Socket>();
  const one = async (index: number) => {
    const random = randomOf(SEED * FUZZED_CONNECTIONS + index);
    const sent = fuzzed(random);
    const socket = open(target, addressOf(index));
    left.add(socket);
    const received: Buffer[] = [];
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const reads = random(4);
    if (reads > 0) socket.on('data', (bytes: Buffer) => received.push(bytes));
    if (random(2) === 0) socket.end(sent);
    else socket.write(sent);
    // Some leave at once, some in the middle, some when they are answered.
    if (reads === 1) setTimeout(() => socket.destroy(), random(50));
    await Promise.race([closed, sleep(reads === 0 ? 50 : PATIENCE_MS)]);
    socket.destroy();
    left.delete(socket);
    try {
      const statuses = statusesOf(sent, Buffer.concat(received));
      answers += statuses.length;
      strange += statuses.filter((status) => !CODES.has(status)).length;
    } catch {
      strange++;
    }
  };
  return {
    async run() {
      const lane = async () => {
        while (next < FUZZED_CONNECTIONS && performance.now() < target.deadlineMs) await one(next++);
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      target.note('connections', next);
      target.note('answers', answers);
      target.note('strange answers', strange);
    },
    close() {
      for (const socket of left) socket.destroy();
    },
  };
}

/** So many connections that send the same requests again and again until the deadline; whether they read what comes. */
function flood(connections: number, requests: readonly Buffer[], reading: boolean): Scenario['prepare'] {
  return async (target) => {
    const sockets = Array.from({ length: connections }, (_, i) => open(target, addressOf(i)));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    let bytes = 0;
    for (const socket of sockets) {
      if (reading) socket.on('data', (piece: Buffer) => (bytes += piece.length));
      else socket.pause();
      socket.write(HELLO);
    }
    const all = Buffer.concat(requests);
    const repeat = async (socket: Socket) => {
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      while (!socket.destroyed && performance.now() < target.deadlineMs - 200) {
        const written = new Promise<void>((resolve) => socket.write(all, () => resolve()));
        await Promise.race([written, closed, sleep(Math.max(0, target.deadlineMs - performance.now()))]);
      }
    };
    return {
      async run() {
        await Promise.all(sockets.map(repeat));
        target.note('MB answered', bytes / 1e6);
        target.note('connections left', sockets.filter(({ destroyed }) => !destroyed).length);
      },
      close() {
        for (const socket of sockets) socket.destroy();
      },
    };
  };
}

const copies = Array.from({ length: SMALL_OBJECTS }, (_, i) => requestV2(i, 0, '2', `many/${i}`));
const lists = Array.from({ length: 100 }, (_, i) => requestV2(i, 0, 'l', 'many/'));
const puts = Array.from({ length: 50 }, (_, i) => requestV2(i, 0, 'p', `put/${i}`, Buffer.alloc(1_000, 'p')));
const LIMIT_MS = 10_000;

export const objectScenarios: readonly Scenario[] = [
  {
    ...shared,
    id: 'objects-fuzz',
    title: `${FUZZED_CONNECTIONS} connections of the object server that send anything`,
    limitMs: 120_000,
    prepare: fuzz,
  },
  {
    ...shared,
    id: 'objects-copies',
    title: '100 clients that copy small objects without a pause',
    limitMs: LIMIT_MS,
    prepare: flood(100, copies, true),
  },
  {
    ...shared,
    id: 'objects-stopped',
    title: '500 clients that copy small objects and do not read',
    limitMs: LIMIT_MS,
    prepare: flood(500, copies, false),
  },
  {
    ...shared,
    id: 'objects-lists',
    title: '100 clients that list 300 objects without a pause',
    limitMs: LIMIT_MS,
    prepare: flood(100, lists, true),
  },
  {
    ...shared,
    id: 'objects-puts',
    title: '20 clients that put small objects without a pause',
    limitMs: LIMIT_MS,
    prepare: flood(20, puts, true),
  },
];
