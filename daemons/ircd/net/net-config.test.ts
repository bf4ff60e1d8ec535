import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { connectionClasses, netConfigSchema } from './net-config.ts';

function read(toml: string) {
  return netConfigSchema.parse(parse(toml).ircd ?? {});
}

function classesOf(toml: string) {
  const classes = connectionClasses(read(toml));
  return { find: (address: string) => classes.of(address).rule };
}

describe('network configuration', () => {
  test('an empty one listens on loopback and has a default class with every limit', () => {
    const config = read('');
    expect(config.listen).toEqual([
      { host: '127.0.0.1', port: 6667, tls: false, protocol: 'irc', proxy: false },
    ]);
    expect(classesOf('').find('192.0.2.1')).toMatchObject({ name: 'default', throttle: true, flood: true });
  });

  test('the first class that matches wins, and what none matches is "default"', () => {
    const classes = classesOf(`
      [[ircd.class]]
      name = "local"
      match = ["127.0.0.0/8", "::1"]
      throttle = false
      flood = false
      max_connections = 50000
      max_per_address = 9
      send_queue_bytes = 1000000
      receive_queue_bytes = 2000
      ping_seconds = 30
      [[ircd.class]]
      name = "also-local"
      match = ["127.0.0.1/32"]
      [[ircd.class]]
      name = "six"
      match = ["2001:db8::/32"]
    `);
    expect(classes.find('127.0.0.1')).toEqual({
      name: 'local',
      match: ['127.0.0.0/8', '::1'],
      throttle: false,
      flood: false,
      maxConnections: 50_000,
      maxPerAddress: 9,
      connectBurst: 30,
      connectsPerSecond: 0.5,
      sendQueueBytes: 1_000_000,
      receiveQueueBytes: 2000,
      pingSeconds: 30,
      batchMs: 2,
      maxPerAddressNetwork: null,
      dnsbl: true,
    });
    expect(classes.find('::ffff:127.0.0.1').name).toBe('local');
    expect(classes.find('::1').name).toBe('local');
    expect(classes.find('2001:db8:1::1').name).toBe('six');
    expect(classes.find('192.0.2.1').name).toBe('default');
  });

  test('a class named "default" sets the limits of everybody else', () => {
    const classes = classesOf('[[ircd.class]]\nname = "default"\nmatch = ["10.0.0.0/8"]\nthrottle = false');
    expect(classes.find('192.0.2.1').throttle).toBe(false);
  });

  test.each([
    ['ircd = { listen = [{ port = 70000 }] }', ['listen', 0, 'port']],
    ['ircd = { listen = [{ port = 1, tsl = true }] }', ['listen', 0]],
    ['ircd = { class = [{ name = "a", match = ["10.0.0.0/40"] }] }', ['class', 0, 'match', 0]],
    ['ircd = { class = [{ name = "a" }, { name = "a" }] }', ['class']],
    ['ircd = { class = [{ name = "a", ping_seconds = "x" }] }', ['class', 0, 'ping_seconds']],
    ['ircd = { tls = { certificate = "a" } }', ['tls', 'key']],
  ])('%s is refused at its key', (toml, path) => {
    const result = netConfigSchema.safeParse(parse(toml).ircd);
    expect(result.error?.issues[0]?.path).toEqual(path);
  });
});
