/** What Keycloak answers is looked at before anybody believes it, and what it refuses becomes an error that says why. */
import { z } from 'zod';
import type { PooledAnswer } from '../../runtime/async/connection-pool.ts';
import { KeycloakError } from './keycloak-error.ts';

/**
 * The answer as JSON of the shape that it has to have.
 * @throws KeycloakError `unavailable`: nothing could be believed of whatever answers there
 */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  { body }: PooledAnswer,
  what: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw unbelievable(what, 'it is no JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // Where it is wrong, never what stood there.
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'all of it' : issue.path.join('.');
  throw unbelievable(what, `${where.slice(0, 100)} is not what it has to be`);
}

/** An error for an answer that Keycloak would not give. */
export function unbelievable(what: string, why: string, cause?: unknown): KeycloakError {
  return new KeycloakError(
    'unavailable',
    `Keycloak did not ${what}: its answer cannot be used, ${why}. Look at the url, and at what stands before it.`,
    { says: 'fault', cause },
  );
}

const problemSchema = z.object({
  error: z.string().optional(),
  error_description: z.string().optional(),
  errorMessage: z.string().optional(),
});

/** What Keycloak gives as the reason of a refusal; nothing where it is no such answer. */
export function problemIn({ body }: PooledAnswer): z.output<typeof problemSchema> {
  try {
    return problemSchema.parse(JSON.parse(body.toString('utf8')));
  } catch {
    return {};
  }
}

/** An answer with a status that was not expected. */
export function refusalOf(answer: PooledAnswer, what: string, secrets: readonly string[]): KeycloakError {
  const { status } = answer;
  const said = saidOf(answer, secrets);
  const message = `Keycloak did not ${what}: status ${status}${said === '' ? '' : `, ${said}`}.`;
  const hint = HINTS.get(status);
  if (hint !== undefined) {
    const [code, more] = hint;
    return new KeycloakError(code, more === '' ? message : `${message} ${more}`, { status });
  }
  // Too many requests are a matter of whoever asks.
  if (status === 429) return new KeycloakError('unavailable', message, { status, passes: true });
  if (status >= 500)
    return new KeycloakError('unavailable', message, { status, passes: true, says: 'fault' });
  return new KeycloakError('unavailable', `${message} Look at the url, and at what stands before it.`, {
    status,
    says: 'fault',
  });
}

const HINTS = new Map<
  number,
  ['bad_request' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict', string]
>([
  [400, ['bad_request', '']],
  [401, ['unauthorized', 'Expected client_id and client_secret of a client of the realm.']],
  [403, ['forbidden', 'The client lacks a role; docs/keycloak.md names those that it needs.']],
  [404, ['not_found', '']],
  [409, ['conflict', '']],
]);

const SAID_CHARACTERS = 200;

/** The reason in one bounded line, without anything that was sent in confidence. */
function saidOf(answer: PooledAnswer, secrets: readonly string[]): string {
  const { error, error_description, errorMessage } = problemIn(answer);
  let text = errorMessage ?? [error, error_description].filter((part) => part !== undefined).join(': ');
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '…');
  return text.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').slice(0, SAID_CHARACTERS);
}
