/** For tests: frames of a WebSocket as a client writes them. */

/** One frame, with a mask. @param opcode RFC 6455 section 5.2: 1 text, 2 binary, 8 close, 9 ping, 10 pong, 0 the next piece */
export function clientFrame(
  opcode: number,
  payload: Buffer | string,
  { fin = true, mask = Buffer.from([7, 0, 200, 255]) }: { fin?: boolean; mask?: Buffer } = {},
): Buffer {
  const body = Buffer.from(payload);
  const { length } = body;
  const head = [(fin ? 0x80 : 0) | opcode];
  if (length < 126) head.push(0x80 | length);
  else head.push(0x80 | 126, length >> 8, length & 0xff);
  for (let i = 0; i < length; i++) body[i]! ^= mask[i % 4]!;
  return Buffer.concat([Buffer.from(head), mask, body]);
}
