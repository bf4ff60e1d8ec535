/**
 * Bidirectional channel: both ends say what they like when they like, over a socket here. A slow end slows the other one down, and
 * each says when it has no more to say. `node bidirectional-channel.ts`
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { DuplexChannel } from '../duplex-channel.ts';
import { lines } from '../framing.ts';

/** Says three things and hears all that the other end says, both at once. */
async function converse(name: string, socket: Socket): Promise<void> {
  const channel = new DuplexChannel(socket, { framing: lines(1_024), messages: 16 });
  const speak = async () => {
    for (let count = 1; count <= 3; count++) await channel.write(`${count} from ${name}`);
    await channel.end();
  };
  const hear = async () => {
    for await (const line of channel) process.stdout.write(`${name} hears ${line}\n`);
  };
  await Promise.all([speak(), hear()]);
}

// Each end may still speak when the other has ended.
const server = createServer({ allowHalfOpen: true });
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
const [socket] = (await once(server, 'connection')) as [Socket];
await Promise.all([converse('client', client), converse('server', socket)]);
server.close();
