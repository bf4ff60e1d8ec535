/**
 * What Keycloak tells by a webhook, as its admin events are. Whom it is about is said by the path of the resource and by what it became;
 * `authDetails` name the administrator who did it, and are not looked at.
 */
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';

/** An event, as far as services act upon it. */
export interface WebhookEvent {
  readonly id: string;
  /** When it happened, Unix milliseconds. */
  readonly time: number;
  /** `USER UPDATE`, as Keycloak says it. */
  readonly what: string;
  readonly resource: 'user' | 'membership' | 'group' | 'other';
  readonly operation: 'create' | 'update' | 'delete' | 'action' | 'other';
  /** By which Keycloak knows the user; null where it is about none. */
  readonly userId: string | null;
  /** What an action did: `logout`, `reset-password`; null for everything else. */
  readonly action: string | null;
  /** Where it is said. */
  readonly username: string | null;
  /** Whether the user may log in, where that is said. */
  readonly enabled: boolean | null;
  /** Path of the group, `/irc-channels/#tea`, or its name alone where no path is said. */
  readonly group: string | null;
}

const ID = /^[\w-]{1,64}$/;
const short = z.string().max(64);

/** Everything else in it is of no interest here. */
const body = z.object({
  id: z.string().regex(ID),
  time: z.number().int().nonnegative(),
  resourceType: short,
  operationType: short,
  resourcePath: z.string().max(512),
  representation: z.string().nullish(),
});

const representation = z.object({
  username: z.string().max(255).optional().catch(undefined),
  enabled: z.boolean().optional().catch(undefined),
  name: z.string().max(255).optional().catch(undefined),
  path: z.string().max(512).optional().catch(undefined),
});

const RESOURCES: Readonly<Record<string, WebhookEvent['resource']>> = {
  USER: 'user',
  GROUP_MEMBERSHIP: 'membership',
  GROUP: 'group',
};
const OPERATIONS: Readonly<Record<string, WebhookEvent['operation']>> = {
  CREATE: 'create',
  UPDATE: 'update',
  DELETE: 'delete',
  ACTION: 'action',
};

/** Reads the body of a request. Throws SignalboxError `bad_request` for what is no event. */
export function readWebhookEvent(text: string): WebhookEvent {
  const read = body.safeParse(parsed(text));
  if (!read.success)
    throw new SignalboxError('bad_request', `That is no event of Keycloak: ${z.prettifyError(read.error)}`);
  const { id, time, resourceType, operationType, resourcePath } = read.data;
  const path = resourcePath.split('/');
  const resource = RESOURCES[resourceType] ?? 'other';
  const said = representation.safeParse(parsed(read.data.representation ?? ''));
  const about = said.success ? said.data : {};
  const aboutUser = resource === 'user' || resource === 'membership';
  const userId = aboutUser && path[0] === 'users' && ID.test(path[1] ?? '') ? path[1]! : null;
  const operation = OPERATIONS[operationType] ?? 'other';
  return {
    id,
    time,
    what: `${resourceType} ${operationType}`,
    resource,
    operation,
    userId,
    action: operation === 'action' ? (path[2] ?? null) : null,
    username: resource === 'user' ? (about.username ?? null) : null,
    enabled: resource === 'user' ? (about.enabled ?? null) : null,
    group: resource === 'user' ? null : (about.path ?? about.name ?? null),
  };
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
