/** The lines of RPL_ISUPPORT (005), as a client gets them: with the welcome, by ISUPPORT and VERSION, and where something changes. */
import { N } from '../../irc/numerics.ts';
import type { LocalClient } from '../state/local-client.ts';
import { CAP } from './capabilities.ts';
import { sendBatch } from './reply-batch.ts';

/** Sends 005 lines; in a batch to those who know that it is one (IRCv3 extended-isupport: "The server MUST group all"). */
export function sendSupport(client: LocalClient, tokens: readonly string[]): void {
  if (!client.has(CAP.extendedIsupport) || !client.has(CAP.batch)) {
    for (const some of tokens) client.reply(N.RPL_ISUPPORT, some);
    return;
  }
  const { code, text } = N.RPL_ISUPPORT;
  const head = `:${client.serverName} ${code} ${client.target}`;
  sendBatch(
    client,
    'draft/isupport',
    tokens.map((some) => `${head} ${some} :${text}`),
  );
}
