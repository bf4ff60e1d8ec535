/** The objects of the crash test: each body tells its number and whether all of it is there. */
import { createHash } from 'node:crypto';

const URIS = 300;

/** Where an object goes; some share it, a long time apart. */
export function uriOf(number: number): string {
  const place = number % URIS;
  return `folder-${place % 7}/${place}.bin`;
}

/** From nothing to 20 kB, with its SHA-256 in front. */
export function bodyOf(number: number): Buffer {
  const rest = Buffer.from(`${number} `.repeat(number % 5 === 0 ? 4_000 : 1 + (number % 50)));
  return Buffer.concat([createHash('sha256').update(rest).digest(), rest]);
}

/** The number of an object whose body is whole; null where it is torn. */
export function numberOf(body: Buffer): number | null {
  const rest = body.subarray(32);
  if (!createHash('sha256').update(rest).digest().equals(body.subarray(0, 32))) return null;
  return Number.parseInt(rest.toString(), 10);
}
