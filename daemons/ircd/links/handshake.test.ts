/** Who may be linked, whose clock is wrong, and what somebody is. */
import { expect, it } from 'vitest';
import type { ServerLine } from '../../irc/p10/server-line.ts';
import { NetworkState } from '../state/network.ts';
import { Server } from '../state/server.ts';
import { kindOf, refusalOf, skewOf } from './handshake.ts';
import type { LinkSecurity } from './link-block.ts';
import { blockFor } from './memory-links.ts';

const me = new Server('here.test', '', 'AB');
const state = new NetworkState(me, 1, () => {});
const said = (more: Partial<ServerLine> = {}): ServerLine =>
  ({ name: 'There.test', numeric: 'AC', flags: 'h6', linkSeconds: 1_000, ...more }) as ServerLine;

const PLAIN: LinkSecurity = { tls: false, fingerprint: null };
const TLS: LinkSecurity = { tls: true, fingerprint: 'aa' };

it.each<[string, string | null]>([
  ['no block', 'no [[ircd.link]] names There.test'],
  ['another name', 'the server is called There.test, and [[ircd.link]] expects other.test'],
  ['no password', 'the password is wrong'],
  ['another password', 'the password is wrong'],
  ['a longer password', 'the password is wrong'],
  ['a name that is linked', 'a server called HERE.test is linked already'],
  ['a numeric that is taken', 'the numeric AB is that of here.test'],
  ['no TLS', 'the connection is not encrypted, and tls of its [[ircd.link]] asks for it'],
  ['no certificate at all', 'without TLS there is no certificate, and a fingerprint is expected'],
  ['no certificate', 'it showed no certificate, and a fingerprint is expected'],
  ['another certificate', 'its certificate has another SHA-256 fingerprint than expected: aa'],
  ['all that is asked for', null],
  ['more than is asked for', null],
])('with %s: %s', (what, refusal) => {
  const refused = (
    block: ReturnType<typeof blockFor> | null,
    more = {},
    security = PLAIN,
    password: string | null = 'linkpw',
  ) => refusalOf(state, block, password, said(more), security);
  const block = blockFor('there.test');
  const cases: Record<string, () => string | null> = {
    'no block': () => refused(null),
    'another name': () => refused(blockFor('other.test')),
    'no password': () => refused(block, {}, PLAIN, null),
    'another password': () => refused(block, {}, PLAIN, 'linkpW'),
    'a longer password': () => refused(block, {}, PLAIN, 'linkpw2'),
    'a name that is linked': () => refused(blockFor('here.test'), { name: 'HERE.test' }),
    'a numeric that is taken': () => refused(block, { numeric: 'AB' }),
    'no TLS': () => refused(blockFor('there.test', { tls: true })),
    'no certificate at all': () => refused(blockFor('there.test', { fingerprint: 'aa' })),
    'no certificate': () =>
      refused(blockFor('there.test', { tls: true, fingerprint: 'aa' }), {}, { tls: true, fingerprint: null }),
    'another certificate': () => refused(blockFor('there.test', { tls: true, fingerprint: 'bb' }), {}, TLS),
    'all that is asked for': () => refused(blockFor('there.test', { tls: true, fingerprint: 'aa' }), {}, TLS),
    'more than is asked for': () => refused(block, {}, TLS),
  };
  expect(cases[what]!()).toBe(refusal);
});

it('tells of a clock that is more than half a minute away, by whole seconds', () => {
  const skew = (nowSeconds: number) => skewOf(said(), nowSeconds * 1_000);
  expect([970, 1_000, 1_030, 969.6, 1_030.4].map(skew)).toEqual([null, null, null, null, null]);
  expect([969, 969.4, 1_031, 1_030.6].map(skew)).toEqual([
    'its clock is 31 seconds ahead',
    'its clock is 31 seconds ahead',
    'its clock is 31 seconds behind',
    'its clock is 31 seconds behind',
  ]);
});

it('takes somebody for what the block says, else for ours by its flag, else for ircu', () => {
  const kind = (as: 'auto' | 'signalbox' | 'ircu' | 'nefarious', flags: string) =>
    kindOf(blockFor('there.test', { kind: as }), said({ flags }));
  expect([kind('auto', 'h6'), kind('auto', 'h6B'), kind('nefarious', 'h6B'), kind('ircu', 'h6B')]).toEqual([
    'ircu',
    'signalbox',
    'nefarious',
    'ircu',
  ]);
  expect(kind('signalbox', 'h6')).toBe('signalbox');
});
