/** For tests: the object server with two clients on a Unix socket and two objects, `a.txt` and `b/c.txt`. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changesBetween } from '../../daemons/ircd/permissions/scene.ts';
import { objectsDaemon } from '../../daemons/objects/daemon.ts';
import { acceptorWorld } from './acceptor-world.ts';
import type { World } from './world.ts';

/** A request of version 1 for an object that is not there, and its whole answer as text. */
const ASK = '2\0\u0004none';
const ANSWER = `\u0001${'\0'.repeat(9)}\u001a\ufffd\0\u0017No object has that URI.`;

/** Tables whose rows are what a command may change, and the column that says how a row is. */
const FACTS = { bans: 'reason', limits: 'value', cache: 'pinned' } as const;

const call = { signal: new AbortController().signal, actor: { name: 'ann', from: 'cli' } } as never;

export async function objectsWorld(): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), 'signalbox-objects-'));
  mkdirSync(join(root, 'b'));
  for (const uri of ['a.txt', 'b/c.txt']) writeFileSync(join(root, uri), 'content');
  const world = await acceptorWorld(objectsDaemon, {
    clients: ['ann', 'bob'],
    ask: ASK,
    answer: ANSWER,
    config: { root, max_bans: 2, concurrency_model: 'async' },
  });
  const { commands } = world;
  const facts = async () => {
    const found = new Map<string, string>();
    for (const [command, column] of Object.entries(FACTS)) {
      const { rows } = (await commands.runCommand(command, {}, call)) as {
        rows: Record<string, unknown>[];
      };
      for (const row of rows)
        if (row[column] !== false) found.set(`${command} ${Object.values(row)[0]}`, String(row[column]));
    }
    for (const uri of ['a.txt', 'b/c.txt']) if (existsSync(join(root, uri))) found.set(`object ${uri}`, '');
    return found;
  };
  return {
    ...world,
    prepare: async (part) => {
      if (part === 'somebody is banned') await commands.runCommand('add-ban', { mask: '192.0.2.9' }, call);
      else if (part === 'all places of bans are taken')
        for (const mask of ['192.0.2.1', '192.0.2.2']) await commands.runCommand('add-ban', { mask }, call);
      else if (part === 'a.txt is pinned') await commands.runCommand('cache-pin', { uri: 'a.txt' }, call);
      else if (part === 'the server is drained') await commands.runCommand('drain', {}, call);
      else await world.prepare(part);
    },
    async during(work) {
      const before = await facts();
      const outcome = await world.during(work);
      const changed = [outcome.changed, changesBetween(before, await facts())].filter((part) => part !== '');
      return { ...outcome, answer: everywhere(outcome.answer), changed: changed.join('; ') };
    },
    async close() {
      await world.close();
      rmSync(root, { recursive: true });
    },
  };
}

/** An answer without what is another one on each machine. */
function everywhere(answer: string): string {
  return answer
    .replace(/"etag":"[^"]*"/, '"etag":"…"')
    .replace(/"peer":"[^"]*"/, '"peer":"…"')
    .replace(/"listener":"[^"]*"/, '"listener":"…"');
}
