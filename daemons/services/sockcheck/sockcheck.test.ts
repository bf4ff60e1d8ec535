/** Open proxies are found on real sockets, others are not; and what is knocked at is bounded and remembered. */
import { Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import { limits } from '../limits.ts';
import { compileProbe, isPublicAddress, PROBES, type Probe, ProbeRun, readBytes } from './probe.ts';
import { type ProbeOutcome, runProbe } from './scan.ts';
import { type ScanRules, SockChecker, type SockCheckerOptions } from './sock-checker.ts';
import { type Kind, TestProxies } from './test-proxies.ts';

const proxies = new TestProxies();
const ports = {} as Record<Kind | 'target', number>;
const KINDS: readonly Kind[] = [
  ...(['socks4', 'socks5', 'socks5 with password', 'http', 'http with password'] as const),
  ...(['web', 'garbage', 'leaves', 'silent', 'flood'] as const),
];

beforeAll(async () => {
  ports.target = await proxies.listen('silent');
  for (const kind of KINDS) ports[kind] = await proxies.listen(kind);
});
afterAll(() => proxies.close());

const target = () => ({ address: '127.0.0.1', port: ports.target });
/** Each way to ask once. */
const asked = () =>
  PROBES.filter(({ name }, at) => PROBES.findIndex((other) => other.name === name) === at).map((probe) =>
    compileProbe(probe, target()),
  );
const never = new AbortController().signal;

describe('a probe', () => {
  it('finds just the proxies that let it through, whatever else listens', async () => {
    const found: Record<string, string[]> = {};
    for (const kind of KINDS.filter((one) => one !== 'silent' && one !== 'flood')) {
      found[kind] = [];
      for (const probe of asked())
        if ((await runProbe({ ...probe, port: ports[kind] }, '127.0.0.1', FREELY, never)) === 'open')
          found[kind].push(probe.name);
    }
    expect(found).toEqual({
      socks4: ['an open SOCKS4 proxy'],
      socks5: ['an open SOCKS5 proxy'],
      'socks5 with password': [],
      http: ['an open HTTP proxy'],
      'http with password': [],
      web: [],
      garbage: [],
      leaves: [],
    });
  });

  it('finds no proxy that cannot connect on, and nothing where nobody listens', async () => {
    const port = await freePort();
    const [socks5] = PROBES.map((probe) => compileProbe(probe, { address: '127.0.0.1', port }));
    const at = (where: number) => runProbe({ ...socks5!, port: where }, '127.0.0.1', FREELY, never);
    expect([await at(ports.socks5), await at(port)]).toEqual(['closed', 'closed']);
  });

  it('says that nothing is known where this machine could not connect at all', async () => {
    const [probe] = asked();
    const fails = (code: string) => () => {
      const socket = new Socket();
      queueMicrotask(() => socket.destroy(Object.assign(new Error(code), { code })));
      return socket;
    };
    const outcome = (code: string) => runProbe(probe!, '127.0.0.1', FREELY, never, fails(code));
    const own = 'EMFILE ENFILE ENOBUFS ENOMEM EADDRNOTAVAIL EAFNOSUPPORT ENETUNREACH EACCES EPERM'.split(' ');
    expect(new Set(await Promise.all(own.map(outcome)))).toEqual(new Set(['failed']));
    const theirs = ['EHOSTUNREACH', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT'];
    expect(new Set(await Promise.all(theirs.map(outcome)))).toEqual(new Set(['closed']));
    // Given up, it ends at once, and one that is given up before begins nothing.
    const stop = new AbortController();
    const waits = runProbe({ ...probe!, port: ports.silent }, '127.0.0.1', FREELY, stop.signal);
    stop.abort();
    expect(await waits).toBe('closed');
    let begun = 0;
    const counts = () => {
      begun++;
      return new Socket();
    };
    expect([await runProbe(probe!, '127.0.0.1', FREELY, stop.signal, counts), begun]).toEqual(['closed', 0]);
  });

  it('ends with its time, with what it may read, and when it is given up', async () => {
    const [probe] = asked();
    const silent = { ...probe!, port: ports.silent };
    expect(await runProbe(silent, '127.0.0.1', { ...FREELY, connectionMs: 1 }, never)).toBe('closed');
    const flood = (expect: readonly (number | null)[]) =>
      runProbe(
        { ...probe!, port: ports.flood, turns: [{ send: Buffer.alloc(0), expect }] },
        '127.0.0.1',
        FREELY,
        never,
      );
    expect([await flood(Array(2_000).fill(null)), await flood([0x78])]).toEqual(['closed', 'open']);
    const stop = new AbortController();
    const given = runProbe(silent, '127.0.0.1', FREELY, stop.signal);
    stop.abort();
    expect(await given).toBe('closed');
    const before = proxies.came;
    expect(await runProbe(silent, '127.0.0.1', FREELY, stop.signal)).toBe('closed');
    expect(proxies.came).toBe(before);
  });

  it('reads what comes the same, in whatever pieces it comes', () => {
    const probe: Probe = {
      ...{ name: 'x', port: 1 },
      turns: [
        { send: Buffer.from('a'), expect: [1, null, 2] },
        { send: Buffer.from('b'), expect: [3] },
      ],
    };
    const ends = (pieces: readonly Buffer[]) => {
      const run = new ProbeRun(probe, 100);
      const steps = [run.connected()];
      for (const piece of pieces) steps.push(run.take(piece));
      return steps
        .map((step) => (typeof step === 'object' ? step.send.toString() : step))
        .filter((step) => step !== 'wait');
    };
    expect(ends([Buffer.from([1, 9, 2]), Buffer.from([3])])).toEqual(['a', 'b', 'open']);
    expect(ends([Buffer.from([1, 9]), Buffer.from([2]), Buffer.from([3, 4])])).toEqual(['a', 'b', 'open']);
    expect(ends([Buffer.from([1, 9, 3])])).toEqual(['a', 'closed']);
    const run = new ProbeRun(probe, 2);
    run.connected();
    expect(run.take(Buffer.from([1, 9, 2]))).toBe('closed');
  });
});

it('a script says bytes, characters and places, and what is wrong with it', () => {
  const where = { address: '192.0.2.1', port: 6_667 };
  expect(readBytes('05 0100', where)).toEqual([5, 1, 0]);
  expect(readBytes('"ab" {address}{port} ..', where)).toEqual([97, 98, 192, 0, 2, 1, 26, 11, null]);
  expect(Buffer.from(readBytes('{address_text} ":" {port_text}', where) as number[]).toString()).toBe(
    '192.0.2.1:6667',
  );
  for (const wrong of ['0', 'xy', '"open', '{nothing}', '. .'])
    expect(() => readBytes(wrong, where), wrong).toThrow(/at character/);
  const script = { name: 'x', port: 1, turns: [{ send: '..', expect: '00' }] };
  expect(() => compileProbe(script, where)).toThrow(/what is sent/);
  expect(() => compileProbe({ ...script, turns: [{ send: '00', expect: ' ' }] }, where)).toThrow(
    /at least one byte/,
  );
});

it.each(
  [
    ...[['8.8.8.8', true] as const, ['100.63.255.255', true] as const, ['172.32.0.1', true] as const],
    ...[['2a00:1450::1', true] as const, ['2001:200::1', true] as const],
    ...['127.0.0.1', '10.1.2.3', '100.64.0.1', '169.254.1.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '255.255.255.255', '0.0.0.0'],
    ...['::1', '::', '::7f00:1', '64:ff9b::7f00:1', 'fd00::1', 'fe80::1', 'ff02::1', '2001:db8::1'],
    ...['2001::1', '2002:7f00:1::1'],
  ].map((one) => (typeof one === 'string' ? ([one, false] as const) : one)),
)('%s may be knocked at: %s', (address, may) => expect(isPublicAddress(parseAddress(address)!)).toBe(may));

describe('addresses', () => {
  interface Run {
    readonly probe: Probe;
    readonly address: string;
    readonly signal: AbortSignal;
    readonly end: (outcome: ProbeOutcome) => void;
  }

  function checker(more: Partial<ScanRules> = {}, run?: SockCheckerOptions['run']) {
    const clock = new FakeClock();
    const runs: Run[] = [];
    const ends: string[] = [];
    const begun: string[] = [];
    const rules = { probes: asked(), sockets: 2, connectionMs: 1_000, rememberMs: 1_000, ...more };
    const one = new SockChecker({
      clock,
      rules: () => rules,
      run:
        run ??
        ((probe, address, signal) =>
          new Promise((resolve) => {
            runs.push({ probe, address, signal, end: resolve });
          })),
      onBegin: (address) => begun.push(address),
      onEnd: (address, finding) => ends.push(`${address}: ${finding}`),
    });
    const settle = async (outcome: ProbeOutcome, at = 0) => {
      runs.splice(at, 1)[0]!.end(outcome);
      await turn();
    };
    return { one, clock, rules, runs, ends, begun, settle };
  }

  it('are looked at one after the other, a bounded number at once, once in a while', async () => {
    const { one, clock, runs, ends, begun, settle } = checker();
    expect(
      ['8.0.0.1', '8.0.0.2', '8.0.0.3', '8.0.0.1', '8.0.0.3'].map((address) => one.look(address)),
    ).toEqual(['begun', 'begun', 'begun', 'under way', 'under way']);
    expect([runs.length, one.running, one.sockets, one.waiting]).toEqual([2, 2, 2, 1]);
    expect([one.isRunning('8.0.0.3'), one.isUnderWay('8.0.0.3'), one.isUnderWay('8.0.0.4')]).toEqual([
      ...[false, true, false],
    ]);
    await settle('open');
    expect(ends).toEqual(['8.0.0.1: an open SOCKS5 proxy at port 1080']);
    // Its place goes to the next one, and no further probe is spent on it.
    expect(runs.map(({ address }) => address)).toEqual(['8.0.0.2', '8.0.0.3']);
    for (let left = 0; left < 5; left++) await settle('closed');
    expect(begun).toEqual(['8.0.0.1', '8.0.0.2', '8.0.0.3']);
    expect(['8.0.0.1', '8.0.0.2', '8.0.0.9'].map((address) => one.recall(address))).toEqual([
      ...['an open SOCKS5 proxy at port 1080', null, undefined],
    ]);
    expect(one.counts).toEqual({ scanned: 2, found: 1, failed: 0, dropped: 0, hits: 2, misses: 1 });
    expect([...one.known()].map(([address]) => address)).toEqual(['8.0.0.2', '8.0.0.1']);
    await clock.advance(1_001);
    expect(one.finding('8.0.0.1')).toBeUndefined();
    one.close();
  });

  it('of which nothing could be found out are not remembered, and counted', async () => {
    const { one, ends, settle } = checker();
    one.look('8.0.0.1');
    await settle('failed');
    await settle('closed');
    await settle('closed');
    one.look('8.0.0.2');
    await settle('failed');
    await settle('open');
    expect(ends).toEqual(['8.0.0.1: undefined', '8.0.0.2: an open SOCKS4 proxy at port 1080']);
    expect([one.finding('8.0.0.1'), one.counts.failed, one.counts.scanned]).toEqual([undefined, 1, 1]);
    const broken = checker({}, () => Promise.reject(new Error('no')));
    broken.one.look('8.0.0.1');
    await turn();
    expect([broken.ends, broken.one.running, broken.one.sockets]).toEqual([['8.0.0.1: undefined'], 0, 0]);
  });

  it('that somebody asks for go before the rest, also where they wait already', async () => {
    const { one, runs, settle } = checker({ sockets: 1, probes: asked().slice(0, 1) });
    for (const address of ['8.0.0.1', '8.0.0.2', '8.0.0.3']) one.look(address);
    expect([one.look('8.0.0.3', true), one.look('8.0.0.4', true)]).toEqual(['under way', 'begun']);
    expect([...one.underWay()].map(({ address, isRunning }) => `${address} ${isRunning}`)).toEqual([
      ...['8.0.0.1 true', '8.0.0.3 false', '8.0.0.4 false', '8.0.0.2 false'],
    ]);
    const order: string[] = [];
    while (runs.length > 0) {
      order.push(runs[0]!.address);
      await settle('closed');
    }
    expect(order).toEqual(['8.0.0.1', '8.0.0.3', '8.0.0.4', '8.0.0.2']);
    one.close();
  });

  it('are stopped, waiting or not, and looked at anew; what was under way counts for nothing', async () => {
    const { one, runs, ends, settle } = checker({ sockets: 1 });
    one.look('8.0.0.1');
    one.look('8.0.0.2');
    one.stop('8.0.0.2');
    one.stop('8.0.0.1');
    expect([one.waiting, one.running, runs[0]!.signal.aborted]).toEqual([0, 0, true]);
    // The socket of the first is not free before it has let go of it.
    expect(one.look('8.0.0.1')).toBe('begun');
    expect([one.waiting, runs.length]).toEqual([1, 1]);
    await settle('open');
    expect([ends, runs.length, runs[0]!.signal.aborted]).toEqual([[], 1, false]);
    one.close();
    expect([runs[0]!.signal.aborted, one.running, one.look('8.0.0.5')]).toEqual([true, 0, 'full']);
  });

  it('for which there is no room are not looked at, and counted', () => {
    const { one } = checker();
    const most = limits.sockcheckWaiting.default + 2;
    const results = new Set<string>();
    for (let at = 0; at < most + 5; at++)
      results.add(one.look(`9.${at >> 16}.${(at >> 8) & 255}.${at & 255}`));
    expect([one.waiting, one.running, one.counts.dropped, [...results]]).toEqual([
      ...[most - 2, 2, 5, ['begun', 'full']],
    ]);
    one.close();
  });

  it('are never more at once than may be, whatever is asked, and all come to their end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(40), { maxLength: 60 }), async (steps) => {
        const { one, runs, ends, settle, begun } = checker({ sockets: 3 });
        let stopped = 0;
        for (const step of steps) {
          if (step > 34) {
            const running = runs.filter(({ signal }) => !signal.aborted)[step % 3];
            if (running !== undefined) {
              one.stop(running.address);
              stopped++;
            }
          } else if (step > 24 && runs.length > 0)
            await settle((['open', 'closed', 'failed'] as const)[step % 3]!, step % runs.length);
          else one.look(`9.0.0.${step}`, step % 5 === 0);
          expect(runs.length).toBeLessThanOrEqual(3);
          expect(one.sockets).toBe(runs.length);
          if (one.waiting > 0) expect(runs.length).toBe(3);
        }
        while (runs.length > 0) await settle('closed');
        expect([one.running, one.waiting, one.sockets]).toEqual([0, 0, 0]);
        expect(begun.length).toBe(ends.length + stopped);
        one.close();
      }),
      { numRuns: 25 },
    );
  });
});

/** Everything that is due without waiting. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A port that nobody listens at. */
async function freePort(): Promise<number> {
  const nowhere = new TestProxies();
  const port = await nowhere.listen('silent');
  await nowhere.close();
  return port;
}

/** Nothing here waits for the time: what answers does so by itself. */
const FREELY = { connectionMs: 600_000, bytes: 1_024 };
