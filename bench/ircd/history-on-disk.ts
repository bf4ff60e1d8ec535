/** Our IRC server with the keeper of messages beside it, so that history is on disk as under the host. Used by servers.ts. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { INSTANCE_SECRET_BYTES, type Peer } from '../../contract/link/peers.ts';
import { MESSAGES_PROTOCOL } from '../../contract/messages.ts';
import { PEER_FILE, type PeerFile } from '../shared/peer-file.ts';
import { type DaemonStart, type RunningServer, startDaemon } from '../shared/server-process.ts';

const INTRODUCTION = `--import=${join(import.meta.dirname, '../shared/peer-introduction.ts')}`;

const CONNECTIONS = 'signalbox_messages_connections';
const CONNECTED_MS = 15_000;
const ASKED_EVERY_MS = 50;

/** The IRC server under load, and the keeper behind it. */
export interface ServerWithKeeper extends RunningServer {
  readonly keeper: RunningServer;
}

/** Starts both; the keeper may use every core, as its process may under the host. */
export async function startWithKeeper(ircd: DaemonStart): Promise<ServerWithKeeper> {
  const secret = randomBytes(INSTANCE_SECRET_BYTES).toString('hex');
  const knowing = (peers: readonly Peer[]) => async (directory: string) => {
    await writeFile(join(directory, PEER_FILE), JSON.stringify({ secret, peers } satisfies PeerFile));
  };
  const keeper = await startDaemon({
    id: 'messages',
    config: '',
    nodeOptions: [INTRODUCTION],
    cores: 'all',
    quiet: true,
    prepare: knowing([]),
  });
  const endpoint: Peer['endpoints'][number] = {
    kind: 'tcp',
    protocol: MESSAGES_PROTOCOL,
    host: '127.0.0.1',
    port: keeper.port,
    tls: false,
  };
  const started = [keeper];
  const stop = async () => {
    for (const one of started.reverse()) await one.stop();
  };
  try {
    const server = await startDaemon({
      ...ircd,
      nodeOptions: [...ircd.nodeOptions, INTRODUCTION],
      prepare: knowing([{ id: 'messages', endpoints: [endpoint] }]),
    });
    started.push(server);
    await connected(keeper);
    return { ...server, keeper, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves when the server has found the keeper. */
async function connected(keeper: RunningServer): Promise<void> {
  const deadline = performance.now() + CONNECTED_MS;
  while (((await keeper.counters?.())?.[CONNECTIONS] ?? 0) === 0) {
    if (performance.now() > deadline)
      throw new Error('the server did not find the keeper of messages in time');
    await sleep(ASKED_EVERY_MS);
  }
}
