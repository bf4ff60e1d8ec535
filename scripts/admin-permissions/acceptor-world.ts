/** For tests: the world of any daemon that is made of the acceptor, with real clients on a Unix socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { CommandSpec } from '../../contract/manifest.ts';
import { changesBetween } from '../../daemons/ircd/permissions/scene.ts';
import type { DaemonDefinition } from '../../daemons/runtime/host/daemon-definition.ts';
import { DaemonHost } from '../../daemons/runtime/host/daemon-host.ts';
import { OUTSIDE, type World } from './world.ts';

/** Who is there, and how to find out that all was heard. */
export interface AcceptorCast {
  /** The clients in the order in which they connect. */
  readonly clients: readonly string[];
  /** What a client says to be answered, and the end of that answer: all that was said before is heard before. */
  readonly ask: string;
  readonly answer: string;
  /** Settings of the daemon beside `listen`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Brings about what a row says is so before; without it no row may say anything. */
  readonly prepare?: (part: string) => Promise<void>;
}

/** A started daemon whose setting `listen` takes a Unix socket. A client that is gone is told of as `<name> closed`. */
export async function acceptorWorld<
  Config extends z.ZodType,
  Commands extends Record<string, CommandSpec>,
  Prepared,
>(definition: DaemonDefinition<Config, Commands, Prepared>, cast: AcceptorCast): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'signalbox-admin-'));
  const path = join(dataDir, 'clients.sock');
  const host = new DaemonHost(definition);
  const config = { ...cast.config, listen: [{ path }] };
  await host.start({ config, dataDir, instance: 1, outside: OUTSIDE });
  const clients = new Map<string, ReturnType<typeof client>>();
  for (const who of cast.clients) {
    const one = client(path, cast);
    clients.set(who, one);
    await one.heard();
  }
  const gone = () =>
    new Map([...clients].filter(([, { socket }]) => socket.closed).map(([who]) => [`${who} closed`, '']));
  return {
    commands: host,
    prepare: async (part) => {
      if (cast.prepare === undefined) throw new Error(`no way to bring about "${part}"`);
      await cast.prepare(part);
    },
    async during(work) {
      const before = gone();
      const answer = await work();
      const heard = new Map<string, string[]>();
      for (const [who, { heard: told }] of clients) {
        const text = await told();
        if (text !== '') heard.set(text, [...(heard.get(text) ?? []), who]);
      }
      return {
        answer,
        heard: [...heard].map(([text, who]) => `${who.join(', ')}: ${text}`).join(' / '),
        changed: changesBetween(before, gone()),
      };
    },
    close: async () => {
      for (const { socket } of clients.values()) socket.destroy();
      await host.running?.drain(AbortSignal.timeout(2_000));
      await host.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** A client whose `heard()` is what it was told since it was last asked, its lines joined with `; `. */
function client(path: string, { ask, answer }: AcceptorCast) {
  const socket = connect(path).setEncoding('utf8');
  let text = '';
  let wake = () => {};
  socket.on('data', (piece: string) => {
    text += piece;
    wake();
  });
  socket.on('close', () => wake());
  // What it says may meet the end of the connection.
  socket.on('error', () => {});
  const heard = async () => {
    if (!socket.closed) socket.write(ask);
    while (!socket.closed && !text.endsWith(answer)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const told = text.endsWith(answer) ? text.slice(0, -answer.length) : text;
    text = '';
    return told.trimEnd().split(/\r?\n/).join('; ');
  };
  return { socket, heard };
}
