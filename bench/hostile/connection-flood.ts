/** Clients that connect and close again and again, as fast as they are let in: the same attack on every daemon. */
import { connect, type Socket } from 'node:net';
import type { Attack, Target } from './scenario.ts';

/** How many clients, of which addresses, and what each does once it is connected. */
export interface ConnectionFlood {
  readonly clients: number;
  readonly addressOf: (index: number) => string;
  /** Whether it closes as soon as it is connected; else it waits until the server does. */
  readonly closes: boolean;
}

/** Prepares the flood. */
export function connectionFlood({ clients, addressOf, closes }: ConnectionFlood) {
  return async (target: Target): Promise<Attack> => {
    const sockets = new Set<Socket>();
    let opened = 0;
    let over = false;
    const open = (index: number) => {
      if (over) return;
      const socket = connect({ host: '127.0.0.1', port: target.port, localAddress: addressOf(index) });
      sockets.add(socket);
      socket.on('connect', () => {
        opened++;
        if (closes) socket.destroy();
        else socket.resume();
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        setImmediate(open, index);
      });
    };
    return {
      async run() {
        for (let index = 0; index < clients; index++) open(index);
        await new Promise((resolve) => setTimeout(resolve, target.deadlineMs - performance.now() - 200));
        over = true;
        target.note('connections opened', opened);
      },
      close() {
        over = true;
        for (const socket of sockets) socket.destroy();
      },
    };
  };
}
