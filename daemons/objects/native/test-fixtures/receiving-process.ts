/**
 * Another process that is handed descriptors: connects to the Unix socket that it is told, receives until the other side ends, and says
 * what it could read in them and whether it has more open at the end than at the beginning. Run with the path as its argument.
 */
import { closeSync } from 'node:fs';
import { connect } from 'node:net';
import { DescriptorReceiver } from '../descriptor-receiver.ts';
import { descriptorOf, waitReadable } from '../socket-calls.ts';
import { native, openDescriptors, textOf } from './native.ts';

const { libc } = native();
const receiver = new DescriptorReceiver(libc);
const socket = connect(process.argv[2]!);
// Node would read what is for recvmsg.
socket.pause();
socket.on('connect', () => void receive(descriptorOf(socket)));

async function receive(fd: number): Promise<void> {
  // The pool of libuv starts its threads, which costs descriptors of its own.
  await waitReadable(libc, fd, 0);
  const before = openDescriptors();
  let bytes = '';
  const texts: string[] = [];
  for (;;) {
    await waitReadable(libc, fd, 60_000);
    const { byteLength, descriptors } = receiver.receive(fd);
    if (byteLength === 0) break;
    if (byteLength > 0) bytes += receiver.bytes.toString('latin1', 0, byteLength);
    for (const descriptor of descriptors) {
      texts.push(textOf(descriptor));
      closeSync(descriptor);
    }
  }
  process.send?.({ bytes, texts, leaked: openDescriptors().length - before.length });
  process.disconnect?.();
  socket.destroy();
}
