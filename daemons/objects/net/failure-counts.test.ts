/** What is counted of answers that are not ok, so that the modes can be told apart where something fails. */
import { expect, it } from 'vitest';
import { requestV1 } from '../protocol/test-requests.ts';
import { readBytes, testEngine } from './test-engine.ts';

it('counts what fails by the mode that it was asked in', async () => {
  const { put, connect, registry } = await testEngine();
  put('a.txt', 'hello');
  const socket = await connect();
  for (const [mode, uri] of [
    ['2', 'none'],
    ['2', 'none'],
    ['3', 'none'],
    ['1', 'none'],
    ['2', 'a.txt'],
  ] as const) {
    socket.write(requestV1(mode, uri));
    const head = await readBytes(socket, 11);
    await readBytes(socket, head.readUInt16BE(9) + Number(head.readBigUInt64BE(1)));
  }
  const failed = (mode: string) => registry.counter(`signalbox_objects_failed_${mode}_total`).value;
  expect([failed('copy'), failed('splice'), failed('fdpass'), failed('requests')]).toEqual([2, 1, 1, 4]);
});
