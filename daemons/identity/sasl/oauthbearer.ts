/** SASL OAUTHBEARER (RFC 7628): `n,a=authzid,^Akey=value^A...^A^A`, where the key `auth` holds the bearer token. */
import { isUtf8 } from 'node:buffer';
import { saslName } from './scram.ts';

/** What a client says. */
export interface BearerMessage {
  /** The account that it wants to act as; empty for its own. */
  readonly authorization: string;
  readonly token: string;
}

/** Stands between what a client says. */
const SEPARATOR = '\u0001';

/** What a client says that has read why it was refused. */
export const SEEN = Buffer.from([1]);

/** What a client reads whose token is none (section 3.2.2). */
export const INVALID_TOKEN = '{"status":"invalid_token"}';

/** RFC 6750 section 2.1. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/** The parts of a message; null for one that is not of this form or asks for channel binding. */
export function parseBearer(message: Uint8Array): BearerMessage | null {
  if (!isUtf8(message)) return null;
  const text = Buffer.from(message).toString('utf8');
  const [head = '', ...pairs] = text.split(SEPARATOR);
  const header = /^[ny],(?:a=([^,]*))?,$/.exec(head);
  const authorization = saslName(header?.[1] ?? '');
  // Two separators end it.
  const isWhole = pairs.length >= 2 && pairs.at(-1) === '' && pairs.at(-2) === '';
  if (header === null || authorization === null || !isWhole) return null;
  const values = pairs.filter((pair) => pair.startsWith('auth='));
  const token = BEARER.exec(values[0]?.slice('auth='.length) ?? '')?.[1];
  return values.length !== 1 || token === undefined ? null : { authorization, token };
}
