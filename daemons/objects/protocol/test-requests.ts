/** What tests of the protocol feed to parsers, and how they write down what these find. */
import { expect } from 'vitest';
import { writeUint64 } from './metadata.ts';
import { RequestParser } from './request-parser.ts';
import type { Dialect } from './wire.ts';

/** Bytes of a line of hexadecimal numbers. */
export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** Bytes as a line of hexadecimal numbers, as transcripts have them. */
export const toHex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** A request of version 1. */
export function requestV1(mode: string, uri: string | Buffer): Buffer {
  const bytes = Buffer.from(uri);
  return Buffer.concat([Buffer.from(mode, 'latin1'), hex(bytes.length.toString(16).padStart(4, '0')), bytes]);
}

/** A request of version 2, with its body where one is given. */
export function requestV2(
  id: number,
  flags: number,
  mode: string,
  uri: string | Buffer,
  body?: Buffer,
): Buffer {
  const head = Buffer.alloc(6);
  head[0] = 1;
  head.writeUInt32BE(id, 1);
  head[5] = flags;
  const length = Buffer.alloc(8);
  if (body !== undefined) writeUint64(length, 0, body.length);
  return Buffer.concat([head, requestV1(mode, uri), ...(body === undefined ? [] : [length, body])]);
}

/** HELLO of `programs`: both capabilities, depth 64. */
export const HELLO = hex('4f 42 4a 4d 02 00 03 00 40');

/** A parser whose finds are written down, one a line; bodies as text. */
export function recorder(dialect: Dialect = 'programs', options: { pauseAfterEach?: boolean } = {}) {
  const found: string[] = [];
  const goOn = options.pauseAfterEach !== true;
  let body: Buffer[] = [];
  const parser: RequestParser = new RequestParser(
    {
      onHello: ({ accepted, dialect: decided, capabilities, depth }) => {
        found.push(`hello ${decided} ${accepted ? 'accepted' : 'refused'} ${capabilities} ${depth}`);
      },
      onRequest: ({ id, ordered, priority, mode, uri, bodyBytes }) => {
        body = [];
        const flags = `${ordered ? ' ordered' : ''}${priority ? ' priority' : ''}`;
        found.push(`request ${id}${flags} ${mode} ${JSON.stringify(uri)} ${bodyBytes}`);
        return goOn;
      },
      onBody: (source, start, end) => {
        expect(end).toBeGreaterThan(start);
        body.push(Buffer.from(source.subarray(start, end)));
        return goOn;
      },
      onBodyEnd: () => {
        found.push(`body ${Buffer.concat(body).toString('latin1')}`);
        return goOn;
      },
      onFault: ({ id, ordered, status, closes, message }) => {
        expect(message).toMatch(/\.$/);
        found.push(`fault ${id}${ordered ? ' ordered' : ''} ${status}${closes ? ' closes' : ''}`);
        return goOn;
      },
      onClose: (reason) => {
        found.push(`close ${reason}`);
      },
    },
    { dialect, maxSkippedBytes: 1_000 },
  );
  return { parser, found };
}
