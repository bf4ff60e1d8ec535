/** SASL PLAIN (RFC 4616): `authzid NUL authcid NUL password`. */
import { isUtf8 } from 'node:buffer';

/** What a client says of itself. */
export interface PlainMessage {
  /** The account that it wants to act as; empty for its own. */
  readonly authorization: string;
  readonly account: string;
  readonly password: string;
}

/** The parts of a message; null for one that is not of this form. */
export function parsePlain(message: Uint8Array): PlainMessage | null {
  if (!isUtf8(message)) return null;
  const parts = Buffer.from(message).toString('utf8').split('\0');
  const [authorization = '', account = '', password = ''] = parts;
  if (parts.length !== 3 || account === '' || password === '') return null;
  return { authorization, account, password };
}
