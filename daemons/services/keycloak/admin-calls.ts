/** Calls below `/admin/realms/NAME`, which are made with the token of the client and as JSON. */
import type { z } from 'zod';
import type { PooledAnswer } from '../../runtime/async/connection-pool.ts';
import { parseAnswer, unbelievable } from './answer-reading.ts';
import type { Bearer, KeycloakCall, KeycloakCalls } from './keycloak-calls.ts';

/** What differs from call to call of the same operation. */
export interface Wish {
  readonly signal?: AbortSignal | undefined;
  /** Default true. */
  readonly repeats?: boolean;
  readonly deadlineMs?: number;
}

/** A change: what is sent, and what must not be shown of it. */
export interface Change {
  readonly body?: object;
  readonly secrets?: readonly string[];
}

export class AdminCalls {
  readonly #calls: KeycloakCalls;
  readonly #bearer: Bearer;

  constructor(calls: KeycloakCalls, bearer: Bearer) {
    this.#calls = calls;
    this.#bearer = bearer;
  }

  /** Reads something. */
  async read<Schema extends z.ZodType>(
    what: string,
    path: string,
    schema: Schema,
    wish: Wish = {},
  ): Promise<z.output<Schema>> {
    const read = (answer: PooledAnswer) => parseAnswer(schema, answer, what);
    return await this.#call({ repeats: true, ...wish, what, path, accepts: [200], read });
  }

  /** Makes something; answers its id. After a break of the connection it may be there although `conflict` is answered. */
  async make(what: string, path: string, change: Change): Promise<string> {
    return await this.#call({
      ...asJson(change),
      what,
      path,
      method: 'POST',
      accepts: [201],
      repeats: true,
      read: (answer) => madeIn(answer, what),
    });
  }

  /** Changes something, or has it done. */
  async change(what: string, method: 'PUT' | 'POST', path: string, change: Change = {}): Promise<void> {
    await this.#call({
      ...asJson(change),
      what,
      path,
      method,
      accepts: [200, 204],
      repeats: true,
      read: () => undefined,
    });
  }

  /** Takes something away; false where it was not there. */
  async remove(what: string, path: string): Promise<boolean> {
    const read = ({ status }: PooledAnswer) => status !== 404;
    return await this.#call({ what, path, method: 'DELETE', accepts: [204, 404], repeats: true, read });
  }

  async #call<Result>(call: Omit<KeycloakCall<Result>, 'bearer'>): Promise<Result> {
    return await this.#calls.call({
      ...call,
      path: this.#calls.adminPath + call.path,
      bearer: this.#bearer,
    });
  }
}

function asJson({ body, secrets = [] }: Change) {
  if (body === undefined) return { secrets };
  return { secrets, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** The id of what was made, which the answer says as its place. */
function madeIn({ headers }: PooledAnswer, what: string): string {
  const { location } = headers;
  const id = typeof location === 'string' ? /\/([^/?#]+)$/.exec(location)?.[1] : undefined;
  if (id === undefined || id.length > 255 || /^\.+$/.test(id)) throw unbelievable(what, 'it names no place');
  try {
    return decodeURIComponent(id);
  } catch (cause) {
    throw unbelievable(what, 'it names no place', cause);
  }
}

/** Part of a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}
