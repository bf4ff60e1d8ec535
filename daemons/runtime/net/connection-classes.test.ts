import { expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { ConnectionClasses, oneClass, UNIX_ADDRESS } from './connection-classes.ts';

const rule = {
  name: 'all',
  match: [] as string[],
  throttle: true,
  maxConnections: 10,
  maxPerAddress: 1,
  connectBurst: 1,
  connectsPerSecond: 1,
};

it('has one class for everybody with the limits of the table, where a daemon has no others', () => {
  const { rule: usual } = oneClass().of('192.0.2.1');
  expect(usual).toEqual({
    name: 'default',
    match: [],
    throttle: true,
    maxConnections: limits.maxConnections.default,
    maxPerAddress: limits.maxPerAddress.default,
    connectBurst: limits.throttleBurst.default,
    // One each two seconds.
    connectsPerSecond: 0.5,
  });
  expect(oneClass({ maxConnections: 5 }).of(UNIX_ADDRESS).rule).toEqual({ ...usual, maxConnections: 5 });
  expect(oneClass({ maxConnections: 5 }).largest).toBe(5);
});

it('knows the most that any class may hold, whichever it is', () => {
  const small = { ...rule, name: 'small', maxConnections: 2 };
  const large = { ...rule, name: 'large', maxConnections: 30 };
  expect(new ConnectionClasses([small], rule).largest).toBe(10);
  expect(new ConnectionClasses([small, large], rule).largest).toBe(30);
});

it('takes a client of a Unix socket for no address, and an address for none', () => {
  const local = { ...rule, name: 'local', match: [UNIX_ADDRESS, '127.0.0.1'] };
  const every = { ...rule, name: 'every', match: ['0.0.0.0/0', '::/0'] };
  const nameOf = (classes: ConnectionClasses<typeof rule>, address: string) => classes.of(address).rule.name;
  const both = new ConnectionClasses([local, every], rule);
  expect([UNIX_ADDRESS, '127.0.0.1', '127.0.0.2', '::1'].map((one) => nameOf(both, one))).toEqual([
    'local',
    'local',
    'every',
    'every',
  ]);
  expect(nameOf(new ConnectionClasses([every], rule), UNIX_ADDRESS)).toBe('all');
});

it('counts the members of a class by its name, those of the fallback together with its rule', () => {
  const classes = new ConnectionClasses([{ ...rule, name: 'one', match: ['10.0.0.0/8'] }], rule);
  classes.of('10.0.0.1').members += 2;
  classes.of('192.0.2.1').members += 3;
  expect(['one', 'all', 'other'].map((name) => classes.count(name))).toEqual([2, 3, 0]);
  const named = { ...rule, match: ['10.0.0.0/8'] };
  const same = new ConnectionClasses([named], named);
  same.of('10.0.0.1').members++;
  same.of('192.0.2.1').members++;
  expect(same.count('all')).toBe(2);
});

it('names what is no address', () => {
  expect(() => new ConnectionClasses([{ ...rule, match: ['10.0.0.0/8', '10.0.0.0/33'] }], rule)).toThrow(
    new RangeError('"10.0.0.0/33" is no address or CIDR block'),
  );
});
