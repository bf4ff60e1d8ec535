/** All that holds for the network path holds where another thread owns the sockets. */
import { afterAll } from 'vitest';
import { front } from '../loopback-fixture.ts';

front.threads = 1;
afterAll(() => {
  front.threads = 0;
});
// By a name of its own: the worker may have it already, for another file.
await import(/* @vite-ignore */ `../net-server.test.ts?threads=${front.threads}`);
await import(/* @vite-ignore */ `../tls.test.ts?threads=${front.threads}`);
await import(/* @vite-ignore */ `../websocket.test.ts?threads=${front.threads}`);
