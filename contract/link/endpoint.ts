/**
 * Where something accepts connections, and what is spoken there. On the link `kind` tells the forms apart; a
 * {@link ListenerInfo}, as `status --json` shows it, does without.
 */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';

/** What is spoken there: `irc`, `frames`, `websocket`. */
const protocol = z.string().min(1).max(64);

export const tcpEndpointSchema = z.strictObject({
  kind: z.literal('tcp'),
  protocol,
  host: z.string().min(1).max(253),
  /** The real one, also where 0 was configured. */
  port: z.number().int().min(0).max(65_535),
  tls: z.boolean(),
});

export const unixEndpointSchema = z.strictObject({
  kind: z.literal('unix'),
  protocol,
  /** Of the socket in the file system, absolute. */
  path: z.string().min(1).max(1_024),
});

/** Spoken by the process, and not reachable by anybody now. */
export const noEndpointSchema = z.strictObject({ kind: z.literal('none'), protocol });

export const endpointSchema = z.discriminatedUnion('kind', [
  tcpEndpointSchema,
  unixEndpointSchema,
  noEndpointSchema,
]);

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
