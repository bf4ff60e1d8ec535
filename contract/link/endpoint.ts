/**
 * Where something accepts connections, and what is spoken there. On the link `kind` tells the forms apart; a
 * {@link ListenerInfo}, as `status --json` shows it, does without.
 */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';

/** What is spoken there: `irc`, `frames`, `websocket`. */
const protocol = z.string().regex(/^[a-z0-9][a-z0-9 +._-]{0,63}$/i);

/** Letters, digits and the signs of names and of IPv6 addresses with a zone: nothing that would be another text elsewhere. */
const host = z.string().regex(/^[a-z0-9:._%-]{1,253}$/i);

/** Absolute and of one line: Linux takes 107 bytes for a socket, other systems less. */
const path = z.string().regex(/^\/[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{0,1023}$/u);

export const tcpEndpointSchema = z.strictObject({
  kind: z.literal('tcp'),
  protocol,
  host,
  /** The real one, also where 0 was configured. */
  port: z.number().int().min(0).max(65_535),
  tls: z.boolean(),
});

export const unixEndpointSchema = z.strictObject({
  kind: z.literal('unix'),
  protocol,
  /** Of the socket in the file system, absolute. */
  path,
});

/** Spoken by the process, and not reachable by anybody now. */
export const noEndpointSchema = z.strictObject({ kind: z.literal('none'), protocol });

export const endpointSchema = z.discriminatedUnion('kind', [
  tcpEndpointSchema,
  unixEndpointSchema,
  noEndpointSchema,
]);

/** Places that a daemon accepts connections at, at once. */
const MOST_ENDPOINTS = 256;

/** All of a daemon's. */
export const endpointsSchema = z.array(endpointSchema).max(MOST_ENDPOINTS);

/** Where something accepts connections, as it travels on the link. */
export type Endpoint = MessageOf<typeof endpointSchema>;

/** A TCP address that a daemon accepts connections on. */
export type TcpListenerInfo = Omit<MessageOf<typeof tcpEndpointSchema>, 'kind'>;

/** A Unix socket that a daemon accepts connections on. */
export type UnixListenerInfo = Omit<MessageOf<typeof unixEndpointSchema>, 'kind'>;

/** Where a daemon accepts connections, as people and `status --json` see it. */
export type ListenerInfo = TcpListenerInfo | UnixListenerInfo;

/** A listener as it travels. */
export function endpointOf(info: ListenerInfo): Endpoint {
  return 'path' in info ? { kind: 'unix', ...info } : { kind: 'tcp', ...info };
}

/** The listeners among what has travelled. */
export function listenerInfosOf(endpoints: readonly Endpoint[]): readonly ListenerInfo[] {
  return endpoints.flatMap((endpoint): ListenerInfo[] => {
    if (endpoint.kind === 'none') return [];
    const { kind: _, ...info } = endpoint;
    return [info];
  });
}
