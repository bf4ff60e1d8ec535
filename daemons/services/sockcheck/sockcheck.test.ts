/** Open proxies are found on real sockets, others are not; and what is knocked at is bounded and remembered. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import { compileProbe, isPublicAddress, PROBES, type Probe, ProbeRun, readBytes } from './probe.ts';
import { runProbe } from './scan.ts';
import { SockChecker, type SockCheckerOptions } from './sock-checker.ts';
import { type Kind, TestProxies } from './test-proxies.ts';

const proxies = new TestProxies();
const ports = {} as Record<Kind | 'target', number>;
const KINDS: readonly Kind[] = [
  ...(['socks4', 'socks5', 'socks5 with password', 'http', 'http with password'] as const),
  ...(['web', 'silent', 'flood'] as const),
];

beforeAll(async () => {
  ports.target = await proxies.listen('silent');
  for (const kind of KINDS) ports[kind] = await proxies.listen(kind);
});
afterAll(() => proxies.close());

const target = () => ({ address: '127.0.0.1', port: ports.target });
/** Each way to ask once. */
const asked = () =>
  [...new Map(PROBES.map((probe) => [probe.name, probe])).values()].map((probe) =>
    compileProbe(probe, target()),
  );
const never = new AbortController().signal;

describe('a probe', () => {
  it('finds just the proxies that let it through, whatever else listens', async () => {
    const found: Record<string, string[]> = {};
    for (const kind of KINDS.filter((one) => one !== 'silent' && one !== 'flood')) {
      found[kind] = [];
      for (const probe of asked())
        if (await runProbe({ ...probe, port: ports[kind] }, '127.0.0.1', FREELY, never))
          found[kind].push(probe.name);
    }
    expect(found).toEqual({
      socks4: ['an open SOCKS4 proxy'],
      socks5: ['an open SOCKS5 proxy'],
      'socks5 with password': [],
      http: ['an open HTTP proxy'],
      'http with password': [],
      web: [],
    });
  });

  it('finds no proxy that cannot connect on, and nothing where nobody listens', async () => {
    const nowhere = new TestProxies();
    const port = await nowhere.listen('silent');
    await nowhere.close();
    const [socks5] = PROBES.map((probe) => compileProbe(probe, { address: '127.0.0.1', port }));
    expect(await runProbe({ ...socks5!, port: ports.socks5 }, '127.0.0.1', FREELY, never)).toBe(false);
    expect(await runProbe({ ...socks5!, port }, '127.0.0.1', FREELY, never)).toBe(false);
  });

  it('ends with its time, with what it may read, and when it is given up', async () => {
    const [probe] = asked();
    const silent = { ...probe!, port: ports.silent };
    expect(await runProbe(silent, '127.0.0.1', { ...FREELY, connectionMs: 1 }, never)).toBe(false);
    const any = {
      ...probe!,
      port: ports.flood,
      turns: [{ send: Buffer.alloc(0), expect: Array(2_000).fill(null) }],
    };
    expect(await runProbe(any, '127.0.0.1', FREELY, never)).toBe(false);
    expect(
      await runProbe(
        { ...any, turns: [{ send: Buffer.alloc(0), expect: [0x78] }] },
        '127.0.0.1',
        FREELY,
        never,
      ),
    ).toBe(true);
    const stop = new AbortController();
    const given = runProbe(silent, '127.0.0.1', FREELY, stop.signal);
    stop.abort();
    expect(await given).toBe(false);
    expect(await runProbe(silent, '127.0.0.1', FREELY, stop.signal)).toBe(false);
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
  const empty = new ProbeRun(compileProbe({ ...script, turns: [{ send: '00', expect: '' }] }, where), 9);
  expect(() => empty.connected()).toThrow(/at least one byte/);
});

it.each([
  ['8.8.8.8', true],
  ['100.63.255.255', true],
  ['172.32.0.1', true],
  ['2001:db8::1', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['169.254.1.1', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['224.0.0.1', false],
  ['0.0.0.0', false],
  ['::1', false],
  ['::', false],
  ['fd00::1', false],
  ['fe80::1', false],
  ['ff02::1', false],
  ['nowhere', false],
])('%s may be knocked at: %s', (address, may) => expect(isPublicAddress(address)).toBe(may));

describe('addresses', () => {
  interface Run {
    readonly probe: Probe;
    readonly address: string;
    readonly signal: AbortSignal;
    readonly end: (found: boolean) => void;
  }

  function checker(more: Partial<SockCheckerOptions> = {}) {
    const clock = new FakeClock();
    const runs: Run[] = [];
    const found: string[] = [];
    const begun: string[] = [];
    const one = new SockChecker({
      ...{ clock, sockets: 2, rememberMs: 1_000, isExempt: (address) => address === '8.8.4.4' },
      probes: asked(),
      run: (probe, address, signal) =>
        new Promise((resolve) => {
          runs.push({ probe, address, signal, end: resolve });
        }),
      onBegin: (address) => begun.push(address),
      onFound: (address, what) => found.push(`${address} is ${what}`),
      ...more,
    });
    const settle = async (answer: boolean, at = 0) => {
      runs.splice(at, 1)[0]!.end(answer);
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { one, clock, runs, found, begun, settle };
  }

  it('are looked at one after the other, a bounded number at once, once in a while', async () => {
    const { one, clock, runs, found, begun, settle } = checker();
    expect(
      ['8.0.0.1', '8.0.0.2', '8.0.0.3', '8.0.0.1', '8.0.0.3'].map((address) => one.look(address)),
    ).toEqual([...['begun', 'begun', 'begun', 'known', 'known']]);
    expect([runs.length, one.running, one.sockets, one.waiting]).toEqual([2, 2, 2, 1]);
    await settle(true);
    expect(found).toEqual(['8.0.0.1 is an open SOCKS5 proxy']);
    // Its place goes to the next one, and no further probe is spent on it.
    expect(runs.map(({ address }) => address)).toEqual(['8.0.0.2', '8.0.0.3']);
    for (let left = 0; left < 5; left++) await settle(false);
    expect(one.finding('8.0.0.2')).toBeNull();
    expect(begun).toEqual(['8.0.0.1', '8.0.0.2', '8.0.0.3']);
    expect([one.look('8.0.0.1'), one.look('8.0.0.2')]).toEqual(['known', 'known']);
    expect(found).toHaveLength(2);
    await clock.advance(1_001);
    expect(one.look('8.0.0.2')).toBe('begun');
    expect(one.finding('8.0.0.1')).toBeUndefined();
    one.close();
  });

  it('that are private or exempt are left alone, and so are all when it is closed', async () => {
    const { one, runs } = checker();
    expect(['10.0.0.1', '8.8.4.4', 'nowhere'].map((address) => one.look(address))).toEqual([
      ...['exempt', 'exempt', 'exempt'],
    ]);
    one.look('8.0.0.1');
    one.look('8.0.0.2');
    one.look('8.0.0.3');
    one.close();
    expect(runs.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(one.waiting).toBe(0);
    expect(one.look('8.0.0.4')).toBe('exempt');
  });

  it('that are forgotten are looked at anew, and what was under way of them counts for nothing', async () => {
    const { one, runs, found, settle } = checker();
    one.look('8.0.0.1');
    one.forget('8.0.0.1');
    await settle(true);
    expect(found).toEqual([]);
    expect(one.finding('8.0.0.1')).toBeUndefined();
    expect(one.look('8.0.0.1')).toBe('begun');
    expect(runs).toHaveLength(1);
    one.close();
  });

  it('for which there is no room are not looked at, and counted', () => {
    const { one } = checker();
    const most = limits.sockcheckWaiting.default + 2;
    for (let at = 0; at < most + 5; at++) one.look(`9.${at >> 16}.${(at >> 8) & 255}.${at & 255}`);
    expect([one.waiting, one.running, one.dropped]).toEqual([most - 2, 2, 5]);
    one.close();
  });

  it('are never more at once than may be, whatever is asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30), { maxLength: 60 }), async (steps) => {
        const { one, runs, settle } = checker({ sockets: 3 });
        for (const step of steps) {
          if (step > 24 && runs.length > 0) await settle(step > 28, step % runs.length);
          else one.look(`9.0.0.${step}`);
          expect(one.running).toBeLessThanOrEqual(3);
          expect(one.sockets).toBe(runs.length);
          if (one.waiting > 0) expect(one.running).toBe(3);
        }
        one.close();
      }),
      { numRuns: 50 },
    );
  });

  it('are scanned on real sockets, no more at once than may be', async () => {
    const before = proxies.came;
    const scripts = [
      { name: 'one', port: ports.web, turns: [{ send: '"GET /"', expect: '"HTTP/1.0 200"' }] },
    ];
    const done = new Promise<void>((resolve) => {
      const { one } = checker({
        ...{ sockets: 1, private: true, isExempt: () => false },
        probes: [
          ...scripts.map((script) => compileProbe(script, target())),
          { ...asked()[0]!, port: ports.socks5 },
        ],
        run: (probe, address, signal) => runProbe(probe, address, FREELY, signal),
        onFound: (address, what) => {
          expect([address, what]).toEqual(['127.0.0.1', 'an open SOCKS5 proxy']);
          resolve();
        },
      });
      one.look('127.0.0.1');
    });
    await done;
    expect(proxies.came - before).toBeGreaterThanOrEqual(2);
  });
});

/** Nothing here waits for the time: what answers does so by itself. */
const FREELY = { connectionMs: 600_000, bytes: 1_024 };
