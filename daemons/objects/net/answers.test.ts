/** Answers on their way out: what is counted of them, and what becomes of a connection whose answer cannot be finished. */
import { closeSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { HELLO, requestV1, requestV2 } from '../protocol/test-requests.ts';
import { answersV2, HELLO_ACK_BYTES } from './test-answers.ts';
import { readAll, readBytes, receiveDescriptors, testEngine } from './test-engine.ts';

const LARGE = 4_000_000;

it.each([
  ['2', 'copy'],
  ['3', 'splice'],
])(
  'mode %s counts its requests, its content and all bytes that went out, and nothing as waiting',
  async (digit, mode) => {
    const { putSparse, connect, registry } = await testEngine();
    putSparse('large', LARGE);
    const count = (name: string) => registry.counter(`signalbox_objects_${name}_total`).value;
    const socket = await connect();
    socket.end(Buffer.concat([HELLO, requestV2(1, 1, digit, 'large'), requestV2(2, 1, digit, 'none')]));
    const received = await readAll(socket);
    expect(answersV2(received.subarray(HELLO_ACK_BYTES)).map(({ status }) => status)).toEqual([0, 1]);
    await until(() => count('requests') === 2);
    expect([count(`requests_${mode}`), count('failed_requests')]).toEqual([2, 1]);
    expect(count(`bytes_${mode}`)).toBe(LARGE);
    expect(count('bytes_out')).toBe(received.length);
    expect(count('bytes_in')).toBe(
      9 + requestV2(1, 1, digit, 'large').length + requestV2(2, 1, digit, 'none').length,
    );
    for (const gauge of [`queue_${mode}`, 'send_queue_bytes'])
      expect(registry.gauge(`signalbox_objects_${gauge}`).value).toBe(0);
  },
);

it.each(['programs', 'document'] as const)(
  'FDPASS in the dialect of %s counts each byte that went out',
  async (dialect) => {
    const { put, connect, registry } = await testEngine({ terms: { dialect } });
    put('a', 'hello');
    const socket = await connect();
    socket.write(Buffer.concat(Array.from({ length: 5 }, () => requestV1('1', 'a'))));
    const { bytes, descriptors } = await receiveDescriptors(socket, 5);
    for (const fd of descriptors) closeSync(fd);
    expect(registry.counter('signalbox_objects_bytes_out_total').value).toBe(bytes.length);
    expect(registry.counter('signalbox_objects_bytes_fdpass_total').value).toBe(25);
    expect(registry.counter('signalbox_objects_requests_fdpass_total').value).toBe(5);
  },
);

it.each(['2', '3'])(
  'mode %s ends the connection when the object becomes shorter than was said',
  async (digit) => {
    const { putSparse, connect, root, engine, defects } = await testEngine();
    putSparse('large', LARGE);
    const socket = await connect();
    socket.write(requestV1(digit, 'large'));
    await until(() => ([...engine.connections()][0]?.bytesOut ?? 0) > 0);
    truncateSync(join(root, 'large'), 0);
    expect((await readAll(socket)).length).toBeLessThan(LARGE);
    expect(defects).toEqual([]);
  },
);

it('a head that comes a byte at a time is ended by its time, however often something comes', async () => {
  const clock = new FakeClock();
  const { connect, registry, closed } = await testEngine({ clock, limits: { request_seconds: 10 } });
  const socket = await connect();
  const request = requestV1('2', 'a'.repeat(1_000));
  for (let i = 0; i < 30 && closed.length === 0; i++) {
    socket.write(request.subarray(i, i + 1));
    await clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await readAll(socket);
  expect(registry.counter('signalbox_objects_idle_disconnects_total').value).toBe(1);
});

it('whole requests at that pace are no half request', async () => {
  const clock = new FakeClock();
  const { put, connect, registry } = await testEngine({ clock, limits: { request_seconds: 10 } });
  put('a', 'hello');
  const socket = await connect();
  const request = requestV1('2', 'a');
  // Each ends one request and begins the next.
  socket.write(request.subarray(0, 2));
  for (let i = 0; i < 20; i++) {
    socket.write(Buffer.concat([request.subarray(2), request.subarray(0, 2)]));
    const head = await readBytes(socket, 11);
    await readBytes(socket, head.readUInt16BE(9) + 5);
    await clock.advance(1_000);
  }
  expect(registry.counter('signalbox_objects_idle_disconnects_total').value).toBe(0);
});
