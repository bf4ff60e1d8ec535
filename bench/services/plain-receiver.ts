/**
 * The rival of the webhook, a process of its own: answers each POST when its body is in a file and, with `disk` as second argument, that
 * is on the disk, and does nothing else. Bodies that come meanwhile share the next write. Prints `{"port":N}`. Started by
 * bench/services/webhook-rate.ts.
 */
import { fdatasync, openSync, writeSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const file = openSync(process.argv[2]!, 'w');
const waitsForDisk = process.argv[3] === 'disk';
let waiting: ServerResponse[] = [];
let underWay = false;

function sync(): void {
  const answered = waiting;
  waiting = [];
  underWay = true;
  fdatasync(file, () => {
    underWay = false;
    for (const response of answered) response.writeHead(204).end();
    if (waiting.length > 0) sync();
  });
}

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    writeSync(file, Buffer.concat(pieces));
    if (!waitsForDisk) {
      response.writeHead(204).end();
      return;
    }
    waiting.push(response);
    if (!underWay) sync();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
