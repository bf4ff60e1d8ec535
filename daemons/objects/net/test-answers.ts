/** Answers of version 2 in the dialect of programs, as tests of the engine read them. For tests only. */
import type { Socket } from 'node:net';
import { readBytes } from './test-engine.ts';

/** An answer, its content as text. */
export interface ReadAnswer {
  readonly id: number;
  readonly status: number;
  readonly content: string;
}

const HEAD_BYTES = 16;

/** All answers of some bytes. */
export function answersV2(bytes: Buffer): ReadAnswer[] {
  const answers: ReadAnswer[] = [];
  for (let at = 0; at < bytes.length && bytes[at] === 2; ) {
    const contentAt = at + HEAD_BYTES + bytes.readUInt16BE(at + 14);
    const end = contentAt + Number(bytes.readBigUInt64BE(at + 6));
    answers.push({
      id: bytes.readUInt32BE(at + 1),
      status: bytes[at + 5]!,
      content: bytes.toString('latin1', contentAt, end),
    });
    at = end;
  }
  return answers;
}

/** Bytes of HELLO_ACK in this dialect. */
export const HELLO_ACK_BYTES = 10;

/** The next answer of a socket; undefined where it has ended. */
export async function nextAnswer(socket: Socket): Promise<ReadAnswer | undefined> {
  const head = await readBytes(socket, HEAD_BYTES);
  if (head.length < HEAD_BYTES) return undefined;
  const rest = await readBytes(socket, head.readUInt16BE(14) + Number(head.readBigUInt64BE(6)));
  return answersV2(Buffer.concat([head, rest]))[0];
}
