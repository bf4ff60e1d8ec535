/** For tests: servers in memory that keep their channels in one folder, one after the other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setAccount } from '../actions/account.ts';
import { type MemoryClient, MemoryServer, waitFor } from '../memory-server.ts';
import type { JournalDisk } from './journal-file.ts';
import { KeptChannels } from './keep-channels.ts';

/** A server that keeps its channels. */
export interface KeepingServer {
  readonly irc: MemoryServer;
  readonly kept: KeptChannels | null;
  /** Events of the log of the journal. */
  readonly logged: string[];
}

/** A folder, and the servers that run on it. */
export class JournalScene {
  readonly folder = mkdtempSync(join(tmpdir(), 'signalbox-journal-'));
  readonly #servers: KeepingServer[] = [];

  /** Starts a server on what the one before left. */
  async start(minutes = 30, disk?: JournalDisk): Promise<KeepingServer> {
    const irc = new MemoryServer();
    const logged: string[] = [];
    const log = {
      info: (event: string, text: string) => void logged.push(`${event}: ${text}`),
      error: (event: string, text: string) => void logged.push(`${event}: ${text}`),
    };
    const kept = await KeptChannels.open({
      dataDir: this.folder,
      minutes,
      server: irc.server,
      log,
      ...(disk === undefined ? {} : { disk }),
    });
    const server = { irc, kept, logged };
    this.#servers.push(server);
    return server;
  }

  /** Ends a server once what it was told is on disk, without a word to anybody. */
  async crash({ irc, kept }: KeepingServer): Promise<void> {
    kept?.journal.freeze();
    irc.close();
    await kept?.close();
  }

  async close(): Promise<void> {
    for (const server of this.#servers) await this.crash(server);
    rmSync(this.folder, { recursive: true });
  }
}

/** A registered client, logged in to an account or to none. */
export function loggedIn(server: KeepingServer, nick: string, account: string | null): MemoryClient {
  const client = server.irc.join(nick);
  logIn(server, client, account);
  client.received();
  return client;
}

/** Logs a client in, or out. */
export function logIn({ irc }: KeepingServer, client: MemoryClient, account: string | null): void {
  const steps = setAccount(irc.server, client.user!, account);
  if (steps !== null) irc.host.work.runSteps(client.work, steps);
}

/** Sends lines and waits for the answer that has a text in it; answers everything up to it. */
export async function ask(client: MemoryClient, line: string, answer: string): Promise<string[]> {
  const lines = client.send(line);
  if (lines.some((one) => one.includes(answer))) return lines;
  return [...lines, ...(await waitFor(client, (one) => one.includes(answer)))];
}
