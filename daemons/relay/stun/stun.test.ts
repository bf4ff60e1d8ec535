/** STUN: the sample of the RFC byte for byte, answers over both transports, and what is asked too fast or is no question. */
import { execFile, execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { TestRelay } from '../test-relay.ts';
import { stunAnswer, stunLength } from './stun-message.ts';

const TRANSACTION = 'b7e7a701bc34d686fa87dfae';
const request = (attributes = '', type = '0001') =>
  Buffer.from(
    `${type}${(attributes.length / 2).toString(16).padStart(4, '0')}2112a442${TRANSACTION}${attributes}`,
    'hex',
  );

describe('an answer', () => {
  it('says the address as RFC 5769 has it, for IPv4 and for IPv6, and nothing more', () => {
    expect(stunAnswer(request(), '192.0.2.1', 32_853)?.toString('hex')).toBe(
      `0101000c2112a442${TRANSACTION}002000080001a147e112a643`,
    );
    expect(stunAnswer(request(), '2001:db8:1234:5678:11:2233:4455:6677', 32_853)?.toString('hex')).toBe(
      `010100182112a442${TRANSACTION}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`,
    );
    expect(stunAnswer(request(), 'nowhere', 1)).toBe(null);
  });

  it('passes over what is optional, or credentials that nobody asked for, and names what it does not know', () => {
    expect(stunAnswer(request('80220003616263000006000178000000'), '192.0.2.1', 1)).toHaveLength(32);
    expect(stunAnswer(request('0003000400000006'), '192.0.2.1', 1)?.toString('hex')).toBe(
      `011100102112a442${TRANSACTION}0009000400000414000a000200030000`,
    );
    const many = Array.from({ length: 20 }, (_, i) => `01${(i + 16).toString(16)}0000`).join('');
    const answer = stunAnswer(request(many), '192.0.2.1', 1);
    expect(answer).toHaveLength(20 + 8 + 4 + 8);
  });

  it('is given to no other message, and to none that is broken', () => {
    for (const type of ['0101', '0111', '0011', '0002', '0003'])
      expect(stunAnswer(request('', type), '192.0.2.1', 1)).toBe(null);
    for (const attributes of ['8022', '80220005616263', '8022000961626300'])
      expect(stunAnswer(request(attributes), '192.0.2.1', 1)).toBe(null);
    expect(stunAnswer(Buffer.concat([request(), Buffer.alloc(4)]), '192.0.2.1', 1)).toBe(null);
    expect(stunLength(Buffer.alloc(0))).toBe(0);
    expect(stunLength(request().subarray(0, 19))).toBe(0);
    expect(stunLength(request('8022000361626300'))).toBe(28);
    expect(stunLength(Buffer.from([0x40]))).toBe(-1);
    const cookie = request();
    cookie[4]! ^= 1;
    expect(stunLength(cookie)).toBe(-1);
    const odd = request();
    odd[3] = 2;
    expect(stunLength(odd)).toBe(-1);
  });

  it('is never more than three times as long as what it answers, and nothing breaks it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const message = request(Buffer.from(bytes.subarray(0, bytes.length & ~3)).toString('hex'));
        const answer = stunAnswer(message, '2001:db8::1', 1);
        expect(answer === null || answer.length <= 3 * message.length).toBe(true);
        stunAnswer(Buffer.from(bytes), '192.0.2.1', 1);
      }),
    );
  });
});

let relay: TestRelay;
const start = async (config: Record<string, unknown> = {}) => {
  relay = await TestRelay.start({ listen: [{ host: '127.0.0.1', port: 0, protocol: 'stun' }], ...config });
};
afterEach(() => relay?.close());

async function overUdp(...messages: readonly Buffer[]) {
  const socket = createSocket('udp4');
  const answers: string[] = [];
  socket.on('message', (answer) => answers.push(answer.toString('hex')));
  for (const message of messages) socket.send(message, relay.port, '127.0.0.1');
  // The last is always one that is answered.
  while (answers.length === 0) await once(socket, 'message');
  const { port } = socket.address();
  socket.close();
  return { answers, port };
}

const mapped = (port: number) => (port ^ 0x2112).toString(16).padStart(4, '0');

describe('a listener of the protocol stun', () => {
  it('answers over UDP and over TCP, in any split, and shows what it is', async () => {
    await start();
    expect(relay.server.listeners()).toMatchObject([{ protocol: 'stun', port: relay.port }]);
    const { answers, port } = await overUdp(Buffer.from('junk'), request('', '0101'), request());
    expect(answers).toEqual([`0101000c2112a442${TRANSACTION}002000080001${mapped(port)}5e12a443`]);
    const socket = connect(relay.port, '127.0.0.1');
    await once(socket, 'connect');
    let got = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
    });
    for (const byte of request()) socket.write(Buffer.from([byte]));
    socket.write(request());
    while (got.length < 64) await once(socket, 'data');
    expect(got.toString('hex')).toBe(
      `0101000c2112a442${TRANSACTION}002000080001${mapped(socket.localPort!)}5e12a443`.repeat(2),
    );
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    relay.registry.sample();
    expect(relay.metrics.stunRequests.value).toBe(5);
    expect(relay.server.stun.counts).toMatchObject({ requests: 5, answered: 3, limited: 0, refused: 3 });
  });

  it('answers each source, and all together, no more than they may ask', async () => {
    await start({ stun_burst: 2, stun_per_second: 1, stun_total_per_second: 3 });
    const { counts } = relay.server.stun;
    const ask = (address: string) => {
      const socket = createSocket('udp4');
      socket.bind(0, address, () => socket.send(request(), relay.port, '127.0.0.1', () => socket.close()));
      return once(socket, 'close');
    };
    const asked = async (times: number) => {
      const { requests } = counts;
      for (let i = 0; i < times; i++) await ask('127.0.0.1');
      while (counts.requests < requests + times) await new Promise((resolve) => setImmediate(resolve));
    };
    const begun = performance.now();
    await asked(40);
    const seconds = (performance.now() - begun) / 1_000;
    // Two at once, and one more for each second that a slow machine took.
    expect(counts.answered).toBeLessThanOrEqual(2 + Math.ceil(seconds));
    expect(counts.answered).toBeGreaterThanOrEqual(2);
    expect(counts.answered + counts.limited).toBe(counts.requests);
  });

  it('comes and goes with a reload', async () => {
    await start();
    const before = relay.port;
    await relay.reload({ listen: [{ host: '127.0.0.1', port: 0 }] });
    expect(relay.server.listeners()).toMatchObject([{ protocol: 'frames' }]);
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(before, '127.0.0.1', resolve));
    socket.close();
    await relay.reload({ listen: [{ host: '127.0.0.1', port: 0, protocol: 'stun' }] });
    expect((await overUdp(request())).answers).toHaveLength(1);
  });

  it('refuses TLS, and a mode of its own, in the configuration', async () => {
    await start();
    for (const entry of [{ tls: true }, { mode: 'rooms' }])
      await expect(start({ listen: [{ protocol: 'stun', ...entry }] })).rejects.toThrow(/listen/);
  });

  const coturn = (() => {
    try {
      return execFileSync('sh', ['-c', 'command -v turnutils_stunclient'], { encoding: 'utf8' }).trim();
    } catch {
      return null;
    }
  })();
  if (coturn === null)
    process.stderr.write('SKIPPED: turnutils_stunclient is not here (Debian: apt install coturn)\n');
  it.skipIf(coturn === null)('tells turnutils_stunclient of coturn its address', async () => {
    await start();
    const { stdout } = await promisify(execFile)(coturn!, ['-p', String(relay.port), '127.0.0.1']);
    expect(stdout).toMatch(/UDP reflexive addr: 127\.0\.0\.1:\d+/);
  });
});
