/** What a browser gives to be told by web push, as somebody hands it over: checked before anything is kept. */
import { ECDH } from 'node:crypto';
import { limits } from '../limits.ts';

/** What a device can be told of. */
export const PUSH_TOPICS = ['highlight', 'help', 'login'] as const;
/** One of {@link PUSH_TOPICS}. */
export type PushTopic = (typeof PUSH_TOPICS)[number];

/** Where a device is told, and by what keys. */
export interface PushDevice {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly topics: readonly PushTopic[];
}

/** An uncompressed point of P-256, and a secret (RFC 8291 section 3.1 and 3.2). */
const KEY_BYTES = 65;
const AUTH_BYTES = 16;

/** Why it is none; null where it can be. @param hosts that may be told, `*.` in front for all below */
export function endpointProblem(endpoint: string, hosts: readonly string[]): string | null {
  const most = limits.pushEndpointBytes.default;
  if (endpoint.length > most) return `an endpoint has up to ${most} characters`;
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    return 'the endpoint is no URL';
  }
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.hash !== '')
    return 'the endpoint is not an https URL as browsers give it';
  return hosts.some((host) => isBelow(url.hostname, host))
    ? null
    : `${url.hostname} is no server of pushes that is allowed here`;
}

function isBelow(hostname: string, pattern: string): boolean {
  const host = pattern.toLowerCase();
  return host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host;
}

/** The same of its keys. */
export function keysProblem(p256dh: string, auth: string): string | null {
  const point = bytesOf(p256dh);
  if (point?.length !== KEY_BYTES || !isPoint(point)) return 'p256dh is no public key of P-256 in base64url';
  return bytesOf(auth)?.length === AUTH_BYTES ? null : 'auth is no secret of 16 bytes in base64url';
}

function bytesOf(text: string): Buffer | null {
  return /^[\w-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : null;
}

function isPoint(bytes: Buffer): boolean {
  try {
    ECDH.convertKey(bytes, 'prime256v1', undefined, undefined, 'uncompressed');
    return bytes[0] === 0x04;
  } catch {
    return false;
  }
}

/** Topics as words with commas between; null for what are none. */
export function readTopics(words: string): PushTopic[] | null {
  const topics = words.toLowerCase().split(',');
  return topics.every(isTopic) ? [...new Set(topics)] : null;
}

function isTopic(word: string): word is PushTopic {
  return PUSH_TOPICS.includes(word as PushTopic);
}

/** All that may be told of a device without giving it away: its server. */
export function serverOf(endpoint: string): string {
  return new URL(endpoint).hostname;
}
