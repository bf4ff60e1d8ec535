import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseIdentReply } from './ident.ts';
import { type DnsResolver, Lookup, type LookupOptions } from './lookup.ts';

class FakeResolver implements DnsResolver {
  asked: string[] = [];
  ptr: Record<string, string[]> = {};
  forward: Record<string, string[]> = {};
  hang = false;

  async reverse(address: string): Promise<string[]> {
    this.asked.push(address);
    if (this.hang) await new Promise(() => {});
    const names = this.ptr[address];
    if (names === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
    return names;
  }

  async resolve4(name: string): Promise<string[]> {
    const found = this.forward[name];
    if (found === undefined) throw new Error('not found');
    return found;
  }

  resolve6(name: string): Promise<string[]> {
    return this.resolve4(name);
  }
}

function setUp(options: Partial<LookupOptions> = {}): { lookup: Lookup; resolver: FakeResolver } {
  const resolver = new FakeResolver();
  return { resolver, lookup: new Lookup({ resolver, dns: true, ident: true, ...options }) };
}

describe('host names', () => {
  test('a name counts only when it leads back to the address', async () => {
    const { lookup, resolver } = setUp();
    resolver.ptr = {
      '192.0.2.1': ['good.example'],
      '192.0.2.2': ['liar.example'],
      '192.0.2.3': ['gone.example', 'second.example'],
      '2001:db8::1': ['six.example'],
    };
    resolver.forward = {
      'good.example': ['198.51.100.1', '192.0.2.1'],
      'liar.example': ['198.51.100.1'],
      'second.example': ['192.0.2.3'],
      'six.example': ['2001:0db8:0:0::1'],
    };
    expect(await lookup.host('192.0.2.1')).toBe('good.example');
    expect(await lookup.host('192.0.2.2')).toBeNull();
    expect(await lookup.host('192.0.2.3')).toBe('second.example');
    expect(await lookup.host('2001:db8::1')).toBe('six.example');
  });

  test('a name that could break a mask or a line is no name', async () => {
    const { lookup, resolver } = setUp();
    for (const [index, name] of [
      'a b',
      'a!b@c',
      '-a.example',
      'x'.repeat(64),
      'a..b',
      'a\r\nQUIT',
    ].entries()) {
      const address = `192.0.2.${index}`;
      resolver.ptr[address] = [name];
      resolver.forward[name] = [address];
      expect(await lookup.host(address)).toBeNull();
    }
  });

  test('names and their absence are remembered, and counted', async () => {
    const { lookup, resolver } = setUp();
    resolver.ptr = { '192.0.2.1': ['good.example'] };
    resolver.forward = { 'good.example': ['192.0.2.1'] };
    expect(lookup.cachedHost('192.0.2.1')).toBeUndefined();
    await lookup.host('192.0.2.1');
    await lookup.host('192.0.2.9');
    expect(lookup.cachedHost('192.0.2.1')).toBe('good.example');
    expect(await lookup.host('192.0.2.9')).toBeNull();
    expect(resolver.asked).toEqual(['192.0.2.1', '192.0.2.9']);
    expect(lookup.names.stats()).toMatchObject({ hits: 2, misses: 2, depth: 2 });
    expect(lookup.stats.dnsFailures).toBe(1);
    expect(lookup.names.clear()).toBe(2);
    expect(lookup.cachedHost('192.0.2.1')).toBeUndefined();
  });

  test('a name is looked for among the first three, and each has labels of letters, digits, dash and underscore', async () => {
    const { lookup, resolver } = setUp();
    const all = ['one.example', 'two.example', 'three.example', 'four.example'];
    resolver.ptr = { '192.0.2.1': all, '192.0.2.2': all };
    resolver.forward = { 'three.example': ['192.0.2.1'], 'four.example': ['192.0.2.2'] };
    expect(await lookup.host('192.0.2.1')).toBe('three.example');
    expect(await lookup.host('192.0.2.2')).toBeNull();
    const names = ['a', 'a-b', 'a_b.c9', '_x', 'x'.repeat(63), 'a-', 'a.-b', 'a.', '.a', 'ä', ''];
    const found: (string | null)[] = [];
    for (const [i, name] of names.entries()) {
      resolver.ptr[`198.51.100.${i}`] = [name];
      resolver.forward[name] = [`198.51.100.${i}`];
      found.push(await lookup.host(`198.51.100.${i}`));
    }
    expect(found).toEqual(['a', 'a-b', 'a_b.c9', '_x', 'x'.repeat(63), null, null, null, null, null, null]);
  });

  test('who cannot be asked for a name costs no more than three seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    try {
      const { lookup, resolver } = setUp();
      resolver.ptr = { '192.0.2.1': ['good.example'] };
      resolver.forward = { 'good.example': ['192.0.2.1'] };
      await lookup.host('192.0.2.1');
      // What has answered leaves no timer.
      expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
      resolver.hang = true;
      let ended = false;
      const asked = lookup.host('192.0.2.2').then((name) => {
        ended = true;
        return name;
      });
      await vi.advanceTimersByTimeAsync(2_999);
      expect(ended).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(await asked).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  test('a name is known for five minutes, and asked for again then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    try {
      const { lookup, resolver } = setUp();
      resolver.ptr = { '192.0.2.1': ['good.example'] };
      resolver.forward = { 'good.example': ['192.0.2.1'] };
      await lookup.host('192.0.2.1');
      vi.advanceTimersByTime(299_000);
      expect(lookup.cachedHost('192.0.2.1')).toBe('good.example');
      vi.advanceTimersByTime(1_001);
      expect(lookup.cachedHost('192.0.2.1')).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  test('as many names are kept as were asked for, the oldest go', async () => {
    const { lookup } = setUp({ cacheEntries: 2 });
    for (const last of [1, 2, 3]) await lookup.host(`192.0.2.${last}`);
    expect([1, 2, 3].map((last) => lookup.cachedHost(`192.0.2.${last}`))).toEqual([undefined, null, null]);
    expect(lookup.names.stats()).toMatchObject({ depth: 2, evicted: 1 });
  });

  test('the whole of 127.0.0.0/8 and ::1 are loopback, and nothing else', () => {
    const { lookup } = setUp({ dns: false });
    expect(
      ['127.0.0.1', '127.255.0.1', '::1', '128.0.0.1', '::2', '127:1'].map((one) => lookup.cachedHost(one)),
    ).toEqual(['localhost', 'localhost', 'localhost', null, null, null]);
    expect(lookup.names.stats().hits).toBe(0);
  });

  test('a hundred clients of one address cost one query', async () => {
    const { lookup, resolver } = setUp();
    resolver.ptr = { '192.0.2.1': ['good.example'] };
    resolver.forward = { 'good.example': ['192.0.2.1'] };
    const names = await Promise.all(Array.from({ length: 100 }, () => lookup.host('192.0.2.1')));
    expect(new Set(names)).toEqual(new Set(['good.example']));
    expect(resolver.asked).toHaveLength(1);
    expect(lookup.names.stats()).toMatchObject({ hits: 99, misses: 1 });
  });

  test('a name server that does not answer is not waited for', async () => {
    const { lookup, resolver } = setUp({ dnsDeadlineMs: 10 });
    resolver.hang = true;
    expect(await lookup.host('192.0.2.1')).toBeNull();
    expect(lookup.stats).toMatchObject({ dnsTimeouts: 1, dnsFailures: 1 });
  });

  test('a server that cannot be asked is told apart from an address that has no name, and is not asked again at once', async () => {
    const { lookup, resolver } = setUp();
    resolver.reverse = async (address) => {
      resolver.asked.push(address);
      throw Object.assign(new Error(address), { code: address === '192.0.2.1' ? 'ENODATA' : 'ESERVFAIL' });
    };
    for (const address of ['192.0.2.1', '192.0.2.9', '192.0.2.9'])
      expect(await lookup.host(address)).toBeNull();
    expect(resolver.asked).toEqual(['192.0.2.1', '192.0.2.9']);
    expect(lookup.stats).toMatchObject({ dnsFailures: 2, dnsTimeouts: 0 });
    expect(lookup.names.stats()).toMatchObject({ misses: 2, failed: 1 });
  });

  test('what is known stays known when settings change, and is not told while nobody may be asked', async () => {
    const { lookup, resolver } = setUp();
    resolver.ptr = { '192.0.2.1': ['good.example'] };
    resolver.forward = { 'good.example': ['192.0.2.1'] };
    await lookup.host('192.0.2.1');
    lookup.configure({ dns: false, ident: false });
    expect(lookup.cachedHost('192.0.2.1')).toBeNull();
    expect(await lookup.host('192.0.2.1')).toBeNull();
    expect(await lookup.ident({ remoteAddress: '127.0.0.1', remotePort: 1, localPort: 2 })).toBeNull();
    lookup.configure({ dns: true, ident: false });
    expect(lookup.cachedHost('192.0.2.1')).toBe('good.example');
    expect(resolver.asked).toHaveLength(1);
    expect(lookup.stats.identAsked).toBe(0);
  });

  test('nobody is asked about loopback, nor about anything when DNS is off', async () => {
    const { lookup, resolver } = setUp({ dns: false });
    expect(lookup.cachedHost('127.0.0.1')).toBe('localhost');
    expect(await lookup.host('::1')).toBe('localhost');
    expect(await lookup.host('192.0.2.1')).toBeNull();
    expect(resolver.asked).toEqual([]);
  });
});

describe('ident', () => {
  const query = { remoteAddress: '127.0.0.1', remotePort: 40000, localPort: 6667 };
  let server: Server | null = null;

  afterEach(() => {
    server?.close();
  });

  async function identServer(answer: (line: string) => string | null): Promise<number> {
    const listening = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        const reply = answer(bytes.toString());
        if (reply !== null) socket.write(reply);
      });
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  test('the owner of the connection is asked for by its two ports', async () => {
    const identPort = await identServer((line) =>
      line === '40000, 6667\r\n' ? '40000 , 6667 : USERID : UNIX : alice\r\n' : null,
    );
    const { lookup } = setUp({ identPort });
    expect(await lookup.ident(query)).toBe('alice');
    expect(lookup.stats).toMatchObject({ identAsked: 1, identAnswered: 1 });
    expect(lookup.idents).toMatchObject({ depth: 0, submitted: 1, completed: 1, failed: 0 });
  });

  test('a silent ident server is not waited for, and a missing one answers nobody', async () => {
    const identPort = await identServer(() => null);
    const { lookup } = setUp({ identPort, identDeadlineMs: 10 });
    const asking = lookup.ident(query);
    expect(lookup.idents).toEqual({ depth: 1, high_water: 1, submitted: 1, completed: 0, failed: 0 });
    expect(await asking).toBeNull();
    expect(lookup.idents).toEqual({ depth: 0, high_water: 1, submitted: 1, completed: 0, failed: 1 });
    await new Promise((resolve) => server?.close(resolve));
    expect(await lookup.ident(query)).toBeNull();
    const off = setUp({ ident: false });
    expect(await off.lookup.ident(query)).toBeNull();
    expect(off.lookup.stats.identAsked).toBe(0);
  });

  test('errors, answers to another question and unsafe names are nobody', () => {
    expect(parseIdentReply('40000, 6667 : ERROR : NO-USER', query)).toBeNull();
    expect(parseIdentReply('40001, 6667 : USERID : UNIX : bob', query)).toBeNull();
    expect(parseIdentReply('40000, 6667 : USERID : UNIX : a!b@c', query)).toBeNull();
    expect(parseIdentReply('40000, 6667 : USERID : UNIX', query)).toBeNull();
    expect(parseIdentReply('garbage', query)).toBeNull();
    expect(parseIdentReply('40000,6667:userid:OTHER:bob', query)).toBe('bob');
    expect(parseIdentReply('40000,6667:USERID:OTHER:bo:b', query)).toBeNull();
    expect(parseIdentReply('40000, 6668 : USERID : UNIX : bob', query)).toBeNull();
    expect(parseIdentReply('40000 : USERID : UNIX : bob', query)).toBeNull();
    const name = (text: string) => parseIdentReply(`40000, 6667 : USERID : UNIX : ${text}`, query);
    expect(['a'.repeat(10), 'a'.repeat(11), 'a.b-c_9', 'a b', '', '~a'].map(name)).toEqual([
      'a'.repeat(10),
      null,
      'a.b-c_9',
      null,
      null,
      null,
    ]);
  });

  test('an answer is read to the end of its line, however it comes, and a longer one than a thousand bytes is none', async () => {
    const write = async (answer: string) => {
      const identPort = await identServer(() => answer);
      const { lookup } = setUp({ identPort });
      const name = await lookup.ident(query);
      await new Promise((resolve) => server?.close(resolve));
      return name;
    };
    expect(await write('40000,6667:USERID:UNIX:alice\nand more')).toBe('alice');
    expect(await write('40000,6667:USERID:UNIX:alice\r')).toBe('alice');
    expect(await write('x'.repeat(1001))).toBeNull();
  });
});
