/**
 * Asks the ident server of a client's host who owns the connection (RFC 1413). Used by `lookup.ts`, which adds the
 * deadline's answer to its statistics.
 */
import { connect } from 'node:net';

const IDENT_PORT = 113;
/** RFC 1413 allows a reply of 1000 characters. */
const MAX_REPLY_BYTES = 1000;
/** What a user name in a mask may hold; everything else could forge a mask. */
const SAFE_NAME = /^[A-Za-z0-9._-]{1,10}$/;

/** One TCP connection as its two ends see it. */
export interface IdentQuery {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress?: string;
  readonly localPort: number;
}

/**
 * The user name in a reply, or null when the reply is an error, answers another question, or names nobody that could
 * stand in a mask.
 */
export function parseIdentReply(reply: string, query: IdentQuery): string | null {
  const fields = reply.split(':');
  if (fields.length < 4 || fields[1]?.trim().toUpperCase() !== 'USERID') return null;
  const [theirs, ours] = fields[0]!.split(',').map((port) => Number(port.trim()));
  if (theirs !== query.remotePort || ours !== query.localPort) return null;
  const name = fields.slice(3).join(':').trim();
  return SAFE_NAME.test(name) ? name : null;
}

/**
 * Asks, and answers null when nobody is there, the reply makes no sense or `deadlineMs` passes. Never rejects.
 * @param port where the ident server listens; other than 113 only in tests.
 */
export function askIdent(query: IdentQuery, deadlineMs: number, port = IDENT_PORT): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({
      host: query.remoteAddress,
      port,
      ...(query.localAddress === undefined ? {} : { localAddress: query.localAddress }),
    });
    let reply = '';
    const timer = setTimeout(() => finish(null), deadlineMs);
    function finish(name: string | null): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(name);
    }
    socket.on('error', () => finish(null));
    socket.on('close', () => finish(null));
    socket.on('connect', () => socket.write(`${query.remotePort}, ${query.localPort}\r\n`));
    socket.on('data', (bytes: Buffer) => {
      reply += bytes.toString('latin1');
      const end = reply.search(/[\r\n]/);
      if (end >= 0) finish(parseIdentReply(reply.slice(0, end), query));
      else if (reply.length > MAX_REPLY_BYTES) finish(null);
    });
  });
}
