/** For tests: little proxies that are real as far as they go, and listeners that are none. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What listens. */
export type Kind =
  | 'socks4'
  | 'socks5'
  | 'socks5 with password'
  | 'http'
  | 'http with password'
  | 'web'
  | 'garbage'
  | 'leaves'
  | 'silent'
  | 'flood';

export class TestProxies {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  /** Connections that came. */
  came = 0;

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Answers the port. */
  async listen(kind: Kind, host = '127.0.0.1', port = 0): Promise<number> {
    const server = createServer((socket) => {
      this.came++;
      this.#keep(socket);
      SERVED[kind](socket, (to) => this.#keep(to));
      // Who does not read never hears that the other end has left.
      socket.resume();
    });
    this.#servers.push(server);
    server.listen(port, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

type Serve = (socket: Socket, keep: (to: Socket) => Socket) => void;

/** Connects on, and joins both. */
function through(
  socket: Socket,
  host: string,
  port: number,
  keep: (to: Socket) => Socket,
  said: (ok: boolean) => void,
) {
  const to = keep(connect({ host, port }));
  to.once('connect', () => {
    said(true);
    socket.pipe(to).pipe(socket);
  });
  to.once('error', () => said(false));
  to.once('close', () => socket.destroy());
  socket.once('close', () => to.destroy());
}

const quad = (bytes: Buffer) => [...bytes].join('.');

function socks5(password: boolean): Serve {
  return (socket, keep) => {
    socket.once('data', (greeting) => {
      if (greeting[0] !== 5) {
        socket.end();
        return;
      }
      if (password) {
        socket.end(Buffer.from([5, 0xff]));
        return;
      }
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (asked) => {
        if (asked.length !== 10) {
          socket.end();
          return;
        }
        const answer = (ok: boolean) => socket.write(Buffer.from([5, ok ? 0 : 5, 0, 1, 0, 0, 0, 0, 0, 0]));
        through(socket, quad(asked.subarray(4, 8)), asked.readUInt16BE(8), keep, answer);
      });
    });
  };
}

function http(password: boolean): Serve {
  return (socket, keep) => {
    socket.once('data', (asked) => {
      const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) HTTP/.exec(asked.toString('latin1')) ?? [];
      if (password || host === '') {
        socket.end('HTTP/1.0 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      through(socket, host, Number(port), keep, (ok) =>
        socket.write(ok ? 'HTTP/1.0 200 Connection established\r\n\r\n' : 'HTTP/1.0 502 Bad Gateway\r\n\r\n'),
      );
    });
  };
}

const SERVED: Readonly<Record<Kind, Serve>> = {
  socks4: (socket, keep) => {
    socket.once('data', (asked) => {
      if (asked[0] !== 4 || asked.length < 9) {
        socket.end();
        return;
      }
      const answer = (ok: boolean) => socket.write(Buffer.from([0, ok ? 0x5a : 0x5b, 0, 0, 0, 0, 0, 0]));
      through(socket, quad(asked.subarray(4, 8)), asked.readUInt16BE(2), keep, answer);
    });
  },
  socks5: socks5(false),
  'socks5 with password': socks5(true),
  http: http(false),
  'http with password': http(true),
  web: (socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
  },
  garbage: (socket) => {
    socket.end(Buffer.from(Array.from({ length: 600 }, (_, at) => (at * 89 + 7) & 255)));
  },
  leaves: (socket) => socket.resetAndDestroy(),
  silent: () => {},
  flood: (socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(4_096, 'x')));
    };
    socket.on('drain', more);
    more();
  },
};
