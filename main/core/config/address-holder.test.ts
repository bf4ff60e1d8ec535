/** Who holds an address, as messages say it. */
import { expect, test } from 'vitest';
import { addressIn, DASHBOARD, holderOf, holdersOf, inUse } from './address-holder.ts';

const ircd = { id: 'ircd', listeners: [{ host: '127.0.0.1', port: 6667 }, { path: '/run/irc.sock' }] };
const relay = { id: 'relay', listeners: [{ host: '0.0.0.0', port: 7000 }] };
const tcp = { host: '127.0.0.1', port: 7000 };

test('the dashboard counts among those who listen, where there is one', () => {
  expect(holdersOf(null, [ircd])).toEqual([ircd]);
  expect(holdersOf(tcp, [ircd])).toEqual([{ id: DASHBOARD, listeners: [tcp] }, ircd]);
});

test('whoever listens at an address, or at all of them, has it', () => {
  const all = [ircd, relay];
  expect(holderOf(all, { host: '127.0.0.1', port: 6667 })).toBe('ircd');
  expect(holderOf(all, tcp)).toBe('relay');
  expect(holderOf(all, { path: '/run/irc.sock' })).toBe('ircd');
  expect(holderOf(all, { host: '127.0.0.2', port: 6667 })).toBeNull();
  expect(holderOf([], tcp)).toBeNull();
});

test('a message says who has the address, and its detail which setting wants it', () => {
  expect(inUse({ ...tcp, key: 'ircd.listen[0]' }, 'relay')).toEqual({
    code: 'address_in_use',
    message: 'cannot listen on 127.0.0.1:7000: relay of this Signalbox does',
    detail: { host: '127.0.0.1', port: 7000, key: 'ircd.listen[0]' },
  });
  expect(inUse({ path: '/run/irc.sock', key: 'ircd.listen[0]' }, null)).toEqual({
    code: 'address_in_use',
    message: 'cannot listen on /run/irc.sock: another process does',
    detail: { path: '/run/irc.sock', key: 'ircd.listen[0]' },
  });
});

test('the address that an error names is found, whole or not at all', () => {
  const error = (detail?: Record<string, string | number | null>) =>
    addressIn({ code: 'address_in_use', message: '', ...(detail === undefined ? {} : { detail }) });
  expect(error({ host: '::1', port: 5, key: 'k' })).toEqual({ host: '::1', port: 5, key: 'k' });
  expect(error({ path: '/s', key: 'k' })).toEqual({ path: '/s', key: 'k' });
  expect(error({ host: '::1', key: 'k' })).toBeNull();
  expect(error({ port: 5, key: 'k' })).toBeNull();
  expect(error({ path: null, key: 'k' })).toBeNull();
  expect(error()).toBeNull();
});
