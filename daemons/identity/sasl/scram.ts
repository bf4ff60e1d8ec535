/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), the part of the server, without channel binding. What is kept of a password is written as
 * PostgreSQL does: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a server keeps of a password. */
export interface ScramVerifier {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** What a client says first. */
export interface ClientFirst {
  /** The GS2 header, which the client repeats at the end. */
  readonly header: string;
  /** The account that it wants to act as; empty for its own. */
  readonly authorization: string;
  readonly account: string;
  readonly nonce: string;
  /** The message without the header. */
  readonly bare: string;
}

/** What a client says at the end. */
export interface ClientFinal {
  readonly header: string;
  readonly nonce: string;
  readonly proof: Buffer;
  readonly withoutProof: string;
}

const KEY_BYTES = 32;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** RFC 5802 section 7, `printable`: what a nonce is made of. */
const NONCE = /^[\x21-\x2b\x2d-\x7e]+$/;

/** Strict base64; null for other text. */
export function fromBase64(text: string): Buffer | null {
  return BASE64.test(text) ? Buffer.from(text, 'base64') : null;
}

/** Writes what is kept of a password. */
export function formatVerifier({ iterations, salt, storedKey, serverKey }: ScramVerifier): string {
  const b64 = (bytes: Buffer) => bytes.toString('base64');
  return `SCRAM-SHA-256$${iterations}:${b64(salt)}$${b64(storedKey)}:${b64(serverKey)}`;
}

/** Reads what {@link formatVerifier} has written; null for other text. */
export function parseVerifier(text: string): ScramVerifier | null {
  const found = /^SCRAM-SHA-256\$(\d{1,9}):([^$:]+)\$([^$:]+):([^$:]+)$/.exec(text);
  if (found === null) return null;
  const [salt, storedKey, serverKey] = [found[2]!, found[3]!, found[4]!].map(fromBase64);
  if (salt == null || storedKey?.length !== KEY_BYTES || serverKey?.length !== KEY_BYTES) return null;
  return { iterations: Number(found[1]), salt, storedKey, serverKey };
}

/** The keys of a salted password (RFC 5802 section 3). */
export function keysOf(saltedPassword: Buffer): { storedKey: Buffer; serverKey: Buffer } {
  const clientKey = hmac(saltedPassword, 'Client Key');
  return { storedKey: sha256(clientKey), serverKey: hmac(saltedPassword, 'Server Key') };
}

/** The first message of a client; null for one that is not of this form or asks for channel binding. */
export function parseClientFirst(message: string): ClientFirst | null {
  const header = /^[ny],(?:a=([^,]*))?,/.exec(message);
  if (header === null) return null;
  const bare = message.slice(header[0].length);
  // Extensions that must be understood (`m=`) are none; others may follow.
  const parts = /^n=([^,]*),r=([^,]+)(?:,[A-Za-z]=[^,]*)*$/.exec(bare);
  if (parts === null || !NONCE.test(parts[2]!)) return null;
  const account = saslName(parts[1]!);
  const authorization = saslName(header[1] ?? '');
  if (account === null || account === '' || authorization === null) return null;
  return { header: header[0], authorization, account, nonce: parts[2]!, bare };
}

/** The answer to it. */
export function serverFirst(nonce: string, { salt, iterations }: ScramVerifier): string {
  return `r=${nonce},s=${salt.toString('base64')},i=${iterations}`;
}

/** The last message of a client; null for one that is not of this form. */
export function parseClientFinal(message: string): ClientFinal | null {
  const parts = /^(c=([^,]+),r=([^,]+)(?:,[A-Za-z]=[^,]*)*),p=([^,]+)$/.exec(message);
  if (parts === null) return null;
  const header = fromBase64(parts[2]!);
  const proof = fromBase64(parts[4]!);
  if (header === null || proof?.length !== KEY_BYTES) return null;
  return { header: header.toString('utf8'), nonce: parts[3]!, proof, withoutProof: parts[1]! };
}

/** What the whole exchange was about, which both ends sign. */
export function authMessage(first: ClientFirst, answer: string, final: ClientFinal): string {
  return `${first.bare},${answer},${final.withoutProof}`;
}

/** Whether the proof is that of somebody who knows the password. */
export function isProven({ storedKey }: ScramVerifier, signed: string, proof: Buffer): boolean {
  const signature = hmac(storedKey, signed);
  const clientKey = Buffer.from(proof.map((byte, at) => byte ^ signature[at]!));
  return timingSafeEqual(sha256(clientKey), storedKey);
}

/** By which the server shows that it knows the verifier. */
export function serverFinal({ serverKey }: ScramVerifier, signed: string): string {
  return `v=${hmac(serverKey, signed).toString('base64')}`;
}

/** RFC 5802 section 5.1: `=2C` is a comma and `=3D` an equals sign; null where another `=` stands. */
export function saslName(text: string): string | null {
  if (/=(?!2C|3D)/.test(text)) return null;
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
