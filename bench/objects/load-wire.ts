/** The bytes of requests, and how long their answers are: an answer to the same request always has the same length. */
import { helloBytes, requestBytes } from '../../daemons/objects/protocol/request-writer.ts';
import { CAPABILITY } from '../../daemons/objects/protocol/wire.ts';
import type { Ask } from './messages.ts';

const ANSWER_HEAD_BYTES = 16;
const HELLO_ACK_BYTES = 10;
const STATUS_AT = 5;
const CONTENT_LENGTH_AT = 6;
const METADATA_LENGTH_AT = 14;

/** What a connection begins with, and how many bytes the server says to it. */
export function greeting(ask: Ask, depth: number): { bytes: Buffer; answerBytes: number } {
  if (ask.wire === 'http') return { bytes: Buffer.alloc(0), answerBytes: 0 };
  const capabilities = CAPABILITY.outOfOrder | CAPABILITY.pipelining;
  return { bytes: helloBytes('programs', capabilities, depth), answerBytes: HELLO_ACK_BYTES };
}

/** One request. Ids are told apart by nobody: only lengths are counted. */
export function requestOf(ask: Ask, id: number): Buffer {
  if (ask.wire === 'http') return Buffer.from(`GET /${ask.uri} HTTP/1.1\r\nHost: bench\r\n\r\n`);
  return requestBytes(2, { id, mode: ask.mode, uri: ask.uri });
}

/**
 * The length of the answer that begins with these bytes, with its content; null where too few are there.
 * @throws Error for an answer that is a refusal
 */
export function answerBytes(ask: Ask, start: Buffer): number | null {
  if (ask.wire === 'http') {
    const end = start.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const head = start.toString('latin1', 0, end);
    if (!head.startsWith('HTTP/1.1 200')) throw new Error(`nginx answered ${head.split('\r\n', 1)[0]}`);
    return end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
  }
  if (start.length < ANSWER_HEAD_BYTES) return null;
  const status = start[STATUS_AT];
  if (status !== 0) throw new Error(`the server answered ${ask.mode} of ${ask.uri} with status ${status}`);
  const carrier = ask.mode === 'fdpass' ? 1 : 0;
  const contentBytes = Number(start.readBigUInt64BE(CONTENT_LENGTH_AT));
  return ANSWER_HEAD_BYTES + start.readUInt16BE(METADATA_LENGTH_AT) + contentBytes + carrier;
}
