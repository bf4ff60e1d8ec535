/**
 * Clients that are connected to the IRC server and begin TLS in the same moment: with everything in one thread, and with threads that own
 * the sockets.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Scenario } from './scenario.ts';

const CLIENTS = 2_000;
/** Connections that one address may open at once by default. */
const PER_ADDRESS = 30;

const prepare: Scenario['prepare'] = async (target) => {
  const sockets: Socket[] = [];
  for (let index = 0; index < CLIENTS; index++) {
    const localAddress = `127.1.1.${1 + Math.floor(index / PER_ADDRESS)}`;
    const socket = connect({ host: '127.0.0.1', port: target.port, localAddress });
    socket.on('error', () => {});
    await once(socket, 'connect');
    sockets.push(socket);
  }
  return {
    async run() {
      let shaken = 0;
      await Promise.race([
        Promise.all(
          sockets.map(
            (socket) =>
              new Promise<void>((resolve) => {
                const client = connectTls({ socket, rejectUnauthorized: false });
                client.on('secureConnect', () => {
                  shaken++;
                  resolve();
                });
                client.on('error', () => resolve());
                client.on('close', () => resolve());
              }),
          ),
        ),
        new Promise((resolve) => setTimeout(resolve, target.deadlineMs - performance.now() - 200)),
      ]);
      target.note('handshakes', shaken);
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
};

const storm = (threads: number): Scenario => ({
  id: threads === 0 ? 'tls-handshakes' : `tls-handshakes-io-${threads}`,
  title: `${CLIENTS.toLocaleString('en')} clients begin TLS at once; ${threads} threads own the sockets`,
  daemon: 'ircd',
  config: {
    dns: false,
    ident: false,
    io_threads: threads,
    class: [{ name: 'innocent', match: ['127.0.0.2/32'], throttle: false, flood: false }],
  },
  listener: { tls: true },
  secure: true,
  prepare,
});

export const tlsStormScenarios: readonly Scenario[] = [storm(0), storm(1), storm(2)];
