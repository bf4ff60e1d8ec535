/** A thread that hands out a descriptor with calls of its own, and says whether it has left one open. */
import { parentPort, workerData } from 'node:worker_threads';
import { DescriptorSender } from '../descriptor-sender.ts';
import { native, openDescriptors } from './native.ts';

const { socket, folder, answers } = workerData as { socket: number; folder: number; answers: number };
const { libc, files } = native();
const before = openDescriptors();
const sender = new DescriptorSender(libc, 'own-byte', answers);
for (let i = 0; i < answers; i++)
  sender.add(sender.bytes.write('answer', sender.next), files.openBeneath(folder, 'object', 0));
const fds = Array.from({ length: answers }, (_, i) => sender.descriptorOf(i));
const sent = { ...sender.send(socket) };
for (const fd of fds) files.close(fd);
parentPort?.postMessage({ sent, leaked: openDescriptors().length - before.length });
