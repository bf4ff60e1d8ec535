/** For tests: a small DNS server over UDP on loopback (RFC 1035) that knows addresses by name, and otherwise says that there is none. */
import { createSocket, type Socket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';

/** What it says of a name: addresses, or nothing at all. */
export type DnsAnswer = readonly string[] | 'silence' | 'failure';

export class DnsFixture {
  /** By lower-case name. */
  readonly names = new Map<string, DnsAnswer>();
  /** What it was asked, in order. */
  readonly asked: string[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (query, { port, address }) => {
      const answer = this.#answer(query);
      if (answer !== null) socket.send(answer, port, address);
    });
  }

  static async open(): Promise<DnsFixture> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsFixture(socket);
  }

  /** Where it is, as settings have it. */
  get place(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  /** One that asks it alone. */
  resolver(): dns.Resolver {
    const resolver = new dns.Resolver({ tries: 1 });
    resolver.setServers([this.place]);
    return resolver;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #answer(query: Buffer): Buffer | null {
    let at = 12;
    const labels: string[] = [];
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const name = labels.join('.').toLowerCase();
    this.asked.push(name);
    const known = this.names.get(name);
    if (known === 'silence') return null;
    const addresses = known === undefined || known === 'failure' ? [] : known;
    const question = query.subarray(12, at + 5);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    // A response, recursion available; 3 is "no such name", 2 a failure of the server.
    header.writeUInt16BE(0x8180 | (known === undefined ? 3 : known === 'failure' ? 2 : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const records = addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]),
    );
    return Buffer.concat([header, question, ...records]);
  }
}
