import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import { DescriptorReceiver } from './descriptor-receiver.ts';
import { DescriptorSender } from './descriptor-sender.ts';
import { descriptorOf, peerCredentials, socketPair } from './socket-calls.ts';
import { native, testFolder, textOf } from './test-fixtures/native.ts';

const { libc } = native();
const folder = testFolder();
const object = folder.file('object', 'hello objects');
afterAll(() => folder.remove());

it('another process reads files that it was handed, and is who the kernel says', async () => {
  const server = createServer({ pauseOnConnect: true });
  await once(server.listen(join(folder.path, 'socket')), 'listening');
  const child = fork(join(import.meta.dirname, 'test-fixtures/receiving-process.ts'), [
    join(folder.path, 'socket'),
  ]);
  const told = once(child, 'message');
  const [socket] = (await once(server, 'connection')) as [Socket];
  expect(peerCredentials(libc, descriptorOf(socket)).pid).toBe(child.pid);
  const sender = new DescriptorSender(libc, 'own-byte', 64);
  const fds = Array.from({ length: 64 }, () => openSync(object, 'r'));
  for (const fd of fds) sender.add(sender.bytes.write('answer', sender.next), fd);
  expect(sender.send(descriptorOf(socket)).answers).toBe(64);
  for (const fd of fds) closeSync(fd);
  socket.end();
  const [message] = await told;
  expect(message).toEqual({
    bytes: 'answerX'.repeat(64),
    texts: fds.map(() => 'hello objects'),
    leaked: 0,
  });
  socket.destroy();
  server.close();
});

it('each thread has calls of its own, and closes what it opened without a complaint', async () => {
  const [here, there] = socketPair(libc);
  const root = openSync(folder.path, 'r');
  const worker = new Worker(new URL('test-fixtures/sending-thread.ts', import.meta.url), {
    workerData: { socket: here, folder: root, answers: 10 },
  });
  const warnings: string[] = [];
  const warned = ({ message }: Error) => warnings.push(message);
  process.on('warning', warned);
  // The last message and the end may be told in one go.
  const exited = once(worker, 'exit');
  const [message] = await once(worker, 'message');
  await exited;
  process.off('warning', warned);
  expect(message).toEqual({ sent: { answers: 10, torn: false, errno: 0 }, leaked: 0 });
  expect(warnings).toEqual([]);
  const receiver = new DescriptorReceiver(libc);
  for (let i = 0; i < 10; i++) {
    const { descriptors } = receiver.receive(there);
    expect(descriptors.map(textOf)).toEqual(['hello objects']);
    closeSync(descriptors[0]!);
  }
  for (const fd of [here, there, root]) closeSync(fd);
});
