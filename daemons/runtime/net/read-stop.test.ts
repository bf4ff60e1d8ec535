import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { startReading, stopReading } from './read-stop.ts';

it('reads not a byte from a socket that is stopped, and everything in order once it goes on', async () => {
  const server = createServer({ highWaterMark: 1 }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = connect(port, '127.0.0.1');
  const other = connect(port, '127.0.0.1');
  const sockets: Socket[] = [];
  const chunks: Buffer[] = [];
  await new Promise<void>((ready) => {
    server.on('connection', (socket: Socket) => {
      if (sockets.push(socket) === 2) ready();
    });
  });
  const socket = sockets.find(({ remotePort }) => remotePort === client.localPort)!;
  const witness = sockets.find((one) => one !== socket)!;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  client.write('first');
  await once(socket, 'data');
  for (const text of ['second', 'third']) {
    const before = Buffer.concat(chunks).toString();
    stopReading(socket);
    client.write(text);
    // What another client sends after it has arrived, so the text has as well.
    for (let round = 0; round < 3; round++) {
      other.write('x');
      await once(witness, 'data');
    }
    expect(Buffer.concat(chunks).toString()).toBe(before);
    expect(socket.readableLength).toBe(0);
    startReading(socket);
    await once(socket, 'data');
    expect(Buffer.concat(chunks).toString()).toBe(before + text);
  }
  client.destroy();
  other.destroy();
  stopReading(socket);
  socket.destroy();
  startReading(socket);
  server.close();
});
