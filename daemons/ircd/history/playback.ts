/** Sends what was said before as it was said then: with the ids, times and tags that it had (IRCv3 chathistory, batch). */
import { CAP } from '../client/capabilities.ts';
import { Delivery } from '../client/delivery.ts';
import { MultilineMessage } from '../client/multiline-message.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Kept } from './history-buffer.ts';

let counter = 0;

/** @param target as the batch names it. */
export function sendHistory(
  server: CommandServer,
  client: LocalClient,
  target: string,
  entries: readonly Kept[],
): void {
  const batch = client.has(CAP.batch) ? `h${(++counter).toString(36)}` : undefined;
  if (batch !== undefined) client.send(`:${client.serverName} BATCH +${batch} chathistory ${target}`);
  for (const entry of entries) play(server, client, entry, batch);
  if (batch !== undefined) client.send(`:${client.serverName} BATCH -${batch}`);
}

function play(
  server: CommandServer,
  client: LocalClient,
  { said: { body, lines, account, msgid, clientTags, bot, time } }: Kept,
  batch: string | undefined,
): void {
  const tags = { account, msgid, clientTags, bot, ...(batch === undefined ? {} : { batch }) };
  if (lines !== null) {
    const [, prefix = '', target = ''] = /^:(\S+) \S+ (\S+) /.exec(body) ?? [];
    new MultilineMessage({ outbox: server.host.outbox, prefix, target, lines, tags, time }).to(client);
    return;
  }
  new Delivery(server.host.outbox, body, tags, time).to(client);
}
