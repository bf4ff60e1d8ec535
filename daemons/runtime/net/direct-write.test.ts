import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDirect } from './direct-write.ts';

let server: Server;
let ours: Socket;
let theirs: Socket;

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  theirs = connect({ port: (server.address() as { port: number }).port, host: '127.0.0.1' });
  [ours] = (await accepted) as [Socket];
  theirs.pause();
});
afterEach(() => {
  ours.destroy();
  theirs.destroy();
  server.close();
});

async function received(count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of theirs.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= count) break;
  }
  return Buffer.concat(chunks);
}

test('the kernel takes what fits, and the buffer may be used again at once', async () => {
  const bytes = Buffer.from('first');
  expect(writeDirect(ours, bytes)).toBe(5);
  bytes.write('XXXXX');
  expect(writeDirect(ours, Buffer.from('second'))).toBe(6);
  expect(writeDirect(ours, Buffer.from('a third one'), 2, 7)).toBe(5);
  expect((await received(16)).toString()).toBe('firstsecondthird');
});

test.runIf(process.platform !== 'win32')(
  'of too much it takes a part, then nothing; the rest follows in order by the stream',
  async () => {
    const bytes = Buffer.alloc(64 * 1024 * 1024, 'abcdefg');
    let taken = 0;
    for (;;) {
      const more = writeDirect(ours, bytes.subarray(taken));
      taken += more;
      if (more === 0) break;
    }
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(bytes.length);
    ours.write(bytes.subarray(taken));
    expect((await received(bytes.length)).equals(bytes)).toBe(true);
  },
);

test('a socket that is gone takes nothing and does not throw', () => {
  ours.destroy();
  expect(writeDirect(ours, Buffer.from('late'))).toBe(0);
});

test('a connection that the peer has reset takes nothing, and the stream reports it', async () => {
  theirs.resetAndDestroy();
  await once(ours, 'error').catch(() => {});
  expect(writeDirect(ours, Buffer.from('late'))).toBe(0);
});
