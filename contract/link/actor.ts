/** Who is behind a request, as daemons and the audit trail are told. */
import { z } from 'zod';
import { ROLES } from '../access.ts';
import type { MessageOf } from '../read-only.ts';

/**
 * Where an action came from: a desktop window, a browser that logged in, the command line, the console of `signalbox serve`,
 * a program with the token of the HTTP API, an MCP client, or Signalbox itself.
 */
export const ACTOR_ORIGINS = ['window', 'browser', 'cli', 'console', 'api', 'mcp', 'system'] as const;
/** One of {@link ACTOR_ORIGINS}. */
export type ActorOrigin = (typeof ACTOR_ORIGINS)[number];

export const actorSchema = z.strictObject({
  /** User name of the person or program, as far as it is known. */
  name: z.string().max(128),
  from: z.enum(ACTOR_ORIGINS),
  /** What it may do. */
  role: z.enum(ROLES),
  /** What tells two of the same name apart: a session and its address. */
  where: z.string().max(128).optional(),
});

/** Who is told about an action; kept in the audit trail. */
export type Actor = MessageOf<typeof actorSchema>;

/** An actor in the words of the audit trail and of bans: `anna (session 3fa94c21 from 192.0.2.7)`. */
export function describeActor({ name, where }: Actor): string {
  return where === undefined ? name : `${name} (${where})`;
}
