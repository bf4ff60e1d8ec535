/**
 * What a client is sent together as one IRCv3 batch, where it knows what that is. Such a batch may itself be part of the response to a
 * label, which is a batch as well: what is inside names the inner one alone.
 */
import type { LocalClient } from '../state/local-client.ts';

let counter = 0;

/**
 * Sends lines as one batch.
 * @param type with its parameters, as BATCH has it.
 * @param bodies each with its own prefix.
 */
export function sendBatch(client: LocalClient, type: string, bodies: readonly string[]): void {
  const reference = `r${(++counter).toString(36)}`;
  client.send(`:${client.serverName} BATCH +${reference} ${type}`);
  for (const body of bodies) client.send(body, reference);
  client.send(`:${client.serverName} BATCH -${reference}`);
}
